"""Sources that write down the same events: `matching.yaml`, and where its records may meet.

docs/explanation/matching.md is normative for what a union means.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from pydantic import Field

from qingyu.digest import digest_of_tree
from qingyu.pack.method import Condition, Measure
from qingyu.pack.places import Area
from qingyu.pack.values import Model, Names

KIND = "kind"  # the one thing that a measure may ask of a united event
ANYWHERE, ALIKE = "none", "area"  # of `same`; else the id of a level
Where = dict[str, Condition]
Places = Mapping[str, tuple[str, ...]]

_LENGTH = 16  # hex digits of what a union means


class Union(Model):
    """Several sources' records of the same events; a measure `count: ID` counts each event once.

    `sources`: the first is the one whose word on the kind counts most. `kinds`: for each kind,
    which records of which source may be of it; the kinds' order decides where several fit. A
    record that fits none is not in the union. Two records match when they share a kind, come from
    two sources (or `within_source` allows one), lie at most `minutes` apart and, if asked, at most
    `metres`, and when their areas are the `same`: `area` (the same, or one within the other), the
    id of a level (in the same area of that level), or `none`. What hangs together by matches is
    one event."""

    id: str
    name: Names
    sources: tuple[str, ...] = Field(min_length=1)
    kinds: dict[str, dict[str, Where]] = Field(min_length=1, max_length=62)
    minutes: int = Field(ge=0, le=1440)
    metres: int | None = Field(default=None, ge=1, le=100_000)
    same: str = ALIKE
    within_source: bool = False


def places_of(union: Union, areas: Iterable[Area]) -> Places:
    """For each area the places in which its records look for others: under `same: area` it and
    all that it has ever lain in, under a level the areas of that level (an area above it has only
    itself), under `none` nothing is asked."""
    rows = list(areas)
    if union.same == ANYWHERE:
        return {}
    level = {area.code: area.level for area in rows}
    above = _above(rows)
    if union.same == ALIKE:
        return {code: (code, *sorted(above[code] - {code})) for code in sorted(level)}
    found = {}
    for code in sorted(level):
        inside = sorted(one for one in {code, *above[code]} if level.get(one) == union.same)
        found[code] = tuple(inside) or (code,)
    return found


def _above(rows: Iterable[Area]) -> dict[str, set[str]]:
    """All areas that each has ever lain in, at any remove."""
    parents: dict[str, set[str]] = {}
    for area in rows:
        parents.setdefault(area.code, set()).update([area.parent] if area.parent else [])
    found: dict[str, set[str]] = {}
    for code in parents:
        reached: set[str] = set()
        ahead = list(parents[code])
        while ahead:
            one = ahead.pop()
            if one not in reached:
                reached.add(one)
                ahead += parents.get(one, ())
        found[code] = reached
    return found


def meaning(union: Union, places: Places) -> str:
    """A short stable name of how the union matches, printed names left out. (A mapping's digest
    is blind to order, and the order of kinds decides: so they go in as a list.)"""
    said = union.model_dump(mode="json", by_alias=True, exclude={"id", "name"}, exclude_none=True)
    said["kinds"] = [[name, said["kinds"][name]] for name in union.kinds]
    said["places"] = {code: list(where) for code, where in places.items()}
    return digest_of_tree(said)[:_LENGTH]


def sealed(measure: Measure, meanings: Mapping[str, str]) -> Measure:
    """The measure; of a union with what that means."""
    matched = meanings.get(measure.source)
    return measure if matched is None else measure.model_copy(update={"matched": matched})


def counts_kind(measure: Measure, kind: str) -> bool:
    """Whether a measure of a union counts its events of this kind."""
    return all(_holds(condition, kind) for condition in measure.where.values())


def _holds(condition: Condition, kind: str) -> bool:
    if condition.negated is not None:
        return not _holds(condition.negated, kind)
    return kind == condition.equals or kind in (condition.among or ())
