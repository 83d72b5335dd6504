"""The Zhuhai pack's own cases hold; and what a case cannot say: deaths, homicides, no figure."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from qingyu.engine.tables import Panel, fingerprint
from qingyu.flows.cases import panel_of_case, run_cases
from qingyu.flows.opening import Known
from qingyu.flows.publish import compute_from
from qingyu.index.ingredients import State
from qingyu.index.spot import Spot, spot
from qingyu.pack.load import load_pack
from qingyu.pack.model import Case, Measure, Pack
from qingyu.periods import parse

PACK = Path(__file__).parents[2] / "packs" / "zhuhai"
TOWN, ISLAND, CITY = "440402100000", "440402107000", "440400000000"  # 唐家湾镇, 担杆镇, 珠海市
# Enough of the index for a score; a month without any event.
COVERED = (
    "police_110", "police_122", "fire_119", "work_safety", "land", "ratings", "honours",
)  # fmt: skip


@pytest.fixture(scope="module")
def pack() -> Pack:
    return load_pack(PACK)


def case(period: str, sources: tuple[str, ...], first: str, last: str, *given: Any) -> Case:
    return Case.model_validate(
        {
            "name": {"zh": "算例", "en": "case"},
            "period": period,
            "covered": [{"source": name, "from": first, "to": last} for name in sources],
            "given": given,
            "expect": [{"area": TOWN}],
        }
    )


def month(pack: Pack) -> tuple[Case, Panel]:
    made = case("2026-09", COVERED, "2026-08-01", "2026-09-30")
    return made, panel_of_case(pack, made)


def looked_at(pack: Pack, made: Case, panel: Panel, area: str = TOWN) -> Spot:
    period = parse(made.period)
    published = compute_from(pack, panel, [period], Known(1, None))
    return spot(pack, panel, published.ingredients, published.results, area, period)


def add(panel: Panel, measure: Measure, area: str, day: date, count: int) -> None:
    panel.counts.loc[fingerprint(measure), area, day.isoformat()] += count


def dimension(place: Spot, name: str) -> int | None:
    results = place.results
    return place.score(results.dimension, results.labels.dimensions.index(name))


def test_the_pack_s_own_cases_hold(pack: Pack) -> None:
    outcomes = run_cases(pack, strict=True)
    assert len(outcomes) >= 45
    assert all(outcome.holds for outcome in outcomes)


# -- deaths and homicides --------------------------------------------------------------------------


@pytest.mark.parametrize(("deaths", "points"), [(0, 85), (1, 80), (3, 70), (4, 65), (9, 65)])
def test_deaths_are_deducted_from_their_dimension(pack: Pack, deaths: int, points: int) -> None:
    made, panel = month(pack)
    (deduction,) = pack.dimension("traffic_safety").deductions
    add(panel, deduction.measure, "440402100015", date(2026, 9, 8), deaths)
    place = looked_at(pack, made, panel)
    assert dimension(place, "traffic_safety") == points * 1_000_000
    assert dimension(place, "fire_safety") == 85_000_000


def test_a_homicide_caps_the_month_at_yellow_and_leaves_a_lower_grade_alone(pack: Pack) -> None:
    """Under cuts at which a calm month is blue, a homicide leaves the most that is still yellow."""
    made, panel = month(pack)
    better = pack.model_copy(update={"grades": lowered(pack)})
    (cap,) = pack.grades.caps
    calm = looked_at(better, made, panel)
    assert calm.found(calm.results.score) >= 80_000
    add(panel, cap.measure, "440402100015", date(2026, 9, 8), 1)
    place = looked_at(better, made, panel)
    assert place.score(place.results.score) == 79_999
    whole = looked_at(better, made, panel, CITY)
    assert whole.score(whole.results.score) == 79_999  # every area that holds the place
    other = looked_at(better, made, panel, ISLAND)
    assert other.score(other.results.score) == other.found(other.results.before_caps)
    plain = looked_at(pack, made, panel)
    assert plain.score(plain.results.score) == plain.found(plain.results.before_caps)


def lowered(pack: Pack) -> Any:
    """The grades with cuts ten points lower, under which a calm month is blue."""
    (scale,) = pack.grades.scales
    grades = tuple(g.model_copy(update={"cut": max(0, g.cut - 10_000_000)}) for g in scale.grades)
    return pack.grades.model_copy(update={"scales": (scale.model_copy(update={"grades": grades}),)})


# -- no figure is not a good figure ----------------------------------------------------------------


def test_where_no_hours_of_patrol_are_sent_there_is_no_figure(pack: Pack) -> None:
    found = {"indicator": "urban_events", "area": TOWN, "from": "2026-08-01", "to": "2026-09-30",
             "each_day": 20}  # fmt: skip
    made = case("2026-09", ("urban_management",), "2026-08-01", "2026-09-30", found)
    place = looked_at(pack, made, panel_of_case(pack, made))
    assert place.state("urban_events") == State.NO_DATA
    assert place.score(place.results.indicator, place.place_of("urban_events")) is None


def test_on_a_small_island_no_window_is_wide_enough_for_fires(pack: Pack) -> None:
    fires = {"indicator": "fire_calls", "area": TOWN, "from": "2026-07-01", "to": "2026-09-15",
             "each_day": 5}  # fmt: skip
    made = case("2026-09-15", ("fire_119",), "2026-07-01", "2026-09-15", fires)
    panel = panel_of_case(pack, made)
    assert looked_at(pack, made, panel, ISLAND).state("fire_calls") == State.NO_DATA
    assert looked_at(pack, made, panel).state("fire_calls") != State.NO_DATA


def test_villages_get_no_grade(pack: Pack) -> None:
    made, panel = month(pack)
    published = compute_from(pack, panel, [parse(made.period)], Known(1, None))
    levels = {a.level for a in pack.areas if a.code in published.results.labels.areas}
    assert levels == {"city", "district", "town"}
