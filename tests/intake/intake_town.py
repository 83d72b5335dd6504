"""A town small enough to draw: one source, four places, and files written as tables."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import duckdb

from qingyu.engine.store import Home
from qingyu.intake.receipt import Receipt
from qingyu.intake.receive import receive
from qingyu.intake.withdraw import withdraw
from qingyu.pack.model import Pack

NAMES = {"zh": "名", "en": "name"}
CURVE = [["0", "100"], ["2", "0"]]
HEADER = "id,when,kind,number,amount,place,name,lon,lat,note,person,phone"

AREAS = [
    {"code": "T", "name": "Town", "level": "town"},
    {"code": "00012", "name": "Alder", "level": "village", "parent": "T", "name_zh": "桤木"},
    {"code": "B", "name": "Birch Hill", "level": "village", "parent": "T", "aliases": ["BIRCH"]},
    {
        "code": "OLD",
        "name": "Old Quay",
        "level": "village",
        "parent": "T",
        "to": date(2020, 6, 30),
    },
    {
        "code": "NEW",
        "name": "New Quay",
        "level": "village",
        "parent": "T",
        "from": date(2020, 7, 1),
        "aliases": ["Quay"],
    },
    {"code": "H1", "name": "Hatfield", "level": "village", "parent": "T"},
    {"code": "H2", "name": "HATFIELD", "level": "village", "parent": "T"},
]

COLUMNS = [
    {"name": "id", "type": "code"},
    {"name": "when", "type": "timestamp"},
    {"name": "kind", "type": "text", "among": ["fire", "theft"]},
    {"name": "number", "type": "integer", "least": 0, "most": 1000},
    {"name": "amount", "type": "decimal", "places": 2},
    {"name": "place", "type": "code"},
    {"name": "name", "type": "text"},
    {"name": "lon", "type": "decimal", "personal": "use"},
    {"name": "lat", "type": "decimal", "personal": "use"},
    {"name": "note", "type": "text", "pattern": "[^<>]*"},
    {"name": "person", "type": "text", "personal": "digest"},
    {"name": "phone", "type": "text", "personal": "cut"},
]


def still_clock() -> datetime:
    return datetime(2020, 3, 1, 12, tzinfo=UTC)


def source(**more: Any) -> dict[str, Any]:
    given: dict[str, Any] = {
        "id": "calls",
        "name": NAMES,
        "department": "works",
        "columns": COLUMNS,
        "key": ["id"],
        "time": "when",
        "version": {"by": "sequence"},
        "delivery": "increment",
        "place": {
            "by": ["code", "name", "point"],
            "code": "place",
            "name": "name",
            "longitude": "lon",
            "latitude": "lat",
        },
    }
    return given | more


def town(zone: str = "Asia/Shanghai", **more: Any) -> Pack:
    """A pack with the one source `calls`; `more` changes its contract."""
    return Pack.model_validate(
        {
            "id": "town",
            "name": NAMES,
            "version": "1",
            "time_zone": zone,
            "levels": [{"id": "town", "name": NAMES}, {"id": "village", "name": NAMES}],
            "areas": AREAS,
            "sources": [source(**more)],
            "dimensions": [
                {
                    "id": "safety",
                    "name": NAMES,
                    "weight": [{"from": "2020-01-01", "value": 1, "reference": "drawn"}],
                }
            ],
            "indicators": [],
            "indices": [],
            "grades": {
                "scales": [
                    {
                        "from": "2020-01-01",
                        "reference": "drawn",
                        "grades": [
                            {"id": "blue", "name": NAMES, "from": "60"},
                            {"id": "red", "name": NAMES, "from": "0"},
                        ],
                    }
                ]
            },
            "digest": "0" * 64,
            "folder": "",
        }
    )


def unusual_town(**more: Any) -> Pack:
    """The town, with amounts that usually lie between nothing and 500."""
    columns = [
        column | ({"usually": {"least": 0, "most": 500}} if column["name"] == "amount" else {})
        for column in COLUMNS
    ]
    return town(columns=columns, edges="full", **more)


def row(key: str, when: str = "2020-01-05 10:00:00", **cells: str) -> dict[str, str]:
    """One row of the sender's table; a plain one unless cells say otherwise."""
    plain = dict.fromkeys(HEADER.split(","), "")
    plain |= {"id": key, "when": when, "kind": "fire", "number": "1", "place": "B"}
    return plain | cells


def as_csv(rows: Sequence[dict[str, str]], header: str = HEADER, end: str = "\n") -> str:
    text = io.StringIO()
    writer = csv.DictWriter(text, header.split(","), lineterminator=end)
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


@dataclass
class Desk:
    """Writes files and receives them; `pack` may be changed between two sends."""

    home: Home
    folder: Path
    pack: Pack = field(default_factory=town)
    sent: int = 0

    def file(self, content: str | bytes, name: str | None = None) -> Path:
        self.sent += 1
        path = self.folder / (name or f"send{self.sent}.csv")
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    def send(self, rows: Sequence[dict[str, str]], **options: Any) -> Receipt:
        return self.receive(as_csv(rows), **options)

    def receive(
        self, content: str | bytes | Path, name: str | None = None, **options: Any
    ) -> Receipt:
        path = content if isinstance(content, Path) else self.file(content, name)
        if self.pack.source("calls").version.by == "sequence" and "supplement" not in options:
            options.setdefault("version", 1)
        return receive(self.home, self.pack, "calls", [path], who="clerk", **options)

    def withdraw(self, number: int) -> Receipt:
        return withdraw(self.home, self.pack, number, "clerk")

    def alive(self, columns: str = "key, area, day, c_kind, c_number") -> list[tuple[Any, ...]]:
        """What is in force: the sum of all signed rows."""
        files = self.home.record_files("calls")
        if not files:
            return []
        found = duckdb.sql(
            f"SELECT {columns}, sum(sign)::BIGINT FROM read_parquet({files!r}, union_by_name=true)"
            " GROUP BY ALL HAVING sum(sign) <> 0 ORDER BY ALL"
        )
        return found.fetchall()

    def rejects(self, receipt: Receipt) -> list[dict[str, str]]:
        assert receipt.rejects is not None
        text = receipt.rejects.read_text("utf-8-sig")
        return list(csv.DictReader(io.StringIO(text, newline="")))


def days(first: int, last: int) -> tuple[date, date]:
    return date(2020, 1, first), date(2020, 1, last)
