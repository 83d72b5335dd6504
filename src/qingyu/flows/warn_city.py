"""A calm city as the index reads one: a panel of every measure, drawn from models of the home.

Counts are drawn by level, season and spread of their own history (`calm`), parts of counts by their
chance (`calm_share`), and all else is taken in whole weeks from the home's past (`calm_weeks`). The
towns are drawn; what lies above them is their sum. Every day of every source is full.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace

import numpy as np
import xarray as xr

from qingyu.engine.tables import UNPLACED, DayState, Panel, fingerprint
from qingyu.flows.warn_judge import watches
from qingyu.flows.warn_past import last_full
from qingyu.flows.warn_series import Series
from qingyu.index.hierarchy import day_number
from qingyu.pack.model import Measure, Pack
from qingyu.warn import calm
from qingyu.warn.calm import Calm, against_usual, draw
from qingyu.warn.calm_share import CalmShare, draw_share, learn_share
from qingyu.warn.calm_weeks import picked
from qingyu.warn.points import Daily
from qingyu.warn.verdict import Bools, Floats

LEAST_WEEKS = 4 * calm.YEAR
"""Weeks of a drawn history: the rules look up to three years back of the year that is judged."""
_STOCK = 4  # weeks in which what stands is taken together


@dataclass(frozen=True)
class Weeks:
    """What the home saw, [area, day] from the first drawn day on, to be taken in whole weeks."""

    values: Floats
    known: Bools
    stock: bool


@dataclass(frozen=True)
class Part:
    """A measure that counts a part of what `whole` counts."""

    share: CalmShare
    whole: str


@dataclass(frozen=True)
class Rate:
    """A count; exposure: the measure that it is drawn from, if it is one that is counted."""

    model: Calm
    exposure: str | None


Way = Rate | Part | Weeks


@dataclass(frozen=True)
class CalmCity:
    """What is drawn and how, by the fingerprint of each measure. areas: codes of the towns;
    undrawn: indicators of which less than half a year is known, missing in the calm city too."""

    pack: Pack
    areas: tuple[str, ...]
    first: int
    days: int
    ways: Mapping[str, Way]
    sources: Mapping[str, tuple[str, ...]]  # of each measure
    undrawn: tuple[str, ...]

    def drawn(self, draws: np.random.Generator) -> Panel:
        """One calm city."""
        found = self._draw(draws)
        names = sorted(found)
        codes = [*dict.fromkeys(area.code for area in self.pack.areas), UNPLACED]
        rows = np.array([codes.index(code) for code in self.areas])
        counts = np.zeros((len(names), len(codes), self.days), np.int64)
        for place, name in enumerate(names):
            counts[place, rows] = found[name]
        days = np.arange(self.first, self.first + self.days).astype("datetime64[D]")
        return Panel(
            xr.DataArray(counts, coords={"measure": names, "area": codes, "day": days}),
            self._coverage(days),
            known=0,
        )

    def _draw(self, draws: np.random.Generator) -> dict[str, Floats]:
        common2 = next((w.model.common2 for w in self.ways.values() if isinstance(w, Rate)), 0.0)
        shape = (len(self.areas), calm.blocks_of(self.days))
        common = calm.factors(common2, shape, draws)
        picks: dict[bytes, np.ndarray] = {}
        found: dict[str, Floats] = {}

        def make(name: str) -> Floats:
            if name not in found:
                found[name] = self._one(self.ways[name], make, draws, common, picks)
            return found[name]

        for name in self.ways:
            make(name)
        return found

    def _one(
        self,
        way: Way,
        make: Callable[[str], Floats],
        draws: np.random.Generator,
        common: Floats,
        picks: dict[bytes, np.ndarray],
    ) -> Floats:
        if isinstance(way, Part):
            return draw_share(way.share, make(way.whole), draws)
        if isinstance(way, Rate):
            exposure = None if way.exposure is None else _by_week(make(way.exposure))
            return draw(way.model, draws, common, exposure)
        known = _on_any(way.known)
        key = known.tobytes() + bytes([way.stock])  # what comes together
        if key not in picks:
            taken = picked(known, self.days, _STOCK if way.stock else 1, draws)
            assert taken is not None
            picks[key] = taken
        values = way.values[:, picks[key]]
        return np.diff(values, axis=1, prepend=0.0) if way.stock else values

    def _coverage(self, days: np.ndarray) -> xr.DataArray:
        names = [source.id for source in self.pack.sources]
        drawn = {one for name in self.ways for one in self.sources[name]}
        blind = {
            source
            for name in self.undrawn
            for source in _sources(self.pack, name)
        } - drawn  # fmt: skip
        states = np.full((len(names), len(days)), DayState.FULL, np.uint8)
        states[[name in blind for name in names]] = DayState.NONE
        return xr.DataArray(states, coords={"source": names, "day": days}, name="coverage")


def _sources(pack: Pack, indicator: str) -> tuple[str, ...]:
    one = pack.indicator(indicator)
    read = (one.measure, one.per.measure)
    return tuple(source for m in read if m is not None for source in pack.sources_of(m))


def _on_any(known: Bools) -> Bools:
    """[day] on which some area is known."""
    return np.asarray(known.any(axis=0), np.bool_)


def _by_week(exposure: Floats) -> Floats:
    """[area, day] the week's exposure over the area's usual one."""
    areas, days = exposure.shape
    weeks = exposure.reshape(areas, days // calm.WEEK, calm.WEEK).sum(axis=2)
    return np.repeat(np.nan_to_num(against_usual(weeks)), calm.WEEK, axis=1)


# -- learning -------------------------------------------------------------------------------------


def learn_city(pack: Pack, panel: Panel) -> CalmCity | None:
    """From all that the panel knows of the towns that are there on its last full day; None without
    half a year of it."""
    assert pack.warnings is not None
    series = Series(pack, panel)
    if not panel.counts.sizes["day"]:
        return None
    last = last_full(panel, panel.last)
    here = np.array(series.levels()) == pack.warnings.budget.level
    rows = np.flatnonzero(here & series.valid_on(last))
    end = day_number(last) + 1 - series.first
    weeks = min(end // calm.WEEK, calm.MOST * calm.YEAR)
    learner = _Learner(pack, series, rows, end, weeks)
    for numerator, whole in _pairs(pack):
        learner.take(numerator, whole)
    if not learner.ways:
        return None
    return CalmCity(
        pack=pack,
        areas=tuple(series.areas[row] for row in rows.tolist()),
        first=series.first + end - calm.WEEK * weeks,
        days=calm.WEEK * learner.drawn_weeks,
        ways=_sharing(learner.ways),
        sources=learner.sources,
        undrawn=tuple(one for one in _indicators(pack) if not learner.has(one)),
    )


def _sharing(ways: Mapping[str, Way]) -> dict[str, Way]:
    """Every count knows how much of its spread an area's counts have in common."""
    rates = [way.model for way in ways.values() if isinstance(way, Rate)]
    common2 = calm.in_common(rates)
    return {
        name: replace(way, model=_common(way.model, common2)) if isinstance(way, Rate) else way
        for name, way in ways.items()
    }


