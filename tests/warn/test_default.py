"""The default detector: held by a plain second author, by its promises, by calm draws."""

from __future__ import annotations

import numpy as np
import pytest
from drawn_counts import Floats, series
from plain_default import judge as plain

from qingyu.warn import default
from qingyu.warn.default_weights import kept, weights
from qingyu.warn.judgement import Judgement
from qingyu.warn.reference import Timeline
from qingyu.warn.verdict import State

WEEKS = Timeline(52)
FIELDS = ("upper", "alarm", "state", "expected", "phi", "tail")


def judge(counts: Floats, at: list[int], level: float = 0.99) -> Judgement:
    return default.judge(counts, at, WEEKS, level)


def same(one: Judgement, other: Judgement) -> bool:
    pairs = ((getattr(one, field), getattr(other, field)) for field in FIELDS)
    return all(a.tobytes() == b.tobytes() for a, b in pairs)


def part(found: Judgement, rows: slice | int) -> Judgement:
    chosen = rows if isinstance(rows, slice) else slice(rows, rows + 1)
    return Judgement(*(np.ascontiguousarray(getattr(found, f)[chosen]) for f in
                       ("upper", "alarm", "state", "expected", "phi", "tail")))  # fmt: skip


def test_a_plain_second_author_says_the_same() -> None:
    counts = series(number=10, weeks=330)
    counts[4, 200] += 40  # past outbreaks, to be weighed down
    counts[4, 201] += 30
    counts[7, 325:327] += 25
    found = judge(counts, [120, 329])
    for row in range(len(counts)):
        for column, at in enumerate((120, 329)):
            expected, phi, tail = plain(counts[row].tolist(), at, 52)
            assert found.expected[row, column] == pytest.approx(expected, rel=2e-5)
            assert found.phi[row, column] == pytest.approx(phi, rel=2e-5)
            assert found.tail[row, column] == pytest.approx(tail, rel=1e-3)


def test_alone_or_among_others_the_same_bits() -> None:
    counts = series(number=230)
    whole = judge(counts, [300, 329])
    for row in (0, 47, 48, 191, 192, 229):
        assert same(judge(counts[row : row + 1], [300, 329]), part(whole, row))
    assert same(judge(counts[100:163], [300, 329]), part(whole, slice(100, 163)))


def test_the_future_does_not_matter() -> None:
    counts = series()
    before = judge(counts[:, :300], [299])
    counts[:, 300:] = 999
    assert same(judge(counts, [299]), before)


def test_an_alarm_is_a_count_above_the_bound() -> None:
    """And a tail of at most one less the level; the bound is the last count that is none."""
    counts = series(number=60)
    for level in (0.9, 0.99):
        found = judge(counts, list(range(300, 330)), level)
        assert np.array_equal(found.alarm, counts[:, 300:330] > found.upper)
        assert np.array_equal(found.alarm, found.tail <= 1 - level)
    assert found.alarm.any()
    last = counts.copy()
    for step, expected in ((0, False), (1, True)):
        last[:, 329] = judge(counts, [329]).upper[:, 0] + step
        assert (judge(last, [329]).alarm == expected).all()


def test_the_tail_falls_with_the_count() -> None:
    counts = np.repeat(series(number=1), 40, axis=0)
    counts[:, 329] = np.arange(40)
    tail = judge(counts, [329]).tail[:, 0]
    assert (np.diff(tail) <= 0).all()
    assert (tail > 0).all()
    assert tail[0] == 1.0


def test_two_raised_weeks_say_more_than_one() -> None:
    counts = np.repeat(series(number=3)[2:], 2, axis=0)
    usual = judge(counts, [329]).expected[0, 0]
    counts[:, 329] = np.ceil(usual + 4)
    counts[0, 328], counts[1, 328] = np.floor(usual), np.ceil(usual + 4)
    tail = judge(counts, [329]).tail[:, 0]
    assert tail[1] < tail[0]


def test_what_is_over_is_no_news() -> None:
    """A week at or below what was expected is no alarm, whatever the one before was."""
    counts = series(number=8)
    counts[:, 328] += 200
    counts[:, 329] = np.floor(judge(counts, [329]).expected[:, 0])
    assert not judge(counts, [329]).alarm.any()
    assert judge(counts, [328]).alarm.all()


def test_nothing_is_short_and_half_a_year_is_enough() -> None:
    counts = series()
    found = judge(counts, [0, 5, 26, 27, 60])
    assert (found.state == [[State.SHORT] * 3 + [State.JUDGED] * 2]).all()
    assert not found.alarm[:, :3].any()
    assert np.isnan(found.expected[:, :3]).all()


def test_a_missing_week_is_not_zero() -> None:
    counts = series()
    counts[:, 329] = np.nan
    found = judge(counts, [329])
    assert (found.state == State.MISSING).all()
    assert np.isnan(found.tail).all()


def test_holes_are_left_out() -> None:
    """A missing past week is not a week without a case, and the one before the last may be."""
    counts = series(number=12)
    whole = judge(counts, [329])
    holed = counts.copy()
    holed[:, 3::3] = np.nan
    holed[:, 329], holed[:, 328] = counts[:, 329], np.nan
    found = judge(holed, [329])
    assert (found.state == State.JUDGED).all()
    many = whole.expected[:, 0] > 3
    assert np.allclose(found.expected[many], whole.expected[many], rtol=0.25)


def test_no_case_before_is_a_rate_near_zero_not_zero() -> None:
    counts = np.zeros((2, 330))
    counts[1, 329] = 2
    found = judge(counts, [329])
    assert (found.state == State.EMPTY).all()
    assert (found.expected > 0).all()
    assert (found.expected < 0.01).all()
    assert found.alarm[:, 0].tolist() == [False, True]
    assert 1e-6 < found.tail[1, 0] < 0.01


