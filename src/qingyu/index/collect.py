"""Fills the groups of ingredients, one indicator at a time (so that a nation fits in memory)."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from qingyu.index import baseline, resting, shrink
from qingyu.index.baseline import Case, Found
from qingyu.index.doubt import in_doubt, touched
from qingyu.index.hierarchy import day_number
from qingyu.index.ingredients import (
    NOT_BRIDGED,
    Against,
    Availability,
    Bool,
    Bridged,
    ExposureLevel,
    Ingredients,
    Int,
    Labels,
    MethodInForce,
    Slot,
    State,
    World,
)
from qingyu.index.ledgers import Ledgers
from qingyu.index.peers import Groups, groups, peer_sums
from qingyu.index.scene import Scene
from qingyu.index.state import cell_states
from qingyu.index.window import windows
from qingyu.pack.model import Comparison, Index, Indicator, Measure, Pack


@dataclass
class Collector:
    """Gathers into one set of arrays; `finish` hands them over."""

    scene: Scene
    ledgers: Ledgers
    index: Index
    lead: int
    exists: dict[Slot, Bool] = field(default_factory=dict)
    peers: dict[Slot, Against] = field(default_factory=dict)
    others: dict[Slot, Against] = field(default_factory=dict)
    bridged: dict[Slot, Int] = field(default_factory=dict)  # empty where no area ever changed

    def __post_init__(self) -> None:
        self.indicators = indicators_of(self.scene.pack, self.index)
        shape = (len(self.indicators), len(self.scene.hierarchy.graded), len(self.scene.periods))
        self.count = np.empty(shape, np.int64)
        self.parts: dict[str, list[Int]] = {"exposure": [], "days": [], "span": [], "length": []}
        self.state = np.zeros(shape, np.uint8)
        self.resting = None if self.scene.bridge is None else np.full(shape, NOT_BRIDGED)
        epochs = np.concatenate(
            [self.scene.epoch, self.scene.hierarchy.epoch_of(self.scene.months)]
        )
        self.groups: dict[int, Groups] = {
            epoch: groups(self.scene.pack, self.scene.hierarchy, epoch)
            for epoch in np.unique(epochs).tolist()
        }

    def take(self, place: int, indicator: Indicator) -> None:
        """All ingredients of one indicator."""
        ledger = self.ledgers.of(indicator)
        chosen = windows(self.scene, ledger, indicator.daily)
        case = Case(self.scene, indicator, ledger, chosen)
        self.count[place], exposure = case.sums(lambda k: chosen.widths[k])
        for name, part in (
            ("exposure", exposure),
            ("days", case.flags(lambda k: case.counting(chosen.widths[k]))),
            ("span", case.flags(lambda k: self.scene.calendar.span(chosen.widths[k]))),
            ("length", chosen.lengths()),
        ):
            self.parts[name].append(part)
        if self.is_member(indicator):
            self.state[place] = cell_states(case, exposure)
            self._compare(case)
            self._doubt(place, case)
            self._rest(place, case)
        else:
            self._leave_out(indicator)

    def is_member(self, indicator: Indicator) -> bool:
        return indicator.daily is not None or not self.scene.daily

    def _compare(self, case: Case) -> None:
        kappas: dict[bool, Int] = {}
        for number, comparison in enumerate(case.indicator.compare):
            slot = (case.indicator.id, number)
            of_peers = comparison.with_ == "peers"
            if of_peers not in kappas and comparison.with_ != "minmax":
                kappas[of_peers] = self._kappa(case, of_peers)
            kappa = kappas.get(of_peers, np.zeros((1, 1), np.int64))
            found = self._found(case, comparison)
            (self.peers if of_peers else self.others)[slot] = Against(
                self._whole(found[0]), self._whole(found[1]), self._whole(kappa)
            )
            self.exists[slot] = np.broadcast_to(found[2], self.state.shape[1:])

    def _doubt(self, place: int, case: Case) -> None:
        """What would be `ok` is provisional where it rests on what is far from usual."""
        places = range(len(case.indicator.compare))
        exists = {one: self.exists[case.indicator.id, one] for one in places}
        second = case.indicator.per.measure
        measures = (case.indicator.measure, *([second] if second is not None else []))
        doubt = in_doubt(case, exists, self.ledgers.odd(measures, case.days))
        if doubt is not None:
            self.state[place][doubt & (self.state[place] == State.OK)] = State.PROVISIONAL

    def _rest(self, place: int, case: Case) -> None:
        """What of an indicator's sums reaches across a change of areas."""
        if self.scene.bridge is None or self.resting is None:
            return
        self.resting[place] = resting.of_window(case, self.scene.bridge)
        for number, comparison in enumerate(case.indicator.compare):
            self.bridged[case.indicator.id, number] = resting.of_comparison(
                case, self.scene.bridge, comparison, self.groups
            )

    def _kappa(self, case: Case, of_peers: bool) -> Int:
        """[A, P], or [1, 1] if the pack declares it."""
        declared = case.indicator.shrink.kappa
        if declared is not None:
            return np.full((1, 1), declared, np.int64)
        if of_peers:
            return shrink.of_peers(self.scene, case.ledger.real, case.indicator, self.groups)
        return shrink.of_level(self.scene, case.ledger.real, case.indicator)

    def _found(self, case: Case, comparison: Comparison) -> Found:
        match comparison.with_:
            case "own":
                return baseline.own(case, comparison)
            case "trailing":
                return baseline.trailing(case, comparison)
            case "peers":
                return peer_sums(case.scene, case.ledger, case.windows, self._present_groups())
            case "previous":
                return baseline.previous(case, comparison)
            case "parent":
                return baseline.parent(case)
            case "target":
                return baseline.target(case, comparison)
            case "minmax":
                return baseline.minmax(case, comparison)

    def _present_groups(self) -> dict[int, Groups]:
        return {epoch: self.groups[epoch] for epoch in np.unique(self.scene.epoch).tolist()}

    def _leave_out(self, indicator: Indicator) -> None:
        """An indicator that is not in this index has slots, and nothing in them."""
        nothing = self._whole(np.zeros((1, 1), np.int64))
        for number, comparison in enumerate(indicator.compare):
            slot = (indicator.id, number)
            side = self.peers if comparison.with_ == "peers" else self.others
            side[slot] = Against(nothing, nothing, nothing)
            self.exists[slot] = nothing > 0
            self.bridged[slot] = np.broadcast_to(NOT_BRIDGED, self.state.shape[1:])

    def _whole(self, part: Int) -> Int:
        return np.broadcast_to(part, self.state.shape[1:])

    def finish(self) -> Ingredients:
        world = self._world()
        return Ingredients(
            labels=self._labels(),
            world=world,
            exposure=ExposureLevel(self._stacked("exposure"), world.days),
            method=self._method(),
            availability=Availability(self.state, self.exists),
            peers=self.peers,
            baseline=self.others,
            unit=1 if self.scene.bridge is None else self.scene.bridge.unit,
            bridged=None if self.resting is None else Bridged(self.resting, self.bridged),
        )

    def _labels(self) -> Labels:
        pack, tree = self.scene.pack, self.scene.hierarchy
        return Labels(
            index=self.index.id,
            kind=self.scene.kind,
            indicators=tuple(indicator.id for indicator in self.indicators),
            dimensions=self.index.dimensions,
            areas=tuple(tree.codes[place] for place in tree.graded.tolist()),
            periods=self.scene.periods,
            lead=self.lead,
            deductions=tuple(
                (name, deduction.id)
                for name in self.index.dimensions
                for deduction in pack.dimension(name).deductions
            ),
            caps=tuple(cap.id for cap in pack.grades.caps),
            vetoes=tuple(veto.id for veto in pack.grades.vetoes),
            member=tuple(self.is_member(indicator) for indicator in self.indicators),
        )

    def _world(self) -> World:
        pack, tree = self.scene.pack, self.scene.hierarchy
        epoch = self.scene.epoch
        deductions = [
            d.measure for name in self.index.dimensions for d in pack.dimension(name).deductions
        ]
        caps = [cap.measure for cap in pack.grades.caps]
        vetoes = [veto.measure for veto in pack.grades.vetoes]
        return World(
            count=self.count,
            days=self._stacked("days"),
            span=self._stacked("span"),
            length=self._stacked("length"),
            shown=tree.graded_valid[epoch].T,
            level=tree.graded_level,
            rankable=tree.rankable[:, tree.graded][epoch].T,
            parent=tree.graded_parent[epoch].T,
            deductions=self._counts(deductions),
            caps=self._counts(caps),
            vetoes=self._counts(vetoes),
            charges_in_doubt=self._charges_in_doubt([*deductions, *caps, *vetoes]),
        )

    def _stacked(self, name: str) -> Int:
        """[I, A, P] of what every indicator has, without a copy of what is the same for all
        indicators or for all areas."""
        parts = self.parts.pop(name)
        shape = (len(parts), *self.state.shape[1:])
        if len({(part.__array_interface__["data"][0], part.strides) for part in parts}) == 1:
            return np.broadcast_to(parts[0], shape)
        if all(part.strides[0] == 0 for part in parts):
            return np.broadcast_to(np.stack([part[:1] for part in parts]), shape)
        return np.stack(parts) if parts else np.zeros(shape, np.int64)

    def _charges_in_doubt(self, measures: list[Measure]) -> Bool:
        """[A, P] whether a period holds an outlying day of one's sources or an odd record. (A
        period's own days only, so that nothing is bridged.)"""
        found = np.zeros(self.state.shape[1:], bool)
        for measure in measures:
            days = self.ledgers.days(tuple(sorted(self.scene.pack.sources_of(measure))))
            odd = [running.real for running in self.ledgers.odd((measure,), days)]
            doubt = touched(self.scene.real_calendar, days, odd, self.scene.range)
            if doubt is not None:
                found |= doubt
        return found

    def _counts(self, measures: list[Measure]) -> Int:
        """[measures, A, P] counts of each period's own counting days."""
        found = np.zeros((len(measures), *self.state.shape[1:]), np.int64)
        for row, measure in enumerate(measures):
            days = self.ledgers.days(tuple(sorted(self.scene.pack.sources_of(measure))))
            found[row] = self.ledgers.running(measure, days).over(self.scene.range)
        return found

    def _method(self) -> MethodInForce:
        pack, scene = self.scene.pack, self.scene
        silent = np.zeros_like(scene.epoch)
        weights = [
            scene.in_force(one.weight)[0] if self.is_member(one) else silent
            for one in self.indicators
        ]
        dimensions = [scene.in_force(pack.dimension(d).weight)[0] for d in self.index.dimensions]
        shape = (-1, len(scene.periods))
        return MethodInForce(
            weight=np.array(weights, np.int64).reshape(shape),
            dimension_weight=np.array(dimensions, np.int64).reshape(shape),
            scale=self._scales(),
        )

    def _scales(self) -> Int:
        """[P] the last scale that has begun on each period's last day; −1 before the first."""
        begins = [scale.since for scale in self.scene.pack.grades.scales]
        order = sorted(range(len(begins)), key=lambda place: begins[place])
        starts = np.array([day_number(begins[place]) for place in order], np.int64)
        found = np.searchsorted(starts, self.scene.range.last, side="right")
        return np.array([-1, *order], np.int64)[found]


def indicators_of(pack: Pack, index: Index) -> list[Indicator]:
    """The indicators of the index's dimensions, in the pack's order."""
    return [one for one in pack.indicators if one.dimension in index.dimensions]
