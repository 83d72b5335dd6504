"""What a day of the simulated city reads does not grow with the years before it."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from qingyu.engine.store import Home
from qingyu.flows.daily import Daily, daily
from qingyu.flows.daily_simulated import bring, watch_city
from qingyu.flows.deliver import deliver
from qingyu.flows.simulate import simulate_city
from qingyu.pack.load import load_pack

ZHUHAI = Path(__file__).resolve().parents[2] / "packs" / "zhuhai"
LAST = date(2026, 10, 4)
DAY = timedelta(days=1)


def last_day(folder: Path, years: int) -> Daily:
    """The day after LAST of a small city that has lived `years`, the day before it by `daily`."""
    city, post = folder / "city", folder / "post"
    first = LAST.replace(year=LAST.year - years) + DAY
    simulate_city(ZHUHAI, city, first=first, last=LAST, faults="none", scale=0.003, recent=1)
    pack = load_pack(ZHUHAI)
    home = Home.create(folder / "home", ZHUHAI)
    deliver(home, pack, city, "test", until=LAST - DAY)
    watch_city(home, pack, city, post)
    for day in (LAST, LAST + DAY):
        assert bring(city, post, day)
        done = daily(home, pack, "test", day)
        assert not done.attention, done.report["refused"]
    return done


@pytest.mark.slow
def test_rows_read_do_not_grow_with_history(tmp_path: Path) -> None:
    few, many = (last_day(tmp_path / str(years), years) for years in (1, 3))
    batches: Any = few.report["received"]
    assert len(batches) == len(many.report["received"]) > 0  # type: ignore[arg-type]
    assert sum(few.rows.values()) > 0
    for stage, rows in many.rows.items():
        assert rows <= 1.1 * few.rows[stage], stage
    periods: Any = few.report["periods"]
    assert "2026-10-04" in [one["period"] for one in periods]
