"""Words that feeds, notices, badges and pages share, in both languages."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from qingyu.i18n import Language, Message, T, pick
from qingyu.periods import Period, parse

COLOURS = {"blue": T("Blue"), "yellow": T("Yellow"), "orange": T("Orange"), "red": T("Red")}
NO_DATA = T("No data")
_MONTHS = (T("January"), T("February"), T("March"), T("April"), T("May"), T("June"), T("July"),
           T("August"), T("September"), T("October"), T("November"), T("December"))  # fmt: skip


@dataclass(frozen=True)
class Named(Message):
    """A name that an edition prints in two languages."""

    names: dict[str, str] = field(default_factory=dict)

    def render(self, language: Language) -> str:
        return pick(self.names, language)


def named(names: Mapping[str, str | None]) -> Named:
    """Where one language is lacking, the other stands in."""
    return Named("", names={key: text for key, text in names.items() if text})


def lang_of(language: Language) -> str:
    """The tag of a language, for `lang` and `xml:lang`."""
    return "zh-Hans" if language == "zh" else "en"


def file_name(stem: str, suffix: str, language: Language) -> str:
    """`stem.suffix` in Chinese, `stem.en.suffix` in English."""
    return f"{stem}.{suffix}" if language == "zh" else f"{stem}.en.{suffix}"


def grade_words(grade: str | None, grades: Mapping[str, Message]) -> Message:
    """Colour and word together: Red: poor, 红·较差."""
    if grade is None:
        return NO_DATA
    return T("{colour}: {grade}", colour=COLOURS[grade], grade=grades[grade])


def period_words(label: str) -> Message:
    """A period as people write it: 5 March 2026, 2026年3月5日."""
    period = parse(label)
    month, number = _MONTHS[period.first.month - 1], _number(period)
    year = period.first.isocalendar().year if period.kind == "week" else period.first.year
    if period.kind == "day":
        return T("{day} {month} {year}", day=number, month=month, year=year)
    if period.kind == "week":
        return T("week {number} of {year}", number=number, year=year)
    if period.kind == "ten_days":
        return _ten_days(number, month, year)
    if period.kind == "month":
        return T("{month} {year}", month=month, year=year)
    if period.kind == "quarter":
        return T("quarter {number} of {year}", number=number, year=year)
    return T("the year {year}", year=year)


def _ten_days(number: int, month: Message, year: int) -> Message:
    if number == 1:
        return T("first ten days of {month} {year}", month=month, year=year)
    if number == 2:
        return T("second ten days of {month} {year}", month=month, year=year)
    return T("last days of {month} {year}", month=month, year=year)


def _number(period: Period) -> int:
    """Which day of its month, third of it, week or quarter of its year."""
    first = period.first
    if period.kind == "week":
        return first.isocalendar().week
    if period.kind == "ten_days":
        return min((first.day - 1) // 10, 2) + 1
    if period.kind == "quarter":
        return (first.month - 1) // 3 + 1
    return first.day
