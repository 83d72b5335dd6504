"""The tables of an edition: every station of every score of one period, with what went into it.

docs/explanation/editions.md describes each column; `docs/recompute.py` redoes the digits from them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

import qingyu.flows.tables as stored
from qingyu.flows.publish import Published
from qingyu.index.ingredients import MISSING, Slot, State
from qingyu.index.spot import area_of
from qingyu.pack.model import MICRO
from qingyu.release.table import Column, Kind, Table

_MICRO, _MILLI = 6, 3
_DECLARED = ("target", "minmax")  # what these hold a count against stands in method.json


def tables_of(one: Published, levels: Sequence[str]) -> list[Table]:
    """Of the areas of `levels` that are valid on the period's last day."""
    maker = _Maker(one, levels)
    return [maker.areas(), maker.dimensions(), maker.charges(), maker.indicators(),
            maker.comparisons()]  # fmt: skip


class _Maker:
    """Columns of the one period asked for, of the areas shown."""

    def __init__(self, one: Published, levels: Sequence[str]) -> None:
        self.one, self.results, self.given = one, one.results, one.ingredients
        labels = one.results.labels
        assert len(labels.periods) == 1  # an edition is of one period
        self.period = labels.periods[0]
        shown = one.results.area_state[:, 0] != State.NOT_SHOWN
        wanted = [n for n, level in enumerate(one.pack.levels) if level.id in levels]
        self.rows = np.flatnonzero(shown & np.isin(one.ingredients.world.level, wanted))
        self.codes = [labels.areas[row] for row in self.rows.tolist()]
        self.lead = one.ingredients.labels.lead

    # -- tables -------------------------------------------------------------------------------

    def areas(self) -> Table:
        results, pack = self.results, self.one.pack
        found = [area_of(pack, code, self.period) for code in self.codes]
        old = stored.tables_of([self.one])["areas"]
        mine = pc.index_in(pa.array(self.codes), old["area"].combine_chunks())
        before = np.where(results.change == MISSING, MISSING, results.score - results.change)
        names = {
            "cap": [cap.id for cap in pack.grades.caps],
            "veto": [veto.id for veto in pack.grades.vetoes],
        }
        return Table("areas", "the score of every area", ("period", "area"), (
            *self._spot(1),
            _text("name", [area.name for area in found], "printed name"),
            _text("name_zh", [area.name_zh for area in found], "Chinese name"),
            _text("level", [area.level for area in found], "level of the hierarchy"),
            _text("parent", [area.parent for area in found], "code of the area it lies in"),
            Column("rankable", "flag", pa.array(self.given.world.rankable[self.rows, self.lead]),
                   about="whether it is ranked"),
            self._fixed("score", results.score, _MILLI, "the index, after caps and vetoes"),
            self._fixed("before_caps", results.before_caps, _MILLI, "the index before them"),
            _named("cap", names["cap"], self._cut(results.cap), "the cap that holds it down"),
            _named("veto", names["veto"], self._cut(results.veto), "the veto that applies"),
            Column("grade", "text", old["grade"].combine_chunks().take(mine), about="the colour"),
            *self._instead(len(found)),
            self._whole("rank", results.rank, "place in its level, ties share the better", 0),
            self._whole("of", results.of, "how many are ranked in its level"),
            self._fixed("before", before, _MILLI, "the score of the period before, as known now"),
            self._fixed("change", results.change, _MILLI, "score less before"),
            self._fixed("completeness", results.completeness, _MICRO, "share of weight and days"),
            Column("state", "text", old["state"].combine_chunks().take(mine), about="ok, "
                   "provisional, suspect, late, no_data"),
            Column("simulated", "flag", pa.array([pack.simulated] * len(found), pa.bool_()),
                   about="whether all records are made up"),
            _withheld(len(found)),
        ))  # fmt: skip

    def dimensions(self) -> Table:
        results = self.results
        names = results.labels.dimensions
        return Table("dimensions", "the first-level indicators", ("period", "area", "dimension"), (
            *self._spot(len(names)),
            self._each("dimension", names),
            self._fixed("before_deductions", results.before_deductions, _MICRO, "weighted mean"),
            self._fixed("points", results.dimension, _MICRO, "less deductions"),
            _withheld(len(names) * len(self.codes)),
        ))  # fmt: skip

    def charges(self) -> Table:
        """Counts behind deductions, caps and vetoes, where there is any."""
        world, labels = self.given.world, self.results.labels
        kinds = [
            *[("deduction", name, dim, world.deductions[n], self.results.deducted[n])
              for n, (dim, name) in enumerate(labels.deductions)],
            *[("cap", name, None, world.caps[n], None) for n, name in enumerate(labels.caps)],
            *[("veto", name, None, world.vetoes[n], None) for n, name in enumerate(labels.vetoes)],
        ]  # fmt: skip
        rows = [
            (code, kind, name, dim, int(count[row, self.lead]),
             None if points is None else int(points[row, 0]))
            for kind, name, dim, count, points in kinds
            for code, row in zip(self.codes, self.rows.tolist(), strict=True)
            if count[row, self.lead]
        ]  # fmt: skip
        cut: list[list[Any]] = [[row[place] for row in rows] for place in range(6)]
        return Table("charges", "what deductions, caps and vetoes counted",
                     ("period", "area", "kind", "dimension", "id"), (
            _text("period", [self.period.label] * len(rows), "the period"),
            _text("area", cut[0], "code"),
            _text("kind", cut[1], "deduction, cap, veto"),
            _text("dimension", cut[3], "of a deduction"),
            _text("id", cut[2], "name in method.json"),
            Column("count", "whole", pa.array(cut[4], pa.int64()), about="in the units of its "
                   "measure's last place"),
            Column("points", "fixed", pa.array(cut[5], pa.int64()), _MICRO,
                   about="taken off the dimension (which never falls below 0)"),
        ))  # fmt: skip

    def indicators(self) -> Table:
        old = stored.tables_of([self.one])["indicators"]
        old = self._mine(old)
        results, world = self.results, self.given.world
        members = [n for n, member in enumerate(results.labels.member) if member]
        names = [results.labels.indicators[n] for n in members]
        places = {n: self.one.pack.indicator(n).measure.places for n in names}
        count, most = self._scaled(world.count[members][..., self.lead :], list(places.values()))
        exposure, _ = self._scaled(results.exposure[members], [0] * len(names))
        return Table("indicators", "what was counted, and its points",
                     ("period", "area", "indicator"), (
            *self._spot(len(names)),
            self._each("indicator", names),
            Column("count", "fixed", _flat(count), most, True, "the measure over the window"),
            Column("exposure", "fixed", _flat(exposure), self._more, True,
                   "person-days, or the second measure in units of its last place"),
            self._whole("days", world.days[members][..., self.lead :], "days that count"),
            self._whole("span", world.span[members][..., self.lead :], "days of the window"),
            self._whole("window", world.length[members][..., self.lead :], "its length"),
            self._fixed("points", results.indicator[members], _MICRO, "0 to 100"),
            Column("state", "text", old["state"].combine_chunks(), about="as of areas"),
            Column("fill", "text", old["fill"].combine_chunks(), about="own, carried, from_parent"),
            Column("bridged_since", "date", old["bridged_since"].combine_chunks(), about="the last "
                   "split or merge of areas that it reaches across"),
            _withheld(len(names) * len(self.codes)),
        ))  # fmt: skip

    def comparisons(self) -> Table:
        pack = self.one.pack
        slots = list(self._slots())
        kinds = [pack.indicator(name).compare[place].with_ for name, place in slots]
        places = [pack.indicator(name).measure.places for name, _ in slots]
        against = [self.given.against(slot) for slot in slots]
        stations = [self.results.comparisons[slot] for slot in slots]
        count, most = self._scaled(np.stack([a.count[:, self.lead :] for a in against]), places)
        exposure, _ = self._scaled(
            np.stack([a.exposure[:, self.lead :] for a in against]), [0] * len(slots)
        )
        lacking = ~np.concatenate([s.available[self.rows, 0] for s in stations])
        none = lacking | np.repeat([kind in _DECLARED for kind in kinds], len(self.rows))
        kappa = self._cut(np.stack([a.kappa[:, self.lead :] for a in against]))
        return Table("comparisons", "what each count was held against, and every station",
                     ("period", "area", "indicator", "place"), (
            *self._spot(len(slots)),
            self._each("indicator", [name for name, _ in slots]),
            Column("place", "whole", pa.array(np.repeat([p for _, p in slots], len(self.rows))),
                   about="in the indicator's list, from 0"),
            self._each("with", kinds),
            Column("available", "flag", pa.array(np.concatenate(
                [s.available[self.rows, 0] for s in stations])), about="whether it takes part"),
            Column("count", "fixed", _flat(count, none), most, True, "what it was held against"),
            Column("exposure", "fixed", _flat(exposure, none), self._more, True, "of that"),
            Column("kappa", "fixed", _flat(kappa, lacking), _MICRO, about="strength of shrinkage"),
            self._fixed("expected", np.stack([s.expected for s in stations]), _MICRO, "events"),
            self._fixed("compared", np.stack([s.compared for s in stations]), _MICRO, "multiple"),
            self._fixed("points", np.stack([s.points for s in stations]), _MICRO, "of the curve"),
            _withheld(len(slots) * len(self.codes)),
        ))  # fmt: skip

    # -- columns ------------------------------------------------------------------------------

    def _instead(self, rows: int) -> Iterator[Column]:
        """What stands for a score that is withheld; `release.protect` fills it in."""
        for name, about in (("grade_from", "the worst"), ("grade_to", "the best")):
            yield _text(name, [None] * rows, f"{about} colour it may be, of a score withheld")
        for name, about in (("band_from", "the least"), ("band_to", "the greatest")):
            yield Column(name, "fixed", pa.nulls(rows, pa.int64()), _MILLI,
                         about=f"{about} score it may be, of a score withheld")  # fmt: skip

    @property
    def _more(self) -> int:
        """Decimals that counts in parts of one need: none unless an area was split."""
        return 0 if self.given.unit == 1 else _MICRO

    def _slots(self) -> Iterator[Slot]:
        member = dict(zip(self.results.labels.indicators, self.results.labels.member, strict=True))
        yield from (slot for slot in self.results.comparisons if member[slot[0]])

    def _mine(self, table: pa.Table) -> pa.Table:
        return table.filter(pc.is_in(table["area"], pa.array(self.codes)))

    def _cut(self, array: NDArray[Any]) -> NDArray[Any]:
        """[…, A, 1] → one axis: name by name, area by area."""
        found: NDArray[Any] = array[..., self.rows, 0].reshape(-1)
        return found

    def _spot(self, times: int) -> tuple[Column, Column]:
        codes = self.codes * times
        return (_text("period", [self.period.label] * len(codes), "the period"),
                _text("area", codes, "code"))  # fmt: skip

    def _each(self, name: str, words: Sequence[str]) -> Column:
        return _text(name, [word for word in words for _ in self.codes], "name in method.json")

    def _fixed(self, name: str, array: NDArray[Any], places: int, about: str) -> Column:
        return _column(name, "fixed", self._cut(array), MISSING, about, places)

    def _whole(self, name: str, array: NDArray[Any], about: str, none: int = MISSING) -> Column:
        return _column(name, "whole", self._cut(array), none, about)

    def _scaled(
        self, units: NDArray[np.int64], places: Sequence[int]
    ) -> tuple[NDArray[np.int64], int]:
        """[N, A, 1] counts in parts of one and in their own places → one scale for a column."""
        most = max(places, default=0)
        factor = np.array([10 ** (most - one) for one in places], np.int64)[:, None, None]
        parts = 1 if self.given.unit == 1 else MICRO // self.given.unit
        return self._cut(units * factor * parts), most + self._more


def _withheld(rows: int) -> Column:
    return Column("withheld", "flag", pa.array([False] * rows, pa.bool_()),
                  about="whether cells are empty because an input is protected")  # fmt: skip


def _flat(values: NDArray[Any], none: NDArray[np.bool_] | None = None) -> pa.Array:
    return pa.array(values, pa.int64(), mask=none)


def _column(
    name: str, kind: Kind, values: NDArray[Any], none: int, about: str, places: int = 0
) -> Column:
    lacking = values == none
    return Column(name, kind, pa.array(values, pa.int64(), mask=lacking), places, about=about)


def _text(name: str, words: Sequence[str | None], about: str) -> Column:
    return Column(name, "text", pa.array(words, pa.string()), about=about)


def _named(name: str, words: Sequence[str], places: NDArray[Any], about: str) -> Column:
    return _text(name, [words[p] if p >= 0 else None for p in places.tolist()], about)
