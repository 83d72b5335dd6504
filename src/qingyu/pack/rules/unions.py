"""A union joins sources that have moments, by columns that are kept, and is only counted."""

from __future__ import annotations

import re

from qingyu.i18n import T
from qingyu.pack.draft import Draft
from qingyu.pack.faults import did_you_mean, listed
from qingyu.pack.model import Measure, Source, Union
from qingyu.pack.rules.base import Rule, measures, must_be_known, must_be_unique, rule, simple
from qingyu.pack.rules.measures import check_conditions
from qingyu.pack.unions import ALIKE, ANYWHERE, KIND

_WORD = re.compile(r"[a-z][a-z0-9_]*", re.ASCII)


def _names(draft: Draft) -> None:
    """Ids are plain words; a union's is no other's and no source's, since `count` names both."""
    must_be_unique(draft, [(f"matching/{n}/id", one.id) for n, one in enumerate(draft.unions)])
    for number, union in enumerate(draft.unions):
        named = [(f"matching/{number}/id", union.id)]
        named += [(f"matching/{union.id}/kinds/{kind}", kind) for kind in union.kinds]
        for key, word in named:
            if not _WORD.fullmatch(word):
                draft.fault(
                    key,
                    f"“{word}”",
                    T("a name of small letters, digits and underscores"),
                    T("Rename it; printed names stand under `name`."),
                )
        if draft.source(union.id) is not None:
            draft.fault(
                f"matching/{number}/id",
                T("“{word}”, which is a source", word=union.id),
                T("a name that no source has: `count` names sources and unions"),
                T("Rename the union."),
            )


def _sources(draft: Draft) -> None:
    known = [source.id for source in draft.sources]
    for union in draft.unions:
        key = f"matching/{union.id}/sources"
        must_be_unique(draft, [(f"{key}/{n}", name) for n, name in enumerate(union.sources)])
        if len(union.sources) < 2 and not union.within_source:
            draft.fault(
                key,
                T("one source"),
                T("two sources or more, or `within_source: true`"),
                T("Name the other source, or let records of one source match."),
            )
        for number, name in enumerate(union.sources):
            if must_be_known(draft, f"{key}/{number}", name, known, T("a source")):
                source = draft.source(name)
                assert source is not None
                _has_moments(draft, f"{key}/{number}", source)
                _is_in_some_kind(draft, key, union, name)


def _has_moments(draft: Draft, key: str, source: Source) -> None:
    if source.kind == "reading":
        draft.fault(
            key,
            T("“{name}”, a source of readings", name=source.id),
            T("a source of events or cases"),
            T("Readings are no events; take the source away."),
        )
        return
    time = next((column for column in source.columns if column.name == source.time), None)
    if time is not None and time.type == "date":
        draft.fault(
            key,
            T("“{name}”, whose records have a day and no moment", name=source.id),
            T("a source whose time is a timestamp"),
            T("Take the source away: by the day alone nothing can be matched."),
        )


def _is_in_some_kind(draft: Draft, key: str, union: Union, name: str) -> None:
    if not any(name in kind for kind in union.kinds.values()):
        draft.fault(
            key,
            T("“{name}” in no kind", name=name),
            T("each source in a kind at least"),
            T("Say under `kinds` which of its records may be what; `{name}: {{}}` takes all.",
              name=name),
        )  # fmt: skip


def _kinds(draft: Draft) -> None:
    for union in draft.unions:
        for kind, sources in union.kinds.items():
            for name, where in sources.items():
                key = f"matching/{union.id}/kinds/{kind}/{name}"
                source = draft.source(name)
                if name not in union.sources:
                    must_be_known(draft, key, name, union.sources, T("a source of the union"))
                elif source is not None:
                    check_conditions(draft, key, source, where)


def _places(draft: Draft) -> None:
    levels = [level.id for level in draft.levels]
    for union in draft.unions:
        key = f"matching/{union.id}"
        if union.same == ANYWHERE and union.metres is None:
            draft.fault(
                f"{key}/same",
                T("neither area nor distance"),
                T("`same: area`, the id of a level, or `metres`"),
                T("A minute alone would unite what happens at two ends of a city."),
            )
        elif union.same not in (ANYWHERE, ALIKE):
            pool = [ALIKE, ANYWHERE, *levels]
            must_be_known(draft, f"{key}/same", union.same, pool, T("area, none or a level"))


def _points(draft: Draft) -> None:
    """A distance needs points that are kept, all measured in one datum."""
    for union in draft.unions:
        if union.metres is None:
            continue
        key = f"matching/{union.id}/metres"
        found = [source for source in map(draft.source, union.sources) if source is not None]
        for source in found:
            _keeps_points(draft, key, source)
        datums = sorted({source.place.datum for source in found})
        if len(datums) > 1:
            draft.fault(
                key,
                T("points in {datums}", datums=listed(datums)),
                T("points of one datum: two maps of one place differ by hundreds of metres"),
                T("Match by area, or let the departments send points of one datum."),
            )


def _keeps_points(draft: Draft, key: str, source: Source) -> None:
    for way in ("longitude", "latitude"):
        name = getattr(source.place, way)
        column = next((one for one in source.columns if one.name == name), None)
        if column is None or column.personal != "keep" or column.type != "decimal":
            draft.fault(
                key,
                T("no {way} kept of “{name}”", way=way, name=source.id),
                T("points that are kept as decimals (`personal: keep`)"),
                T("Keep the points in the contract, or match by area."),
            )


def _measures(draft: Draft) -> None:
    """A union has only events to count, and only their kind to ask."""
    for key, measure in measures(draft):
        if measure.matched is not None:
            draft.fault(
                f"{key}/matched",
                T("a key that is filled in by the loader"),
                T("the keys of a measure"),
                T("Take it away."),
            )
        union = draft.union(measure.source)
        if union is not None:
            _measure(draft, key, measure, union)


def _measure(draft: Draft, key: str, measure: Measure, union: Union) -> None:
    if measure.count is None or measure.on is not None:
        draft.fault(
            f"{key}/{'on' if measure.on else 'sum' if measure.sum else 'stock'}",
            T("more than a count of the union “{name}”", name=union.id),
            T("`count: {name}`, and under `where` only `kind`", name=union.id),
            T("Count the events; sum and date by one source's records."),
        )
    for name, condition in measure.where.items():
        here = f"{key}/where/{name}"
        if not must_be_known(draft, here, name, [KIND], T("what a united event has")):
            continue
        test, below, _ = simple(condition)
        values = [test.equals] if test.equals is not None else list(test.among or ())
        if not values:
            draft.fault(
                f"{here}{below}",
                T("no kinds to choose from"),
                T("`equals` or `in` with kinds of the union"),
                T("Write for example `kind: {{in: [{kinds}]}}`.", kinds=", ".join(union.kinds)),
            )
        for value in values:
            if value not in union.kinds:
                draft.fault(
                    f"{here}{below}",
                    f"“{value}”",
                    T("a kind of the union: {words}", words=listed(union.kinds)),
                    did_you_mean(value, union.kinds, T("Mend the value, or the union.")),
                )


RULES: tuple[Rule, ...] = (
    rule(_names, "matching"),
    rule(_sources, "matching", "sources"),
    rule(_kinds, "matching"),
    rule(_places, "matching", "pack"),
    rule(_points, "matching", "sources"),
    rule(_measures, "matching"),
)
