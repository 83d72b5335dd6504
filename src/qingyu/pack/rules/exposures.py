"""What measures are divided by: in order of time, and without a gap that would go unseen."""

from __future__ import annotations

from collections import defaultdict
from datetime import date

from qingyu.i18n import T
from qingyu.pack.draft import Draft
from qingyu.pack.model import Exposure
from qingyu.pack.rules.base import Rule, rule
from qingyu.pack.spots import Spot


def _order(draft: Draft) -> None:
    """Rows of an area rise by `valid_from`, then `known_from`: a revised figure follows the one
    it revises, and "the last row" means one thing."""
    for exposure in draft.exposures:
        last: dict[str, tuple[date, date]] = {}
        for number, row in enumerate(exposure.rows):
            now = (row.valid_from, row.known_from)
            before = last.get(row.area)
            if before is not None and now <= before:
                draft.fault(
                    f"exposures/{exposure.id}/{number}",
                    T("{area}: valid from {valid}, known from {known}, after a later row",
                      area=row.area, valid=row.valid_from.isoformat(),
                      known=row.known_from.isoformat()),
                    T("the rows of an area in order of valid_from, then known_from, none twice"),
                    T("Move the row up, or mend its dates."),
                )  # fmt: skip
            last[row.area] = max(now, before) if before else now


def _whole(draft: Draft) -> None:
    """An area without figures of its own has the sum of its children's; if one child of several
    has none, that sum would be short and every rate too high, in silence."""
    used = {i.per.exposure for i in draft.indicators if i.per.exposure is not None}
    graded = {level.id for level in draft.levels if level.graded}
    children: dict[str, list[str]] = defaultdict(list)
    line_of: dict[str, int] = {}
    for line, area in zip(draft.area_lines, draft.areas, strict=True):
        line_of.setdefault(area.code, line)
        parent = area.parent if area.level in graded else None
        if parent is not None and area.code not in children[parent]:
            children[parent].append(area.code)
    for exposure in draft.exposures:
        if exposure.id in used:
            _short_sums(draft, exposure, children, line_of)


def _short_sums(
    draft: Draft, exposure: Exposure, children: dict[str, list[str]], line_of: dict[str, int]
) -> None:
    own = {row.area for row in exposure.rows}
    known: dict[str, bool] = {}

    def has(code: str, depth: int = 0) -> bool:
        if code not in known:
            below = children.get(code, []) if depth < 40 else []  # a circle is told elsewhere
            known[code] = code in own or any(has(child, depth + 1) for child in below)
        return known[code]

    for parent, codes in children.items():
        if parent in own:
            continue
        lacking = [code for code in codes if not has(code)]
        if lacking and len(lacking) < len(codes):
            for code in lacking:
                draft.fault(
                    Spot("areas.csv", line_of[code], "code"),
                    T("no figure for {code} in exposures/{name}.csv",
                      code=code, name=exposure.id),
                    T("a figure for each area of {parent}, whose own is their sum", parent=parent),
                    T("Add a row for {code}, or one for {parent} itself.",
                      code=code, parent=parent),
                )  # fmt: skip


RULES: tuple[Rule, ...] = (
    rule(_order),
    rule(_whole, "pack", "areas", "exposures", "indicators"),
)
