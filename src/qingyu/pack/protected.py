"""Which parts of an index rest on records that must be protected, by `publication.yaml`."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from qingyu.pack.model import Index, Indicator, Measure, Pack, Protection

Rule = tuple[str, str]  # (kind: deduction, cap or veto; id, of a deduction "dimension/id")


@dataclass(frozen=True)
class Shield:
    """How strongly the counts of a part are protected. least: below this nothing may be learnt of
    a count. wide: nothing at all may be learnt: the source is closed, or the part is no plain
    count of records per exposure, so that a small number of records is no small number of it."""

    least: int
    wide: bool


@dataclass(frozen=True)
class Protected:
    """The protected parts of one index; false where it has none.

    An indicator is protected if its measure or what it is divided by reads a protected source. A
    deduction, cap or veto that `told` names is protected too (its numbers are withheld), but the
    colours may tell whether it applied.
    """

    pack: Pack
    index: Index

    def __bool__(self) -> bool:
        return bool(self.indicators or self.rules)

    @cached_property
    def indicators(self) -> dict[str, Shield]:
        """By id, in the pack's order."""
        found = {}
        for one in self.pack.indicators:
            if one.dimension in self.index.dimensions and (shield := self._of_indicator(one)):
                found[one.id] = shield
        return found

    @cached_property
    def rules(self) -> dict[Rule, Shield]:
        """Deductions, caps and vetoes."""
        found = {}
        for kind, name, _, measure in rules_of(self.pack, self.index):
            if shield := self._shield([measure], self._plain(measure)):
                found[kind, name] = shield
        return found

    @cached_property
    def dimensions(self) -> frozenset[str]:
        """Dimensions whose points rest on a protected part."""
        owners = {
            owner
            for kind, name, owner, _ in rules_of(self.pack, self.index)
            if owner is not None and (kind, name) in self.rules
        }
        mine = {self.pack.indicator(name).dimension for name in self.indicators}
        return frozenset(mine | owners)

    @cached_property
    def told(self) -> frozenset[str]:
        public = self.pack.publication
        return frozenset(one.rule for one in public.told) if public else frozenset()

    @cached_property
    def states_tell(self) -> bool:
        """Whether a state may tell of single records: of a number far from usual, or of a day
        whose few records are few against a usual that is small itself."""
        for name in self._sources():
            source, level = self.pack.source(name), self._protection()[name]
            if any(column.usually is not None for column in source.columns):
                return True
            few = source.usual.least * source.usual.below
            if level.level == "closed" or few < level.least * 1_000_000:
                return True
        return False

    def _sources(self) -> set[str]:
        """The protected sources that the index reads."""
        measures = [measure for *_, measure in rules_of(self.pack, self.index)]
        for one in self.pack.indicators:
            if one.dimension in self.index.dimensions:
                measures += [m for m in (one.measure, one.per.measure) if m is not None]
        read = {source for measure in measures for source in self.pack.sources_of(measure)}
        return read & set(self._protection())

    def divided(self, name: str) -> bool:
        """Whether what an indicator is divided by is a protected count."""
        measure = self.pack.indicator(name).per.measure
        return measure is not None and self._shield([measure], plain=True) is not None

    def _of_indicator(self, one: Indicator) -> Shield | None:
        """A number that is divided by a protected one is plain if both are counts of protected
        records: then a share says nothing of either alone."""
        measures = [m for m in (one.measure, one.per.measure) if m is not None]
        plain = self._plain(one.measure)
        if one.per.measure is not None and self.divided(one.id):
            plain &= self._plain(one.per.measure)
            plain &= self._shield([one.measure], plain=True) is not None
        return self._shield(measures, plain)

    def _plain(self, measure: Measure) -> bool:
        """Whether a measure counts records (of readings it would count instruments' days)."""
        sources = self.pack.sources_of(measure)
        readings = any(self.pack.source(name).reading is not None for name in sources)
        return measure.count is not None and not readings

    def _shield(self, measures: list[Measure], plain: bool) -> Shield | None:
        given = self._protection()
        read = {source for measure in measures for source in self.pack.sources_of(measure)}
        found = [given[name] for name in sorted(read & set(given))]
        if not found:
            return None
        closed = any(one.level == "closed" for one in found)
        return Shield(max(one.least for one in found), closed or not plain)

    def _protection(self) -> dict[str, Protection]:
        public = self.pack.publication
        given = public.protection if public else ()
        return {one.source: one for one in given if one.level != "open"}


def rules_of(pack: Pack, index: Index) -> Iterator[tuple[str, str, str | None, Measure]]:
    """(kind, name, dimension of a deduction, measure) of deductions, caps and vetoes."""
    for owner in index.dimensions:
        for one in pack.dimension(owner).deductions:
            yield "deduction", f"{owner}/{one.id}", owner, one.measure
    for cap in pack.grades.caps:
        yield "cap", cap.id, None, cap.measure
    for veto in pack.grades.vetoes:
        yield "veto", veto.id, None, veto.measure
