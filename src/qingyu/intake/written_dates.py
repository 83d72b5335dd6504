"""Dates in Chinese and by the Republic's years, as SQL that turns them into ISO text.

`iso` gives `YYYY-MM-DD`, or with a time of day `YYYY-MM-DD HH:MM:SS`; what it does not know stays
as it was. Whether a day exists (31 February) is for the reader of ISO dates to say.
"""

from __future__ import annotations

from collections.abc import Sequence

from qingyu.engine.connect import quoted

ROC_ERA = 1911  # 民國元年 is 1912

_ERA = "(?:(?:中華|中华)?(?:民國|民国) *)?"
_ROC = f"{_ERA}([0-9]{{2,3}})(?: *[年] *| *[-/.] *)([0-9]{{1,2}})(?: *月 *| *[-/.] *)([0-9]{{1,2}})"
_ROC_DIGITS = "([0-9]{2,3})([0-9]{2})([0-9]{2})"  # 1040901
_CHINESE = "([0-9]{4}) *年 *([0-9]{1,2}) *月 *([0-9]{1,2})"

_HALF = "(凌晨|早上|上午|中午|下午|晚上)?"
_COLONS = "([0-9]{1,2})[:：]([0-9]{2})(?:[:：]([0-9]{2}))?"
_WORDS = "([0-9]{1,2}) *[时時点點](?: *([0-9]{1,2}) *分(?: *([0-9]{1,2}) *秒)?)?"
_TIME = f"(?: *[日号號])?(?:[ T]*{_HALF} *(?:{_COLONS}|{_WORDS}))?"

_DAY_PARTS = ("y", "mo", "d")
_TIME_PARTS = ("half", "h", "i", "s", "hh", "ii", "ss")  # with colons, or in words
_ISO = "____-__-__%"

# The hours that may follow the word, and those of them that need twelve hours more.
_HALVES: dict[str, tuple[Sequence[int], Sequence[int]]] = {
    "凌晨": (range(13), ()),
    "早上": (range(1, 12), ()),
    "上午": (range(13), ()),
    "中午": ((1, 2, 11, 12, 13, 14), (1, 2)),
    "下午": (range(1, 24), range(1, 12)),
    "晚上": ((*range(6, 12), *range(18, 24)), range(6, 12)),
}


def iso(text: str, forms: Sequence[str]) -> str:
    """SQL: the ISO text of a date in one of `forms` (`roc`, `chinese`); other texts as they are."""
    cases = [f"WHEN {text} LIKE '{_ISO}' THEN {text}"]  # the usual form, told without a regex
    if "chinese" in forms:
        cases.append(_timed(text, f"{text} LIKE '____%年%月%'", _CHINESE, 0))
    if "roc" in forms:
        cases.append(
            f"WHEN length({text}) < 8 AND regexp_full_match({text}, {quoted(_ROC_DIGITS)}) THEN"
            f" {_parsed(text, _ROC_DIGITS, _DAY_PARTS, _day('m', ROC_ERA))}"
        )
        cases.append(_timed(text, "true", _ROC, ROC_ERA))
    return f"CASE {' '.join(cases)} ELSE {text} END"


def _timed(text: str, likely: str, form: str, era: int) -> str:
    """A case of a date with an optional time of day behind it."""
    hour, minute, second = _first("h", "hh"), _first("i", "ii"), _first("s", "ss")
    clock = (
        f"CASE WHEN {hour} = '' THEN '' ELSE ' ' || {_hour('m.half', hour)}"
        f" || ':' || lpad({minute}, 2, '0') || ':' || lpad({second}, 2, '0') END"
    )
    whole = _parsed(text, form + _TIME, _DAY_PARTS + _TIME_PARTS, f"{_day('m', era)} || {clock}")
    matched = f"{likely} AND regexp_full_match({text}, {quoted(form + _TIME)})"
    return f"WHEN {matched} THEN {whole}"


def _parsed(text: str, form: str, parts: Sequence[str], result: str) -> str:
    """SQL: `result`, written over the parts `m.y`, `m.d` … of one look at the text."""
    names = ", ".join(quoted(part) for part in parts)
    found = f"regexp_extract({text}, {quoted('^' + form + '$')}, [{names}])"
    return f"list_transform([{found}], lambda m: {result})[1]"


def _day(parts: str, era: int) -> str:
    return (
        f"lpad(CAST(try_cast({parts}.y AS INTEGER) + {era} AS VARCHAR), 4, '0')"
        f" || '-' || lpad({parts}.mo, 2, '0') || '-' || lpad({parts}.d, 2, '0')"
    )


def _first(one: str, other: str) -> str:
    return f"concat(m.{one}, m.{other})"  # one of the two is always empty


def _hour(half: str, hour: str) -> str:
    """SQL: the hour of 24 as two digits; `99`, which no clock shows, if word and hour disagree.

    12 at night or before noon is 0, as spreadsheets write it (上午12:00 is midnight)."""
    number = f"try_cast({hour} AS INTEGER)"  # of a text that is no time it is NULL
    cases = []
    for word, (hours, later) in _HALVES.items():
        added = f"CASE WHEN {number} IN ({', '.join(map(str, later))}) THEN 12 ELSE 0 END"
        value = f"{number} + {added}" if later else f"{number} % 12"
        right = f"{number} IN ({', '.join(map(str, hours))})"
        cases.append(
            f"WHEN {half} = {quoted(word)} THEN CASE WHEN {right} THEN {value} ELSE 99 END"
        )
    return f"lpad(CAST(CASE {' '.join(cases)} ELSE {number} END AS VARCHAR), 2, '0')"
