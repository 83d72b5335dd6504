"""The surge that is put into 唐家湾镇 is seen in its grades, and eases as the town mends its ways.

The same story was printed of the real town in 2022. The truth is the simulator's: only what the
index makes of the traffic police's file is asked, in the two dimensions that read it.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path

import numpy as np
import pytest

from qingyu.engine.store import Home
from qingyu.flows.opening import as_known
from qingyu.flows.publish import compute_from, panel_of
from qingyu.flows.show import shown
from qingyu.index.rows import Row
from qingyu.intake.receive import receive
from qingyu.pack.load import load_pack
from qingyu.pack.model import Pack
from qingyu.periods import Period, parse
from qingyu.simulate.city.declared import TANGJIAWAN
from qingyu.simulate.city.events import DAY
from qingyu.simulate.city.forms import write_table
from qingyu.simulate.city.records.books import MAKERS
from qingyu.simulate.city.shapes import number_of
from qingyu.simulate.city.world import World, world_of

PACK = Path(__file__).resolve().parents[2] / "packs" / "zhuhai"
FIRST, LAST = date(2023, 8, 1), date(2026, 12, 31)
BEFORE, SURGE, MENDING, AFTER = "2026-08", "2026-09", "2026-10", "2026-12"

pytestmark = pytest.mark.slow


def traffic_only(pack: Pack) -> Pack:
    """The pack with indices of the dimensions that the traffic police feed."""
    topic = ("traffic_safety", "civility")
    indices = tuple(
        index.model_copy(update={"dimensions": tuple(d for d in index.dimensions if d in topic)})
        for index in pack.indices
    )
    return pack.model_copy(update={"indices": indices})


@pytest.fixture(scope="module")
def world() -> World:
    return world_of(load_pack(PACK), seed=2014)


@pytest.fixture(scope="module")
def home(world: World, tmp_path_factory: pytest.TempPathFactory) -> Home:
    place = tmp_path_factory.mktemp("surge")
    first, last = number_of(FIRST), number_of(LAST)
    book = MAKERS["police_122"].book(world, first, last)
    file = place / "police_122.parquet"
    write_table(file, book.told(first, last, (last + 10) * DAY))
    home = Home.create(place / "home", PACK)
    receive(home, load_pack(PACK), "police_122", [file], covers=(FIRST, LAST),
            version="2027-01-10T06:00:00", who="test")  # fmt: skip
    return home


def rows(home: Home, labels: list[str]) -> dict[str, dict[str, Row]]:
    """Label → code → row, of towns."""
    pack = load_pack(PACK)
    known = as_known(home, pack, None)
    panel = panel_of(home, pack, known)
    periods: list[Period] = [parse(label) for label in labels]
    done = compute_from(traffic_only(pack), panel, periods, known)
    return {
        period.label: {row.area: row for row in shown(done, period, "town").rows}
        for period in periods
    }


def test_the_month_of_the_surge_is_worse_and_the_mended_ones_are_not(home: Home) -> None:
    found = rows(home, [BEFORE, SURGE, MENDING, AFTER])
    here = {label: found[label][TANGJIAWAN] for label in found}
    score = {label: row.score or 0 for label, row in here.items()}
    places = [here[label].grade_place or 0 for label in (BEFORE, SURGE, MENDING, AFTER)]
    assert score[SURGE] <= score[BEFORE] - 15_000
    assert score[MENDING] >= score[SURGE] + 5_000
    assert score[AFTER] >= score[SURGE] + 15_000  # eased
    assert score[AFTER] >= 85_000 - 2_000  # as usual, or nearly
    assert places[1] >= places[0] + 1  # a worse colour
    assert places[3] < places[1]  # and a better one again
    assert here[SURGE].rank == here[SURGE].of
    assert "交通事故" in here[SURGE].sentence.text.render("zh")


def test_a_daily_grade_notices_within_two_weeks_of_the_rise(home: Home) -> None:
    days = [f"2026-09-{day:02d}" for day in range(1, 31)]
    found = rows(home, days)
    places = [found[day][TANGJIAWAN].grade_place or 0 for day in days]
    assert max(places[:14]) >= 2  # orange or red
    assert all(place >= 2 for place in places[14:])  # and it stays so while the surge lasts


def test_the_truth_is_that_surge(world: World) -> None:
    days = world.days(date(2026, 8, 1), date(2026, 12, 31))
    accidents = world.scenario.stream("accidents")
    factor = world.injected("accidents", "happens", days)
    assert factor is not None
    town = world.towns.number(TANGJIAWAN)
    assert town is not None
    mean = world.mean(accidents, days)[town] / factor[town]
    assert factor[town].max() == pytest.approx(2.2)
    assert factor[town][-31:].max() < 1.0
    others = np.delete(factor, town, axis=0)
    assert (others == 1.0).all()
    assert mean.max() / mean.min() < 2.5  # the season alone is no surge
