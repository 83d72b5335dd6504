"""Bad input is a state of its series, never an exception, a silent skip or a false calm."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from drawn_counts import Floats, series

from qingyu.i18n import use_language
from qingyu.warn.bayes import bayes
from qingyu.warn.cusum import cusum
from qingyu.warn.ears import ears
from qingyu.warn.farrington import NOUFAILY, ORIGINAL, Options, farrington
from qingyu.warn.glr import glr
from qingyu.warn.reference import Timeline
from qingyu.warn.rki import rki
from qingyu.warn.verdict import SPEAKS, State, Verdict, as_counts, describe

Detector = Callable[[Floats, list[int]], Verdict]
WEEKS = Timeline(52)


def by_mean(function: Callable[..., Verdict]) -> Detector:
    """A detector that watches all days, held against the mean of what is known."""

    def run(counts: Floats, at: list[int]) -> Verdict:
        known = (~np.isnan(counts)).sum(axis=1, keepdims=True)
        mean = np.nansum(counts, axis=1, keepdims=True) / np.where(known > 0, known, np.nan)
        whole = function(counts, np.repeat(mean, counts.shape[1], axis=1))
        return Verdict(whole.upper[:, at], whole.alarm[:, at], whole.state[:, at])

    return run


DETECTORS: dict[str, Detector] = {
    "farrington_improved": lambda y, at: farrington(y, at, WEEKS, NOUFAILY),
    "farrington_delta": lambda y, at: farrington(y, at, WEEKS, Options()),
    "farrington_upper": lambda y, at: farrington(
        y, at, WEEKS, Options(threshold="upper_mean", level=0.99)
    ),
    "farrington_original": lambda y, at: farrington(y, at, WEEKS, ORIGINAL),
    "C1": lambda y, at: ears(y, at, "C1"),
    "C2": lambda y, at: ears(y, at, "C2"),
    "C3": lambda y, at: ears(y, at, "C3"),
    "bayes": lambda y, at: bayes(y, at, 52),
    "bayes_years": lambda y, at: bayes(y, at, 52, years=2, half=4, this_year=False),
    "rki": lambda y, at: rki(y, at, 52, years=2, half=4),
    "cusum": by_mean(cusum),
    "glr": by_mean(glr),
    "glr_nb": by_mean(lambda y, m: glr(y, m, alpha=0.3)),
}
all_detectors = pytest.mark.parametrize("detector", DETECTORS.values(), ids=DETECTORS)


@all_detectors
def test_a_missing_day_is_not_zero_and_not_calm(detector: Detector) -> None:
    counts = series()
    counts[:, 329] = np.nan
    found = detector(counts, [329])
    assert (found.state == State.MISSING).all()
    assert not found.alarm.any()
    assert np.isnan(found.upper).all()


@all_detectors
def test_what_is_told_of_a_series_does_not_depend_on_its_neighbours(detector: Detector) -> None:
    """Bit for bit: alone, among others, in another order, beside broken ones."""
    counts = series()
    counts[3, 100:140] = np.nan
    together = detector(counts, [327, 329])
    turned = detector(np.concatenate([np.full((2, 330), np.nan), counts[::-1]]), [327, 329])
    for n in range(len(counts)):
        alone = detector(counts[n : n + 1], [327, 329])
        for name in ("upper", "alarm", "state"):
            one = getattr(alone, name)[0]
            assert np.array_equal(one, getattr(together, name)[n], equal_nan=True), name
            assert np.array_equal(one, getattr(turned, name)[-1 - n], equal_nan=True), name


@all_detectors
@pytest.mark.parametrize("history", [1, 2, 5, 9])
def test_too_little_history(detector: Detector, history: int) -> None:
    found = detector(series()[:, : history + 1], [history])
    assert found.state.shape == (12, 1)
    assert not found.alarm[found.state == State.SHORT].any()


SEASONAL = [name for name in DETECTORS if name.startswith("farrington")] + ["bayes_years", "rki"]


@pytest.mark.parametrize("name", SEASONAL)
def test_methods_of_years_need_their_years(name: str) -> None:
    assert (DETECTORS[name](series()[:, :50], [49]).state == State.SHORT).all()


@all_detectors
def test_nothing_known_before(detector: Detector) -> None:
    counts = np.full((3, 330), np.nan)
    counts[:, 329] = [0, 5, 5000]
    found = detector(counts, [329])
    assert (~np.isin(found.state, SPEAKS) | (found.state == State.JUDGED)).all()
    assert not found.alarm[found.state != State.JUDGED].any()


@all_detectors
def test_all_zeros(detector: Detector) -> None:
    """Zero to the end is no alarm; and where a first case can be judged, its state says so."""
    found = detector(np.zeros((2, 330)), [329])
    assert not found.alarm.any()
    assert set(found.state.ravel().tolist()) <= {
        State.FEW, State.FLAT, State.EMPTY, State.JUDGED}  # fmt: skip


def test_a_burst_after_a_silent_past_is_judged_by_farrington() -> None:
    counts = np.zeros((1, 330))
    counts[0, 329] = 6
    for options in (NOUFAILY, Options(), ORIGINAL):
        found = farrington(counts, [329], WEEKS, options)
        assert found.state[0, 0] == State.EMPTY
        assert found.alarm[0, 0]
        assert found.upper[0, 0] == 0


@all_detectors
@pytest.mark.parametrize("size", [1e4, 1e9])
def test_one_huge_day(detector: Detector, size: float) -> None:
    """In the past or today: a number, no exception; and today is an alarm."""
    past = series()
    past[:, 280] = size
    before = detector(past, [329])
    judged = before.state == State.JUDGED
    assert not np.isnan(before.alarm).any()
    today = series()
    today[:, 329] = size
    found = detector(today, [329])
    assert found.alarm[found.state == State.JUDGED].all()
    assert judged.any()


def test_a_past_outbreak_hardly_moves_the_bound() -> None:
    """What reweighting is for."""
    calm, burst = series(seed=3), series(seed=3)
    burst[:, 224:226] += 10 * np.maximum(calm[:, 224:226], 5)
    for n in (-1, -2, -3):
        one, two = (farrington(y[[n]], [329], WEEKS, NOUFAILY) for y in (calm, burst))
        assert two.upper[0, 0] < 1.5 * one.upper[0, 0]


def test_a_constant_past_is_no_reason_to_stay_silent() -> None:
    counts = np.full((1, 330), 4.0)
    counts[0, 329] = 12
    found = farrington(counts, [329], WEEKS, NOUFAILY)
    assert found.phi[0, 0] == 1
    assert found.alarm[0, 0]
    assert ears(counts, [329], "C1").alarm[0, 0]
    assert ears(counts, [329], "C3").state[0, 0] == State.FLAT


def test_half_of_the_past_must_be_known() -> None:
    counts = series()
    counts[:, :200] = np.nan
    found = farrington(counts, [329], WEEKS, NOUFAILY)
    assert (found.state == State.SHORT).all()


def test_few_cases_in_unknown_weeks_are_not_called_few() -> None:
    counts = np.full((2, 330), 1.0)
    counts[:, 327] = [1, np.nan]
    found = farrington(counts, [329], WEEKS, NOUFAILY)
    assert found.state[:, 0].tolist() == [State.FEW, State.SHORT]


def test_few_missing_weeks_change_little() -> None:
    counts = series()
    holes = counts.copy()
    holes[:, 60:300:17] = np.nan
    one, two = (farrington(y, [329], WEEKS, NOUFAILY) for y in (counts, holes))
    both = (one.state == State.JUDGED) & (two.state == State.JUDGED)
    assert np.allclose(one.expected[both], two.expected[both], rtol=0.25)
    zeros = np.where(np.isnan(holes), 0.0, holes)
    three = farrington(zeros, [329], WEEKS, NOUFAILY)
    assert not np.allclose(two.expected[both], three.expected[both], rtol=1e-3)


def test_counts_below_zero_are_the_caller_s_mistake() -> None:
    for wrong in ([[1, -1]], [[1, np.inf]]):
        with pytest.raises(ValueError, match="not negative"):
            as_counts(wrong)


@pytest.mark.parametrize("at", [[], [-1], [330]])
def test_days_that_are_not_there_are_the_caller_s_mistake(at: list[int]) -> None:
    for name in ("farrington_improved", "C1", "C3", "bayes", "rki"):
        with pytest.raises(ValueError, match="time axis"):
            DETECTORS[name](series(), at)


def test_no_series_are_no_answers() -> None:
    found = farrington(np.empty((0, 330)), [329], WEEKS, NOUFAILY)
    assert found.upper.shape == found.score.shape == (0, 1)
    assert bayes(np.empty((0, 330)), [329], 52).upper.shape == (0, 1)


def test_every_state_has_a_sentence_in_both_languages() -> None:
    for state in State:
        english = str(describe(state))
        use_language("zh")
        assert str(describe(state)) != english
        use_language("en")
