"""Odds: the drawn path is the published one, and what the draws come to."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import numpy as np
import pytest
import xarray as xr
from index_town import (
    TOWNS,
    area,
    compare,
    dated,
    indicator,
    make_pack,
    make_panel,
    people,
    source,
)

from qingyu.engine.tables import Panel, fingerprint
from qingyu.index.ingredients import MISSING, Ingredients
from qingyu.index.odds import Moment, Odds, follow, measure_spread, observed, odds
from qingyu.index.odds.said import area_odds
from qingyu.index.results import Results
from qingyu.index.steps import evaluate, gather
from qingyu.pack.model import Pack, Source
from qingyu.periods import parse

DAILY = {"window": "7 days", "least_expected": "5", "at_most": "28 days"}
COMPARES = [
    compare("own", "0.2", years=1, at_least=1, window="28 days"),
    compare("trailing", "0.2", weeks=8, at_least=4),
    compare("peers", "0.2"),
    compare("previous", "0.2"),
    compare("parent", "0.1"),
    compare("minmax", "0.1", low=[dated("0.5")], high=[dated(4)]),
]


def city(seed: int = 7, rate: float = 1 / 500, **more: Any) -> tuple[Pack, Panel]:
    """Two years of towns of many sizes, one of which has no case at all, and one that goes."""
    chance = np.random.default_rng(seed)
    sizes = {code: 300 * (n + 1) for n, code in enumerate((*TOWNS, "Z"))}
    given = {"compare": COMPARES, "daily": DAILY, "shrink": {}}
    pack = make_pack(
        areas=[area("C", "city", None), *(area(c) for c in TOWNS), area("Z", to=date(2016, 9, 9))],
        exposures=(people(sizes),),
        indicators=(indicator("theft", **(given | more)),),
    )
    counts = {code: chance.poisson(size * rate, 730) for code, size in sizes.items()}
    counts["A"][:] = 0
    return pack, make_panel(pack, 730, counts)


def scored(pack: Pack, panel: Panel, period: str) -> tuple[Ingredients, Results]:
    found = gather(pack, panel, [parse(period)])
    return found, evaluate(pack, found)


def drawn(pack: Pack, panel: Panel, period: str, seed: int = 1, draws: int = 400) -> Odds:
    given, results = scored(pack, panel, period)
    return odds(pack, given, results, seed, draws, measure_spread(pack, panel, given))


@pytest.mark.parametrize("period", ["2016-10", "2016-10-03", "2016-W40", "2016-02", "2016"])
@pytest.mark.parametrize("better", ["lower", "higher"])
def test_at_the_observed_counts_the_drawn_path_is_the_published_one(
    period: str, better: str
) -> None:
    pack, panel = city(better=better)
    given, results = scored(pack, panel, period)
    found = follow(
        Moment.of(pack, given, results), {0: observed(Moment.of(pack, given, results), 0)}, 1
    )
    assert (results.score != MISSING).any()
    assert np.array_equal(found.score, results.score)
    assert np.array_equal(found.grade, results.grade)
    assert np.array_equal(found.rank, results.rank)
    own = np.where(results.indicator == MISSING, 0, results.indicator)
    assert np.array_equal(found.indicator, own)


def test_an_area_without_a_case_has_a_posterior_and_one_without_a_score_none() -> None:
    pack, panel = city()
    given, results = scored(pack, panel, "2016-10")
    found = drawn(pack, panel, "2016-10")
    a, z = (given.labels.areas.index(code) for code in "AZ")
    assert given.world.count[0, a, given.labels.lead] == 0
    assert found.lower[a] < found.upper[a]
    assert results.score[z, 0] == MISSING
    assert (found.lower[z], found.upper[z], found.rank_upper[z]) == (MISSING, MISSING, 0)
    assert found.grade_share[z].sum() == 0
    moment = Moment.of(pack, given, results)
    assert area_odds(moment, found, z) is None
    assert area_odds(moment, found, a) is not None


def test_shares_add_up_and_intervals_are_in_order() -> None:
    pack, panel = city()
    given, results = scored(pack, panel, "2016-10-03")
    found = drawn(pack, panel, "2016-10-03")
    there = results.score[:, 0] != MISSING
    assert np.allclose(found.grade_share[there].sum(axis=1), 1)
    assert (found.lower[there] <= found.middle[there]).all()
    assert (found.middle[there] <= found.upper[there]).all()
    assert (found.rank_lower <= found.rank_upper).all()
    moment = Moment.of(pack, given, results)
    for place in np.flatnonzero(there).tolist():
        said = area_odds(moment, found, place)
        assert said is not None
        assert sum(said.grades.values()) == 100
        assert said.driver == "theft"


def test_the_same_seed_tells_the_same_and_another_nearly_the_same() -> None:
    pack, panel = city()
    one, again = (drawn(pack, panel, "2016-10") for _ in range(2))
    other = drawn(pack, panel, "2016-10", seed=2)
    assert np.array_equal(one.lower, again.lower)
    assert np.array_equal(one.grade_share, again.grade_share)
    assert not np.array_equal(one.lower, other.lower)
    there = one.lower != MISSING
    assert np.abs(one.middle - other.middle)[there].max() < 1000


def test_more_events_make_a_narrower_interval_and_the_same_events_in_bunches_do_not() -> None:
    pack, panel = city()
    widths = {}
    bunches = replace(panel, counts=panel.counts * 50)
    for name, one in (("few", panel), ("many", city(rate=1 / 10)[1]), ("bunches", bunches)):
        found = drawn(pack, one, "2016-10")
        there = found.lower != MISSING
        widths[name] = float(np.median((found.upper - found.lower)[there]))
    assert widths["many"] < widths["few"] / 2
    assert widths["bunches"] > widths["few"] / 2


def test_a_stock_is_held_and_named() -> None:
    pack, panel = city(measure={"stock": "calls", "closed": "at"}, daily=None)
    given = gather(pack, panel, [parse("2016-10")])
    results = evaluate(pack, given)
    found = odds(pack, given, results, 1, 50)
    assert found.reasons == ("stock",)
    there = results.score[:, 0] != MISSING
    assert np.array_equal(found.lower[there], results.score[there, 0])
    assert np.array_equal(found.upper[there], results.score[there, 0])


def test_without_a_past_the_pack_speaks() -> None:
    """κ and the declared dispersion stand in, and more dispersion is more doubt."""
    calm, panel = city()
    rough, _ = city(dispersion="4")
    widths = []
    for pack in (calm, rough):
        given, results = scored(pack, panel, "2016-10")
        found = odds(pack, given, results, 1, 400)
        there = results.score[:, 0] != MISSING
        widths.append(float(np.median((found.upper - found.lower)[there])))
    assert widths[1] > 1.3 * widths[0]


# -- means ----------------------------------------------------------------------------------------


def rated(variance: str | None, answers: int = 40) -> tuple[Pack, Panel]:
    """Ratings of four on average; `answers` a day in each town."""
    columns = [
        {"name": "at", "type": "timestamp"}, {"name": "twp", "type": "text"},
        {"name": "score", "type": "decimal", "places": 1},
    ]  # fmt: skip
    told = source().model_dump(by_alias=True, exclude_defaults=True) | {"columns": columns}
    mean = {"sum": "calls", "of": "score", "places": 1}
    one = indicator("rating", measure=mean, per={"measure": {"count": "calls"}}, variance=variance,
                    better="higher", compare=[compare("target", target=[dated("40")])])  # fmt: skip
    pack = make_pack(sources=(Source.model_validate(told),), indicators=(one,))
    plain = make_panel(pack, 400, dict.fromkeys(TOWNS, answers))
    sums = plain.counts * 40
    sums["measure"] = [fingerprint(one.measure)]
    return pack, replace(plain, counts=xr.concat([plain.counts, sums], "measure"))


def test_a_mean_is_drawn_about_what_was_found_with_the_declared_variance() -> None:
    """Forty answers a day for thirty-one days: a hundredth of a point or so of a rating."""
    pack, panel = rated("1")
    given, results = scored(pack, panel, "2015-10")
    found = drawn(pack, panel, "2015-10", draws=4000)
    a = given.labels.areas.index("A")
    # The curve falls by 70/8 points for each tenth around the target: 85 at one, 92 at 0.8 times.
    spread = np.sqrt(1 / (40 * 31)) / 4  # relative to the mean
    slope = (found.upper[a] - found.lower[a]) / 1000 / (2 * 1.645 * spread)
    assert 35 < slope < 50  # between the 35 below the target and the 50 above it
    assert found.held[0].sum() == 0
    assert int(results.score[a, 0]) == 85_000


def test_more_answers_and_less_variance_are_surer() -> None:
    def width(variance: str, answers: int) -> int:
        pack, panel = rated(variance, answers)
        given, _ = scored(pack, panel, "2015-10")
        found = drawn(pack, panel, "2015-10", draws=2000)
        a = given.labels.areas.index("A")
        return int(found.upper[a] - found.lower[a])

    assert width("1", 10) == pytest.approx(2 * width("1", 40), rel=0.15)
    assert width("4", 40) == pytest.approx(2 * width("1", 40), rel=0.15)


def test_a_mean_without_a_declared_variance_is_held_and_says_so() -> None:
    pack, panel = rated(None)
    given, results = scored(pack, panel, "2015-10")
    found = drawn(pack, panel, "2015-10")
    a = given.labels.areas.index("A")
    assert found.lower[a] == found.upper[a] == results.score[a, 0]
    said = area_odds(Moment.of(pack, given, results), found, a)
    assert said is not None
    assert said.held == {"rating": "mean"}
