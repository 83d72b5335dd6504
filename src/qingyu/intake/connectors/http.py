"""A department's web service: asked for days, page by page, its answer kept whole in the spool."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC
from pathlib import Path
from urllib.parse import quote

from qingyu.digest import digest_of, digest_of_file
from qingyu.engine import disk
from qingyu.engine.meter import count_read
from qingyu.engine.store import Home
from qingyu.errors import InputError
from qingyu.i18n import T, Text
from qingyu.intake.connectors.http_client import Client
from qingyu.intake.connectors.pages import read_page
from qingyu.intake.connectors.secrets import reveal
from qingyu.intake.connectors.settings import Http
from qingyu.intake.connectors.spool import Days, Fetched, Spool
from qingyu.pack.model import Source

_SUFFIX = {"csv": "csv", "json_lines": "jsonl", "json": "jsonl"}
_MOST_PAGES = 10_000
_NOT_MODIFIED = 304


def fetch(
    home: Home,
    source: Source,
    http: Http,
    days: Days | None,
    spool: Spool,
    pause: Callable[[float], None] = time.sleep,
) -> Fetched | None:
    """Ask for the records of `days`; the answer is in the spool, its note not written yet. None:
    the service says that nothing has changed. `InputError`: no answer that can be used."""
    whose = T("the service of {source}", source=source.id).render("en")
    client = Client(
        whose,
        _token(home, source, http),
        timeout=http.timeout,
        retries=http.retries,
        patience=http.patience,
        most=http.most_bytes,
        pause=pause,
    )
    before = spool.remembered()
    asked = digest_of([http.url, *(days or ())])
    moment = home.clock().astimezone(UTC).isoformat()
    name = f"{source.id}{f'-{days[0]}-{days[1]}' if days else ''}.{_SUFFIX[http.form]}"
    path = spool.begin() / name
    etag = None
    if http.form == "json":
        rows = _pages(client, http, days, path, whose)
    else:
        known = before.etag if before is not None and before.asked == asked else None
        answer = client.get(_address(http.url, days, ""), path, known)
        if answer.status == _NOT_MODIFIED:
            return None
        rows, etag = _rows(path) - (http.form == "csv"), answer.etag
    count_read("feed", max(rows, 0), path.stat().st_size if rows > 0 else 0)
    return Fetched(
        name=name,
        first=days[0].isoformat() if days else None,
        last=days[1].isoformat() if days else None,
        version=moment,
        mark=digest_of_file(path) if rows > 0 else "",
        asked=asked,
        etag=etag,
    )


def _token(home: Home, source: Source, http: Http) -> str | None:
    if http.token is None:
        return None
    token = reveal(home.folder, http.token, source.id)
    if not all("!" <= letter <= "~" for letter in token):
        raise InputError(
            T("the token of {source}", source=source.id).render("en"),
            T("signs that no token has"),
            T("letters, digits and signs without spaces or line breaks"),
            T("Write the token again, alone."),
        )
    return token


def _address(url: str, days: Days | None, cursor: str) -> str:
    first, last = (day.isoformat() for day in days) if days else ("", "")
    for field, value in (("first", first), ("last", last), ("cursor", quote(cursor, safe=""))):
        url = url.replace(f"{{{field}}}", value)
    return url


def _pages(client: Client, http: Http, days: Days | None, path: Path, whose: str) -> int:
    """All pages' records as JSON Lines in `path`; gives their number."""
    page_path = path.with_name("page.json")
    cursor, seen, rows = "", {""}, 0
    with disk.NewFile(path) as file:
        for _ in range(_MOST_PAGES):
            answer = client.get(_address(http.url, days, cursor), page_path)
            if not answer.size:
                return rows
            page = read_page(page_path, whose, str(http.records), http.next)
            file.write("".join(f"{line}\n" for line in page.lines).encode())
            rows += len(page.lines)
            if page.cursor is None:
                return rows
            if page.cursor in seen:
                raise _endless(whose, T("a cursor that comes again"))
            cursor = page.cursor
            seen.add(cursor)
    raise _endless(whose, T("more than {count} pages", count=_MOST_PAGES))


def _endless(whose: str, found: Text) -> InputError:
    return InputError(
        whose, found, T("pages that come to an end"),
        T("Check `next` in connectors.yaml with the department."),
    )  # fmt: skip


def _rows(path: Path) -> int:
    """Lines that are not blank."""
    if not path.exists():
        return 0
    with path.open("rb") as file:
        return sum(1 for line in file if line.strip())
