"""A rule looks at a draft and adds faults; it is left out when a kind it needs is broken."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from qingyu.i18n import T, Text
from qingyu.pack.draft import Draft
from qingyu.pack.faults import did_you_mean, listed
from qingyu.pack.model import Column, Condition, Measure, Source
from qingyu.pack.spots import Spot
from qingyu.pack.values import decimal as decimal


@dataclass(frozen=True)
class Rule:
    look: Callable[[Draft], None]
    needs: frozenset[str]


def rule(look: Callable[[Draft], None], *needs: str) -> Rule:
    return Rule(look, frozenset(needs))


def measures(draft: Draft) -> Iterator[tuple[str, Measure]]:
    """Every measure of the pack with its key."""
    for indicator in draft.indicators:
        yield f"indicators/{indicator.id}/measure", indicator.measure
        if indicator.per.measure is not None:
            yield f"indicators/{indicator.id}/per/measure", indicator.per.measure
    for dimension in draft.dimensions:
        for number, deduction in enumerate(dimension.deductions):
            yield f"dimensions/{dimension.id}/deductions/{number}/measure", deduction.measure
    for number, cap in enumerate(draft.grades.caps if draft.grades else ()):
        yield f"grades/caps/{number}/measure", cap.measure
    for number, veto in enumerate(draft.grades.vetoes if draft.grades else ()):
        yield f"grades/vetoes/{number}/measure", veto.measure
    if draft.stars is not None:
        yield from draft.stars.measures()
    if draft.integrity is not None:
        yield from draft.integrity.measures()


def columns_of(source: Source) -> list[Column]:
    """What a record of the source has: the contract's columns, and the dates worked out."""
    computed = [Column(name=one.id, type="date") for one in source.computed]
    return [*source.columns, *computed]


def simple(condition: Condition) -> tuple[Condition, str, bool]:
    """The test under any `not`s, the key below the condition's where it stands, and whether it
    is affirmed."""
    below, affirmed = "", True
    while condition.negated is not None:
        condition, below, affirmed = condition.negated, f"{below}/not", not affirmed
    return condition, below, affirmed


def must_be_known(
    draft: Draft, key: str | Spot, word: str, words: Iterable[str], what: Text
) -> bool:
    """Whether `word` is one of `words`; if not, a fault that suggests the nearest."""
    pool = list(words)
    if word in pool:
        return True
    draft.fault(
        key,
        f"“{word}”",
        T("{what}: {words}", what=what, words=listed(pool) or "—"),
        did_you_mean(word, pool, T("Add it where it belongs, or mend the name.")),
    )
    return False


def must_be_unique(draft: Draft, keyed: Iterable[tuple[str, str]]) -> None:
    """Each word once; `keyed` are pairs of a key and the word found there."""
    seen: dict[str, str] = {}
    for key, word in keyed:
        if word in seen:
            first = draft.spots.of(seen[word]).place
            draft.fault(
                key,
                T("“{word}” a second time (first at {first})", word=word, first=first),
                T("each name once"),
                T("Rename one of the two."),
            )
        seen.setdefault(word, key)
