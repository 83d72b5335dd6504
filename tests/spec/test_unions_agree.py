"""Unions twice: files of three departments through intake, matching, cube and index, and by the
twin, which tries every pair of records."""

from __future__ import annotations

import csv
import random
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import agree
import pytest
from draw_pack import contract
from draw_text import flow, names
from scene import NEVER, Scene, held, indicator, target
from twin_days import UNPLACED, Days, Record
from twin_periods import holding, label
from twin_read import read_pack

from qingyu.engine.panel import load_panel
from qingyu.engine.store import Home
from qingyu.index.steps import compute
from qingyu.intake.receive import receive
from qingyu.pack.check import check_pack
from qingyu.pack.load import load_pack
from qingyu.periods import parse

FIRST, DAYS = date(2024, 1, 1), 75
WORDS = {"police": ["help", "crash", "theft"], "traffic": ["crash", "jam"],
         "fire": ["rescue", "blaze"]}  # fmt: skip
KINDS: dict[str, Any] = {
    "help": {"police": {"kind": {"equals": "help"}}},
    "crash": {
        "police": {"kind": {"in": ["help", "crash"]}},
        "traffic": {"kind": {"equals": "crash"}},
        "fire": {"kind": {"equals": "rescue"}},
    },
    "blaze": {"police": {"kind": {"equals": "help"}}, "fire": {"kind": {"equals": "blaze"}}},
}
ASKED = [("month", date(2024, 2, 1)), ("week", date(2024, 3, 4)), ("day", date(2024, 3, 10))]
Row = dict[str, str]


@dataclass
class United(Scene):
    """A scene whose departments share events."""

    union: Mapping[str, Any] = field(default_factory=dict)

    def files(self) -> dict[str, str]:
        union = {"id": "incidents", "name": names("incidents"), "sources": list(WORDS),
                 "kinds": KINDS, "minutes": 8, **self.union}  # fmt: skip
        found = super().files() | {"matching.yaml": f"- {flow(union)}\n"}
        if "metres" in self.union:
            found |= {f"sources/{name}.yaml": contract(name, {"edges": "full", **NEVER},
                                                       points=True) for name in WORDS}  # fmt: skip
        return found


def scene(folder: Path, union: Mapping[str, Any]) -> United:
    """Seven towns in two districts; all events, some kinds of them, and one department's own."""
    towns = [f"t{n},Town {n},,town,d{n % 2},,,,true," for n in range(1, 7)]
    towns += ["d0,District 0,,district,c,,,,true,", "d1,District 1,,district,c,,,,true,"]
    towns += ["t7,Town 7,,town,d1,,,2024-02-10,true,", "t7,Town 7,,town,d0,,2024-02-11,,true,"]
    half = Decimal("0.5")
    daily = {"window": "7 days", "least_expected": 1, "at_most": "21 days"}
    both = [target(1, half), held("previous", half)]
    asked = {"in": ["crash", "blaze"]}
    return United(
        folder,
        towns=towns,
        sources={name: {} for name in WORDS},
        indicators={
            "events": indicator(measure={"count": "incidents"}, compare=both, daily=daily,
                                weight=[weighing("0.5")]),
            "grave": indicator(measure={"count": "incidents", "where": {"kind": asked}},
                               compare=both, weight=[weighing("0.3")]),
            "share": indicator(
                nature="handling", weight=[weighing("0.2")],
                measure={"count": "incidents", "where": {"kind": {"not": {"equals": "help"}}}},
                per={"measure": {"count": "incidents"}, "unit": 1}, compare=[target(half)],
            ),
        },
        dimensions=[{"id": "order", "deductions": [
            {"id": "fires", "name": names("fires"), "points": 2, "at_most": 10,
             "measure": {"count": "incidents", "where": {"kind": {"equals": "blaze"}}}},
        ]}],
        union=union,
    )  # fmt: skip


def weighing(value: str) -> dict[str, Any]:
    return {"from": date(2020, 1, 1), "value": Decimal(value), "reference": "drawn"}


def calls(chance: random.Random) -> dict[str, list[list[Row]]]:
    """Two sends of each source. Most events are told by several, minutes apart, by town or only by
    district; the second send tells some records otherwise and brings others late."""
    told: dict[str, dict[str, Row]] = {name: {} for name in WORDS}
    for number in range(DAYS * 5):
        minute = chance.choice([chance.randrange(DAYS * 1440), 1440 * chance.randrange(1, DAYS)])
        town = f"t{chance.randint(1, 7)}"
        x, y = chance.randrange(20_000), chance.randrange(20_000)  # by the equator: two kilometres
        for source in chance.sample(list(WORDS), chance.randint(1, 3)):
            for again in range(chance.choice([1, 1, 1, 2])):
                at = datetime(2024, 1, 1) + timedelta(minutes=minute + chance.randint(-7, 7))  # noqa: DTZ001
                at = min(max(at, datetime(2024, 1, 1)), datetime(2024, 3, 15, 23, 59))  # noqa: DTZ001
                area = chance.choice([town, town, town, "d0", "d1", "c", "nowhere"])
                key = f"{source[0]}{number}-{again}"
                word = chance.choice(WORDS[source])
                row = {"id": key, "at": f"{at}", "area": area, "kind": word, "amount": "1"}
                there = [n + chance.randint(-2500, 2500) for n in (x, y)]
                if chance.random() < 0.8:  # others name an area alone
                    row |= {name: f"{n / 10**6:.6f}" for name, n in zip("xy", there, strict=True)}
                told[source][key] = row
    return {source: _sends(list(rows.values()), source, chance) for source, rows in told.items()}


