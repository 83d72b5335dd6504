"""A measure of `method.json` in words: what is counted, of which records, under what conditions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from qingyu.i18n import LANGUAGES, Message, T, Text, render
from qingyu.release.words import Named

Plain = Mapping[str, Any]


def measured(measure: Plain, sources: Mapping[str, Message]) -> Message:
    """What is counted, without its conditions."""
    kind = next(name for name in ("count", "sum", "stock") if measure.get(name) is not None)
    source = sources.get(measure[kind], measure[kind])
    field = measure.get("of")
    if kind == "count":
        return T("the number of records of “{source}”", source=source)
    if kind == "sum":
        return T("the sum of “{field}” over the records of “{source}”", field=field, source=source)
    if field is None:
        return T("the cases of “{source}” that are open, each day", source=source)
    return T("the sum of “{field}” over the cases of “{source}” that are open, each day",
             field=field, source=source)  # fmt: skip


def dated(measure: Plain) -> Message | None:
    """Which date decides the day, if it is not the record's own time."""
    if measure.get("on") is None:
        return None
    return T("the day is that of “{field}”", field=measure["on"])


def conditions(measure: Plain) -> list[Message]:
    """One for each field that is asked about."""
    return [_condition(field, test) for field, test in (measure.get("where") or {}).items()]


def _condition(field: str, test: Plain) -> Message:
    name, value = next(iter(test.items()))
    if name == "equals":
        return T("“{field}” is {value}", field=field, value=value)
    if name == "in":
        return T("“{field}” is one of: {values}", field=field, values=listed(value))
    if name == "between":
        return T("“{field}” is from {low} to {high}", field=field, low=value[0], high=value[1])
    if name == "beyond":
        return T("“{field}” is below {low} or above {high}", field=field, low=value[0],
                 high=value[1])  # fmt: skip
    if name == "no_later_than":
        return T("“{field}” is not later than “{other}”", field=field, other=value)
    if name == "within":
        return T("“{field}” is at most {days} days after “{other}”", field=field,
                 days=value["days"], other=value["of"])  # fmt: skip
    if name == "given":
        return _given(field, bool(value))
    return T("it is not so that {condition}", condition=_condition(field, value))


def _given(field: str, given: bool) -> Message:
    if given:
        return T("“{field}” is given", field=field)
    return T("“{field}” is not given", field=field)


def listed(values: Any) -> Message:
    """Words with the comma of the language."""
    texts: list[Text] = [value if isinstance(value, Message) else str(value) for value in values]
    marks = {"zh": "、", "en": ", "}
    return Named("", names={
        language: marks[language].join(render(text, language) for text in texts)
        for language in LANGUAGES
    })  # fmt: skip
