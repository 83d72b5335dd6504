"""Measures of raw results: false alarms, detection, time, and paired differences with intervals."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from evaluation.worlds import Floats

DRAWS = 2000
_SEED = 20131
_FEW = 20


@dataclass(frozen=True)
class Summary:
    """false: share of calm points with an alarm; found: share of outbreaks with one; delay: mean
    points to the first alarm where found; at_once: share found at their first point."""

    false: float
    found: float
    delay: float
    at_once: float
    outbreaks: int


def summary(rows: pd.DataFrame) -> Summary:
    """Of the rows of one method, scope and rate."""
    found = rows.delay >= 0
    return Summary(
        false=float(rows.false.sum() / rows.points.astype(int).sum()),
        found=float(found.mean()),
        delay=float(rows.delay[found].mean()) if found.any() else float("nan"),
        at_once=float((rows.delay == 0).mean()),
        outbreaks=len(rows),
    )


@dataclass(frozen=True)
class Difference:
    """mean and the bounds of its interval of 95 %."""

    mean: float
    lower: float
    upper: float


def paired(one: pd.DataFrame, other: pd.DataFrame) -> Difference:
    """Detection of `one` less that of `other` on the same series. The interval is by bootstrap over
    replicates, each with all its scenarios; where there are few (cities), over the scenarios of
    each replicate."""
    keys = ["group", "replicate"]
    both = one[[*keys, "delay"]].assign(place=one.groupby(keys).cumcount())
    rest = other[[*keys, "delay"]].assign(place=other.groupby(keys).cumcount())
    joined = both.merge(rest, on=[*keys, "place"], suffixes=("", "_other"), validate="1:1")
    if len(joined) != len(one) or len(joined) != len(other):
        raise ValueError("paired results are of the same series")
    gain = (joined.delay >= 0).astype(float) - (joined.delay_other >= 0).astype(float)
    few = joined.replicate.nunique() < _FEW
    clusters = [joined.replicate, joined.group] if few else [joined.replicate]
    sums = gain.groupby(clusters).agg(["sum", "size"]).to_numpy(np.float64)
    return bootstrap(sums[:, 0], sums[:, 1])


def bootstrap(totals: Floats, sizes: Floats) -> Difference:
    """Mean of Σ totals / Σ sizes, replicates drawn anew."""
    rng = np.random.default_rng(_SEED)
    drawn = rng.integers(0, len(totals), (DRAWS, len(totals)))
    means = totals[drawn].sum(axis=1) / sizes[drawn].sum(axis=1)
    lower, upper = np.quantile(means, [0.025, 0.975])
    return Difference(float(totals.sum() / sizes.sum()), float(lower), float(upper))


def paired_over(ones: list[pd.DataFrame], others: list[pd.DataFrame]) -> Difference:
    """The mean over worlds of `paired`, each world with the same weight whatever its size; worlds
    are drawn independently, so the variances of their differences add up."""
    gains = [paired(one, other) for one, other in zip(ones, others, strict=True)]
    mean = sum(gain.mean for gain in gains) / len(gains)
    half = sum(((gain.upper - gain.lower) / 2) ** 2 for gain in gains) ** 0.5 / len(gains)
    return Difference(mean, mean - half, mean + half)


def delays_of_both(one: pd.DataFrame, other: pd.DataFrame) -> tuple[int, float, float]:
    """How many outbreaks both found, and the mean points to each one's first alarm: of the same
    outbreaks, so that a method that finds only the plain ones does not look fast."""
    keys = ["group", "replicate"]
    joined = one[[*keys, "delay"]].merge(other[[*keys, "delay"]], on=keys, validate="1:1")
    both = joined[(joined.delay_x >= 0) & (joined.delay_y >= 0)]
    return len(both), float(both.delay_x.mean()), float(both.delay_y.mean())
