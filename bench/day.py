"""One new day to a computed daily index in a warm process: the cost must not grow with history.

Two homes of the same city, one year and ten years of history, the same new day. Printed: rows read
from the store and seconds, in turn; rows read within 10 % of each other is the goal.
"""

from __future__ import annotations

import shutil
import statistics
import time
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from bench import city
from bench.harness import PAIRS

TOWNS = 24
A_DAY = 2_000  # events


def main(work: Path, years: tuple[int, int] = (1, 10)) -> None:
    print(f"day: {TOWNS} towns, {A_DAY:,} events a day, {years[0]} and {years[1]} years of history")
    shutil.rmtree(work, ignore_errors=True)
    homes = {span: _Warm(work / f"y{span}", span) for span in years}
    seconds: dict[int, list[float]] = {span: [] for span in years}
    rows: dict[int, list[int]] = {span: [] for span in years}
    for number in range(PAIRS):
        for span in years:
            taken, read = homes[span].one_more_day(number)
            seconds[span].append(taken)
            rows[span].append(read)
    for span in years:
        print(
            f"  {span} years: median {statistics.median(seconds[span]):.3f} s,"
            f" {statistics.median(rows[span]):,.0f} rows read"
        )
    few, many = (statistics.median(rows[span]) for span in years)
    ratios = sorted(b / a for a, b in zip(seconds[years[0]], seconds[years[1]], strict=True))
    print(f"  rows read: {many / few:.3f} times; seconds: {statistics.median(ratios):.2f} times")
    print("  goal: rows read at most 1.1 times")


class _Warm:
    """A home with its history received and its last day computed once."""

    def __init__(self, work: Path, years: int) -> None:
        from qingyu.engine.store import Home
        from qingyu.intake.receive import receive
        from qingyu.pack.load import load_pack

        work.mkdir(parents=True)
        self.work = work
        folder = city.write_pack(work / "pack", TOWNS)
        self.pack = load_pack(folder)
        self.home = Home.create(work / "home", folder)
        self.boundaries = city.write_boundaries(work / "towns.geojson", TOWNS)
        days = 365 * years
        self.rows = days * A_DAY
        # The last day of history is the same for both, so the new days are too.
        self.next_day = date(city.FIRST_YEAR + 10, 1, 1)
        first = self.next_day - timedelta(days=days)
        sent = city.write_events(
            work / "held.parquet", self.rows, towns=TOWNS, days=days, first_day=first.isoformat()
        )
        receive(
            self.home,
            self.pack,
            "events",
            [sent],
            version="1",
            who="bench",
            boundaries=self.boundaries,
        )
        self._compute(self.next_day - timedelta(days=1))

    def one_more_day(self, number: int) -> tuple[float, int]:
        from qingyu.engine.meter import metered
        from qingyu.intake.receive import receive

        sent = city.write_events(
            self.work / f"day{number}.csv",
            A_DAY,
            first_id=self.rows + number * A_DAY,
            towns=TOWNS,
            days=1,
            first_day=self.next_day.isoformat(),
        )
        started = time.perf_counter()
        with metered() as reading:
            receive(
                self.home,
                self.pack,
                "events",
                [sent],
                version=str(number + 2),
                who="bench",
                boundaries=self.boundaries,
            )
            self._compute(self.next_day)
        taken = time.perf_counter() - started
        self.next_day += timedelta(days=1)
        return taken, reading.rows

    def _compute(self, day: date) -> Any:
        from qingyu.engine.panel import load_panel
        from qingyu.index.steps import compute
        from qingyu.periods import period_of

        return compute(self.pack, load_panel(self.home, self.pack), [period_of(day, "day")])
