"""`HOME/connectors.yaml`: which source arrives where, and whom to tell when a day has not run.

feeds:
  - source: calls
    folder: {path: /srv/in/calls, pattern: "*.csv", settle: 60, after: move}
  - source: police_110
    sql: {connect: host=db.police dbname=calls user=qingyu, password: "env:POLICE_DB",
          query: police_110.sql, since: 2026-01-01, overlap: 3}
  - source: hotline
    http: {url: "https://hotline.example/v1/records?from={first}&to={last}&after={cursor}",
           token: "file:/etc/qingyu/hotline.token", form: json, records: items, next: next,
           since: 2026-01-01, overlap: 3}
notify: [/usr/local/bin/tell-duty-room]
"""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, SecretStr

from qingyu.errors import Fault, PackError
from qingyu.i18n import T
from qingyu.intake.connectors.faults import (
    feed_faults,
    hidden,
    open_settings,
    secrets_of_other_kinds,
)
from qingyu.intake.connectors.secrets import is_written_out
from qingyu.pack.faults import validated
from qingyu.pack.model import Pack
from qingyu.pack.tree import parse

FILE = "connectors.yaml"


class _Declared(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)


class Folder(_Declared):
    """A watched folder. name: a pattern of file names with the groups first, last, version."""

    path: str
    pattern: str = "*"
    settle: int = Field(default=60, ge=0)  # seconds a file must have been left alone
    after: Literal["move", "keep"] = "move"
    boundaries: str | None = None
    name: str | None = None


class _Asked(_Declared):
    """What is asked for: the days from the one after the last full one, less `overlap`, to
    yesterday. since: the first day ever asked for."""

    since: date | None = None
    overlap: int = Field(default=1, ge=0, le=366)  # days asked for again
    boundaries: str | None = None


class Sql(_Asked):
    """A query to PostgreSQL with `:first` and `:last`, in a file of the home or written here."""

    connect: str  # as libpq takes it, without the password
    password: SecretStr | None = None
    query: str | None = None
    select: str | None = None
    timeout: int = Field(default=600, ge=1)  # seconds for each statement


class Http(_Asked):
    """An address with `{first}`, `{last}` and `{cursor}`. records, next: paths into the answer
    where `form` is json: to the list of records, and to the cursor of the next page."""

    url: str
    form: Literal["csv", "json_lines", "json"]
    token: SecretStr | None = None  # sent as `Authorization: Bearer`
    records: str | None = None
    next: str | None = None
    timeout: int = Field(default=30, ge=1)  # seconds without a byte
    patience: int = Field(default=900, ge=1)  # seconds for all pages together
    retries: int = Field(default=3, ge=0, le=10)
    most_bytes: int = Field(default=1 << 30, ge=1)  # of all pages together


class Feed(_Declared):
    """A source, and the one way by which it arrives."""

    source: str
    folder: Folder | None = None
    sql: Sql | None = None
    http: Http | None = None

    @property
    def kind(self) -> str:
        return "folder" if self.folder else "sql" if self.sql else "http"


class Settings(_Declared):
    feeds: tuple[Feed, ...] = ()
    notify: tuple[str, ...] = ()  # a command and its arguments; never given to a shell


def load_settings(home: Path, pack: Pack) -> Settings:
    """The settings of a home (none: no feeds); `PackError` lists all faults with their lines."""
    path = home / FILE
    try:
        text = path.read_text("utf-8")
    except FileNotFoundError:
        return Settings()
    except UnicodeDecodeError:
        raise PackError(
            FILE, T("bytes that are no UTF-8"), T("text in UTF-8"), T("Save it again as UTF-8.")
        ) from None
    tree = parse(text, FILE)
    faults = list(tree.faults)
    if faults:
        raise PackError.of(faults)
    # What stands in place of a secret is never quoted, whatever is wrong with it.
    faults += secrets_of_other_kinds(tree.value, tree.spot)
    found = validated(Settings, hidden(tree.value), tree.spot, faults, {})
    if found is None or faults:
        raise PackError.of(faults)
    settings = Settings.model_validate(tree.value, strict=True)
    faults = _all_faults(path, settings, pack, tree.spot)
    if faults:
        raise PackError.of(faults)
    return settings


def schema() -> dict[str, object]:
    """The JSON Schema of `connectors.yaml`."""
    return Settings.model_json_schema()


def _all_faults(path: Path, settings: Settings, pack: Pack, spot: Any) -> list[Fault]:
    faults = feed_faults(settings.feeds, pack, path.parent, spot)
    for number, feed in enumerate(settings.feeds):
        for kind, key, secret in (
            ("sql", "password", feed.sql.password if feed.sql else None),
            ("http", "token", feed.http.token if feed.http else None),
        ):
            if is_written_out(secret):
                faults += open_settings(path, str(spot(("feeds", number, kind, key))))
    return faults
