"""The default detector once more, plainly: one series, one week, loops, a general optimiser.

Written from docs/explanation/detectors.md. Only `kept` (what weighing leaves of calm counts) is
taken from the code; a test of its own holds it against drawn counts.
"""

from __future__ import annotations

import math

import numpy as np
from scipy import optimize, stats

from qingyu.warn.default_weights import kept


def judge(counts: list[float], at: int, frequency: int) -> tuple[float, float, float]:
    """Expected count, dispersion and tail of a series without gaps, not daily."""
    end = at - 1  # the longest window is two points
    rows = list(range(end - min(end, 5 * frequency), end))
    y = [counts[row] for row in rows]
    columns = [_columns(row, at, frequency) for row in rows]
    theta, weights, phi, mean, left, spread, cover = _fit(y, columns)
    ahead = _columns(at, at, frequency)
    variance = sum(ahead[i] * cover[i][j] * ahead[j] for i in range(8) for j in range(8))
    stretch = max(round(8 / 52 * frequency), 1)
    stray = _stray(y, mean, weights, phi, stretch)
    fresh = [0.5 ** ((at - row) / frequency / (8 / 52)) * w / phi
             for row, w in zip(rows, weights, strict=True)]  # fmt: skip
    shape = 1 + stray * sum(f * value for f, value in zip(fresh, y, strict=True))
    rate = 1 + stray * sum(f * m for f, m in zip(fresh, mean, strict=True))
    here = shape / rate * math.exp(sum(a * t for a, t in zip(ahead, theta, strict=True))) / left
    vague = variance + stray / shape
    free = _freedom(len(y), cover)
    inverse, first_phi = 0.0, 0.0
    for length in (1, 2):
        own = _dispersion(y, mean, weights, length, stray, free / length, spread)
        whole = length * here
        size = whole / (own - 1 + vague * whole)
        total = sum(counts[at + 1 - length : at + 1])
        tail = _at_least(total, whole, size)
        if length == 1:
            first_phi = own
        elif counts[at] <= here:
            tail = 1.0
        inverse += 1 / tail
    return here, first_phi, 2 / inverse


def _columns(row: int, at: int, frequency: int) -> list[float]:
    found = [1.0, ((row - at) / frequency + 2.5) / 5]
    for wave in (1, 2, 3):
        angle = 2 * math.pi * wave * row / frequency
        found += [math.sin(angle), math.cos(angle)]
    return found


_PENALTY = [0.0, 1.0, 4.0, 4.0, 1 / 0.09, 1 / 0.09, 25.0, 25.0]


def _fit(y, columns):  # type: ignore[no-untyped-def]
    matrix, counts = np.array(columns), np.array(y)
    high = max(float(np.quantile(counts, 0.98)), 1.0)
    given = np.minimum(counts, 5 * high + 5)
    weights, phi, left = np.ones(len(y)), 1.0, 1.0
    theta = np.zeros(8)
    theta[0] = math.log((given.sum() + 0.5) / len(y))
    for turn in range(3):
        theta = _top(matrix, given, weights, phi, theta)
        mean = np.exp(matrix @ theta)
        information = (matrix.T * (weights * mean / phi)) @ matrix + np.diag(_PENALTY)
        cover = np.linalg.inv(information)
        free = _freedom(len(y), cover)
        left, spread = 1.0, 1.0
        if turn:
            a, b = kept(np.array([(weights * mean).sum() / free]), np.array([phi]))
            left, spread = float(a[0]), float(b[0])
        squares = (weights * (given - mean) ** 2).sum()
        phi = _drawn(squares, (weights * mean).sum(), free, spread)
        if turn < 2:
            given = counts
            weights = np.array(_weights(y, (mean / left).tolist(), phi))
    return theta, weights.tolist(), phi, (mean / left).tolist(), left, spread, cover


def _top(matrix, counts, weights, phi, start):  # type: ignore[no-untyped-def]
    def loss(theta):  # type: ignore[no-untyped-def]
        eta = matrix @ theta
        gain = (weights * (counts * eta - np.exp(eta))).sum() / phi + 0.5 * theta[0]
        return -gain + 0.5 * (np.array(_PENALTY) * theta**2).sum()

    def slope(theta):  # type: ignore[no-untyped-def]
        gap = matrix.T @ (weights * (counts - np.exp(matrix @ theta))) / phi
        gap[0] += 0.5
        return -gap + np.array(_PENALTY) * theta

    def bend(theta):  # type: ignore[no-untyped-def]
        mean = weights * np.exp(matrix @ theta) / phi
        return (matrix.T * mean) @ matrix + np.diag(_PENALTY)

    found = optimize.minimize(loss, start, jac=slope, hess=bend, method="trust-exact",
                              options={"gtol": 1e-9, "maxiter": 1000})  # fmt: skip
    return found.x


def _freedom(number, cover):  # type: ignore[no-untyped-def]
    return number - 8 + sum(_PENALTY[i] * cover[i][i] for i in range(8))


def _drawn(squares, means, free, left):  # type: ignore[no-untyped-def]
    told = free / (1 + 0.5 * free / means)
    return max((told * squares / means / left + 13.0) / (told + 10.0), 1.0)


def _weights(y, mean, phi):  # type: ignore[no-untyped-def]
    def far(count, middle):  # type: ignore[no-untyped-def]
        p = (1 + 1 / phi) / 3
        centre = middle**p * (1 + p * (p - 1) / 2 * phi / middle)
        s = (count**p - centre) / (p * middle ** (p - 0.5) * math.sqrt(phi))
        return phi * middle / (count - middle) ** 2 if s > 2.58 and count > 1 else 1.0

    found = []
    for place, count in enumerate(y):
        weight = far(count, mean[place])
        for other in (place - 1, place + 1):
            if count > mean[place] and 0 <= other < len(y):
                weight = min(weight, far(count + y[other], mean[place] + mean[other]))
        found.append(weight)
    return found


def _stray(y, mean, weights, phi, stretch):  # type: ignore[no-untyped-def]
    over = squares = fourth = 0.0
    for end in range(len(y), stretch - 1, -stretch):
        span = range(end - stretch, end)
        m = sum(weights[n] * mean[n] for n in span)
        r = sum(weights[n] * (y[n] - mean[n]) for n in span)
        over += r * r - phi * m
        squares += m * m
        fourth += (phi * m) ** 2
    precision = squares**2 / (2 * fourth)
    prior = 1 / 0.005**2
    return max((precision * over / squares + prior * 0.005) / (precision + prior), 0.0)


def _dispersion(y, mean, weights, length, stray, free, spread):  # type: ignore[no-untyped-def]
    squares = means = 0.0
    for first in range(0, len(y) - length + 1, length):
        span = range(first, first + length)
        r = sum(math.sqrt(weights[n]) * (y[n] - mean[n]) for n in span)
        m = sum(weights[n] * mean[n] for n in span)
        squares += r * r - stray * m * m
        means += m
    return _drawn(squares, means, free, spread)


def _at_least(count: float, mean: float, size: float) -> float:
    """By adding up the probabilities of smaller counts."""
    if count <= 0:
        return 1.0
    if math.isinf(size):
        return float(stats.poisson.sf(count - 1, mean))
    return float(stats.nbinom.sf(count - 1, size, size / (size + mean)))
