"""Declared forms that can be kept: no mark means two things, no name leads to two columns."""

from __future__ import annotations

import re

from qingyu.i18n import T, Text
from qingyu.pack.draft import Draft
from qingyu.pack.model import Column, Source
from qingyu.pack.rules.base import Rule, must_be_known, rule
from qingyu.pack.written import Spelling, Written

_NUMBERS = ("integer", "decimal")
_TIMES = ("date", "timestamp")
_Oddity = tuple[str, Text, Text, Text]  # key below the column; found, expected, remedy


def _forms(draft: Draft) -> None:
    for source in draft.sources:
        for at, column in enumerate(source.columns):
            key = f"sources/{source.id}/columns/{at}"
            for below, found, expected, remedy in _oddities(column):
                draft.fault(f"{key}/{below}", found, expected, remedy)


def _oddities(column: Column) -> list[_Oddity]:
    written = column.written
    if written is None:
        return []
    away = T("Take it away, or mend the column's type.")
    found: list[_Oddity] = []
    for name, kinds, words in (
        ("unit", _NUMBERS, T("a unit only for numbers")),
        ("thousands", _NUMBERS, T("separators only for numbers")),
        ("decimal", _NUMBERS, T("a decimal mark only for numbers")),
        ("negative", _NUMBERS, T("negative numbers only for numbers")),
        ("dates", _TIMES, T("forms of dates only for dates and timestamps")),
        ("pad", ("code", "text"), T("leading zeros only for codes")),
        ("take", ("code", "text"), T("a part only of a text")),
    ):
        default = Written.model_fields[name].default
        if getattr(written, name) != default and column.type not in kinds:
            kind = T("`{name}` for a column of {kind}", name=name, kind=column.type)
            found.append((f"written/{name}", kind, words, away))
    if column.personal == "cut":
        found.append(("written", T("forms of a column that is cut"), T("none"), away))
    if written.take is not None and not _is_pattern(written.take, groups=1):
        found.append(
            (
                "written/take",
                f"“{written.take}”",
                T("a regular expression with one group"),
                T("Put the part to take in brackets."),
            )
        )
    found += _ambiguous(written)
    return found


def _ambiguous(written: Written) -> list[_Oddity]:
    found: list[_Oddity] = []
    marks = {"point": ".", "comma": ",", "either": ".,"}[written.decimal]
    if written.thousands is not None and written.thousands in marks:
        found.append(
            (
                "written/thousands",
                T("the separator “{mark}”, which is also the decimal mark", mark=written.thousands),
                T("two different marks"),
                T("Mend one of the two."),
            )
        )
    for number, word in enumerate(written.unit):
        if not word.strip() or re.search("[0-9.,()-]", word):
            found.append(
                (
                    f"written/unit/{number}",
                    T("the unit “{word}”", word=word),
                    T("a word without digits, points, commas, brackets and dashes"),
                    T("Mend the word."),
                )
            )
    return found


def _names(draft: Draft) -> None:
    """A name that always holds leads to one column; days of a spelling go forwards."""
    for source in draft.sources:
        always: dict[str, str] = {}
        for at, column in enumerate(source.columns):
            key = f"sources/{source.id}/columns/{at}/names"
            for number, way in enumerate(column.spellings):
                _spelling(draft, source, column, f"{key}/{number - 1}", way)
                if way.dated or column.made_of:
                    continue
                other = always.setdefault(way.name, column.name)
                if other != column.name:
                    draft.fault(
                        f"{key}/{number - 1}",
                        T("“{name}”, which is a name of {other}", name=way.name, other=other),
                        T("a name that leads to one column, or has days"),
                        T("Take it away, or say with `from` and `to` when it holds."),
                    )


def _spelling(draft: Draft, source: Source, column: Column, key: str, way: Spelling) -> None:
    if way.since and way.until and way.until < way.since:
        draft.fault(
            f"{key}/to",
            T("{last} before {first}", last=way.until.isoformat(), first=way.since.isoformat()),
            T("a last day on or after the first"),
            T("Mend one of the two dates."),
        )
    clock = next((c for c in source.columns if c.name == source.time), None)
    parts = {source.time, *(clock.made_of if clock else ())}
    if way.dated and column.name in parts:
        draft.fault(
            key,
            T("days for a name of the time"),
            T("names that always hold, since the day is read from it"),
            T("Take `from` and `to` away."),
        )


def _made(draft: Draft) -> None:
    for source in draft.sources:
        names = [column.name for column in source.columns if not column.made_of]
        for at, column in enumerate(source.columns):
            for number, name in enumerate(column.made_of):
                key = f"sources/{source.id}/columns/{at}/made_of/{number}"
                if not must_be_known(draft, key, name, names, T("a column")):
                    continue
                part = source.column(name)
                if part.personal not in ("keep", "use"):
                    draft.fault(
                        key,
                        T(
                            "“{name}”, a column with `personal: {how}`",
                            name=name,
                            how=part.personal,
                        ),
                        T("a column that is kept or used"),
                        T("Give the part `personal: use`, or make the column of others."),
                    )


def _patterns(draft: Draft) -> None:
    for source in draft.sources:
        for name in ("totals", "footer"):
            pattern = getattr(source.file, name)
            if pattern is not None and not _is_pattern(pattern):
                draft.fault(
                    f"sources/{source.id}/file/{name}",
                    f"“{pattern}”",
                    T("a regular expression that does not fit an empty cell"),
                    T("Mend brackets and escapes."),
                )


def _is_pattern(pattern: str, groups: int | None = None) -> bool:
    try:
        made = re.compile(pattern)
    except re.error:
        return False
    return made.fullmatch("") is None and groups in (None, made.groups)


def _points(draft: Draft) -> None:
    for source in draft.sources:
        place = source.place
        if "point" not in place.by and (place.datum != "wgs84" or place.swapped):
            draft.fault(
                f"sources/{source.id}/place/{'swapped' if place.swapped else 'datum'}",
                T("how points are measured, and no points"),
                T("this only where `by` has `point`"),
                T("Take it away, or add `point`."),
            )


RULES: tuple[Rule, ...] = (
    rule(_forms),
    rule(_names),
    rule(_made),
    rule(_patterns),
    rule(_points),
)
