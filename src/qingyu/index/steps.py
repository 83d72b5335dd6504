"""From cube to scores: `gather` looks at the panel, `evaluate` only computes."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import date
from typing import TypeVar

import numpy as np

from qingyu.engine.tables import Panel
from qingyu.errors import NotFoundError
from qingyu.i18n import T
from qingyu.index.bridge import build_bridge
from qingyu.index.collect import Collector, indicators_of
from qingyu.index.complete import area_states, completeness
from qingyu.index.compose import Composed, compose
from qingyu.index.days import Calendar
from qingyu.index.edges import edges_of
from qingyu.index.grade import changes, grade_scores, ranks
from qingyu.index.hierarchy import build, day_number
from qingyu.index.ingredients import MISSING, Bool, Ingredients, Int, Slot, Small
from qingyu.index.ledgers import Ledgers
from qingyu.index.results import Results, Stations
from qingyu.index.scene import Scene
from qingyu.index.score import exposures, fill, score_indicator
from qingyu.pack.model import Index, Pack
from qingyu.periods import Period, following, previous

Made = TypeVar("Made")
_CARRY_BACK = 12
_WORTH_THREADS = 1 << 17  # cells; numpy lets go of the interpreter only in its own loops


def gather(
    pack: Pack, panel: Panel, periods: Sequence[Period], known_on: date | None = None
) -> Ingredients:
    """All ingredients for the consecutive periods from the first of `periods` to the last (one
    kind), with the periods before them that carrying and `change` need.

    known_on: exposures known later are left out. NotFoundError if the pack publishes no index
    for this kind of period.
    """
    index = index_of(pack, periods)
    lead = 1 + _CARRY_BACK * any(one.missing.then == "carry" for one in pack.indicators)
    hierarchy = build(pack)
    run = _run(periods, lead)
    bridge = build_bridge(
        pack, hierarchy, np.array([day_number(one.last) for one in run]), _pairs(panel)
    )
    calendar = Calendar(hierarchy, None if bridge is None else bridge.extended)
    scene = Scene(pack, hierarchy, calendar, run, bridge)
    edges = edges_of(scene, indicators_of(pack, index))
    ledgers = Ledgers(pack, panel, hierarchy, known_on, edges, bridge)
    collector = Collector(scene, ledgers, index, lead)
    for place, indicator in enumerate(collector.indicators):
        collector.take(place, indicator)
    return collector.finish()


def _pairs(panel: Panel) -> list[str]:
    return [] if panel.moved is None else panel.moved["pair"].values.tolist()


def index_of(pack: Pack, periods: Sequence[Period]) -> Index:
    """The index that is published for the kind of `periods`."""
    kinds = {period.kind for period in periods}
    if len(kinds) != 1:
        raise ValueError("periods of one kind, and at least one, are computed at once")
    kind = kinds.pop()
    for index in pack.indices:
        if kind in index.periods:
            return index
    raise NotFoundError(
        periods[0].label,
        T("a {kind}, for which the pack publishes no index", kind=kind),
        T("a period of one of these kinds: {kinds}", kinds=", ".join(_kinds(pack))),
        T("Ask for such a period, or add the kind to an index in pack.yaml."),
    )


def _kinds(pack: Pack) -> list[str]:
    return [kind for index in pack.indices for kind in index.periods]


def _run(periods: Sequence[Period], lead: int) -> tuple[Period, ...]:
    """Consecutive periods from `lead` before the first to the last."""
    period, last = min(periods), max(periods)
    for _ in range(lead):
        period = previous(period)
    found = [period]
    while found[-1] < last:
        found.append(following(found[-1]))
    return tuple(found)


@dataclass(frozen=True)
class _Indicators:
    """All indicators' scores, 0 where not present."""

    value: Int
    present: Bool
    state: Small
    fill: Small
    back: Small
    stations: dict[Slot, Stations]