@pytest.mark.parametrize("size", [50.0, 1e3, 1e6, 1e9])
def test_one_huge_day_does_not_blind_it(size: float) -> None:
    counts = series(number=8)
    usual = judge(counts, [329])
    counts[:, 250] += size
    found = judge(counts, [329])
    assert np.allclose(found.expected, usual.expected, rtol=0.1, atol=0.1)
    assert (found.phi < 1.5 * usual.phi).all()


def test_a_level_that_has_risen_is_an_alarm_and_then_the_new_usual() -> None:
    counts = series(number=1, seed=3)
    rng = np.random.default_rng(5)
    counts[0] = rng.poisson(3, 330)
    counts[0, 230:] = rng.poisson(30, 100)
    found = judge(counts, list(range(230, 330)))
    assert found.alarm[0, :8].all()
    assert found.alarm[0, 50:].mean() < 0.1


def test_a_source_that_loses_a_category_is_followed_downwards() -> None:
    rng = np.random.default_rng(6)
    counts = np.concatenate([rng.poisson(20, (1, 230)), rng.poisson(5, (1, 100))], axis=1)
    found = judge(counts.astype(float), [229, 329])
    assert found.expected[0, 0] == pytest.approx(20, rel=0.15)
    assert found.expected[0, 1] < 10


def test_exposure_scales_the_mean() -> None:
    counts = series(number=6)
    base = np.ones(330)
    plainly = default.judge(counts, [329], WEEKS, 0.99)
    assert same(default.judge(counts, [329], WEEKS, 0.99, base), plainly)
    tenfold = default.judge(counts, [329], WEEKS, 0.99, base * 10)
    assert np.allclose(tenfold.tail, plainly.tail, rtol=1e-6)
    base[329] = 2.0
    double = default.judge(counts, [329], WEEKS, 0.99, base)
    assert np.allclose(double.expected, 2 * plainly.expected, rtol=1e-9)
    base[329] = 0.0
    none = default.judge(counts, [329], WEEKS, 0.99, base)
    assert (none.state == State.MISSING).all()


def daily(number: int, days: int = 1500, seed: int = 8) -> tuple[Floats, Floats, Timeline]:
    rng = np.random.default_rng(seed)
    dates = np.datetime64("2021-01-01") + np.arange(days)
    week = np.exp(rng.normal(0, 0.4, (number, 7)))[:, np.arange(days) % 7]
    mean = np.geomspace(0.05, 20, number)[:, None] * week
    counts = rng.negative_binomial(mean / 0.4, 1 / 1.4).astype(float)
    return counts, mean, Timeline(365, dates)


def test_a_daily_series_has_its_week() -> None:
    counts, mean, timeline = daily(40)
    days = list(range(1493, 1500))
    found = default.judge(counts, days, timeline, 0.99)
    many = mean.mean(axis=1) > 3
    ratio = found.expected[many] / mean[many][:, days]
    assert abs(np.log(ratio)).max() < 0.25
    shuffled = counts.copy()
    shuffled[:, 1400] = 1e6
    again = default.judge(shuffled, days, timeline, 0.99)
    assert np.allclose(again.expected[many], found.expected[many], rtol=0.15)


def test_the_tail_is_calibrated_on_calm_weeks() -> None:
    """Never more than a third too often at 5 %, 1 % and at one in a thousand not more than twice;
    counts are whole, so a tail of 1 % is reached less often where they are few."""
    rng = np.random.default_rng(11)
    mean = np.geomspace(0.1, 100, 480)[:, None] * np.exp(
        0.4 * np.sin(2 * np.pi * np.arange(330) / 52)
    )
    phi = np.tile([1.2, 2.0, 3.0], 160)[:, None]
    counts = rng.negative_binomial(mean / (phi - 1), 1 / phi).astype(float)
    tail = judge(counts, list(range(274, 330, 3))).tail
    many = mean[:, 0] > 5
    for share, most in ((0.05, 1.34), (0.01, 1.34), (0.001, 3.0)):
        assert (tail <= share).mean() < most * share
    assert (tail[many] <= 0.05).mean() > 0.035
    assert (tail[many] <= 0.01).mean() > 0.006


MEANS, PHIS = np.geomspace(0.02, 80, 19), np.geomspace(1, 12, 9)


@pytest.mark.parametrize(("mean", "phi", "close"), [
    (MEANS[5], 1.0, 0.02), (MEANS[7], PHIS[2], 0.02), (MEANS[11], PHIS[1], 0.02),
    (MEANS[16], PHIS[4], 0.02), (0.1, 1.0, 0.12), (0.6, 1.5, 0.12), (300.0, 1.2, 0.05),
])  # fmt: skip
def test_what_weighing_leaves_of_calm_counts(mean: float, phi: float, close: float) -> None:
    """By 400,000 draws: part of the mean, and of the dispersion; exact at the points of the table,
    near between them and beyond (whether a count of two is far off is a step in the mean)."""
    rng = np.random.default_rng(12)
    shape = (400, 1000)
    drawn = rng.poisson(mean, shape) if phi == 1 else rng.negative_binomial(
        mean / (phi - 1), 1 / phi, shape
    )  # fmt: skip
    counts = drawn.astype(float)
    weight = weights(counts, np.full(shape, mean), np.full((400, 1), phi))
    centre = (weight * counts).sum() / weight.sum()
    spread = (weight * (counts - centre) ** 2).sum() / counts.size / (phi * centre)
    whole, left = kept(np.array([mean]), np.array([phi]))
    assert whole[0] == pytest.approx(centre / mean, rel=close)
    assert left[0] == pytest.approx(spread, rel=close)
