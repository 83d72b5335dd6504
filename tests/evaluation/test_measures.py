"""Thresholds, measures and charts."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from evaluation.calibrate import calm_scores, outbreak_scores, threshold
from evaluation.charts import Line, chart
from evaluation.measures import bootstrap, delays_of_both, paired, paired_over, summary
from evaluation.methods import DEFAULT, METHODS_BY_NAME, methods
from evaluation.run import delays, rows_of, stretches
from evaluation.scenarios import noufaily


@pytest.mark.parametrize("rate", [0.01, 0.001])
def test_a_threshold_gives_the_rate_on_other_draws(rate: float) -> None:
    rng = np.random.default_rng(1)
    level = threshold(rng.normal(size=(500, 400)), rate)
    assert (rng.normal(size=(500, 400)) >= level).mean() == pytest.approx(rate, rel=0.25)


def test_ties_stay_below_the_rate() -> None:
    scores = np.array([[0.0] * 90 + [1.0] * 8 + [2.0] * 2])
    assert threshold(scores, 0.05) == 2.0
    assert threshold(scores, 0.1) == 1.0
    assert threshold(scores, 0.01) == np.inf
    assert threshold(np.full((1, 100), -np.inf), 0.01) == np.inf


def test_calibrated_methods_keep_the_rate_on_held_out_weeks() -> None:
    """1 % of 11,000 weeks of other calm series, for each method that is quick."""
    calm, other = noufaily("test", "calm", 8), noufaily("test", "other", 8)
    for name in (DEFAULT, "farrington_improved", "bayes_2", "rki_3"):
        method = METHODS_BY_NAME[name]
        level = threshold(calm_scores(method, calm), 0.01)
        found = (calm_scores(method, other) >= level).mean()
        assert found == pytest.approx(0.01, abs=0.0045), name


def test_every_method_gives_a_number_for_every_point() -> None:
    world = noufaily("test", "calm", 1)
    for method in methods():
        scores = calm_scores(method, world)
        assert scores.shape == (28, 49), method.name
        assert not np.isnan(scores).any(), method.name
        during = outbreak_scores(method, world)
        assert (np.isnan(during).sum(axis=1) == 49 - (world.last - world.first + 1)).all()


def test_sparse_scores_are_the_whole_ones() -> None:
    world = noufaily("test", "calm", 1)
    for method in methods():
        whole = method.score(world.observed, list(world.current), world.timeline)
        during = outbreak_scores(method, world)
        told = ~np.isnan(during)
        assert np.array_equal(during[told], whole[told]), method.name


def test_delays_and_stretches() -> None:
    alarms = np.array([[False, True, True], [False, False, False], [True, False, False]])
    assert delays(alarms, np.array([10, 11, 12]), np.array([9, 10, 10])).tolist() == [2, -1, 0]
    label = np.array([True, True, False, True, False, False, True])
    assert stretches(label) == [(0, 2), (3, 4), (6, 7)]
    assert stretches(np.zeros(3, bool)) == []


def results(delay: list[int], replicate: list[int]) -> pd.DataFrame:
    number = len(delay)
    return pd.DataFrame(
        {"group": [1] * number, "replicate": replicate, "delay": delay, "false": [1] * number,
         "points": [50] * number}
    )  # fmt: skip


def each(delay: list[int]) -> pd.DataFrame:
    """One series a replicate."""
    return results(delay, list(range(len(delay))))


def test_summary_by_hand() -> None:
    found = summary(results([0, 2, -1, -1], [0, 1, 2, 3]))
    assert (found.false, found.found, found.delay, found.at_once) == (0.02, 0.5, 1.0, 0.25)


def test_paired_differences() -> None:
    one = results([0] * 30 + [-1] * 10, list(range(40)))
    other = results([0] * 20 + [-1] * 20, list(range(40)))
    gain = paired(one, other)
    assert gain.mean == pytest.approx(0.25)
    assert gain.lower < 0.25 < gain.upper
    assert gain.lower == pytest.approx(0.25 - 1.96 * np.sqrt(0.25 * 0.75 / 40), abs=0.02)
    assert paired(one, one).upper == 0
    with pytest.raises(ValueError, match="same series"):
        paired(one, other[:-1])


def test_all_worlds_have_the_same_weight() -> None:
    """A small world in which half are found more, a large one in which a tenth are found less."""
    found = np.arange(40) % 2 * 3 - 1
    small, none = each(found.tolist()), each([-1] * 40)
    large, other = each([-1] * 20 + [0] * 180), each([0] * 200)
    gain = paired_over([small, large], [none, other])
    assert gain.mean == pytest.approx((0.5 - 0.1) / 2)
    wide, narrow = (paired(small, none), paired(large, other))
    half = np.hypot(wide.upper - wide.lower, narrow.upper - narrow.lower) / 4
    assert gain.upper - gain.mean == pytest.approx(half)
    assert gain.mean - gain.lower == pytest.approx(half)


def test_delays_of_what_both_found() -> None:
    assert delays_of_both(each([0, 2, -1, 4]), each([1, -1, 3, 0])) == (2, 2.0, 0.5)


def test_bootstrap_covers_the_truth_about_as_often_as_it_says() -> None:
    rng = np.random.default_rng(3)
    inside = 0
    for _ in range(200):
        found = bootstrap(rng.normal(0.3, 1, 60), np.ones(60))
        inside += found.lower < 0.3 < found.upper
    assert 180 <= inside <= 198


def test_rare_rows_are_the_rare_series() -> None:
    world = noufaily("test", "calm", 2)
    scores = np.zeros((len(world), 49))
    found = rows_of(world, METHODS_BY_NAME[DEFAULT], "rare", "1%", 1.0, scores, scores)
    assert len(found) == (world.level < 1).sum()
    assert found.rare.all()
    assert (found.delay == -1).all()


def test_a_chart_is_the_same_bytes_and_has_every_value() -> None:
    lines = [Line("a", [0.1, 0.2]), Line("b", [0.3, 2.0])]
    one = chart("t", "x", "y", ["1", "2"], lines, 1.0)
    assert one == chart("t", "x", "y", ["1", "2"], lines, 1.0)
    assert one.count("<circle") == 2 * 2 + 2
    assert one.count("<polyline") == 2
