"""Splits, merges and renames of areas: nothing lost, nothing twice, and dates that agree."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import date, timedelta

from qingyu.i18n import T, Text
from qingyu.pack.draft import Draft
from qingyu.pack.model import MICRO, Area, Change, ChangeKind
from qingyu.pack.rules.base import Rule, decimal, must_be_known, rule
from qingyu.pack.spots import Spot

_DAY = timedelta(days=1)


def _rows(draft: Draft) -> Iterator[tuple[int, Change]]:
    return zip(draft.change_lines, draft.changes, strict=True)


def _spot(line: int, column: str) -> Spot:
    return Spot("changes.csv", line, column)


def _lives(draft: Draft) -> dict[str, list[Area]]:
    found: dict[str, list[Area]] = defaultdict(list)
    for area in draft.areas:
        found[area.code].append(area)
    return found


def _valid(rows: list[Area], day: date) -> bool:
    return any(
        (row.since is None or row.since <= day) and (row.until is None or day <= row.until)
        for row in rows
    )


def _continuing(draft: Draft) -> set[tuple[date, str]]:
    return {(one.day, one.source) for one in draft.changes if one.source == one.heir}


def _once(draft: Draft) -> None:
    seen: set[tuple[date, str, str]] = set()
    for line, one in _rows(draft):
        pair = (one.day, one.source, one.heir)
        if pair in seen:
            draft.fault(
                _spot(line, "to"),
                T("{source} to {heir} a second time on {day}",
                  source=one.source, heir=one.heir, day=one.day.isoformat()),
                T("each pair of areas once a day"),
                T("Write their share in one row."),
            )  # fmt: skip
        seen.add(pair)


def _kinds(draft: Draft) -> None:
    """The kind is what the rows of the day say, so that a missing row is seen."""
    given = Counter((one.day, one.source) for one in draft.changes)
    taken = Counter((one.day, one.heir) for one in draft.changes)
    for line, one in _rows(draft):
        found: ChangeKind = "rename"
        if given[one.day, one.source] > 1:
            found = "split"
        elif taken[one.day, one.heir] > 1:
            found = "merge"
        if found != one.kind:
            draft.fault(
                _spot(line, "kind"), f"“{one.kind}”", _meaning(found),
                T("Mend the kind, or add the rows of that day that are missing."),
            )  # fmt: skip
        elif found == "rename" and one.source == one.heir:
            draft.fault(
                _spot(line, "to"), f"“{one.heir}”",
                T("another code than before"),
                T("A name that changes under one code is two rows of areas.csv, and no row here."),
            )  # fmt: skip


def _meaning(kind: ChangeKind) -> Text:
    match kind:
        case "split":
            return T("split: the area gives ground to several on this day")
        case "merge":
            return T("merge: several areas become this one on this day")
        case "rename":
            return T("rename: the one area becomes the other on this day")


def _shares(draft: Draft) -> None:
    """What an area counted goes to its heirs whole."""
    sums: Counter[tuple[date, str]] = Counter()
    last: dict[tuple[date, str], int] = {}
    for line, one in _rows(draft):
        sums[one.day, one.source] += one.share
        last[one.day, one.source] = line
    for place, whole in sums.items():
        if whole != MICRO:
            draft.fault(
                _spot(last[place], "share"),
                T("shares of {source} that add up to {sum}", source=place[1], sum=decimal(whole)),
                T("shares of one area and day that add up to 1"),
                T("Mend the shares; write the last one as 1 less the others."),
            )


def _areas(draft: Draft) -> None:
    """Both sides exist, are of one level, and begin and end with the day of the change."""
    lives, stays = _lives(draft), _continuing(draft)
    for line, one in _rows(draft):
        for column, code in (("from", one.source), ("to", one.heir)):
            must_be_known(draft, _spot(line, column), code, lives, T("the code of an area"))
        if one.source not in lives or one.heir not in lives:
            continue
        source, heir = lives[one.source], lives[one.heir]
        if source[0].level != heir[0].level:
            draft.fault(
                _spot(line, "to"),
                T("“{heir}” of level “{level}”", heir=one.heir, level=heir[0].level),
                T("an area of level “{level}”, as “{source}”",
                  level=source[0].level, source=one.source),
                T("Ground goes from town to town and from village to village: mend the code."),
            )  # fmt: skip
        _ends(draft, line, one, source, (one.day, one.source) in stays)
        _begins(draft, line, one, heir, (one.day, one.heir) in stays)


def _ends(draft: Draft, line: int, one: Change, rows: list[Area], stays: bool) -> None:
    after = any(row.until is None or row.until >= one.day for row in rows)
    if not _valid(rows, one.day - _DAY) or after != stays or (stays and not _valid(rows, one.day)):
        draft.fault(
            _spot(line, "from"),
            T("dates of “{code}” in areas.csv that do not agree", code=one.source),
            T("an area whose last day is {day}", day=(one.day - _DAY).isoformat()) if not stays
            else T("an area that is valid before and on {day}", day=one.day.isoformat()),
            T("Mend the date here or there; an area that keeps its code needs a row to itself."),
        )  # fmt: skip


def _begins(draft: Draft, line: int, one: Change, rows: list[Area], stays: bool) -> None:
    before = any(row.since is None or row.since < one.day for row in rows)
    if not _valid(rows, one.day) or before != stays:
        draft.fault(
            _spot(line, "to"),
            T("dates of “{code}” in areas.csv that do not agree", code=one.heir),
            T("an area whose first day is {day}", day=one.day.isoformat()),
            T("Mend the date here or there; an area that keeps its code needs a row to itself, "
              "and a code is not used twice."),
        )  # fmt: skip


def _exposures(draft: Draft) -> None:
    """Where one side has a figure of its own the other has too, and an area that keeps its code
    has a new one from the day on: else every rate after the change would be wrong, in silence."""
    used = {i.per.exposure for i in draft.indicators if i.per.exposure is not None}
    for exposure in draft.exposures:
        if exposure.id not in used:
            continue
        days: dict[str, set[date]] = defaultdict(set)
        for row in exposure.rows:
            days[row.area].add(row.valid_from)
        for line, one in _rows(draft):
            sides = (("from", one.source, one.heir), ("to", one.heir, one.source))
            for column, code, other in sides:
                if code not in days and other in days:
                    draft.fault(
                        _spot(line, column),
                        T("no figure for {code} in exposures/{name}.csv",
                          code=code, name=exposure.id),
                        T("a figure for both sides of the change"),
                        T("Add a row for {code}.", code=code),
                    )  # fmt: skip
            if one.source == one.heir and one.source in days and one.day not in days[one.source]:
                draft.fault(
                    _spot(line, "from"),
                    T("no figure for {code} from {day} in exposures/{name}.csv",
                      code=one.source, day=one.day.isoformat(), name=exposure.id),
                    T("a new figure from the day on which its ground changes"),
                    T("Add a row for {code}.", code=one.source),
                )  # fmt: skip


RULES: tuple[Rule, ...] = (
    rule(_once, "changes"),
    rule(_kinds, "changes"),
    rule(_shares, "changes"),
    rule(_areas, "changes", "areas"),
    rule(_exposures, "changes", "exposures", "indicators"),
)
