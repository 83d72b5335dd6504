"""The scores an area could have, as far as protected counts decide: `release.protect.cuts.Reach`.

The past, the strength of shrinkage and whatever is not protected are taken as they are: whoever
knows all of the past learns no more from a colour than whoever does not. The protected counts of
the period itself, in this area and in all others, have no part in anything here: each stands at 0,
at one less than `least`, or far beyond.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import astuple, dataclass, replace
from functools import cached_property

import numpy as np

from qingyu.flows.edition_points import FAR, SOME, Points
from qingyu.flows.edition_step import step_of
from qingyu.flows.publish import Published
from qingyu.index.compose import compose
from qingyu.index.grade import grade_scores
from qingyu.index.ingredients import MISSING, Bool, Int
from qingyu.index.results import Fill
from qingyu.pack.model import MICRO, Measure
from qingyu.pack.overlap import may_overlap
from qingyu.pack.protected import Protected, Shield, rules_of
from qingyu.release.protect.cuts import Reach

_BEST = 100 * MICRO
_NONE = -1  # stands for an area without a score

Part = tuple[str, str]  # (indicator, deduction, cap or veto; its name as in `Protected`)


@dataclass(frozen=True)
class Range:
    """[A] The points of an indicator, or the count of a rule: over the range that is to be
    protected (good, bad) and over all counts (best, worst)."""

    good: Int
    bad: Int
    best: Int
    worst: Int


@dataclass(frozen=True)
class Reached:
    """reach: what the colours of each area may tell; sure: [A] whether the area has a score (or
    has none) whatever was counted. [A] is all areas of the results."""

    reach: Reach
    sure: Bool


def reached(one: Published, protected: Protected) -> Reached:
    return _Corners(one, protected).found()


class _Corners:
    def __init__(self, one: Published, protected: Protected) -> None:
        self.one, self.protected = one, protected
        self.points = Points(one, protected)
        self.given, self.names = self.points.given, self.points.names
        results = one.results
        self.present: Bool = results.indicator[..., 0] != MISSING
        self.value: Int = np.where(self.present, results.indicator[..., 0], 0)
        self.areas = self.value.shape[1]

    def found(self) -> Reached:
        best, worst = self._scores("best", "best"), self._scores("worst", "worst")
        ups = [self._scores("best", "bad", part) for part in self.parts]
        lows = [self._scores("worst", "good", part) for part in self.parts]
        reach = Reach(best, worst, np.array(ups), np.array(lows), self._step(best))
        return Reached(reach, self._sure())

    # -- parts ------------------------------------------------------------------------------------

    @cached_property
    def parts(self) -> list[Part]:
        told = self.protected.told
        rules = [rule for rule in self.protected.rules if rule[1].split("/")[-1] not in told]
        return [*(("indicator", name) for name in self.points.members()), *rules]

    @cached_property
    def ranges(self) -> dict[Part, Range]:
        """Of every protected part that the colours must not tell of."""
        return {part: self._indicator(part[1]) if part[0] == "indicator" else self._rule(part)
                for part in self.parts}  # fmt: skip

    def _indicator(self, name: str) -> Range:
        shield, row = self.protected.indicators[name], self.names.index(name)
        far, few = (FAR, SOME), (FAR if shield.wide else shield.least - 1, SOME)
        zero, some, most = (self.points.of(*one)[row] for one in ((0, SOME), few, far))
        counted = Range(np.maximum(zero, some), np.minimum(zero, some),
                        np.maximum(zero, most), np.minimum(zero, most))  # fmt: skip
        shared = self._shared(row, shield, counted) if self.points.free[row].any() else counted
        filled = self.present[row] & (self.one.results.fill[row, :, 0] != Fill.OWN)
        fixed = self.value[row]
        return Range(*(
            np.where(filled, instead, np.where(self.points.free[row], ours, plain))
            for instead, ours, plain in zip(
                (np.full_like(fixed, _BEST), np.zeros_like(fixed), fixed, fixed),
                astuple(shared), astuple(counted), strict=True)
        ))  # fmt: skip

    def _shared(self, row: int, shield: Shield, counted: Range) -> Range:
        """Of a count that is divided by a protected one. Neither is known: for each value of
        either in the range, the other may be what makes the share good, or bad."""
        if shield.wide:
            every = np.full_like(counted.best, _BEST)
            return replace(counted, good=every, bad=every * 0)
        most = shield.least - 1
        choices = [((0, 1), (1, 1)), ((0, most), (most, most)), ((most, most), (most, SOME))]
        ends = [[self.points.of(*pair)[row] for pair in pairs] for pairs in choices]
        return replace(counted, good=np.max([np.minimum(*two) for two in ends], axis=0),
                       bad=np.min([np.maximum(*two) for two in ends], axis=0))  # fmt: skip

    def _rule(self, part: Part) -> Range:
        shield = self.protected.rules[part]
        none, far = np.zeros(self.areas, np.int64), np.full(self.areas, FAR)
        few = far if shield.wide else np.full(self.areas, shield.least - 1)
        jumps = part[0] != "deduction"  # others must do without caps and vetoes, which jump
        return Range(none, few, none, none if jumps else far)

    def _beside(self, part: Part) -> list[Part]:
        """The part, and those that may count a record that it counts."""
        mine = self._measure(part)
        pack = self.one.pack
        return [other for other in self.parts
                if other == part or may_overlap(pack, mine, self._measure(other))]  # fmt: skip

    def _measure(self, part: Part) -> Measure:
        kind, name = part
        pack = self.one.pack
        if kind == "indicator":
            return pack.indicator(name).measure
        return next(m for k, n, _, m in rules_of(pack, self.protected.index) if (k, n) == part)

    # -- scores of a world -----------------------------------------------------------------------

    def _scores(self, others: str, mine: str, part: Part | None = None) -> Int:
        """[A] with the part and what overlaps it at one end of its range, all others at another;
        where a score might be missing, the worse (for the best: the better) of the two."""
        chosen = set() if part is None else set(self._beside(part))
        ends = {one: getattr(range_, mine if one in chosen else others)
                for one, range_ in self.ranges.items()}  # fmt: skip
        found = [self._score(ends, absent) for absent in self._absences(chosen)]
        end = np.min if mine in ("bad", "worst") else np.max
        return np.asarray(end(found, axis=0))

    def _absences(self, chosen: set[Part]) -> list[list[int]]:
        """Which indicators might be missing: none, or those looked at."""
        rows = [self.names.index(name) for kind, name in chosen if kind == "indicator"]
        lacking = [row for row in rows if self.points.free[row].any()]
        return [[], lacking] if lacking else [[]]

    def _score(self, ends: Mapping[Part, Int], absent: list[int]) -> Int:
        value, present = self.value.copy(), self.present | self.points.free
        world = self.given.world
        rules = {"deduction": world.deductions.copy(), "cap": world.caps.copy(),
                 "veto": world.vetoes.copy()}  # fmt: skip
        for (kind, name), end in ends.items():
            if kind == "indicator":
                value[self.names.index(name)] = end
            else:
                rules[kind][self._place(kind, name), :, 0] = end
        present[absent] = False
        changed = replace(self.given, world=replace(
            world, deductions=rules["deduction"], caps=rules["cap"], vetoes=rules["veto"],
        ))  # fmt: skip
        value = np.where(present, value, 0)[..., None]
        composed = compose(self.one.pack, self.protected.index, changed, value, present[..., None])
        graded = grade_scores(self.one.pack, changed, composed.index, composed.present)
        return np.where(composed.present, graded.score, _NONE)[:, 0]

    def _place(self, kind: str, name: str) -> int:
        labels = self.given.labels
        if kind == "deduction":
            return ["/".join(one) for one in labels.deductions].index(name)
        return (labels.caps if kind == "cap" else labels.vetoes).index(name)

    # -- the rest --------------------------------------------------------------------------------

    def _step(self, best: Int) -> Int:
        """[A] what one more record of an indicator or a deduction can take off the best score."""
        steps = [np.zeros_like(best)]
        ends = {part: range_.best for part, range_ in self.ranges.items()}
        for kind, name in self.parts:
            range_ = self.ranges[kind, name]
            if kind == "deduction":
                one = np.minimum(range_.best + 1, FAR)
            elif kind == "indicator":
                jump = step_of(self.one.pack.indicator(name), self.given, self.points.results(0),
                               self.points.results(1))  # fmt: skip
                one = np.maximum(range_.best - jump, 0)
            else:
                continue
            alone = [row for row in range(len(self.names)) if self.points.free[row].any()]
            for absent in ([], alone) if alone else ([],):
                moved = self._score({**ends, (kind, name): one}, absent)
                steps.append(np.maximum(self._score(ends, absent) - moved, 0))
        return np.asarray(np.max(steps, axis=0))

    def _sure(self) -> Bool:
        """Whether an area has its score with or without every indicator that a count can take
        away from it."""
        ends = {part: range_.best for part, range_ in self.ranges.items()}
        lacking = [row for row in range(len(self.names)) if self.points.free[row].any()]
        never, always = self._score(ends, []) == _NONE, self._score(ends, lacking) != _NONE
        return np.asarray(never | always)
