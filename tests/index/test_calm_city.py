"""A colour must not be dice: in a calm city, small and large places fare alike.

Sixty towns of 1,000 to 100,000 people, the same risk everywhere and always, counts drawn from
Poisson with a fixed seed, a year of daily scores. Between any two strata of population the mean
score differs by at most one point and the share of red by at most one percentage point.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from index_town import area, compare, day, indicator, make_pack, make_panel, people

from qingyu.index.ingredients import MISSING
from qingyu.index.steps import compute
from qingyu.periods import periods_between

STRATA = (1_000, 3_000, 10_000, 30_000, 100_000)
EACH, YEARS, RATE = 12, 3, 2e-4
DAILY = {"window": "7 days", "least_expected": "5", "at_most": "28 days"}
RED = 3

TRAILING = compare("trailing", "0.5", weeks=8, at_least=6)
PEERS = compare("peers", "0.5")
OWN = compare("own", "0.5", years=2, at_least=2, window="28 days")


def strata(compares: list[dict[str, Any]], shrink: dict[str, str]) -> list[tuple[float, float]]:
    """(mean score in points, share of red in percent) of each stratum over a year of days."""
    chance = np.random.default_rng(20_160_512)
    sizes = {f"t{n}": STRATA[n // EACH] for n in range(EACH * len(STRATA))}
    counts = {name: chance.poisson(RATE * size, 365 * YEARS) for name, size in sizes.items()}
    pack = make_pack(
        areas=[area("C", "city", None), *(area(name) for name in sizes)],
        exposures=(people(sizes),),
        indicators=(indicator(compare=compares, daily=DAILY, shrink=shrink),),
    )
    panel = make_panel(pack, 365 * YEARS, counts)
    days = periods_between(day(365 * YEARS - 365), day(365 * YEARS - 1), "day")
    found = compute(pack, panel, days)
    figures = []
    for number in range(len(STRATA)):
        rows = slice(1 + number * EACH, 1 + (number + 1) * EACH)
        scored = found.score[rows] != MISSING
        assert scored.mean() > 0.95
        scores, grades = found.score[rows][scored], found.grade[rows][scored]
        figures.append((float(scores.mean()) / 1000, float((grades == RED).mean()) * 100))
    return figures


def spreads(figures: list[tuple[float, float]]) -> tuple[float, float]:
    """Largest difference between two strata: (points, percentage points)."""
    scores, reds = zip(*figures, strict=True)
    return max(scores) - min(scores), max(reds) - min(reds)


@pytest.mark.parametrize("compares", [[TRAILING, PEERS], [OWN, PEERS]], ids=["trailing", "own"])
@pytest.mark.parametrize("shrink", [{}, {"kappa": "25"}], ids=["estimated", "otherwise"])
def test_strata_fare_alike(compares: list[dict[str, Any]], shrink: dict[str, str]) -> None:
    figures = strata(compares, shrink)
    points, red = spreads(figures)
    print(figures)
    assert points <= 1, figures
    assert red <= 1, figures


def test_without_shrinkage_they_would_not() -> None:
    """What windows alone cannot do, and proof that the test above can fail."""
    points, red = spreads(strata([TRAILING, PEERS], {"kappa": "0"}))
    assert points > 3
    assert red > 5
