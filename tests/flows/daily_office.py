"""An office whose county's calls arrive by themselves: what the tests of `qingyu daily` share."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable
from datetime import UTC, date, datetime
from pathlib import Path

from flows_county import MONTCO, Call, all_kinds, calls, write_calls

from qingyu.engine.store import Home
from qingyu.flows.daily import Daily, daily
from qingyu.pack.load import load_pack

PACK = load_pack(MONTCO)
NOW = datetime(2016, 4, 2, 12, tzinfo=UTC)
TODAY = date(2016, 4, 2)
OLD = datetime(2016, 1, 1, tzinfo=UTC).timestamp()


class Killed(BaseException):
    """What a gate raises in place of a power cut."""


class Office:
    """A home with one watched folder; `feeds` replaces it."""

    def __init__(self, folder: Path, after: str = "move", feeds: str | None = None) -> None:
        self.post = folder / "post"
        self.post.mkdir(parents=True)
        self.home = Home.create(folder / "home", MONTCO)
        self.at(NOW)
        text = f"feeds:\n  - source: calls\n    folder: {{path: {self.post}, pattern: '*.csv',"
        text = f"{text} after: {after}}}\n" if feeds is None else feeds
        (self.home.folder / "connectors.yaml").write_text(text, "utf-8")

    def at(self, moment: datetime) -> None:
        self.home.clock = lambda: moment

    def lay(self, name: str = "calls.csv", last: date = date(2016, 4, 1), more: int = 0) -> Path:
        given = [call for call in all_kinds() if call.at.date() <= last]
        given += calls(first=last, last=last, daily=lambda day, place: 2 + more)[: 12 * more]
        return self.put(name, given)

    def put(self, name: str, given: Iterable[Call]) -> Path:
        """A file of these calls that has lain there for long."""
        path = write_calls(self.post / name, dict.fromkeys(given))
        os.utime(path, (OLD, OLD))
        return path

    def run(self, day: date | None = None) -> Daily:
        return daily(self.home, PACK, "test", day)

    def end(self) -> object:
        """What a person finds after the runs, whatever happened on the way."""
        folder = self.home.folder / "daily"
        reports = {p.name: p.read_bytes() for p in sorted((folder / "reports").iterdir())}
        files = sorted(str(p.relative_to(self.post)) for p in self.post.rglob("*"))
        digests = [batch.content_digest for batch in self.home.batches()]
        return reports, json.loads((folder / "state.json").read_text()), files, digests