def _common(model: Calm, common2: float) -> Calm:
    return replace(model, common2=common2, wide2=min(model.wide2, model.tau2))


class _Learner:
    def __init__(self, pack: Pack, series: Series, rows: np.ndarray, end: int, weeks: int) -> None:
        self.pack, self.series, self.rows = pack, series, rows
        self.part = slice(end - calm.WEEK * weeks, end)
        self.drawn_weeks = max(weeks, LEAST_WEEKS)
        self.ways: dict[str, Way] = {}
        self.sources: dict[str, tuple[str, ...]] = {}

    def has(self, indicator: str) -> bool:
        one = self.pack.indicator(indicator)
        asked = [m for m in (one.measure, one.per.measure) if m is not None]
        return all(fingerprint(measure) in self.ways for measure in asked)

    def take(self, measure: Measure, whole: Measure | None) -> None:
        """Decide how the measure is drawn, and what it is divided by before it."""
        name = fingerprint(measure)
        if name in self.ways:
            return
        values, known = self._read(measure)
        if whole is not None:
            self.take(whole, None)
            if fingerprint(whole) in self.ways and self._beside(
                name, measure, values, known, whole
            ):
                return
        way: Way | None = None
        if measure.count is not None:
            way = self._rate(values, np.ones(values.shape), known, None)
        self._keep(name, measure, way or self._weeks(measure, values, known))

    def _beside(
        self, name: str, measure: Measure, values: Floats, known: Bools, whole: Measure
    ) -> bool:
        """Whether the measure was drawn from its whole: as a part of it, or at a rate; else both
        are taken in whole weeks."""
        base, told = self._read(whole)
        both = known & told
        alike = (measure.count is None) == (whole.count is None)
        share = learn_share(values, base, both) if alike else None
        counted = fingerprint(whole)
        if share is not None:
            self._keep(name, measure, Part(share, counted))
        elif measure.count is not None:
            self._keep(name, measure, self._rate(values, base, both, counted))
        else:
            self._keep(counted, whole, self._weeks(whole, base, told))
        return name in self.ways

    def _read(self, measure: Measure) -> tuple[Floats, Bools]:
        values, known = self.series.measured(measure)
        values, known = values[self.rows, self.part], known[self.rows, self.part]
        return np.where(known, values, 0.0), known

    def _rate(
        self, values: Floats, base: Floats, known: Bools, exposure: str | None
    ) -> Rate | None:
        daily = Daily(values, np.where(known, base, 0.0), known, 0)
        model = calm.learn(daily, values.shape[1] - 1, self.drawn_weeks)
        return None if model is None else Rate(model, exposure)

    def _weeks(self, measure: Measure, values: Floats, known: Bools) -> Weeks | None:
        stock = measure.stock is not None
        draws = np.random.Generator(np.random.Philox(0))
        length = _STOCK if stock else 1
        if picked(_on_any(known), calm.WEEK, length, draws) is None:
            return None
        return Weeks(values, known, stock)

    def _keep(self, name: str, measure: Measure, way: Way | None) -> None:
        if way is not None:
            self.ways.pop(name, None)
            self.ways[name] = way
            self.sources[name] = tuple(sorted(self.pack.sources_of(measure)))


def _pairs(pack: Pack) -> Iterator[tuple[Measure, Measure | None]]:
    """(measure, what it is divided by) of everything that the rules' answers rest on."""
    dimensions = set()
    for name in _indicators(pack):
        one = pack.indicator(name)
        dimensions.add(one.dimension)
        yield one.measure, one.per.measure
    for dimension in pack.dimensions:
        if dimension.id in dimensions:
            yield from ((deduction.measure, None) for deduction in dimension.deductions)
    yield from ((cap.measure, None) for cap in pack.grades.caps)
    yield from ((veto.measure, None) for veto in pack.grades.vetoes)


def _indicators(pack: Pack) -> list[str]:
    """Those that a rule looks at, by itself or in the index of its periods."""
    wanted: set[str] = set()
    for watch in watches(pack):
        if watch.daily or watch.rule.rise:
            wanted.add(watch.subject)
        else:
            inside = pack.index_for(watch.rule.period).dimensions
            wanted |= {one.id for one in pack.indicators if one.dimension in inside}
    return [one.id for one in pack.indicators if one.id in wanted]
