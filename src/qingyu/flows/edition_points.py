"""What an indicator's points would be if protected counts were other ones.

Peers and parents are those of the period before: their sums of the period itself are made of
protected counts too, and nothing that an edition shows may be decided by these.
"""

from __future__ import annotations

from dataclasses import replace
from functools import cached_property

import numpy as np

from qingyu.flows.publish import Published
from qingyu.index.ingredients import Against, Bool, Ingredients, Int, Slot, State
from qingyu.index.results import Results
from qingyu.index.steps import evaluate
from qingyu.pack.model import MICRO
from qingyu.pack.protected import Protected

FAR = 10**6  # a count far beyond whatever moves a score
SOME = 100  # a divisor with which a share can be nearly anything


class Points:
    """Of the one period of an edition; [A] is all areas of the results."""

    def __init__(self, one: Published, protected: Protected) -> None:
        self.one, self.protected = one, protected
        lead, size = one.ingredients.labels.lead, len(one.ingredients.labels.periods)
        self.given: Ingredients = one.ingredients.between(lead, size, 0)
        self.before: Ingredients = one.ingredients.between(lead - 1, lead, 0)
        self.names = self.given.labels.indicators
        self._known: dict[tuple[int, int], Results] = {}

    def members(self) -> list[str]:
        """The protected indicators that are in this index."""
        member = dict(zip(self.names, self.given.labels.member, strict=True))
        return [name for name in self.protected.indicators if member.get(name)]

    @cached_property
    def free(self) -> Bool:
        """[I, A] cells that a protected count may take the score from, or give it: it is what
        they are divided by. They could have one, as far as days and comparisons go."""
        found = np.zeros((len(self.names), self.given.world.shown.shape[0]), bool)
        world, exists = self.given.world, self.given.availability.exists
        for name in self.members():
            indicator, row = self.one.pack.indicator(name), self.names.index(name)
            if not self.protected.divided(name):
                continue
            span, days = world.span[row, :, 0], world.days[row, :, 0]
            covered = (days * MICRO >= indicator.least_covered * span) & world.shown[:, 0]
            slots = [exists[name, place][:, 0] for place in range(len(indicator.compare))]
            found[row] = covered & np.any(slots, axis=0)
        return found

    def of(self, count: int, divisor: int) -> Int:
        """[I, A] points of every indicator if its protected count were this, and what it is
        divided by that, where this is protected too."""
        return np.maximum(self.results(count, divisor).indicator[..., 0], 0)

    def results(self, count: int, divisor: int = SOME) -> Results:
        """Every station if each protected count were this, alone in its area: what the area adds
        to the sums of its peers and of its parent changes with it."""
        if (count, divisor) not in self._known:
            given = self.given
            rows = [self.names.index(name) for name in self.members()]
            counts, divisors = given.world.count.copy(), given.exposure.total.copy()
            state = given.availability.state.copy()
            for row in rows:
                free = self.free[row][:, None]
                counts[row] = np.where(free, min(count, divisor), count) * given.unit
                divisors[row] = np.where(free, divisor * given.unit, divisors[row])
                state[row] = np.where(free, np.uint8(State.OK), state[row])
            exists, peers, others = self._beside(rows, counts, divisors)
            self._known[count, divisor] = evaluate(self.one.pack, replace(
                given,
                world=replace(given.world, count=counts),
                exposure=replace(given.exposure, total=divisors),
                availability=replace(given.availability, state=state, exists=exists),
                peers=peers, baseline=others,
            ))  # fmt: skip
        return self._known[count, divisor]

    def _beside(
        self, rows: list[int], counts: Int, divisors: Int
    ) -> tuple[dict[Slot, Bool], dict[Slot, Against], dict[Slot, Against]]:
        """What cells of protected indicators are compared with: peers and parents of the period
        before, with what the area itself has now in the place of what it had then."""
        given, before = self.given, self.before
        exists = dict(given.availability.exists)
        sides = dict(given.peers), dict(given.baseline)
        for row in rows:
            name = self.names[row]
            for place, comparison in enumerate(self.one.pack.indicator(name).compare):
                slot, side = (name, place), sides[comparison.with_ != "peers"]
                if comparison.with_ not in ("peers", "parent"):
                    continue
                part = given.world.rankable if comparison.with_ == "peers" else 1
                then = before.against(slot)
                count = then.count + (counts[row] - before.world.count[row]) * part
                exposure = then.exposure + (divisors[row] - before.exposure.total[row]) * part
                side[slot] = replace(
                    side[slot], count=np.maximum(count, 0), exposure=np.maximum(exposure, 0)
                )
                exists[slot] = before.availability.exists[slot]
        return exists, *sides
