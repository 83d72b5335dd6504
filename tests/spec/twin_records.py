"""What was received, one by one: records, the conditions they meet, what they add to a measure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction

from twin_pack import Condition, Measure

UNPLACED = "~unplaced"


@dataclass(frozen=True)
class Record:
    """One accepted record: its day, the code of its area (or `~unplaced`), the texts of its
    fields, and how many times it counts."""

    day: date
    area: str
    fields: Mapping[str, str] = field(default_factory=dict)
    times: int = 1


def holds(condition: Condition, text: str | None) -> bool:
    """Whether a field's text meets a condition."""
    kind, value = condition
    if text is None:
        return False
    if kind == "equals":
        return bool(text == value)
    if kind == "in":
        return text in value
    if kind == "not":
        return not holds(value, text)
    low, high = value
    if kind == "beyond":
        return not Fraction(low) <= Fraction(text) <= Fraction(high)
    if len(low) == 10 and low[4:5] == "-":  # ISO dates sort as text
        return bool(low <= text[:10] <= high)
    return Fraction(low) <= Fraction(text) <= Fraction(high)


def unusual(text: str | None, least: int | None, most: int | None) -> bool:
    """Whether a number lies beyond its usual range (in micros)."""
    if text is None:
        return False
    number = Fraction(text) * 10**6
    return (least is not None and number < least) or (most is not None and number > most)


def amount(measure: Measure, record: Record) -> int:
    """What one record adds to a measure."""
    if not all(holds(c, record.fields.get(name)) for name, c in measure.where):
        return 0
    if measure.of is None:
        return record.times
    value = record.fields.get(measure.of)
    scaled = Fraction(value or "0") * 10**measure.places
    assert scaled.denominator == 1
    return record.times * int(scaled)
