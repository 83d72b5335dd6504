"""One sentence for a person: what is unusual, against what, by how much.

At most 25 English words or 40 Chinese characters, and every number in it is also a field of
`Sentence.numbers`, hence of the JSON. The words keep to rules: no percentage of a count under
twenty, none of a share, no multiple beyond twice of a count under twenty; 多一倍 is twice; a
grade's word never stands without its colour.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction

from qingyu.i18n import TN, Language, Message, T, Text
from qingyu.index.exact_json import Fixed, nearest
from qingyu.pack.model import MICRO, Comparand, Grade, Names

MOST_WORDS = 25
MOST_CHARACTERS = 40
LEAST_FOR_PERCENT = 20  # events; a percentage of fewer is noise in precise dress
_MUCH = Fraction(1, 10)  # a tenth more or fewer is still "much as usual"
_DOUBLE = (Fraction(19, 10), Fraction(21, 10))
_HALF = (Fraction(9, 20), Fraction(11, 20))
_NEAR = Fraction(1, 4)  # of a multiple: 3.7 to 4.25 times is "about 4 times"
MOST_TIMES = 10


@dataclass(frozen=True)
class Named(Message):
    """A pack's own name as a value of a sentence: it changes with the language."""

    names: Mapping[Language, str] = field(default_factory=dict)

    def render(self, language: Language) -> str:
        return self.names[language]


def named(names: Names) -> Named:
    return Named("", names={"zh": names.zh, "en": names.en})


@dataclass(frozen=True)
class Sentence:
    """Words and the numbers in them."""

    text: Message
    numbers: Mapping[str, int | Fixed] = field(default_factory=dict)

    def __str__(self) -> str:
        return str(self.text)

    def to_json(self) -> dict[str, object]:
        return {
            "zh": self.text.render("zh"),
            "en": self.text.render("en"),
            "numbers": dict(self.numbers),
        }


@dataclass(frozen=True)
class Finding:
    """One count held against one comparison.

    count: as counted (scaled by 10^`places`); expected: micro-counts in the same scale.
    days: length of the window, where it is not the period itself.
    events: whether the measure counts things that happen (起) or adds up amounts, of which `unit`
    says what they are counted in.
    share: whether it is a part of a second measure, so that no percentage is said.
    """

    name: Names
    count: int
    expected: int
    against: Comparand
    places: int = 0
    weeks: int | None = None
    years: int | None = None
    days: int | None = None
    events: bool = True
    share: bool = False
    unit: Names | None = None

    @property
    def usual(self) -> int:
        """The expected count as people say it: a whole number."""
        return round(Fraction(self.expected, MICRO * 10**self.places))

    @property
    def percent(self) -> int | None:
        """By how many per cent the count differs, where that may be said at all."""
        least = LEAST_FOR_PERCENT * 10**self.places
        if self.share or self.count < least or self.expected < least * MICRO:
            return None
        return round(abs(self.ratio - 1) * 100)

    @property
    def multiple(self) -> tuple[int, bool] | None:
        """How many times as many, from three on (or more than twice), and whether it is more than
        that; None where it is less, or the count is small."""
        least = LEAST_FOR_PERCENT * 10**self.places
        if self.count < least or self.expected <= 0 or self.ratio <= _DOUBLE[1]:
            return None
        near, below = round(self.ratio), int(self.ratio)
        if below >= MOST_TIMES and self.ratio > MOST_TIMES + _NEAR:
            return MOST_TIMES, True
        return (near, False) if abs(self.ratio - near) <= _NEAR else (below, True)

    @property
    def ratio(self) -> Fraction:
        return Fraction(self.count * MICRO, self.expected)

    @property
    def is_usual(self) -> bool:
        """Within a tenth, or the same number as people would say it."""
        if self.expected <= 0:
            return self.count == 0
        same = self.count == self.usual * 10**self.places
        return same or abs(self.ratio - 1) <= _MUCH


def grade_words(grade: Grade) -> Message:
    """`红·较差`: the colour and the word, always together."""
    return T("{colour}: {grade}", colour=colour_word(grade.id), grade=named(grade.name))


def colour_word(grade: str) -> Message:
    return {
        "blue": T("Blue"),
        "yellow": T("Yellow"),
        "orange": T("Orange"),
        "red": T("Red"),
    }[grade]


def say_finding(lead: Message, finding: Finding) -> Sentence:
    """`红·较差。心脏急救38起，多一倍多，按前8周约17起。`; shorter where the name is long."""
    count, how, against = _count(finding), _how(finding), _against(finding)
    name = named(finding.name)
    forms = [
        T("{lead}. {name}: {count}, {how}; {against}.",
          lead=lead, name=name, count=count, how=how, against=against),
        T("{lead}. {name}: {count}; {against}.",
          lead=lead, name=name, count=count, against=against),
        T("{name}: {count}; {against}.", name=name, count=count, against=against),
    ]  # fmt: skip
    numbers = _numbers(finding)
    return first_that_fits([Sentence(form, numbers) for form in forms])


def say_usual(lead: Message, best: bool) -> Sentence:
    if best:
        return Sentence(T("{lead}. Everything is as usual or better.", lead=lead))
    return Sentence(T("{lead}. Much as usual; nothing special to watch.", lead=lead))


