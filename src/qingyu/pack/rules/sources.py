"""A contract that holds together: its key, time, version, place, gaps and columns."""

from __future__ import annotations

import re

from qingyu.i18n import T, Text
from qingyu.pack.draft import Draft
from qingyu.pack.model import MICRO, Column, Source
from qingyu.pack.rules.base import Rule, decimal, must_be_known, rule

_NUMBERS = ("integer", "decimal")
_TIMES = ("date", "timestamp")
_MOST_ABOVE = 1000
Told = tuple[Text, Text, Text]  # found, expected, what to do


def _time(draft: Draft) -> None:
    for source in draft.sources:
        column = _column(draft, source, "time", source.time)
        if column is None:
            continue
        if column.type not in _TIMES or column.personal != "keep":
            draft.fault(
                f"sources/{source.id}/time",
                T("“{name}”, a column of {kind}", name=column.name, kind=_kind(column)),
                T("a date or timestamp that is kept"),
                T("Name the column of the event's time."),
            )
        _must_be_there(draft, source, column, "time")


def _version(draft: Draft) -> None:
    for source in draft.sources:
        version, key = source.version, f"sources/{source.id}/version/column"
        if (version.by == "column") != (version.column is not None):
            draft.fault(
                key,
                T("a version by {by} and the column {column}",
                  by=version.by, column=version.column or "—"),
                T("a column with `by: column`, and only there"),
                T("Mend `by`, or `column`."),
            )  # fmt: skip
            continue
        if version.column is None:
            continue
        column = _column(draft, source, "version/column", version.column)
        if column is not None and column.type not in ("integer", "timestamp"):
            draft.fault(
                key,
                T("“{name}”, a column of {kind}", name=column.name, kind=_kind(column)),
                T("a whole number or a timestamp, so that the larger is the newer"),
                T("Name such a column, or take another kind of version."),
            )


def _place(draft: Draft) -> None:
    needs = {"code": ("code",), "name": ("name",), "point": ("longitude", "latitude")}
    for source in draft.sources:
        for way, fields in needs.items():
            for name in fields:
                column = getattr(source.place, name)
                if (way in source.place.by) != (column is not None):
                    draft.fault(
                        f"sources/{source.id}/place/{name}",
                        T("{value} for `{name}`", value=column or T("nothing"), name=name),
                        T("a column for each way of `by`, and none for other ways"),
                        T("Mend `by`, or `{name}`.", name=name),
                    )
                elif column is not None:
                    _place_column(draft, source, name, column)
        for number, way in enumerate(source.place.by):
            if way in source.place.by[:number]:
                draft.fault(
                    f"sources/{source.id}/place/by/{number}",
                    T("“{word}” a second time", word=way),
                    T("each way once"),
                    T("Take one of the two away."),
                )


def _place_column(draft: Draft, source: Source, name: str, wanted: str) -> None:
    column = _column(draft, source, f"place/{name}", wanted)
    if column is None:
        return
    point = name in ("longitude", "latitude")
    if column.personal in ("cut", "digest") or (point and column.type != "decimal"):
        draft.fault(
            f"sources/{source.id}/place/{name}",
            T("“{name}”, a column of {kind}", name=column.name, kind=_kind(column)),
            T("a decimal column that may be read") if point else T("a column that may be read"),
            T("Give the column `personal: use` if it is read to place a record and then dropped."),
        )


def _columns(draft: Draft) -> None:
    for source in draft.sources:
        for column in source.columns:
            key = f"sources/{source.id}/columns/{column.name}"
            for found, expected, remedy in [*_oddities(column), *_usually(source, column)]:
                draft.fault(key, found, expected, remedy)


