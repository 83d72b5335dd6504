"""The attacker with a solver: what a number can be at least and at most, by integer programming.

He knows everything of an area but its protected counts of the period: baselines, exposures, other
areas, the arithmetic. Each count is one of many values, each with its points; what is printed are
linear bounds on them. HiGHS finds the least and the greatest count that keeps within.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import Bounds, LinearConstraint, milp

from qingyu.flows.edition_points import FAR, Points
from qingyu.flows.edition_protect import protected_of
from qingyu.flows.publish import Published

FEW = (*range(12), 15, 20, 30, 50, 100, 1000, FAR)
Float = NDArray[np.float64]


@dataclass(frozen=True)
class Bound:
    """least ≤ Σ weights·(value of each choice) ≤ most; weights [parts, values]."""

    weights: Float
    least: float
    most: float


class Area:
    """A mean of indicators of one area. shares: what a point of each is in the score."""

    def __init__(self, one: Published, code: str) -> None:
        labels = one.results.labels
        protected = protected_of(one.pack, labels.index)
        points = Points(one, protected)
        row = labels.areas.index(code)
        present = one.results.indicator[:, row, 0] >= 0
        self.names = [name for name in points.members() if present[labels.indicators.index(name)]]
        rows = [labels.indicators.index(name) for name in self.names]
        real = one.ingredients.world.count[rows, row, -1].tolist()
        self.values = sorted({*FEW, *real})
        self.points = np.array([points.of(n, 100)[rows, row] for n in self.values]).T / 1e6
        self.shares = _shares(one, present)[rows]
        known = [n for n in np.flatnonzero(present) if n not in rows]
        open_points = one.results.indicator[known, row, 0] / 1e6
        self.rest = float(_shares(one, present)[known] @ open_points)

    def score(self, least: float, most: float) -> Bound:
        """That the score lies in a range (with the rounding of three stations)."""
        slack = 0.0011
        return Bound(self.points * self.shares[:, None], least - self.rest - slack,
                     most - self.rest + slack)  # fmt: skip

    def count(self, name: str, least: float, most: float) -> Bound:
        weights = np.zeros_like(self.points)
        weights[self.names.index(name)] = self.values
        return Bound(weights, least, most)

    def total(self, least: float, most: float) -> Bound:
        """That all counts add up to something."""
        return Bound(np.tile(np.array(self.values, float), (len(self.names), 1)), least, most)

    def interval(self, name: str, bounds: Sequence[Bound]) -> tuple[int, int]:
        """The least and the greatest that the count can be."""
        number, values = self.points.shape
        aim = np.zeros((number, values))
        aim[self.names.index(name)] = range(values)  # the positions: their steps are alike
        each = np.kron(np.eye(number), np.ones(values))
        rows = [LinearConstraint(each, 1, 1)]
        rows += [LinearConstraint(one.weights.ravel(), one.least, one.most) for one in bounds]
        found = []
        for sign in (1, -1):
            done = milp(sign * aim.ravel(), constraints=rows, bounds=Bounds(0, 1),
                        integrality=np.ones(aim.size))  # fmt: skip
            assert done.success, done.message
            found.append(self.values[round(sign * done.fun)])
        return found[0], found[1]


def _shares(one: Published, present: NDArray[np.bool_]) -> Float:
    """[I] what a point of an indicator is in the score."""
    given, pack = one.ingredients.method, one.pack
    labels = one.results.labels
    owners = [labels.dimensions.index(pack.indicator(name).dimension) for name in labels.indicators]
    weight = given.weight[:, -1] * present
    inside = np.bincount(owners, weight, len(labels.dimensions))
    outer = given.dimension_weight[:, -1] * (inside > 0)
    found: Float = weight / np.maximum(inside, 1)[owners] * outer[owners] / outer.sum()
    return found
