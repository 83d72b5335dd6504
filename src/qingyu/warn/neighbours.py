"""Which areas are neighbours, and how much each counts.

Source of the styles: Tiefelsdorf, M., Griffith, D. A., Boots, B. (1999), A variance-stabilizing
coding scheme for spatial link matrices, Environment and Planning A 31, 165–180.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

import numpy as np
from scipy import sparse

from qingyu.warn.verdict import Floats, Ints

Style = Literal["B", "W", "S"]


@dataclass(frozen=True)
class Weights:
    """Links from areas to areas with a weight each; an area without neighbours has none."""

    areas: int
    origin: Ints
    to: Ints
    weight: Floats

    def lag(self, values: Floats) -> Floats:
        """Σ over neighbours of weight · value: values[series, area] → [series, area]."""
        return np.asarray((self.matrix() @ values.T).T)

    def matrix(self) -> sparse.csr_array:
        shape = (self.areas, self.areas)
        return sparse.csr_array((self.weight, (self.origin, self.to)), shape=shape)

    def sums(self, power: int = 1) -> Floats:
        """Σ over neighbours of weight^power, [area]."""
        return np.asarray(np.bincount(self.origin, self.weight**power, self.areas), float)

    def whole(self) -> tuple[float, float, float]:
        """S0 = Σ w, S1 = ½ Σ (w_ij + w_ji)², S2 = Σ (row sum + column sum)²: the constants of the
        moments of statistics over all areas."""
        matrix = self.matrix()
        both = matrix + matrix.T
        rows = self.sums() + np.bincount(self.to, self.weight, self.areas)
        return float(matrix.sum()), float(both.power(2).sum() / 2), float((rows**2).sum())


def weights(
    areas: int, pairs: Iterable[tuple[int, int]], style: Style, include_self: bool = False
) -> Weights:
    """Of directed pairs (area, neighbour), counted from 0. B: 1 each; W: each area's add up to 1;
    S: between them, so that areas of many and of few neighbours vary alike."""
    links = set(pairs) | ({(area, area) for area in range(areas)} if include_self else set())
    ends = np.array(sorted(links), np.int64).reshape(-1, 2)
    origin, to = ends[:, 0], ends[:, 1]
    number = np.bincount(origin, minlength=areas).astype(float)
    weight = np.ones(len(ends))
    if style == "W":
        weight = weight / number[origin]
    elif style == "S":
        weight = weight / np.sqrt(number)[origin]
        weight *= (number > 0).sum() / weight.sum()
    return Weights(areas, origin, to, weight)