def _oddities(column: Column) -> list[Told]:
    found: list[Told] = []
    away = T("Take it away, or mend the column's type.")
    if column.format is not None and column.type not in _TIMES:
        found.append((T("a time form"), T("a time form only for dates and timestamps"), away))
    if (column.least, column.most) != (None, None) and column.type not in _NUMBERS:
        found.append((T("a least or most value"), T("bounds only for numbers"), away))
    if column.least is not None and column.most is not None and column.least > column.most:
        span = T("{least} to {most}", least=decimal(column.least), most=decimal(column.most))
        found.append((span, T("a least value that is not above the most"), T("Swap the two.")))
    if column.places and column.type != "decimal":
        found.append((T("decimal places"), T("decimal places only for decimals"), away))
    if column.required and column.optional:
        both = T("`required` and `optional` together")
        found.append((both, T("one of the two"), T("Take one of the two away.")))
    if column.pattern is not None and not _compiles(column.pattern):
        found.append(
            (f"“{column.pattern}”", T("a regular expression"), T("Mend brackets and escapes."))
        )
    return found


def _usually(source: Source, column: Column) -> list[Told]:
    """What is usual is a range of a number that is kept, and inside of what is taken at all."""
    usually = column.usually
    if usually is None:
        return []
    found: list[Told] = []
    if column.type not in _NUMBERS or column.personal != "keep":
        words = T("“{name}”, a column of {kind}", name=column.name, kind=_kind(column))
        away = T("Take `usually` away, or mend the column.")
        found.append((words, T("a usual range only of a number that is kept"), away))
    if source.reading is not None and column.name not in source.reading.reduce:
        words = T("“{name}”, which is not reduced", name=column.name)
        away = T("Add it to `reduce`, or take `usually` away.")
        found.append((words, T("a usual range only of a reduced column"), away))
    ends = [column.least, usually.least, usually.most, column.most]
    given = [end for end in ends if end is not None]
    if given != sorted(given):
        words = T("usually {least} to {most}", least=_end(usually.least), most=_end(usually.most))
        inside = T(
            "a usual range, the smaller end first, inside of what is taken: {least} to {most}",
            least=_end(column.least),
            most=_end(column.most),
        )
        found.append((words, inside, T("Mend the ends; both count.")))
    return found


def _end(micros: int | None) -> str:
    return "…" if micros is None else decimal(micros)


def _compiles(pattern: str) -> bool:
    try:
        re.compile(pattern)
    except re.error:
        return False
    return True


def _computed(draft: Draft) -> None:
    """A computed date starts from a date of the contract and has a name of its own."""
    for source in draft.sources:
        taken = {column.name for column in source.columns}
        for number, one in enumerate(source.computed):
            key = f"sources/{source.id}/computed/{number}"
            if one.id in taken:
                draft.fault(
                    f"{key}/id",
                    T("“{word}” a second time", word=one.id),
                    T("a name that no column has"),
                    T("Rename one of the two."),
                )
            taken.add(one.id)
            column = _column(draft, source, f"computed/{number}/after", one.after)
            if column is not None and (column.type not in _TIMES or column.personal != "keep"):
                draft.fault(
                    f"{key}/after",
                    T("“{name}”, a column of {kind}", name=column.name, kind=_kind(column)),
                    T("a date or timestamp that is kept"),
                    T("Name the date from which the term runs."),
                )


def _readings(draft: Draft) -> None:
    """What is reduced is a number, and what tells instruments apart is kept."""
    for source in draft.sources:
        if (source.kind == "reading") != (source.reading is not None):
            draft.fault(
                f"sources/{source.id}/reading",
                T("`kind: {kind}`", kind=source.kind),
                T("`reading` beside `kind: reading`, and only there"),
                T("Say what names an instrument (`entity`) and how a day's values become one."),
            )
        if source.reading is None:
            continue
        for number, name in enumerate(source.reading.entity):
            column = _column(draft, source, f"reading/entity/{number}", name)
            if column is not None and column.personal != "keep":
                _unfit(
                    draft, source, f"reading/entity/{number}", column, T("a column that is kept")
                )
        for name in source.reading.reduce:
            column = _column(draft, source, f"reading/reduce/{name}", name)
            if column is not None and (column.type not in _NUMBERS or column.personal != "keep"):
                _unfit(draft, source, f"reading/reduce/{name}", column, T("a number that is kept"))


