"""Everything the arithmetic needs, gathered from the panel and grouped by cause.

`gather` (steps.py) makes one `Ingredients` from a pack and a panel; `evaluate` turns it into
`Results` and never looks at the panel. The groups are the causes of arithmetic.md section 9, so
that "what if only the exposure had changed" is `dataclasses.replace(before, exposure=now.exposure)`
and one more `evaluate`. In such a hybrid a cell that is said to be available but whose sums
are still those of a time without it simply does not take part (a comparison that came brings its
sums with it: `causes.hybrids`).

Axes: I indicators (all of the index's dimensions, in the pack's order), K dimensions (the
index's order), Q deductions, A areas (codes of graded levels, in the pack's order), P periods
(one kind, consecutive). All arrays are integer or boolean.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from enum import IntEnum
from typing import Any

import numpy as np
from numpy.typing import NDArray

from qingyu.periods import Kind, Period

Int = NDArray[np.int64]
Bool = NDArray[np.bool_]
Small = NDArray[np.uint8]

MISSING = int(np.iinfo(np.int64).min)  # stands in score arrays where there is no score

NOT_BRIDGED = MISSING  # stands for the day of a change where none is in between

Slot = tuple[str, int]  # (indicator id, position of the comparison in its `compare` list)


class State(IntEnum):
    """What is known of a cell or of an area in a period; from SUSPECT_SCORE on there is a score.

    `NOT_SHOWN`: the area is not valid on the period's last day, or the indicator is not in an
    index of this kind of period.
    """

    NOT_SHOWN = 0
    NO_DATA = 1
    LATE = 2
    SUSPECT = 3  # not covered well enough, for days that are suspect
    SUSPECT_SCORE = 4  # has a score, but its window holds a suspect day
    # has a score, but its window has not come in whole, or rests on what is far from usual
    PROVISIONAL = 5
    OK = 6

    @property
    def word(self) -> str:
        """The published word: ok, provisional, suspect, late, no_data (not_shown never leaves)."""
        return "suspect" if self is State.SUSPECT_SCORE else self.name.lower()


SCORED = int(State.SUSPECT_SCORE)  # states from here on have a score of their own


@dataclass(frozen=True)
class Labels:
    """The names along the axes."""

    index: str
    kind: Kind
    indicators: tuple[str, ...]
    dimensions: tuple[str, ...]
    areas: tuple[str, ...]
    periods: tuple[Period, ...]
    lead: int  # so many leading periods only serve carrying and change; results leave them out
    deductions: tuple[tuple[str, str], ...]  # (dimension id, deduction id)
    caps: tuple[str, ...]
    vetoes: tuple[str, ...]
    member: tuple[bool, ...]  # [I] is in an index of this kind of period

    @property
    def asked(self) -> tuple[Period, ...]:
        """The periods that results are for."""
        return self.periods[self.lead :]


@dataclass(frozen=True)
class World:
    """Counts, windows and days: what happened, and when it was looked at."""

    count: Int  # [I, A, P] m: the measure (units of the measure) over the window's counting days
    days: Int  # [I, A, P] D: counting days in the window
    span: Int  # [I, A, P] N: days of the window on which the area is valid
    length: Int  # [I, A, P] days of the window; 0 = no window reaches the least expected count
    shown: Bool  # [A, P] the area is valid on the period's last day
    level: Int  # [A] position in pack.levels
    rankable: Bool  # [A, P]
    parent: Int  # [A, P] position of the parent among the areas on the last day; −1 = none
    deductions: Int  # [Q, A, P] counts of the period's own counting days
    caps: Int  # [caps, A, P]
    vetoes: Int  # [vetoes, A, P]
    charges_in_doubt: Bool  # [A, P] one of these rests on an outlying day or an odd record


@dataclass(frozen=True)
class ExposureLevel:
    """`total` over `days` counting days: person-days, or the sum of a `per.measure`.

    The exposure of a cell is e = round(total · world.days / days), which is `total` itself except
    in hybrids, where it is today's level over yesterday's days.
    """

    total: Int  # [I, A, P]; 0 where there is no exposure
    days: Int  # [I, A, P]


@dataclass(frozen=True)
class MethodInForce:
    """The dated parts of the method on each period's last day (curves, φ and the rest are the
    pack's own, which `evaluate` is given)."""

    weight: Int  # [I, P] micros; 0 = none in force, or not in this index
    dimension_weight: Int  # [K, P] micros; 0 = none in force
    scale: Int  # [P] position in pack.grades.scales; −1 = none in force


@dataclass(frozen=True)
class Availability:
    """What could be had."""

    state: Small  # [I, A, P] State; below SCORED the cell has no score of its own
    exists: Mapping[Slot, Bool]  # [A, P] the "exists when" of section 5


@dataclass(frozen=True)
class Against:
    """What one comparison holds an area against. For `target`: count = the target's micros and
    exposure = 10⁶ · unit. For `minmax`: count = low and exposure = high, in micros."""

    count: Int  # [A, P] mb
    exposure: Int  # [A, P] eb
    kappa: Int  # [A, P] micro-counts


@dataclass(frozen=True)
class Bridged:
    """Day numbers of the last split or merge of areas that a sum reaches across; `NOT_BRIDGED`
    where it does not."""

    window: Int  # [I, A, P]
    against: Mapping[Slot, Int]  # [A, P]


@dataclass(frozen=True)
class Ingredients:
    """See the module. `peers` holds the slots of comparisons with peers, `baseline` all others.

    unit: all counts, exposures and baselines of cells are in so many parts of one (a divisor of a
    million: 1 unless an area was split; section 10). bridged: None where no area ever changed.
    """

    labels: Labels
    world: World
    exposure: ExposureLevel
    method: MethodInForce
    availability: Availability
    peers: Mapping[Slot, Against]
    baseline: Mapping[Slot, Against]
    unit: int = 1
    bridged: Bridged | None = None

    def against(self, slot: Slot) -> Against:
        return self.peers[slot] if slot in self.peers else self.baseline[slot]

    def between(self, start: int, stop: int, lead: int) -> Ingredients:
        """Only the periods at positions `start … stop−1`, of which `lead` lead in."""
        labels = replace(self.labels, periods=self.labels.periods[start:stop], lead=lead)
        keep = slice(start, stop)
        size = len(self.labels.periods)
        return Ingredients(
            labels=labels,
            world=_cut(self.world, keep, size),
            exposure=_cut(self.exposure, keep, size),
            method=_cut(self.method, keep, size),
            availability=Availability(
                state=self.availability.state[..., keep],
                exists={slot: given[..., keep] for slot, given in self.availability.exists.items()},
            ),
            peers={slot: _cut(given, keep, size) for slot, given in self.peers.items()},
            baseline={slot: _cut(given, keep, size) for slot, given in self.baseline.items()},
            unit=self.unit,
            bridged=self._bridged_between(keep),
        )

    def _bridged_between(self, keep: slice) -> Bridged | None:
        if self.bridged is None:
            return None
        against = {slot: given[..., keep] for slot, given in self.bridged.against.items()}
        return Bridged(self.bridged.window[..., keep], against)


def _cut(group: Any, keep: slice, size: int) -> Any:
    """`group` with its last axis cut, save `World.level`, which has no periods."""
    found = {}
    for field in fields(group):
        array = getattr(group, field.name)
        whole = field.name == "level" or array is None
        found[field.name] = array if whole else array[..., keep]
        if not whole and array.shape[-1] != size:
            raise ValueError(f"{field.name} has {array.shape[-1]} periods, not {size}")
    return type(group)(**found)
