"""What each kind of rule says of the days (or periods) that it judged: words for episodes.

All functions take arrays [day] or [area, day] and look at no day after the one they speak of.
"""

from __future__ import annotations

import numpy as np

from qingyu.pack.model import MICRO, Detect, Incomplete, Quiet, RankFall, Reds, Rise, RunGap
from qingyu.warn.episodes import Word
from qingyu.warn.verdict import SPEAKS, Bools, Floats, State, States

CALM = (*SPEAKS, State.FEW)
"""States in which a day without a word is a calm one. All others are no answer."""


def detected(rule: Detect, tail: Floats, counts: Floats, state: States) -> Word:
    """A tail at most `enter`, with enough cases; too few cases of late are calm."""
    known = np.isin(state, CALM)
    with np.errstate(invalid="ignore"):
        many = np.isin(state, SPEAKS) & (counts >= rule.least)
        enter = many & (tail <= rule.enter / MICRO)
        hold = many & (tail <= rule.leave / MICRO)
    return Word(enter, hold, known)


def fallen_silent(rule: Quiet, counts: Floats, expected: Floats, state: States) -> Word:
    """Nothing came where enough was expected. It is over with the first case."""
    known = np.isin(state, CALM)
    with np.errstate(invalid="ignore"):
        enter = np.isin(state, SPEAKS) & (counts == 0) & (expected >= rule.expected / MICRO)
    return Word(enter, known & (counts == 0), known)


def reds(rule: Reds, scores: Floats, cut: float) -> Word:
    """`run` scores in a row below `cut`, by the declared rule for periods without one; held until
    a score is `leave` above the cut. scores [area, period] in points, NaN without one."""
    known = ~np.isnan(scores)
    with np.errstate(invalid="ignore"):
        red = known & (scores < cut)
        hold = known & (scores < cut + rule.leave / MICRO)
    enter = runs(red, known, rule.no_data) >= rule.run
    return Word(enter & (known | (rule.no_data == "counts")), hold | enter, known | enter)


def runs(red: Bools, known: Bools, gap: RunGap) -> np.ndarray:
    """How many reds in a row end with each period. One without a score `breaks` the run, is
    `skipped`, or `counts` as a red, once there has been one."""
    length = np.zeros(red.shape, np.int64)
    now = np.zeros(red.shape[:-1], np.int64)
    for place in range(red.shape[-1]):
        if gap == "breaks":
            now = np.where(red[..., place], now + 1, 0)
        else:
            adds = red[..., place] | (~known[..., place] & (gap == "counts") & (now > 0))
            ends = known[..., place] & ~red[..., place]
            now = np.where(ends, 0, now + adds)
        length[..., place] = now
    return length


def risen(rule: Rise, counts: Floats, expected: Floats) -> Word:
    """`expected`: what a year before would come to with what there is now."""
    known = ~np.isnan(counts) & ~np.isnan(expected)
    with np.errstate(invalid="ignore", divide="ignore"):
        rise = np.where(expected > 0, counts / expected - 1, np.where(counts > 0, np.inf, 0.0))
        enter = known & (counts >= rule.least) & (rise > rule.by / MICRO)
        hold = known & (counts >= rule.least) & (rise >= rule.leave / MICRO)
    return Word(enter, hold | enter, known)


def fell_in_rank(rule: RankFall, ranks: Floats, before: Floats) -> Word:
    known = ~np.isnan(ranks) & ~np.isnan(before)
    with np.errstate(invalid="ignore"):
        enter = known & (ranks - before >= rule.places)
    return Word(enter, enter, known)


def left_incomplete(rule: Incomplete, shares: Floats) -> Word:
    """A share is always known: nothing is a share of 0."""
    enter = np.nan_to_num(shares) < rule.below / MICRO
    return Word(enter, enter, np.ones(shares.shape, bool))