def _unfit(draft: Draft, source: Source, key: str, column: Column, expected: Text) -> None:
    draft.fault(
        f"sources/{source.id}/{key}",
        T("“{name}”, a column of {kind}", name=column.name, kind=_kind(column)),
        expected,
        T("Mend the column, or name another."),
    )


def _days(draft: Draft) -> None:
    for source in draft.sources:
        for number, gap in enumerate(source.gaps):
            key = f"sources/{source.id}/gaps/{number}"
            if gap.last < gap.first:
                draft.fault(
                    f"{key}/to",
                    T("{last} before {first}",
                      last=gap.last.isoformat(), first=gap.first.isoformat()),
                    T("a last day on or after the first"),
                    T("Mend one of the two dates."),
                )  # fmt: skip
            if number and gap.first <= source.gaps[number - 1].last:
                draft.fault(
                    f"{key}/from",
                    T("{day} after {before}", day=gap.first.isoformat(),
                      before=source.gaps[number - 1].last.isoformat()),
                    T("gaps in order of time that do not overlap"),
                    T("Join the two gaps, or put them in order."),
                )  # fmt: skip


def _usual(draft: Draft) -> None:
    """What is far below lies below what is usual, and what is far above lies above it."""
    for source in draft.sources:
        key, usual = f"sources/{source.id}/usual", source.usual
        if not 0 <= usual.below <= MICRO:
            draft.fault(
                f"{key}/below",
                decimal(usual.below),
                T("a share of what is usual, from 0 to 1"),
                T("Write 0.4 for days with under four tenths of it."),
            )
        if not 0 <= usual.refused <= MICRO:
            draft.fault(
                f"{key}/refused",
                decimal(usual.refused),
                T("a share of a batch's rows, from 0 to 1"),
                T("Write 0.5 for days that are not known if over half of their rows are refused."),
            )
        if usual.above is not None and not MICRO < usual.above <= _MOST_ABOVE * MICRO:
            draft.fault(
                f"{key}/above",
                decimal(usual.above),
                T("a multiple of what is usual, above 1 and at most {most}", most=_MOST_ABOVE),
                T("Write 4 for days with over four times of it."),
            )


def _keys(draft: Draft) -> None:
    for source in draft.sources:
        for name in source.key:
            _must_be_there(draft, source, source.column(name), "key")


def _units(draft: Draft) -> None:
    for source in draft.sources:
        for column in source.columns:
            if column.unit is not None and column.type not in ("integer", "decimal"):
                draft.fault(
                    f"sources/{source.id}/columns/{column.name}",
                    T("“{name}”, a column of {kind} with a unit",
                      name=column.name, kind=column.type),
                    T("a unit of whole numbers or decimals only"),
                    T("Take the unit away."),
                )  # fmt: skip


def _must_be_there(draft: Draft, source: Source, column: Column, key: str) -> None:
    if column.optional or not column.required:
        draft.fault(
            f"sources/{source.id}/columns/{column.name}",
            T("“{name}” without `required: true`", name=column.name)
            if not column.optional
            else T("“{name}” with `optional: true`", name=column.name),
            T("a value in each row, since the {what} is read from it",
              what=T("time") if key == "time" else T("key")),
            T("Write `required: true`, and no `optional`."),
        )  # fmt: skip


def _column(draft: Draft, source: Source, key: str, name: str) -> Column | None:
    names = [column.name for column in source.columns]
    if must_be_known(draft, f"sources/{source.id}/{key}", name, names, T("a column")):
        return source.column(name)
    return None


def _kind(column: Column) -> str:
    return (
        column.type if column.personal == "keep" else f"{column.type}, personal: {column.personal}"
    )


RULES: tuple[Rule, ...] = (
    rule(_time),
    rule(_version),
    rule(_place),
    rule(_columns),
    rule(_days),
    rule(_usual),
    rule(_keys),
    rule(_units),
    rule(_computed),
    rule(_readings),
)
