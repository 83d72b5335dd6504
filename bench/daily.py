"""`qingyu daily` of a simulated city with one and with five years of history, in turn: seconds,
rows read of tables, and cells read of what is kept beside them (snapshots, key indices), stage by
stage. The same new day comes to both. Goals: rows at most 1.1 times, seconds 1.2 times."""

from __future__ import annotations

import shutil
import statistics
from collections.abc import Callable, Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from bench.harness import PAIRS

if TYPE_CHECKING:
    from qingyu.flows.daily import Daily

PACK = Path(__file__).resolve().parents[1] / "packs" / "zhuhai"
LAST = date(2026, 10, 31)
DAYS = 10  # that come one by one at the end


def main(work: Path, scale: float = 1.0, years: tuple[int, int] = (1, 5)) -> None:
    print(f"daily: the simulated city at scale {scale}, {years[0]} and {years[1]} years of history")
    shutil.rmtree(work, ignore_errors=True)
    offices = {span: _Office(work / f"y{span}", span, scale) for span in years}
    lived: dict[int, list[Daily]] = {span: [] for span in years}
    for number in range(min(PAIRS, DAYS - 1)):
        for span in years:
            lived[span].append(offices[span].live(LAST - timedelta(days=DAYS - 2 - number)))
    for span in years:
        _report(span, lived[span], offices[span])
    few, many = (lived[span] for span in years)
    told = [f"{name} {_ratio(few, many, of):.2f} times" for name, of in WHOLE.items()]
    print(f"  from {years[0]} to {years[1]} years: {', '.join(told)}")
    print("  goals: rows at most 1.1 times, seconds at most 1.2 times")


def _seconds(day: Daily) -> float:
    return sum(day.seconds.values())


def _rows(day: Daily) -> float:
    return sum(day.rows.values())


def _cells(day: Daily) -> float:
    return sum(day.cells.values())


WHOLE: dict[str, Callable[[Daily], float]] = {"seconds": _seconds, "rows": _rows, "cells": _cells}


def _ratio(few: Sequence[Daily], many: Sequence[Daily], of: Callable[[Daily], float]) -> float:
    """The median over pairs of the same day."""
    return statistics.median(of(b) / of(a) for a, b in zip(few, many, strict=True))


def _report(span: int, days: Sequence[Daily], office: _Office) -> None:
    seconds, rows, cells = (statistics.median(map(of, days)) for of in WHOLE.values())
    print(
        f"  {span} years: median {seconds:.3f} s of {len(days)}, {rows:,.0f} rows read,"
        f" {cells:,.0f} cells read, {office.written():,} bytes of the last snapshot written"
    )
    for stage in days[0].seconds:
        parts = [
            statistics.median(getattr(one, name).get(stage, 0) for one in days)
            for name in ("seconds", "rows", "cells")
        ]
        print(f"    {stage}: {parts[0]:.3f} s, {parts[1]:,.0f} rows, {parts[2]:,.0f} cells read")


class _Office:
    """A home that has received its history, lived one day, and takes one day after another."""

    def __init__(self, work: Path, years: int, scale: float) -> None:
        from qingyu.engine.store import Home
        from qingyu.flows.daily_simulated import watch_city
        from qingyu.flows.deliver import deliver
        from qingyu.flows.simulate import simulate_city
        from qingyu.pack.load import load_pack

        work.mkdir(parents=True)
        self.city, self.post = work / "city", work / "post"
        first = LAST.replace(year=LAST.year - years) + timedelta(days=1)
        written = simulate_city(
            PACK, self.city, first=first, last=LAST, faults="none", scale=scale, recent=1
        )
        self.pack = load_pack(PACK)
        self.home = Home.create(work / "home", PACK)
        begin = LAST - timedelta(days=DAYS)
        deliver(self.home, self.pack, self.city, "bench", until=begin)
        self.home.upkeep()
        watch_city(self.home, self.pack, self.city, self.post)
        print(f"  {years} years: {written.rows:,} rows in {written.files} files")
        self.live(begin + timedelta(days=1))

    def live(self, day: date) -> Daily:
        """The files of a day arrive and the day is worked."""
        from qingyu.flows.daily import daily
        from qingyu.flows.daily_simulated import bring

        bring(self.city, self.post, day)
        done = daily(self.home, self.pack, "bench", day)
        assert not done.attention, done.report["refused"]
        self.home.upkeep()
        return done

    def written(self) -> int:
        """Bytes in files of the newest snapshot alone."""
        mark = f".{self.home.last:08d}."
        files = (self.home.folder / "cache").iterdir()
        return sum(path.stat().st_size for path in files if mark in path.name)
