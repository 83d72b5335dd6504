"""Real series: their residuals drawn anew, and those whose outbreaks somebody has labelled.

They are read from a folder beside the project and never kept in it: only results are.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from evaluation.scenarios import WEEKS
from evaluation.seeds import generator
from evaluation.worlds import Floats, Series, World, gathered, strength_of, with_outbreaks
from qingyu.warn.regression import harmonics, poisson

LABELLED = (
    "h1_nrwrp", "ha", "k1", "m1", "m2", "m3", "m4", "m5", "n1", "n2", "q1_nrwh", "q2", "s1", "s2",
    "s3",
)  # fmt: skip
_RESAMPLED = (
    "influMen", "momo", "salmAllOnset", "salmHospitalized", "salmNewport", "salmonella.agona",
    "shadar", "stsNewport",
)  # fmt: skip
_LENGTH, _NOW, _BLOCK, _LEAST_MEAN = 312, 263, 8, 0.1
YEARS = 2  # that Farrington's methods look back in the labelled series: most have four


def read(folder: Path) -> pd.DataFrame:
    return pd.read_parquet(folder / "data" / "surveillance" / "series.parquet")


def _wide(table: pd.DataFrame, dataset: str) -> tuple[Floats, Floats]:
    """Counts and labels [series, week]."""
    chosen = table[table.dataset == dataset]
    counts = chosen.pivot(index="series", columns="t", values="observed")
    labels = chosen.pivot(index="series", columns="t", values="state")
    return counts.to_numpy(np.float64), labels.to_numpy(np.float64)


def resampled(table: pd.DataFrame, seed: str, part: str, replicates: int) -> World:
    """Each series' mean by two waves and a trend, times its own ratios of count to mean, drawn in
    blocks of eight weeks and rounded at random to whole cases."""
    found, group = [], 0
    for dataset in _RESAMPLED:
        for counts in _wide(table, dataset)[0]:
            if len(counts) >= 290 and counts.mean() >= _LEAST_MEAN:
                group += 1
                found += _drawn_anew(counts, group, seed, part, replicates)
    return gathered("resampled", WEEKS, range(_NOW, _LENGTH), found)


def _drawn_anew(counts: Floats, group: int, seed: str, part: str, replicates: int) -> list[Series]:
    weeks = np.arange(max(len(counts), _LENGTH), dtype=np.float64)
    columns = harmonics(weeks, 52, 2, trend=True)
    fitted = poisson(counts[None], columns[: len(counts)]).mean(columns)[0]
    ratio = counts / fitted[: len(counts)]
    phi = max(float((ratio - 1) ** 2 @ fitted[: len(counts)]) / len(counts), 1.0)
    mean = fitted[-_LENGTH:]
    found = []
    for replicate in range(replicates):
        rng = generator(seed, "resampled", part, group, replicate)
        starts = rng.integers(0, len(ratio) - _BLOCK, _LENGTH // _BLOCK)
        drawn = ratio[(starts[:, None] + np.arange(_BLOCK)).ravel()]
        calm = np.floor(mean * drawn + rng.random(_LENGTH))
        strength = strength_of(group, replicate)
        observed, first, last = with_outbreaks(rng, calm, np.sqrt(phi * mean), strength, _NOW)
        level = float(mean[_NOW:].mean()) / 7
        found.append(Series(calm, observed, group, replicate, strength, first, last, level))
    return found


@dataclass(frozen=True)
class Labelled:
    """counts, labels [series, week] of one set; current: the weeks that are judged."""

    dataset: str
    counts: Floats
    labels: Floats
    current: range


def labelled(table: pd.DataFrame) -> list[Labelled]:
    """All sets with labels, from the week on from which every method can look back."""
    found = []
    for dataset in LABELLED:
        counts, labels = _wide(table, dataset)
        found.append(Labelled(dataset, counts, labels, range(YEARS * 52 + 4, counts.shape[1])))
    return found
