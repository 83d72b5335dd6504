"""In a calm city nothing but chance moves the daily index: size must not decide the colour, and a
surge must not drown in the calm before it. Counts are drawn from Poisson's law at steady rates."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from qingyu.engine.tables import Panel, fingerprint
from qingyu.flows.cases import panel_of_case
from qingyu.flows.opening import Known
from qingyu.flows.publish import compute_from
from qingyu.index.results import Results
from qingyu.pack.load import load_pack
from qingyu.pack.model import Case, Measure, Pack
from qingyu.periods import parse

PACK = Path(__file__).parents[2] / "packs" / "zhuhai"
FIRST, LAST = date(2024, 8, 1), date(2026, 9, 30)  # two Septembers before the one looked at
DAYS = (LAST - FIRST).days + 1
SEPTEMBER = [parse(f"2026-09-{day:02d}") for day in range(1, 31)]
SURGE = slice("2026-09-01", "2026-09-30")
TANGJIAWAN = "440402100000"
SMALL, LARGE = 40_000, 100_000  # people who are there
RED = 3
PER_10000_A_DAY = {
    "crime_calls": 0.35, "telecom_fraud": 0.06, "traffic_accidents": 0.5, "fire_calls": 0.02,
    "food_complaints": 0.01,
}  # fmt: skip
RATIOS = {"hotline_in_time": (6.0, 0.95), "urban_events": (10.0, 0.06)}  # per, and share of it


@pytest.fixture(scope="module")
def pack() -> Pack:
    return load_pack(PACK)


@pytest.fixture(scope="module")
def people(pack: Pack) -> dict[str, int]:
    """Who is there, in each town."""
    (actual,) = (e for e in pack.exposures if e.id == "actual_population")
    return {row.area: row.value for row in actual.rows}


@pytest.fixture(scope="module")
def calm(pack: Pack, people: dict[str, int]) -> Panel:
    covered = [{"source": s.id, "from": FIRST, "to": LAST} for s in pack.sources if s.id != "air"]
    case = {"name": {"zh": "平静", "en": "calm"}, "period": "2026-09", "covered": covered,
            "expect": [{"area": TANGJIAWAN}]}  # fmt: skip
    panel = panel_of_case(pack, Case.model_validate(case))
    chance = np.random.default_rng(20260930)
    size = np.array([*people.values()])[:, None] / 10_000
    towns = [*people]

    def put(measure: Measure | None, counts: NDArray[np.int64]) -> None:
        assert measure is not None
        panel.counts.loc[fingerprint(measure), towns] = counts

    for name, rate in PER_10000_A_DAY.items():
        put(pack.indicator(name).measure, chance.poisson(rate * size, (len(towns), DAYS)))
    for name, (rate, share) in RATIOS.items():
        below = chance.poisson(rate * size, (len(towns), DAYS))
        put(pack.indicator(name).per.measure, below)
        put(pack.indicator(name).measure, chance.binomial(below, share))
    return panel


def computed(pack: Pack, panel: Panel) -> Results:
    return compute_from(pack, panel, SEPTEMBER, Known(1, None)).results


def test_size_does_not_decide_the_colour(pack: Pack, calm: Panel, people: dict[str, int]) -> None:
    """Between strata of population the mean score changes by at most one point and the share of
    red by at most one in a hundred."""
    results = computed(pack, calm)
    places = {code: results.labels.areas.index(code) for code in people}
    strata = (
        [places[c] for c, n in people.items() if n < SMALL],
        [places[c] for c, n in people.items() if SMALL <= n < LARGE],
        [places[c] for c, n in people.items() if n >= LARGE],
    )
    means, reds = [], []
    for stratum in strata:
        grades = results.grade[stratum]
        scored = grades >= 0
        assert scored.mean() > 0.5
        means.append(results.score[stratum][scored].mean() / 1000)
        reds.append((grades[scored] == RED).mean())
    assert max(means) - min(means) <= 1
    assert max(reds) - min(reds) <= 0.01
    assert all(84 < mean < 87 for mean in means)  # as usual is 85


def test_a_surge_is_seen_after_a_calm_year(pack: Pack, calm: Panel) -> None:
    """Twice the accidents in one town: orange or worse in its indicator within a week."""
    panel = Panel(calm.counts.copy(), calm.coverage, calm.known)
    accidents = fingerprint(pack.indicator("traffic_accidents").measure)
    panel.counts.loc[accidents, TANGJIAWAN, SURGE] *= 2
    results = computed(pack, panel)
    place = results.labels.areas.index(TANGJIAWAN)
    points = results.indicator[results.labels.indicators.index("traffic_accidents"), place]
    assert (points[6:] < 80_000_000).all()
    assert points[6:].mean() < 70_000_000
