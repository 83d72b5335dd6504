"""`qingyu daily` of a simulated city with one and with five years of history, in turn: seconds and
rows read, stage by stage. The same new day comes to both; rows read within 10 % is the goal."""

from __future__ import annotations

import shutil
import statistics
from datetime import date, timedelta
from pathlib import Path

from bench.harness import PAIRS

PACK = Path(__file__).resolve().parents[1] / "packs" / "zhuhai"
LAST = date(2026, 10, 31)
DAYS = 10  # that come one by one at the end


def main(work: Path, scale: float = 1.0, years: tuple[int, int] = (1, 5)) -> None:
    print(f"daily: the simulated city at scale {scale}, {years[0]} and {years[1]} years of history")
    shutil.rmtree(work, ignore_errors=True)
    offices = {span: _Office(work / f"y{span}", span, scale) for span in years}
    seconds: dict[int, list[dict[str, float]]] = {span: [] for span in years}
    rows: dict[int, list[dict[str, int]]] = {span: [] for span in years}
    for number in range(min(PAIRS, DAYS - 1)):
        for span in years:
            taken, read = offices[span].live(LAST - timedelta(days=DAYS - 2 - number))
            seconds[span].append(taken)
            rows[span].append(read)
    for span in years:
        _report(span, seconds[span], rows[span])
    few, many = (statistics.median(sum(one.values()) for one in rows[span]) for span in years)
    pairs = zip(seconds[years[0]], seconds[years[1]], strict=True)
    ratios = sorted(sum(b.values()) / sum(a.values()) for a, b in pairs)
    print(f"  rows read: {many / few:.3f} times; seconds: {statistics.median(ratios):.2f} times")
    print("  goal: rows read at most 1.1 times")


def _report(span: int, seconds: list[dict[str, float]], rows: list[dict[str, int]]) -> None:
    whole = statistics.median(sum(one.values()) for one in seconds)
    read = statistics.median(sum(one.values()) for one in rows)
    print(f"  {span} years: median {whole:.3f} s of {len(seconds)}, {read:,.0f} rows read")
    for stage in seconds[0]:
        taken = statistics.median(one.get(stage, 0.0) for one in seconds)
        count = statistics.median(one.get(stage, 0) for one in rows)
        print(f"    {stage}: {taken:.3f} s, {count:,.0f} rows read")


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

    def live(self, day: date) -> tuple[dict[str, float], dict[str, int]]:
        """The files of a day arrive and the day is worked; seconds and rows read by stage."""
        from qingyu.flows.daily import daily
        from qingyu.flows.daily_simulated import bring

        bring(self.city, self.post, day)
        done = daily(self.home, self.pack, "bench", day)
        assert not done.attention, done.report["refused"]
        self.home.upkeep()
        return done.seconds, done.rows
