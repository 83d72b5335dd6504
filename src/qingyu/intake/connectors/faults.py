"""What is wrong with a feed beyond the form of its values, each fault with its line."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from qingyu.errors import Fault
from qingyu.i18n import T, Text
from qingyu.intake.connectors.query import names_in
from qingyu.intake.connectors.secrets import is_open
from qingyu.pack.model import Pack, Source
from qingyu.pack.spots import Path as Keys
from qingyu.pack.spots import Spot

if TYPE_CHECKING:
    from qingyu.intake.connectors.settings import Feed, Folder, Http, Sql

GROUPS = ("first", "last", "version")  # what a file's name may say
_SECRET = ("password", "token")
DOTS = "•••"
_FIELDS = ("first", "last", "cursor")
_HERE = ("127.0.0.1", "localhost", "::1")

Locate = Callable[[Keys], Spot]
Told = tuple[str, Text, Text, Text]  # key, found, expected, remedy


def hidden(value: Any) -> Any:
    """The tree of the settings with a row of dots for each secret."""
    if isinstance(value, dict):
        return {k: DOTS if k in _SECRET else hidden(v) for k, v in value.items()}
    if isinstance(value, tuple):
        return tuple(hidden(item) for item in value)
    return value


def secrets_of_other_kinds(value: Any, spot: Locate, at: Keys = ()) -> list[Fault]:
    """A fault for each secret that YAML does not read as text, such as a number."""
    faults = []
    for key, item in _steps(value):
        path = (*at, key)
        if key not in _SECRET:
            faults += secrets_of_other_kinds(item, spot, path)
        elif not isinstance(item, str):
            faults.append(
                Fault(
                    str(spot(path)),
                    T("a secret that is no text"),
                    T("text"),
                    T("Put it in quotes, or refer to it: `env:NAME`, `file:PATH`."),
                )
            )
    return faults


def _steps(value: Any) -> list[tuple[str | int, Any]]:
    if isinstance(value, dict):
        return list(value.items())
    return list(enumerate(value)) if isinstance(value, tuple) else []


def open_settings(path: Path, where: str) -> list[Fault]:
    """A fault if others can read the settings that hold this secret."""
    if not is_open(path):
        return []
    return [
        Fault(
            where,
            T("a secret in a file that others can read"),
            T("`env:NAME` or `file:PATH`, or a file for its owner alone"),
            T("Refer to the secret, or run: chmod 600 {path}", path=path),
        )
    ]


def feed_faults(feeds: Sequence[Feed], pack: Pack, home: Path, spot: Locate) -> list[Fault]:
    sources = {source.id: source for source in pack.sources}
    faults: list[Fault] = []
    seen: set[tuple[str, str]] = set()
    for number, feed in enumerate(feeds):
        told = list(_of_feed(feed, sources, home))
        if feed.kind != "folder" and (feed.source, feed.kind) in seen:
            told.append(
                (
                    "source",
                    T("the second {kind} feed of {source}", kind=feed.kind, source=feed.source),
                    T("one of each kind"),
                    T("Join the two, or take one away."),
                )
            )
        seen.add((feed.source, feed.kind))
        for key, found, expected, remedy in told:
            path: Keys = ("feeds", number, *filter(None, key.split(".")))
            faults.append(Fault(str(spot(path)), found, expected, remedy))
    return faults


def _of_feed(feed: Feed, sources: dict[str, Source], home: Path) -> Iterator[Told]:
    if feed.source not in sources:
        yield (
            "source",
            feed.source,
            T("one of {sources}", sources=", ".join(sources)),
            T("Name a source of the home's pack."),
        )
    ways = [kind for kind in ("folder", "sql", "http") if getattr(feed, kind) is not None]
    if len(ways) != 1:
        yield (
            "",
            ", ".join(ways) or T("no way by which it arrives"),
            T("one of folder, sql, http"),
            T("Write each way as a feed of its own."),
        )
        return
    source = sources.get(feed.source)
    if feed.folder is not None:
        yield from _of_folder(feed.folder)
    if feed.sql is not None:
        yield from _of_sql(feed.sql, source, home)
    if feed.http is not None:
        yield from _of_http(feed.http, source)


def _of_folder(folder: Folder) -> Iterator[Told]:
    if folder.name is not None and not _is_name(folder.name):
        yield (
            "folder.name",
            folder.name,
            T("a regular expression whose named groups are first, last or version"),
            T("Write for example calls_(?P<first>\\d{{8}})_(?P<version>\\d+)."),
        )


def _is_name(pattern: str) -> bool:
    try:
        return set(re.compile(pattern).groupindex) <= set(GROUPS)
    except re.error:
        return False


def _of_sql(sql: Sql, source: Source | None, home: Path) -> Iterator[Told]:
    yield from _of_version("sql", source)
    if sql.since is None:
        yield _no_since("sql")
    if "password" in sql.connect.casefold() or re.search("://[^@/]*:[^@/]*@", sql.connect):
        yield (
            "sql.connect",
            T("a password"),
            T("it under `password:`"),
            T("Take it out, and write `password: env:NAME` or `file:PATH`."),
        )
    text = _query_text(sql, home)
    if text is None:
        yield (
            "sql",
            T("no query that can be read"),
            T("`query:` with a file of the home, or `select:` with the text"),
            T("Write one of the two."),
        )
    elif (names := names_in(text)) != {"first", "last"}:
        yield (
            "sql",
            ", ".join(f":{name}" for name in sorted(names)) or T("no days"),
            T("a query that uses :first and :last, and no other name"),
            T("Ask for the days from :first to :last, both with all their records."),
        )


def _query_text(sql: Sql, home: Path) -> str | None:
    if (sql.query is None) == (sql.select is None):
        return None
    if sql.select is not None:
        return sql.select
    try:
        return (home / str(sql.query)).read_text("utf-8")
    except (OSError, UnicodeDecodeError):
        return None


def _of_http(http: Http, source: Source | None) -> Iterator[Told]:
    yield from _of_version("http", source)
    fields = re.findall(r"\{([^{}]*)\}", http.url)
    dated = "first" in fields or "last" in fields
    if not _is_address(http):
        yield (
            "http.url",
            T("an address that cannot be asked"),
            T(
                "https://… without a name or password before the host (http:// without a token, "
                "or on this machine)"
            ),
            T("Write such an address; a token stands under `token:`."),
        )
    if not set(fields) <= set(_FIELDS) or (dated and {"first", "last"} - set(fields)):
        yield (
            "http.url",
            ", ".join(fields),
            T("{{first}} and {{last}} together, and {{cursor}}"),
            T("Write the days and the cursor in this form."),
        )
    if dated and http.since is None:
        yield _no_since("http")
    if not dated and source is not None and source.covers == "must_be_given":
        yield (
            "http.url",
            T("no days"),
            T("{{first}} and {{last}}, which the contract asks for"),
            T("Ask for the days in the address."),
        )
    if (http.next is None) != ("cursor" not in fields) or (http.next and http.form != "json"):
        yield (
            "http",
            T("pages that are only half declared"),
            T("`form: json` with `next:`, and {{cursor}} in the address; or none of them"),
            T("Declare where an answer names its next page, and where to ask for it."),
        )
    if (http.records is not None) != (http.form == "json"):
        yield (
            "http",
            T("`form: {form}` and `records:` that do not fit", form=http.form),
            T("`records:` where, and only where, the form is json"),
            T("Say where in the answer the list of records stands."),
        )


def _is_address(http: Http) -> bool:
    try:
        parts = urlsplit(http.url)
        here = parts.hostname in _HERE
        _ = parts.port
    except ValueError:
        return False
    plain = all("!" <= letter <= "~" for letter in http.url)
    clear = parts.scheme == "https" or (parts.scheme == "http" and (here or http.token is None))
    return plain and clear and bool(parts.hostname) and "@" not in parts.netloc


def _of_version(kind: str, source: Source | None) -> Iterator[Told]:
    if source is not None and source.version.by == "sequence":
        yield (
            kind,
            T("a source whose files have running numbers"),
            T("`version: extract`, `newest` or `column` in its contract"),
            T("A query has no running number; let the sender's files arrive in a folder."),
        )


def _no_since(kind: str) -> Told:
    return (
        f"{kind}.since",
        T("no first day"),
        T("a day such as 2026-01-01"),
        T("Say from which day on records are asked for."),
    )
