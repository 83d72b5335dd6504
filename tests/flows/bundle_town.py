"""Two sides of a one-way gap with one small pack: a sender's box and a home."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

sys.path.append(str(Path(__file__).parents[1] / "intake"))

import duckdb
from intake_town import COLUMNS, as_csv, row, town

from qingyu.engine.store import Home
from qingyu.flows.bundle_make import Send, make
from qingyu.flows.bundle_open import Opening, decide, inbox_of, open_bundles
from qingyu.intake.bundle.outbox import Outbox, Sent
from qingyu.intake.receipt import Receipt
from qingyu.intake.receive import receive
from qingyu.minisign import Public
from qingyu.pack.model import Pack

__all__ = ["COLUMNS", "Gap", "as_csv", "row", "two_sources"]


def two_sources(**calls: Any) -> Pack:
    """`calls`, an increment with a running number; `posts`, a snapshot with a moment."""
    posts = town(id="posts", delivery="snapshot", covers="must_be_given", version={"by": "extract"})
    first = town(**calls)
    return first.model_copy(update={"sources": (*first.sources, *posts.sources)})


def still_clock() -> datetime:
    return datetime(2026, 11, 1, 8, tzinfo=UTC)


@dataclass
class Gap:
    """Files are written, sent, carried and opened here."""

    folder: Path
    pack: Pack = field(default_factory=two_sources)
    policy: str = "take"

    def __post_init__(self) -> None:
        self.box = Outbox.create(self.folder / "box", "police", "pack")
        self.box.clock = still_clock
        self.home = self.new_home("home")
        self.files = 0

    def new_home(self, name: str) -> Home:
        home = Home.create(self.folder / name, self.folder / "pack")
        home.clock = still_clock
        self.trust(home)
        return home

    def trust(self, home: Home) -> None:
        public = Public.read(self.box.public_file)
        sources = ["calls", "posts"]
        inbox_of(home).trust("police", public, sources, self.policy, "chief")  # type: ignore[arg-type]

    def file(
        self, content: str | bytes | Sequence[dict[str, str]], name: str | None = None
    ) -> Path:
        self.files += 1
        path = self.folder / (name or f"file{self.files}.csv")
        text = content if isinstance(content, str | bytes) else as_csv(content)
        path.write_bytes(text.encode() if isinstance(text, str) else text)
        return path

    def send(
        self,
        content: str | bytes | Sequence[dict[str, str]] | Path,
        version: str | None = "1",
        source: str = "calls",
        **options: Any,
    ) -> Sent:
        path = content if isinstance(content, Path) else self.file(content)
        return self.make(Send(source, (path,), version=version, **options))

    def make(self, *sends: Send, anew: bool = False) -> Sent:
        return make(self.box, self.pack, sends, who="clerk", anew=anew)

    def open(self, *sent: Sent | Path, home: Home | None = None) -> Opening:
        paths = [one if isinstance(one, Path) else one.path for one in sent]
        return open_bundles(home or self.home, self.pack, paths, who="officer")

    def decide(self, number: int, digest: str | None) -> Opening:
        _, done = decide(
            self.home, self.pack, "police", [number], digest, who="chief", because="telephone"
        )
        return done

    def receive(self, path: Path, home: Home, version: str = "1", **options: Any) -> Receipt:
        return receive(home, self.pack, "calls", [path], version=version, who="clerk", **options)

    def state(self, home: Home | None = None) -> list[tuple[Any, ...]]:
        """The records in force: the sum of all signed rows."""
        there = home or self.home
        found = []
        for source in ("calls", "posts"):
            files = there.record_files(source)
            if files:
                found += duckdb.sql(
                    "SELECT key, area, day, c_kind, c_number, c_person, sum(sign)::BIGINT"
                    f" FROM read_parquet({files!r}, union_by_name=true)"
                    " GROUP BY ALL HAVING sum(sign) <> 0 ORDER BY ALL"
                ).fetchall()
        return found
