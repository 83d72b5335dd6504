"""The tree of areas holds at every date: one root, no holes, no doubles, no unclear names."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from itertools import pairwise

from qingyu.i18n import T, Text
from qingyu.pack.draft import Draft
from qingyu.pack.model import Area
from qingyu.pack.names import folded
from qingyu.pack.rules.base import Rule, must_be_known, rule
from qingyu.pack.spots import Spot

Rows = Sequence[tuple[int, Area]]  # line and area
Span = tuple[date, date]

_DAY = timedelta(days=1)


def _span(area: Area) -> Span:
    return area.since or date.min, area.until or date.max


def _rows(draft: Draft) -> Rows:
    return list(zip(draft.area_lines, draft.areas, strict=True))


def _by_code(draft: Draft) -> dict[str, list[tuple[int, Area]]]:
    found: dict[str, list[tuple[int, Area]]] = defaultdict(list)
    for line, area in _rows(draft):
        found[area.code].append((line, area))
    return found


def _spot(line: int, column: str) -> Spot:
    return Spot("areas.csv", line, column)


def _validity(draft: Draft) -> None:
    for line, area in _rows(draft):
        first, last = _span(area)
        if first > last:
            draft.fault(
                _spot(line, "to"),
                T("{last} before {first}", last=last.isoformat(), first=first.isoformat()),
                T("a last day on or after the first"),
                T("Mend one of the two dates."),
            )
    for code, rows in _by_code(draft).items():
        ordered = sorted(rows, key=lambda row: _span(row[1]))
        for (before_line, before), (line, area) in pairwise(ordered):
            if _span(area)[0] <= _span(before)[1]:
                draft.fault(
                    _spot(line, "from"),
                    _twice(code, _span(area)[0], before_line),
                    T("one row a code at every date"),
                    T("End the earlier row the day before, or give the place its own code."),
                )  # fmt: skip


def _twice(code: str, day: date, line: int) -> Text:
    if day == date.min:  # both rows since ever
        return T("{code} a second time (see line {line})", code=code, line=line)
    return T(
        "{code} valid twice on {day} (see line {line})", code=code, day=day.isoformat(), line=line
    )


def _shown(day: date) -> str:
    return "…" if day in (date.min, date.max) else day.isoformat()


def _root(draft: Draft) -> None:
    if not draft.levels:
        return
    top = draft.levels[0].id
    roots = {area.code: line for line, area in reversed(_rows(draft)) if area.level == top}
    if len(roots) != 1:
        draft.fault(
            _spot(max(roots.values(), default=1), "level"),
            T("{count} areas of the top level “{level}”", count=len(roots), level=top),
            T("exactly one: the whole that everything adds up to"),
            T("Put one area at the top level of pack.yaml."),
        )
    for line, area in _rows(draft):
        if area.level == top and area.parent is not None:
            draft.fault(
                _spot(line, "parent"),
                f"“{area.parent}”",
                T("no parent at the top level"),
                T("Empty the cell."),
            )


def _parents(draft: Draft) -> None:
    rank = {level.id: number for number, level in enumerate(draft.levels)}
    graded = {level.id for level in draft.levels if level.graded}
    by_code = _by_code(draft)
    for line, area in _rows(draft):
        if area.level not in rank or (rank[area.level] == 0 and area.parent is None):
            continue
        if area.parent is None:
            if area.level in graded:
                draft.fault(
                    _spot(line, "parent"),
                    T("nothing"),
                    T("the code of the area that {code} lies in", code=area.code),
                    T("Fill the cell; only the top level and levels not graded have no parent."),
                )
            continue
        spot = _spot(line, "parent")
        if area.parent not in by_code:
            must_be_known(draft, spot, area.parent, by_code, T("the code of an area"))
            continue
        _levels_fall(draft, line, area, by_code[area.parent], rank)
        _no_holes(draft, line, area, by_code[area.parent])


def _levels_fall(draft: Draft, line: int, area: Area, parents: Rows, rank: dict[str, int]) -> None:
    """A parent is of a level above: so no area can lie within itself, however far around."""
    for _, parent in parents:
        if parent.level in rank and rank[parent.level] >= rank[area.level]:
            draft.fault(
                _spot(line, "parent"),
                T("“{parent}” of level “{level}”", parent=parent.code, level=parent.level),
                T("an area of a level above “{level}”", level=area.level),
                T("Mend the parent, or the order of `levels` in pack.yaml."),
            )
            return


def _no_holes(draft: Draft, line: int, area: Area, parents: Rows) -> None:
    hole = _first_hole(_span(area), [_span(parent) for _, parent in parents])
    if hole is not None:
        draft.fault(
            _spot(line, "parent"),
            T("“{parent}”, which is not valid on {day}", parent=str(area.parent),
              day=T("the first day of “{code}”", code=area.code) if hole == date.min
              else _shown(hole)),
            T("a parent that is valid whenever “{code}” is", code=area.code),
            T("Mend the dates, or give “{code}” a row with another parent.", code=area.code),
        )  # fmt: skip


def _first_hole(wanted: Span, given: Iterable[Span]) -> date | None:
    """The first day of `wanted` that no span of `given` holds."""
    day, last = wanted
    for first, end in sorted(given):
        if first > day:
            return day
        if end >= last:
            return None
        if end >= day:
            day = end + _DAY
    return day


def _names(draft: Draft) -> None:
    """Where a source tells places by name, a name means one place at every date."""
    scopes = {source.place.level for source in draft.sources if "name" in source.place.by}
    told: set[tuple[int, str]] = set()
    for scope in sorted(scopes, key=str):
        rows = [row for row in _rows(draft) if scope is None or row[1].level == scope]
        for name, holders in _named(rows).items():
            for number, (line, area, written) in enumerate(holders):
                other = _clash(area, holders[:number])
                if other is not None and (line, name) not in told:
                    told.add((line, name))
                    draft.fault(
                        _spot(line, "name" if written == area.name else "aliases"),
                        T("“{name}”, which also names {code} (line {line})",
                          name=written, code=other[1].code, line=other[0]),
                        T("a name that means one place"),
                        T("Write it as the records print it, or keep the alias for one of them."),
                    )  # fmt: skip


def _named(rows: Rows) -> dict[str, list[tuple[int, Area, str]]]:
    found: dict[str, list[tuple[int, Area, str]]] = defaultdict(list)
    for line, area in rows:
        own = [area.name, *([area.name_zh] if area.name_zh else []), *area.aliases]
        for written in {folded(name): name for name in reversed(own)}.values():
            found[folded(written)].append((line, area, written))
    return found


def _clash(area: Area, others: Sequence[tuple[int, Area, str]]) -> tuple[int, Area] | None:
    first, last = _span(area)
    for line, other, _ in others:
        start, end = _span(other)
        if other.code != area.code and first <= end and start <= last:
            return line, other
    return None


RULES: tuple[Rule, ...] = (
    rule(_validity),
    rule(_root, "areas", "pack"),
    rule(_parents, "areas", "pack"),
    rule(_names),
)
