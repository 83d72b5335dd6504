"""Every station of every cell, as labelled integer arrays.

Axes as in ingredients.py: I indicators, K dimensions, Q deductions, A areas, P periods (only
those asked for: `labels.lead` is 0 here). Score arrays hold `MISSING` where there is no score.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum

from qingyu.index.ingredients import Bool, Int, Labels, Slot, Small


class Fill(IntEnum):
    """Whose score stands in an indicator's cell."""

    OWN = 0
    CARRIED = 1  # the area's own score of an earlier period
    FROM_PARENT = 2


@dataclass(frozen=True)
class Stations:
    """The stations of one comparison; `MISSING` where it is not available. For `minmax`,
    `expected` is `MISSING` and `compared` the rate per unit in micros."""

    expected: Int  # [A, P] micro-counts
    compared: Int  # [A, P] micros
    points: Int  # [A, P] micro-points
    available: Bool  # [A, P]


@dataclass(frozen=True)
class Results:
    """What `evaluate` returns."""

    labels: Labels
    exposure: Int  # [I, A, P] e of each cell: person-days, or the sum of `per.measure`
    comparisons: Mapping[Slot, Stations]
    indicator: Int  # [I, A, P] micro-points, fills included
    state: Small  # [I, A, P] State; a filled cell keeps NO_DATA
    fill: Small  # [I, A, P] Fill
    carried_back: Small  # [I, A, P] periods back that a carried score comes from; else 0
    before_deductions: Int  # [K, A, P] micro-points of the dimension
    deducted: Int  # [Q, A, P] micro-points taken off by each deduction: min(points·count, at_most)
    dimension: Int  # [K, A, P] micro-points after deductions (never below 0)
    before_caps: Int  # [A, P] milli-points of the index before caps and vetoes
    cap: Int  # [A, P] position in labels.caps of the cap that holds the score down; −1 = none
    veto: Int  # [A, P] position in labels.vetoes of the first veto that applies; −1 = none
    score: Int  # [A, P] milli-points
    grade: Int  # [A, P] position in the scale in force, 0 = best; −1 = no data
    rank: Int  # [A, P] 0 = not ranked
    of: Int  # [A, P] how many are ranked in the area's level
    change: Int  # [A, P] milli-points from the period before; MISSING if either has no score
    completeness: Int  # [A, P] micros
    area_state: Small  # [A, P] State
