"""Counts of a declared mean and dispersion, by integers alone.

A rate is a whole number of units of 2**-20. A Poisson count is the sum of one Poisson count for
each binary digit of its rate that is set, and a digit's distribution is one table of thresholds of
32 bits, made with decimals of fifty places. So no logarithm or power of a processor takes part.

Counts with variance φ times the mean (NB1) are what a Poisson number of clusters holds, where a
cluster's size has the logarithmic distribution (Quenouille 1949): one cause, several calls.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal, localcontext
from functools import cache
from itertools import count

import numpy as np

from qingyu.simulate.city.chance import CLUSTERS, DIGITS, ONE, Floats, Ints, Words, draws

UNIT = 20  # rates are in units of 2**-20
LARGEST = 1 << (UNIT + 12)  # a cell's rate must be below 4096

_PLACES = 50
_GROUPS = (UNIT + 12) // 4  # of four binary digits


@cache
def poisson_table(digit: int) -> Words:
    """Thresholds of a Poisson count with mean 2**digit: it is how many of them are ≤ a draw."""
    with localcontext() as context:
        context.prec = _PLACES
        mean = Decimal(2) ** digit
        first = (-mean).exp()
        return _thresholds(first, (mean / k for k in count(1)))


@cache
def cluster_table(dispersion: float) -> Words:
    """Thresholds of a cluster's size, less one; `dispersion` is φ > 1."""
    with localcontext() as context:
        context.prec = _PLACES
        share = 1 - 1 / Decimal(repr(dispersion))
        first = -share / (1 - share).ln()
        return _thresholds(first, (share * k / (k + 1) for k in count(1)))


def _thresholds(term: Decimal, ratios: Iterator[Decimal]) -> Words:
    """Cumulated chances in units of 2**-32, up to the last that a draw of 32 bits can pass."""
    total, found = term, []
    for ratio in ratios:
        threshold = int(total * ONE)
        if threshold >= ONE - 1:
            break
        found.append(threshold)
        term *= ratio
        total += term
    return np.array(found, np.uint64)


@cache
def cluster_mean(dispersion: float) -> float:
    """(φ−1)/ln φ: the mean size of a cluster."""
    if dispersion == 1.0:
        return 1.0
    with localcontext() as context:
        context.prec = _PLACES
        phi = Decimal(repr(dispersion))
        return float((phi - 1) / phi.ln())


def units(mean: Floats, dispersion: float) -> Ints:
    """The rate of clusters, in units, of a count with this mean."""
    rate = np.rint(mean / cluster_mean(dispersion) * (1 << UNIT)).astype(np.int64)
    if rate.size and int(rate.max()) >= LARGEST:
        raise OverflowError("a cell with an expected count of thousands; make smaller areas")
    return rate


def expected(rate: Ints, dispersion: float) -> Floats:
    """The exact mean of counts drawn at `rate`."""
    return rate / (1 << UNIT) * cluster_mean(dispersion)


def poisson(
    rate: Ints, seed: int, key: Words, day: Ints, stream: int,
    purpose: int = DIGITS, number: Ints | None = None,
) -> Ints:  # fmt: skip
    """A Poisson count for each cell (or each numbered thing in it); arrays of one length."""
    total = np.zeros(len(rate), np.int64)
    for group in range(_GROUPS):
        bits = (rate >> (4 * group)) & 15
        at = np.flatnonzero(bits)
        if not len(at):
            continue
        nth = group if number is None else number[at] * _GROUPS + group
        words = draws(seed, key[at], day[at], stream, purpose, nth)
        for place in range(4):
            on = (bits[at] >> place) & 1 == 1
            table = poisson_table(4 * group + place - UNIT)
            total[at[on]] += np.searchsorted(table, words[place][on], side="right")
    return total


def counts(rate: Ints, dispersion: float, seed: int, key: Words, day: Ints, stream: int) -> Ints:
    """Counts of variance φ times the mean for each cell."""
    clusters = poisson(rate, seed, key, day, stream)
    if dispersion == 1.0:
        return clusters
    cell = np.repeat(np.arange(len(rate)), clusters)
    nth = running(clusters)
    words = draws(seed, key[cell], day[cell], stream, CLUSTERS, nth)[0]
    sizes = 1 + np.searchsorted(cluster_table(dispersion), words, side="right")
    return np.bincount(cell, weights=sizes, minlength=len(rate)).astype(np.int64)


def running(sizes: Ints) -> Ints:
    """0, 1, … within each of consecutive groups of these sizes."""
    ends = np.cumsum(sizes)
    whole = int(ends[-1]) if len(ends) else 0
    return np.arange(whole) - np.repeat(ends - sizes, sizes)
