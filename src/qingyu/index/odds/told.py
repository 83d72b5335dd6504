"""What one indicator's windows tell in one period: the counts that the rates are drawn from."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from qingyu.exact import Bool, Float
from qingyu.index.hierarchy import build, day_number
from qingyu.index.ingredients import Ingredients, Int, Slot
from qingyu.index.peers import Groups, classes_of, groups
from qingyu.index.results import Results
from qingyu.pack.model import Comparison, Indicator, Pack

OF_THE_AREA = ("own", "trailing", "previous")  # comparisons with the area's own other days


@dataclass(frozen=True)
class Moment:
    """Where one period stands: `late` among the periods of the ingredients, `asked` among those
    of the results."""

    pack: Pack
    ingredients: Ingredients
    results: Results
    late: int
    asked: int
    group: Int  # [A] the class of peers, −1 = none
    members: tuple[Int, ...]  # of each class, positions of areas

    @classmethod
    def of(cls, pack: Pack, ingredients: Ingredients, results: Results, at: int = -1) -> Moment:
        """The period at `at` of those asked for."""
        asked = range(len(results.labels.periods))[at]
        late = ingredients.labels.lead + asked
        found, of = _groups(pack, ingredients, late)
        return cls(pack, ingredients, results, late, asked, of, found.members)

    def available(self, slot: Slot) -> Bool:
        return np.asarray(self.results.comparisons[slot].available[:, self.asked])


def _groups(pack: Pack, ingredients: Ingredients, late: int) -> tuple[Groups, Int]:
    tree = build(pack)
    last = np.array([day_number(ingredients.labels.periods[late].last)])
    epoch = int(tree.epoch_of(last)[0])
    found = groups(pack, tree, epoch)
    return found, found.of(tree.graded_level, classes_of(tree, epoch))


@dataclass(frozen=True)
class Told:
    """Windows of one indicator, the period's own first.

    slots: the comparison that each further window belongs to. inside: for each window, another one
    that lies within it, whose sums are already taken out of its own (−1: none). times: how many
    separate times a window averages over. count, exposure [W, A]: 0 where a window is not there.
    """

    slots: tuple[Slot | None, ...]
    inside: Int  # [W, A]
    times: Float  # [W]
    count: Float
    exposure: Float


def told(moment: Moment, place: int) -> Told:
    """Of the indicator at `place`."""
    pack, given = moment.pack, moment.ingredients
    indicator = pack.indicator(given.labels.indicators[place])
    now = given.world.count[place, :, moment.late], moment.results.exposure[place, :, moment.asked]
    windows: list[tuple[Slot | None, float, Int, Int]] = [(None, 1.0, *now)]
    for number, comparison in _own_windows(indicator):
        slot = (indicator.id, number)
        against, there = given.against(slot), moment.available(slot)
        count, exposure = (one[:, moment.late] * there for one in (against.count, against.exposure))
        windows.append((slot, _times(comparison), count, exposure))
    slots, times, counts, exposures = zip(*windows, strict=True)
    whole, under = (np.array(part, np.float64) / given.unit for part in (counts, exposures))
    under = np.maximum(under, 0.0)
    whole = np.where(under > 0, whole, 0.0)
    inside = _take_apart(given.labels.kind, indicator, slots, whole, under)
    return Told(slots, inside, np.array(times), whole, under)


def _own_windows(indicator: Indicator) -> Iterator[tuple[int, Comparison]]:
    pairs = enumerate(indicator.compare)
    return ((number, one) for number, one in pairs if one.with_ in OF_THE_AREA)


def _times(comparison: Comparison) -> float:
    """Years that were averaged; weeks that follow one another count as one time."""
    return float(comparison.years or 1) if comparison.with_ == "own" else 1.0


def _take_apart(
    kind: str, indicator: Indicator, slots: tuple[Slot | None, ...], count: Float, exposure: Float
) -> Int:
    """Takes the period before out of the weeks before (and out of earlier years, for years), so
    that no count speaks twice."""
    inside = np.full(count.shape, -1, np.int64)
    names = ["" if slot is None else indicator.compare[slot[1]].with_ for slot in slots]
    if "previous" not in names:
        return inside
    small, whole = names.index("previous"), "own" if kind == "year" else "trailing"
    for row, name in enumerate(names):
        if name == whole:
            fits = (count[row] >= count[small]) & (exposure[row] > exposure[small])
            fits &= exposure[small] > 0
            inside[row, fits] = small
            for sums in (count, exposure):
                sums[row, fits] -= sums[small, fits]
    return inside