def _sends(rows: list[Row], source: str, chance: random.Random) -> list[list[Row]]:
    ends = [{"id": f"{source[0]}{end}", "at": f"{day} 12:00:00", "area": "t1",
             "kind": WORDS[source][-1], "amount": "1"}
            for end, day in (("first", FIRST), ("last", FIRST + timedelta(DAYS - 1)))]  # fmt: skip
    late = [row for row in rows if chance.random() < 0.1]
    first = [row for row in rows if row not in late]
    changed = [{**row, "kind": chance.choice(WORDS[source]),
                "area": chance.choice(["t2", row["area"]])}
               for row in chance.sample(first, len(first) // 8)]  # fmt: skip
    return [[*first, *ends], [*late, *changed, *ends]]


def record(row: Row, valid: Sequence[str]) -> Record:
    """As intake places it; a code that no area has is nowhere."""
    day = date.fromisoformat(row["at"][:10])
    return Record(day, row["area"] if row["area"] in valid else UNPLACED, row)


def write(path: Path, rows: Sequence[Row]) -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, ["id", "at", "area", "kind", "amount", *"xy"])
        writer.writeheader()
        writer.writerows(rows)
    return path


def received(made: United, folder: Path, sends: Mapping[str, list[list[Row]]]) -> Home:
    """Receive the sends; the scene knows the records that stand, and the days covered."""
    pack = load_pack(folder / "pack")
    home = Home.create(folder / "home", folder / "pack")
    valid = {area.code for area in pack.areas}
    for number in (0, 1):
        for source, both in sends.items():
            path = write(folder / f"{source}{number}.csv", both[number])
            receipt = receive(home, pack, source, [path], version=number + 1, who="the walk")
            assert receipt.refused == 0
    last = FIRST + timedelta(DAYS - 1)
    for source, both in sends.items():
        standing = {row["id"]: row for rows in both for row in rows}
        made.records[source] = [record(row, sorted(valid)) for row in standing.values()]
        made.covers[source] = [(FIRST, last), (FIRST, last)]
    made.first, made.last = FIRST, last
    return home


@pytest.mark.parametrize(
    ("seed", "union"),
    [
        (1, {}),
        (2, {"same": "none", "metres": 300}),
        pytest.param(3, {"minutes": 3, "within_source": True}, marks=pytest.mark.slow),
        pytest.param(4, {"same": "district"}, marks=pytest.mark.slow),
        pytest.param(5, {"same": "town", "minutes": 12}, marks=pytest.mark.slow),
        pytest.param(6, {"metres": 200}, marks=pytest.mark.slow),
    ],
)
def test_the_product_and_the_twin_count_the_same_events(
    seed: int, union: dict[str, Any], tmp_path: Path
) -> None:
    made = scene(tmp_path, union)
    drawn = made.drawn("month", FIRST)
    folder = drawn.write(tmp_path)
    assert [str(fault.sentence()) for fault in check_pack(folder)] == []
    home = received(made, tmp_path, calls(random.Random(seed)))
    pack = load_pack(folder)
    panel = load_panel(home, pack)
    met: Counter[object] = Counter()
    for kind, day in ASKED:
        mine = agree.twin_rows(made.drawn(kind, day), folder)
        period = parse(label(holding(day, kind)))
        theirs = agree.product_rows(pack, panel, compute(pack, panel, [period]))
        assert agree.differences(mine, theirs) == []
        met.update(key[-1] for key in mine)
    assert met["score"] >= 8
    assert met["compared"] >= 40
    _events_are_fewer(made, folder)


def _events_are_fewer(made: United, folder: Path) -> None:
    """A union in which nothing met would agree, too."""
    drawn = made.drawn("month", FIRST)
    pack = read_pack(folder)
    days = Days(pack, drawn.records, drawn.covers, made.first, made.last)
    events = days.of(pack.indicators[0].measure)
    kinds = Counter(event.fields["kind"] for event in events)
    assert set(kinds) == {"help", "crash", "blaze"}
    told = sum(len(records) for records in drawn.records.values())
    assert len(events) < 0.9 * told, (len(events), told)


def test_one_minute_more_between_two_calls_would_be_noticed(tmp_path: Path) -> None:
    """The comparison itself can fail: the twin is told of another union than the product."""
    made = scene(tmp_path, {})
    folder = made.drawn("month", FIRST).write(tmp_path)
    home = received(made, tmp_path, calls(random.Random(1)))
    pack = load_pack(folder)
    panel = load_panel(home, pack)
    theirs = agree.product_rows(pack, panel, compute(pack, panel, [parse("2024-02")]))
    other = replace(made, union={"minutes": 7}, folder=tmp_path / "other")
    mine = agree.twin_rows(
        other.drawn("month", date(2024, 2, 1)), other.drawn("month", FIRST).write(other.folder)
    )
    assert agree.differences(mine, theirs) != []
