"""Why a score moved: the exact split of a change among seven causes.

Each line is what one more replaced group of ingredients does to the score, computed afresh, in a
fixed order; so the lines add up to the change whatever the groups do to each other. A step after
which there is no score in between (its effect cannot be told apart yet) is joined to the next.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

import numpy as np

from qingyu.index.exact_json import milli
from qingyu.index.ingredients import (
    MISSING,
    Against,
    ExposureLevel,
    Ingredients,
    Slot,
    State,
)
from qingyu.index.steps import evaluate
from qingyu.pack.model import Pack

LATE_DATA = "late_data"
# cause → group of ingredients, in the order of arithmetic.md section 9
GROUPS: Mapping[str, str] = {
    "exposure": "exposure",
    "method": "method",
    "availability": "availability",
    "peers": "peers",
    "baseline": "baseline",
    "world": "world",
}


@dataclass(frozen=True)
class Line:
    """`amount`: milli-points. `joined`: nothing by itself; the effect is in the next line."""

    cause: str
    amount: int
    joined: bool = False

    def to_json(self) -> dict[str, object]:
        return {"cause": self.cause, "amount": milli(self.amount), "joined": self.joined}


def split_change(
    pack: Pack, first_known: int | None, before: Ingredients, now: Ingredients, area: int
) -> tuple[Line, ...]:
    """The lines from the score of the period before, as first known, to the score now.

    first_known: that score in milli-points (None: as known now).
    before, now: ingredients of the two periods as known now, one asked period each, equal in
    their leading periods. Empty if either period has no score.
    """
    known_now = score_of(pack, before, area)
    end = score_of(pack, now, area)
    if known_now is None or end is None:
        return ()
    late = 0 if first_known is None else known_now - first_known
    lines = [Line(LATE_DATA, late)]
    reached = known_now
    for cause, mixed in hybrids(before, now):
        score = score_of(pack, mixed, area)
        lines.append(Line(cause, 0 if score is None else score - reached, score is None))
        reached = reached if score is None else score
    return tuple(lines)


def before_and_now(ingredients: Ingredients) -> tuple[Ingredients, Ingredients]:
    """The last two of the asked periods, each with equally many periods leading in."""
    size = len(ingredients.labels.periods)
    return ingredients.between(0, size - 1, size - 2), ingredients.between(1, size, size - 2)


def hybrids(before: Ingredients, now: Ingredients) -> Iterator[tuple[str, Ingredients]]:
    """`before` with one group after the other taken from `now`; the last one is `now`."""
    later = replace(now, exposure=_of_who_is_left(before, now))
    mixed = replace(
        before,
        peers=_with_what_came(before, now, before.peers),
        baseline=_with_what_came(before, now, before.baseline),
    )
    for cause, group in GROUPS.items():
        mixed = replace(mixed, **{group: getattr(later, group)})
        yield cause, now if group == "world" else mixed


def _of_who_is_left(before: Ingredients, now: Ingredients) -> ExposureLevel:
    """The exposure of now; an area that is gone keeps its own until the availability takes it."""
    gone = now.availability.state == State.NOT_SHOWN
    return ExposureLevel(
        total=np.where(gone, before.exposure.total, now.exposure.total),
        days=np.where(gone, before.exposure.days, now.exposure.days),
    )


def _with_what_came(
    before: Ingredients, now: Ingredients, group: Mapping[Slot, Against]
) -> Mapping[Slot, Against]:
    """A group of `before`; comparisons that did not exist then come with the sums of now, so that
    what their coming does stands in the line of the availability."""
    found = {}
    for slot, then in group.items():
        existed, later = before.availability.exists[slot], now.against(slot)
        found[slot] = Against(
            count=np.where(existed, then.count, later.count),
            exposure=np.where(existed, then.exposure, later.exposure),
            kappa=np.where(existed, then.kappa, later.kappa),
        )
    return found


def score_of(pack: Pack, ingredients: Ingredients, area: int) -> int | None:
    """The index score (milli-points) of the only asked period."""
    score = int(evaluate(pack, ingredients).score[area, -1])
    return None if score == MISSING else score
