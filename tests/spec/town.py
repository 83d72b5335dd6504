"""A town's files: a pack with every method that leaves the integers, and four sends that
correct each other."""

from __future__ import annotations

import csv
import random
from datetime import date
from decimal import Decimal
from pathlib import Path

from draw_text import DAY
from scene import Scene, held, indicator, target

FIRST, LAST = date(2023, 3, 1), date(2024, 6, 15)
Row = tuple[str, str, str, str, str]  # id, at, area, kind, amount


def write_pack(folder: Path) -> Scene:
    """Every method that leaves the integers, estimated κ, two sources, a ratio and a sum."""
    daily = {"window": "7 days", "least_expected": Decimal("0.5"), "at_most": "28 days"}
    half = Decimal("0.5")
    scene = Scene(folder)
    scene.towns = tuple(f"t{n},Town {n},,town,c,,,,true," for n in range(1, 8))
    scene.residents = {f"t{n}": 4001 + 977 * n for n in range(1, 8)}
    scene.sources = {"calls": {"edges": "partial"}, "checks": {}}
    scene.dimensions = (
        {"id": "order", "weight": target(Decimal("0.7"))["target"]},
        {"id": "roads", "weight": target(Decimal("0.3"))["target"]},
    )
    scene.index = {"method": "geometric", "within": "generalised", "exponent": Decimal("-0.75")}
    compare = [held("peers", half), held("trailing", half, weeks=6, at_least=3)]
    thefts = {"count": "calls", "where": {"kind": {"in": ["theft"]}}}
    where = {"kind": {"not": {"equals": "fire"}}, "amount": {"between": [Decimal("1.5"), 18]}}
    summed = {"sum": "calls", "of": "amount", "places": 2, "where": where}
    scene.indicators = {
        "a": indicator(
            daily=daily, compare=compare, shrink=None,
            measure=thefts, weight=target(half)["target"],
        ),
        "b": indicator(
            daily=daily, compare=[held("previous", half), held("parent", half)], shrink=None,
            measure=summed, weight=target(half)["target"],
        ),
        "c": indicator(
            daily=daily, nature="handling", dimension="roads",
            per={"measure": {"count": "checks"}, "unit": 1}, compare=[target(Decimal("0.4"))],
        ),
    }  # fmt: skip
    scene.drawn("month", LAST).write(folder)
    return scene


def write_sends(folder: Path) -> None:
    """Four sends: two halves of the calls that overlap and correct each other, all checks, and a
    last one with corrections to everything."""
    chance = random.Random(20240615)
    days = [FIRST + n * DAY for n in range((LAST - FIRST).days + 1)]

    def row(number: int, day: date) -> Row:
        at = f"{day} {chance.randrange(24):02d}:{chance.randrange(60):02d}:00"
        area = f"t{chance.choice([1, 2, 2, 3, 3, 3, 4, 5, 6, 7, 99])}"  # t99 is nowhere
        amount = Decimal(chance.randrange(2000)) / 100
        return f"k{number:05d}", at, area, chance.choice(["theft", "fire"]), str(amount)

    calls = [row(n, chance.choice(days)) for n in range(2500)]
    checks = [row(n, chance.choice(days)) for n in range(4000)]
    middle = date(2023, 11, 1).isoformat()
    early = [r for r in calls if r[1] < middle]
    late = [r for r in calls if r[1] >= middle]
    mended = [(r[0], r[1], "t5", r[3], "9.99") for r in early[::7]]  # another place and amount
    again = [(r[0], r[1], r[2], "fire", r[4]) for r in calls[::11]]
    for number, (source, rows) in enumerate(
        [("calls", early), ("calls", [*late, *mended]), ("checks", checks), ("calls", again)]
    ):
        folder.mkdir(exist_ok=True)
        with (folder / f"{number}.{source}.csv").open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(["id", "at", "area", "kind", "amount"])
            writer.writerows(chance.sample(rows, len(rows)))
