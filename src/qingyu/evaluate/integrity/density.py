"""Too many just on the good side of a cut: bunching of scores above the limit of a grade.

After McCrary (2008): if nobody aims at a limit, the density of scores is smooth there. The numbers
in bins around the cut are fitted by a smooth curve that leaves out the two bins next to it, and of
those in these two bins the part above the cut is held against what the curve says (an exact
binomial test). Scores of different areas are taken as unrelated.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import stats

from qingyu.evaluate.integrity.dispersion import Floats

BINS = 5  # on each side, the one next to the cut included
LEAST_NEAR, LEAST_AROUND = 12, 60  # values in the two bins; in all of them
_STEPS = 30


@dataclass(frozen=True)
class Bunching:
    """above, below: values in the bins next to the cut; expected: of `above`; p: chance of at
    least as many; None where there are too few values."""

    above: int
    below: int
    expected: float
    p: float


def bunching(values: Floats, cut: float, width: float) -> Bunching | None:
    """How values crowd in [cut, cut + width) against [cut − width, cut)."""
    edges = cut + width * np.arange(-BINS, BINS + 1)
    counts, _ = np.histogram(values[(values >= edges[0]) & (values < edges[-1])], edges)
    below, above = int(counts[BINS - 1]), int(counts[BINS])
    if below + above < LEAST_NEAR or counts.sum() < LEAST_AROUND:
        return None
    x = np.arange(2 * BINS, dtype=np.float64) - BINS + 0.5
    apart = np.abs(x) > 1.0
    curve = _fitted(np.asarray(x[apart]), counts[apart].astype(np.float64), x)
    part = float(curve[BINS] / (curve[BINS] + curve[BINS - 1]))
    near = above + below
    return Bunching(above, below, near * part, float(stats.binom.sf(above - 1, near, part)))


def _fitted(x: Floats, counts: Floats, at: Floats) -> Floats:
    """A log-quadratic Poisson curve through the counts, read off at `at`."""
    design, asked = (np.stack([np.ones_like(v), v, v * v], axis=1) for v in (x, at))
    value = np.log(counts + 0.5)
    beta = np.linalg.lstsq(design, value, rcond=None)[0]
    for _ in range(_STEPS):
        mean = np.exp(np.clip(design @ beta, -20.0, 20.0))
        hessian = design.T @ (design * mean[:, None]) + 1e-6 * np.eye(3)
        beta = beta + np.clip(np.linalg.solve(hessian, design.T @ (counts - mean)), -1.0, 1.0)
    return np.asarray(np.exp(np.clip(asked @ beta, -20.0, 20.0)))