def say_weakest(lead: Message, name: Names, points: Fixed) -> Sentence:
    """Where no count stands out, but an indicator is low. points: rounded for print."""
    said = nearest(points.fraction, 1)
    words = T("{lead}. Weakest: {name}, {points} points.",
              lead=lead, name=named(name), points=said)  # fmt: skip
    return Sentence(words, {"points": said})


def say_veto(lead: Message, name: Names, count: Fixed, unit: Names | None = None) -> Sentence:
    words = T("{lead}. {name}: {count}; by rule the last grade and no rank.",
              lead=lead, name=named(name), count=_charged(count, unit))  # fmt: skip
    return Sentence(words, {"count": _plain(count)})


def say_cap(
    lead: Message, name: Names, count: Fixed, limit: Grade, unit: Names | None = None
) -> Sentence:
    best = grade_words(limit)
    words = T("{lead}. {name}: {count}; by rule no better than {limit}.",
              lead=lead, name=named(name), count=_charged(count, unit), limit=best)  # fmt: skip
    return Sentence(words, {"count": _plain(count)})


def say_deduction(
    lead: Message, name: Names, count: Fixed, points: Fixed, unit: Names | None = None
) -> Sentence:
    words = T("{lead}. {name}: {count}; {points} points off.",
              lead=lead, name=named(name), count=_charged(count, unit), points=points)  # fmt: skip
    return Sentence(words, {"count": _plain(count), "points": points})


def say_no_data(reason: Sentence) -> Sentence:
    """`无数据。…晚到。不代表好，也不代表不好。`"""
    long = T("No data. {reason} This says neither good nor bad.", reason=reason.text)
    short = T("No data. {reason}", reason=reason.text)
    return first_that_fits([Sentence(long, reason.numbers), Sentence(short, reason.numbers)])


def first_that_fits(sentences: Sequence[Sentence]) -> Sentence:
    """The first within both languages' limits; else the last, which is the shortest."""
    return next((s for s in sentences if fits(s.text)), sentences[-1])


def fits(text: Message) -> bool:
    words = re.findall(r"[^\s]+", text.render("en"))
    return len(words) <= MOST_WORDS and len(text.render("zh")) <= MOST_CHARACTERS


def _events(count: int) -> Message:
    return TN("{count} event", "{count} events", count)


def in_unit(amount: Text, unit: Names | None) -> Text:
    """`125.0 hectares`; the bare amount where there is no unit."""
    return amount if unit is None else T("{amount} {unit}", amount=amount, unit=named(unit))


def _charged(count: Fixed, unit: Names | None) -> Text:
    """What led to a charge: so many events, or an amount of something."""
    return in_unit(str(count), unit) if unit is not None or count.places else _events(count.units)


def _plain(count: Fixed) -> int | Fixed:
    return count if count.places else count.units


def _count(finding: Finding) -> Text:
    amount = in_unit(str(Fixed(finding.count, finding.places)), finding.unit)
    count = _events(finding.count) if finding.events else amount
    if finding.days is None:
        return count
    return TN("{amount} in {count} day", "{amount} in {count} days", finding.days, amount=count)


def _about(finding: Finding) -> Message:
    if finding.usual == 0:
        return T("hardly any")
    if finding.events:
        return T("about {usual}", usual=finding.usual)
    return T("roughly {usual}", usual=finding.usual)


def _against(finding: Finding) -> Message:
    about = _about(finding)
    if finding.against == "own":
        return T("{about} in earlier years", about=about)
    if finding.against == "trailing":
        return T("{about} by the {weeks} weeks before", about=about, weeks=finding.weeks)
    if finding.against == "peers":
        return T("{about} at the rate of its peers", about=about)
    if finding.against == "previous":
        return T("{about} in the period before", about=about)
    if finding.against == "parent":
        return T("{about} at the rate of the area above it", about=about)
    return T("{about} by the target", about=about)


def _how(finding: Finding) -> Message:
    if finding.expected <= 0:
        return T("more than usual")
    ratio, percent = finding.ratio, finding.percent
    if ratio > _DOUBLE[1]:
        return _times(finding)
    if ratio >= _DOUBLE[0]:
        return T("about double")
    if ratio < _HALF[0]:
        return T("less than half")
    if ratio <= _HALF[1]:
        return T("about half")
    if percent is not None:
        more = T("about {percent}% more", percent=percent)
        return more if ratio > 1 else T("about {percent}% fewer", percent=percent)
    return T("more than usual") if ratio > 1 else T("fewer than usual")


def _times(finding: Finding) -> Message:
    times, more = finding.multiple or (2, True)
    if times <= 2:
        return T("more than double")
    if finding.events:
        if more:
            return T("more than {times} times as many", times=times)
        return T("about {times} times as many", times=times)
    if more:
        return T("more than {times} times as much", times=times)
    return T("about {times} times as much", times=times)


def _numbers(finding: Finding) -> dict[str, int | Fixed]:
    """Everything the forms of a finding may say."""
    found: dict[str, int | Fixed] = {
        "count": Fixed(finding.count, finding.places) if finding.places else finding.count,
        "usual": finding.usual,
    }
    if finding.percent is not None and finding.expected > 0:
        found["percent"] = finding.percent
    if finding.multiple is not None and finding.multiple[0] > 2:
        found["times"] = finding.multiple[0]
    if finding.days is not None:
        found["days"] = finding.days
    if finding.against == "trailing" and finding.weeks is not None:
        found["weeks"] = finding.weeks
    return found