def evaluate(pack: Pack, ingredients: Ingredients) -> Results:
    """Every station from `ingredients` alone."""
    index = next(one for one in pack.indices if one.id == ingredients.labels.index)
    exposure = exposures(ingredients)
    scored = _score(pack, ingredients, exposure)
    composed = compose(pack, index, ingredients, scored.value, scored.present)
    graded = grade_scores(pack, ingredients, composed.index, composed.present)
    rank, of = ranks(ingredients, graded)
    labels = ingredients.labels
    results = Results(
        labels=labels,
        exposure=exposure,
        comparisons=scored.stations,
        indicator=_or_missing(scored.value, scored.present),
        state=scored.state,
        fill=scored.fill,
        carried_back=scored.back,
        before_deductions=_or_missing(composed.before_deductions, composed.dimension_present),
        deducted=composed.deducted,
        dimension=_or_missing(composed.dimension, composed.dimension_present),
        before_caps=_or_missing(composed.index, composed.present),
        cap=graded.cap,
        veto=graded.veto,
        score=graded.score,
        grade=graded.grade,
        rank=rank,
        of=of,
        change=changes(graded.score),
        completeness=completeness(pack, ingredients, composed, scored.present),
        area_state=area_states(
            ingredients, scored.state, scored.present, composed.present,
            _speaking(pack, ingredients, composed),
        ),
    )  # fmt: skip
    return _without_lead(results)


def compute(
    pack: Pack, panel: Panel, periods: Sequence[Period], known_on: date | None = None
) -> Results:
    """`evaluate` of what `gather` finds."""
    return evaluate(pack, gather(pack, panel, periods, known_on))


def _score(pack: Pack, ingredients: Ingredients, exposure: Int) -> _Indicators:
    shape = ingredients.world.count.shape
    found = _Indicators(
        np.empty(shape, np.int64), np.empty(shape, bool), np.empty(shape, np.uint8),
        np.empty(shape, np.uint8), np.empty(shape, np.uint8), {},
    )  # fmt: skip
    names = ingredients.labels.indicators

    def score(place: int) -> list[Stations]:
        scored, stations = score_indicator(pack, ingredients, place, exposure[place])
        scored = fill(pack.indicator(names[place]), scored, ingredients.world.parent)
        found.value[place], found.present[place] = scored.value, scored.present
        found.state[place], found.fill[place] = scored.state, scored.fill
        found.back[place] = scored.carried_back
        return stations

    for name, stations in zip(names, _each(score, len(names), int(np.prod(shape))), strict=True):
        found.stations.update({(name, number): one for number, one in enumerate(stations)})
    return found


def _each(make: Callable[[int], Made], places: int, cells: int) -> list[Made]:
    """`make` of every place, on all processors where that pays: each place writes its own cells
    and nothing else, so that who comes first changes nothing."""
    if cells < _WORTH_THREADS:
        return [make(place) for place in range(places)]
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        return list(pool.map(make, range(places)))


def _speaking(pack: Pack, ingredients: Ingredients, composed: Composed) -> Int:
    """[I, P] the weight of each indicator, 0 where its dimension is not part of the index."""
    places = {name: place for place, name in enumerate(ingredients.labels.dimensions)}
    rows = [places[pack.indicator(name).dimension] for name in ingredients.labels.indicators]
    return ingredients.method.weight * (composed.dimension_weight[rows] > 0)


def _or_missing(value: Int, present: Bool) -> Int:
    return value if present.all() else np.where(present, value, MISSING)


def _without_lead(results: Results) -> Results:
    """Only the periods that were asked for."""
    labels = results.labels
    keep = slice(labels.lead, None)
    arrays = {
        name: value[..., keep]
        for name, value in vars(results).items()
        if isinstance(value, np.ndarray)
    }
    comparisons = {
        slot: Stations(
            one.expected[:, keep], one.compared[:, keep], one.points[:, keep],
            one.available[:, keep],
        )
        for slot, one in results.comparisons.items()
    }  # fmt: skip
    labels = replace(labels, periods=labels.asked, lead=0)
    return replace(results, labels=labels, comparisons=comparisons, **arrays)
