"""Thresholds of equal false alarms, and the scores they are put to."""

from __future__ import annotations

import numpy as np

from evaluation.methods import Method
from evaluation.worlds import Floats, World

RATES = (0.01, 0.001)


def threshold(scores: Floats, rate: float) -> float:
    """The least score that at most this share of all scores reach: an alarm is a score ≥ it."""
    values = np.sort(scores.ravel())
    allowed = int(np.floor(rate * len(values)))
    highest = values[len(values) - allowed - 1]  # the first that must not be reached
    above = values[values > highest]
    return float(above[0]) if len(above) else np.inf


def calm_scores(method: Method, world: World, step: int = 1) -> Floats:
    """[series, point] of the series without outbreaks; every `step`-th point, where the method does
    not need all."""
    points = list(world.current)
    if method.whole:
        return method.score(world.calm, points, world.timeline)[:, ::step]
    return method.score(world.calm, points[::step], world.timeline)


def outbreak_scores(method: Method, world: World) -> Floats:
    """[series, current point] with the outbreaks; NaN where none was."""
    points = np.array(world.current)
    inside = (points >= world.first[:, None]) & (points <= world.last[:, None])
    if method.whole:
        return np.where(
            inside, method.score(world.observed, points.tolist(), world.timeline), np.nan
        )
    found = np.full(inside.shape, np.nan)
    for column in np.flatnonzero(inside.any(axis=0)):
        rows = np.flatnonzero(inside[:, column])
        judged = method.score(world.observed[rows], [int(points[column])], world.timeline)
        found[rows, column] = judged[:, 0]
    return found
