"""Small drawn series, the same on every machine."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]


def series(number: int = 12, weeks: int = 330, seed: int = 7) -> Floats:
    """Overdispersed weekly counts [series, week] of towns from rare to many, with a season."""
    rng = np.random.default_rng(seed)
    level = np.geomspace(0.3, 60, number)[:, None]
    season = np.exp(0.4 * np.sin(2 * np.pi * np.arange(weeks) / 52))
    mean = level * season
    return rng.negative_binomial(mean / 0.8, 1 / 1.8).astype(np.float64)
