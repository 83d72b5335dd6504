"""One plain sentence about an episode, and its JSON: every number in the sentence is a field."""

from __future__ import annotations

from decimal import ROUND_HALF_EVEN, Decimal
from typing import TYPE_CHECKING

import numpy as np

from qingyu.flows.warn_period_words import period_sentence
from qingyu.i18n import Message, T, Text
from qingyu.index.exact_json import Fixed
from qingyu.index.sentence import Named, Sentence, named
from qingyu.pack.rules.warnings import failures

if TYPE_CHECKING:
    from collections.abc import Mapping

    from qingyu.flows.warn import Told, Warned
    from qingyu.flows.warn_numbers import Numbered
    from qingyu.pack.model import Pack

MOST_CHANCE = 1_000_000
_WEEK = 7  # days


def tenths(value: float | None) -> Fixed | None:
    """One decimal, half-even; None for what is not a number."""
    if value is None or not np.isfinite(value):
        return None
    units = Decimal(repr(float(value))).scaleb(1).to_integral_value(ROUND_HALF_EVEN)
    return Fixed(int(units), 1)


def whole(value: float | None) -> int | None:
    return None if value is None or not np.isfinite(value) else round(value)


def chance_of(tail: float | None) -> int | None:
    """Once in how many; at most a million, since no model is surer."""
    if tail is None or not np.isfinite(tail):
        return None
    return MOST_CHANCE if tail * MOST_CHANCE <= 1 else max(int(1 / tail), 1)


def sentence_of(pack: Pack, one: Told) -> Sentence:
    """What came, what was expected, since when."""
    names = {"area": _area(one), "subject": named(one.subject)}
    watch = one.shown
    count, expected = whole(one.cells.get("count")), tenths(one.cells.get("expected"))
    if not watch.daily or count is None or expected is None:
        return period_sentence(pack, one, watch, names)
    numbers: dict[str, int | Fixed] = {"count": count, "expected": expected}
    since = (one.since or one.first).isoformat()
    fields = {**numbers, "on": one.on.isoformat(), "since": since}
    lacking = failures(pack.indicator(one.raised.subject))
    window = watch.rule.detect.window.days if watch.rule.detect else _WEEK
    if watch.rule.silent:
        text = T("{area}, {subject}: nothing in the seven days to {on}; {expected} are usual.",
                 **names, **fields)  # fmt: skip
    elif window != _WEEK:
        numbers["days"] = window
        text = _of_window(lacking, {**names, **fields, "days": window})
    elif lacking:
        text = T(
            "{area}, {subject}: {count} cases not handled so in the seven days to {on}, "
            "{expected} are usual; likely since {since}.", **names, **fields,
        )  # fmt: skip
    else:
        text = T(
            "{area}, {subject}: {count} in the seven days to {on}, {expected} are usual; likely "
            "since {since}.", **names, **fields,
        )  # fmt: skip
    return Sentence(text, numbers)


def _of_window(lacking: bool, fields: Mapping[str, object]) -> Message:
    """Of a detector that adds up other than a week."""
    if lacking:
        return T("{area}, {subject}: {count} cases not handled so in the {days}-day window to "
                 "{on}, {expected} are usual; likely since {since}.", **fields)  # fmt: skip
    return T("{area}, {subject}: {count} in the {days}-day window to {on}, {expected} are usual; "
             "likely since {since}.", **fields)  # fmt: skip


def _area(one: Told) -> Message:
    zh = one.area.name_zh or one.area.name
    return Named("", names={"zh": zh, "en": one.area.name})


def outlook_words(one: Told) -> Text:
    ahead = one.outlook
    if ahead is None:
        return ""
    return T(
        "The seven days after {on} are expected to bring {expected} ({least} to {most}); "
        "{usual} would be usual.", on=one.on.isoformat(), expected=tenths(ahead.expected),
        least=ahead.least, most=ahead.most, usual=tenths(ahead.usual),
    )  # fmt: skip


def told_json(pack: Pack, one: Told) -> dict[str, object]:
    ahead = one.outlook
    return {
        "key": one.raised.key,
        "number": None if one.number is None else one.number.number,
        "merged": [] if one.number is None else list(one.number.merged),
        "area": one.raised.area,
        "name": one.area.name,
        "level": one.area.level,
        "subject": one.raised.subject,
        "rules": [watch.rule.id for watch in one.raised.watches],
        "severity": one.raised.severity,
        "state": one.state,
        "speaks": one.speaks,
        "first": one.first.isoformat(),
        "last": one.last.isoformat(),
        "on": one.on.isoformat(),
        "since": None if one.since is None else one.since.isoformat(),
        "count": tenths(one.cells.get("count")),
        "expected": tenths(one.cells.get("expected")),
        "upper": whole(one.cells.get("upper")),
        "chance": None if one.surest is None else chance_of(one.surest.tail),
        "surest": None if one.surest is None else {
            "on": one.surest.on.isoformat(), "count": tenths(one.surest.count),
            "expected": tenths(one.surest.expected),
        },
        "told_by": one.told_by,
        "speaks_for": list(one.speaks_for),
        "neighbours": list(one.neighbours),
        "silence": None if one.silence is None else {
            "number": one.silence.number, "until": one.silence.last.isoformat(),
            "because": one.silence.because, "who": one.silence.who,
        },
        "drivers": [
            {"what": d.what, "value": d.value, "count": d.count, "usual": tenths(d.usual)}
            for d in one.drivers
        ],
        "outlook": None if ahead is None else {
            "usual": tenths(ahead.usual), "expected": tenths(ahead.expected),
            "least": ahead.least, "most": ahead.most,
        },
        "bridged": [words.to_json() for words in one.bridges],
        "sentence": sentence_of(pack, one).to_json(),
    }  # fmt: skip


def warned_json(found: Warned) -> dict[str, object]:
    return {
        "pack": found.pack.id,
        "simulated": found.pack.simulated,
        "period": found.period.label,
        "known": found.known,
        "morning": None if found.morning is None else found.morning.isoformat(),
        "hindsight": found.hindsight,
        "days": found.days,
        "judged": found.judged,
        "episodes": [told_json(found.pack, one) for one in found.episodes],
        "not_judged": [
            {
                "source": one.source,
                "what": one.what,
                "first": None if one.first is None else one.first.isoformat(),
                "last": None if one.last is None else one.last.isoformat(),
                "days": one.days,
                "subjects": list(one.subjects),
            }
            for one in found.unsaid
        ],
        "blind": [one.to_json() for one in found.blind],
        "recoded": [{**vars(one), "subjects": list(one.subjects)} for one in found.recoded],
        "gone": [_gone(one) for one in found.gone],
    }


def _gone(one: Numbered) -> dict[str, object]:
    return {"number": one.number, "area": one.area, "subject": one.subject,
            "first": one.first.isoformat()}  # fmt: skip
