"""A town of three sources whose records may be one event, and a plain reading of the rules."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
from engine_town import NAMES, draft, source, town

from qingyu.engine.store import Home
from qingyu.pack.model import Pack, Union
from qingyu.pack.seal import seal

SOURCES = ("police", "traffic", "fire")
KINDS: dict[str, dict[str, Any]] = {
    "help": {"police": {"kind": {"equals": "help"}}},
    "crash": {
        "police": {"kind": {"in": ["help", "crash"]}},
        "traffic": {"kind": {"equals": "crash"}},
        "fire": {"kind": {"equals": "rescue"}},
    },
    "blaze": {
        "police": {"kind": {"equals": "help"}},
        "fire": {"kind": {"equals": "blaze"}},
    },
}
WORDS = {
    "police": ("help", "crash", "theft"),
    "traffic": ("crash", "jam"),
    "fire": ("rescue", "blaze"),
}
ALL = {"count": "incidents"}
CRASHES = {"count": "incidents", "where": {"kind": {"equals": "crash"}}}
NO_HELP = {"count": "incidents", "where": {"kind": {"not": {"in": ["help"]}}}}
THEFTS = {"count": "police", "where": {"kind": {"equals": "theft"}}}
START = datetime(2024, 2, 28)  # noqa: DTZ001
# Areas of `town()`: T holds A and B. X is in none of them.
ABOVE = {"A": {"A", "T"}, "B": {"B", "T"}, "T": {"T"}}


@dataclass(frozen=True)
class Call:
    source: str
    key: str
    minute: int  # since START
    area: str
    kind: str
    x: int = 0  # millionths of a degree
    y: int = 0

    @property
    def at(self) -> datetime:
        return START + timedelta(minutes=self.minute)


@dataclass(frozen=True)
class Signed:
    sign: int
    call: Call


def matching_town(**union: Any) -> Pack:
    points = [
        {"name": "x", "type": "decimal", "places": 6},
        {"name": "y", "type": "decimal", "places": 6},
    ]
    sources = []
    for name in SOURCES:
        one = source(name)
        one["columns"] = [*one["columns"], *points]
        one["place"] = {"by": ["code"], "code": "area", "longitude": "x", "latitude": "y"}
        sources.append(one)
    pack = town(ALL, CRASHES, NO_HELP, THEFTS, sources=sources)
    given = {"id": "incidents", "name": NAMES, "sources": SOURCES, "kinds": KINDS, "minutes": 10}
    return seal(pack.model_copy(update={"unions": (Union.model_validate(given | union),)}))


def number(*parts: object) -> int:
    return int.from_bytes(hashlib.sha256(repr(parts).encode()).digest()[:8], "big")


def stage(folder: Path, batch: int, rows: Iterable[Signed]) -> Path:
    path = folder / "rows.parquet"
    with duckdb.connect() as connection:
        connection.execute(
            """CREATE TABLE staged (key VARCHAR, key64 UBIGINT, content64 UBIGINT, version BIGINT,
            batch INTEGER, sign INTEGER, area VARCHAR, "day" DATE, "at" TIMESTAMP, c_id VARCHAR,
            c_kind VARCHAR, c_x BIGINT, c_y BIGINT)"""
        )
        connection.executemany(
            f"INSERT INTO staged VALUES ({', '.join('?' * 13)})",
            [
                (
                    c.key, number(c.key), number(c), batch, batch, row.sign, c.area, c.at.date(),
                    c.at, c.key, c.kind, c.x, c.y,
                )
                for row in rows
                for c in [row.call]
            ],
        )  # fmt: skip
        connection.execute(f"COPY staged TO '{path}' (FORMAT parquet)")
    return path


def send(home: Home, pack: Pack, name: str, rows: Sequence[Signed]) -> None:
    with home.writing(wait=0) as writer:
        records = stage(writer.staging, writer.next_number, rows) if rows else None
        writer.commit(draft(pack, source=name, records=records, rows=len(rows)))


# -- the plain reading ----------------------------------------------------------------------------


def kinds_of(call: Call) -> list[str]:
    found = []
    for kind, sources in KINDS.items():
        asked = sources.get(call.source)
        if asked is not None:
            words = asked["kind"].get("in") or [asked["kind"]["equals"]]
            if call.kind in words:
                found.append(kind)
    return found


def plain_match(union: Union, one: Call, other: Call) -> bool:
    if one.source == other.source and not union.within_source:
        return False
    if not set(kinds_of(one)) & set(kinds_of(other)):
        return False
    if abs(one.minute - other.minute) > union.minutes:
        return False
    if union.metres is not None and not plain_near(one, other, union.metres):
        return False
    here, there = ABOVE.get(one.area, set()), ABOVE.get(other.area, set())
    if union.same == "none":
        return True
    if union.same == "area":
        return one.area in there or other.area in here
    level = {"town": {"T"}, "village": {"A", "B"}}[union.same]
    mine = (here & level) or (here & {one.area})
    return bool(mine & ((there & level) or (there & {other.area})))


def plain_near(one: Call, other: Call, metres: int) -> bool:
    """Points of the tests lie on the equator or the meridian, where a plane is exact enough."""
    far = ((one.x - other.x) ** 2 + (one.y - other.y) ** 2) ** 0.5 * 0.111195
    assert abs(far - metres) > metres / 500
    return far <= metres


def plain_events(
    union: Union, calls: Sequence[Call]
) -> list[tuple[str, str, date, tuple[Call, ...]]]:
    """(kind, area, day, members) of each event, by a union-find that tries every pair."""
    calls = [call for call in calls if kinds_of(call)]
    root = list(range(len(calls)))

    def find(place: int) -> int:
        while root[place] != place:
            place = root[place]
        return place

    for i, one in enumerate(calls):
        for j in range(i):
            if plain_match(union, one, calls[j]):
                root[find(i)] = find(j)
    groups: dict[int, list[Call]] = {}
    for i, call in enumerate(calls):
        groups.setdefault(find(i), []).append(call)
    return [plain_event(members) for members in groups.values()]


def plain_event(members: list[Call]) -> tuple[str, str, date, tuple[Call, ...]]:
    rank = {name: n for n, name in enumerate(SOURCES)}
    ordered = sorted(members, key=lambda c: (c.at, rank[c.source], c.key))
    shared = [kind for kind in KINDS if all(kind in kinds_of(call) for call in members)]
    foremost = min(members, key=lambda c: (rank[c.source], c.at, c.key))
    kind = shared[0] if shared else kinds_of(foremost)[0]
    lead = ordered[0]
    return kind, lead.area, lead.at.date(), tuple(ordered)


def plain_counts(union: Union, calls: Sequence[Call]) -> dict[str, Counter[tuple[str, date]]]:
    """measure (ALL, CRASHES, NO_HELP) → (area, day) → events."""
    found: dict[str, Counter[tuple[str, date]]] = {
        n: Counter() for n in ("all", "crash", "no_help")
    }
    for kind, area, day, _ in plain_events(union, calls):
        found["all"][area, day] += 1
        if kind == "crash":
            found["crash"][area, day] += 1
        if kind != "help":
            found["no_help"][area, day] += 1
    return found
