"""What `explain` answers: everything behind one score, as plain data and as JSON.

Units inside: micro (millionths) and milli (thousandths) integers; in JSON, exact decimals. The
names in `to_json` are public and do not change.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from qingyu.i18n import Message, Text
from qingyu.index.causes import Line
from qingyu.index.doubts import Doubt, all_doubts
from qingyu.index.exact_json import Fixed, micro, milli
from qingyu.index.odds.said import AreaOdds
from qingyu.index.sentence import Sentence

Json = dict[str, object]


@dataclass(frozen=True)
class Window:
    """The days behind a count.

    days: on which the area is valid; counting: that count. states: source → state of the day →
    number of days.
    """

    first: date
    last: date
    days: int
    counting: int
    states: Mapping[str, Mapping[str, int]]

    def to_json(self) -> Json:
        return {
            "first": self.first,
            "last": self.last,
            "days": self.days,
            "counting": self.counting,
            "states": {source: dict(found) for source, found in self.states.items()},
        }


@dataclass(frozen=True)
class Held:
    """One comparison: what the count was held against, and what came of it.

    count, exposure: mb, eb of arithmetic.md section 5 (None for a declared target or minmax).
    weight: as in the pack; weight_given:
    its share after the weight of missing comparisons went to the others, micros, 0 if not
    available. segment: the curve's points around `compared` (one point beyond its ends).
    usual, percent: as a sentence would say them. bridged_since: the last split or merge of areas
    that the sums reach across.
    """

    kind: str
    available: bool
    ranges: tuple[tuple[date, date], ...]
    count: int | Fixed | None
    exposure: int | Fixed | None
    rate: Fixed | None
    kappa: int | None
    expected: int | None
    compared: int | None
    points: int | None
    weight: int
    weight_given: int
    segment: tuple[tuple[int, int], ...]
    usual: int | None
    percent: int | None
    bridged_since: date | None
    pack_line: str | None
    curve_line: str | None

    def to_json(self) -> Json:
        return {
            "with": self.kind,
            "available": self.available,
            "ranges": [{"first": first, "last": last} for first, last in self.ranges],
            "count": self.count,
            "exposure": self.exposure,
            "rate": self.rate,
            "kappa": micro(self.kappa),
            "expected": micro(self.expected),
            "compared": micro(self.compared),
            "points": micro(self.points),
            "weight": micro(self.weight),
            "weight_given": micro(self.weight_given),
            "segment": [[micro(x), micro(y)] for x, y in self.segment],
            "usual": self.usual,
            "percent": self.percent,
            "bridged_since": self.bridged_since,
            "pack_line": self.pack_line,
            "curve_line": self.curve_line,
        }


@dataclass(frozen=True)
class UnitedRecord:
    """A record of a united event. at: local; None if it has no moment."""

    source: str
    key: str
    at: datetime | None
    area: str

    def to_json(self) -> Json:
        at = None if self.at is None else self.at.isoformat()
        return {"source": self.source, "key": self.key, "at": at, "area": self.area}


@dataclass(frozen=True)
class United:
    """An event of a union and the records that tell of it, in the order of their moments."""

    kind: str
    day: date
    area: str
    records: tuple[UnitedRecord, ...]

    def to_json(self) -> Json:
        records = [record.to_json() for record in self.records]
        return {"kind": self.kind, "day": self.day, "area": self.area, "records": records}


@dataclass(frozen=True)
class Part:
    """One indicator's part of a score.

    count: the measure over the window, in `measure_unit` (zh and en; None: events); exposure:
    person-days, or the sum of `per.measure`; rate: count per `unit` of exposure. weight: in force
    in its dimension; share: of the whole index, after what is missing gave its weight to the rest.
    contribution: micro-points of the index; None where the method has no split. fill: own, carried
    or from_parent. bridged_since: the last split or merge of areas that its window or a comparison
    reaches across.
    """

    indicator: str
    name: Mapping[str, str]
    dimension: str
    measure: Mapping[str, object]
    count: Fixed
    window: Window | None
    exposure: int | Fixed | None
    unit: int
    rate: Fixed | None
    state: str
    reason: Sentence | None
    fill: str
    carried_from: str | None
    points: int | None
    weight: int
    dimension_weight: int
    share: int
    contribution: int | None
    comparisons: tuple[Held, ...]
    bridged_since: date | None
    pack_line: str | None
    pack_lines: Mapping[str, str | None]
    united: tuple[United, ...] = ()  # of a union: events of several records behind the count
    doubts: tuple[Doubt, ...] = ()  # outlying days that its score rests on
    measure_unit: Mapping[str, str] | None = None

    @property
    def leading(self) -> Held | None:
        """The available comparison with the most weight (the first of equals)."""
        available = [held for held in self.comparisons if held.available]
        return max(available, key=lambda held: held.weight_given, default=None)

    def to_json(self) -> Json:
        return {
            "indicator": self.indicator,
            "name": dict(self.name),
            "dimension": self.dimension,
            "measure": dict(self.measure),
            "count": self.count,
            "measure_unit": None if self.measure_unit is None else dict(self.measure_unit),
            "window": None if self.window is None else self.window.to_json(),
            "exposure": self.exposure,
            "unit": self.unit,
            "rate": self.rate,
            "baseline": self.baseline(),
            "state": self.state,
            "reason": None if self.reason is None else self.reason.to_json(),
            "fill": self.fill,
            "carried_from": self.carried_from,
            "points": micro(self.points),
            "weight": micro(self.weight),
            "dimension_weight": micro(self.dimension_weight),
            "share": micro(self.share),
            "contribution": micro(self.contribution),
            "comparisons": [held.to_json() for held in self.comparisons],
            "bridged_since": self.bridged_since,
            "pack_line": self.pack_line,
            "pack_lines": dict(self.pack_lines),
            "united": [event.to_json() for event in self.united],
            "doubts": [doubt.to_json() for doubt in self.doubts],
        }

    def baseline(self) -> Json | None:
        """The leading comparison in short."""
        lead = self.leading
        if lead is None:
            return None
        return {
            "with": lead.kind,
            "count": lead.count,
            "exposure": lead.exposure,
            "rate": lead.rate,
            "expected": micro(lead.expected),
        }


@dataclass(frozen=True)
class Charge:
    """A deduction, cap or veto that took effect: a negative line of its own.

    points: micro-points off the dimension (deductions only). amount: micro-points of the index;
    None where the method has no split.
    """

    kind: str
    id: str
    name: Mapping[str, str]
    dimension: str | None
    count: Fixed
    points: int | None
    amount: int | None
    pack_line: str | None
    measure_unit: Mapping[str, str] | None = None

    def to_json(self) -> Json:
        return {
            "kind": self.kind,
            "id": self.id,
            "name": dict(self.name),
            "dimension": self.dimension,
            "count": self.count,
            "measure_unit": None if self.measure_unit is None else dict(self.measure_unit),
            "points": micro(self.points),
            "amount": micro(self.amount),
            "pack_line": self.pack_line,
        }


@dataclass(frozen=True)
class DimensionPart:
    """A first-level indicator: micro-points before and after deductions; None = no data."""

    dimension: str
    name: Mapping[str, str]
    weight: int
    before_deductions: int | None
    points: int | None
    pack_line: str | None

    def to_json(self) -> Json:
        return {
            "dimension": self.dimension,
            "name": dict(self.name),
            "weight": micro(self.weight),
            "before_deductions": micro(self.before_deductions),
            "points": micro(self.points),
            "pack_line": self.pack_line,
        }


@dataclass(frozen=True)
class Change:
    """The change from the period before: `before` is its score as first known, `known` the batch
    after which that was. No lines and a note where a period has no score."""

    period: str
    before: int | None
    known: int | None
    lines: tuple[Line, ...]
    note: Message | None

    def to_json(self) -> Json:
        return {
            "period": self.period,
            "score": milli(self.before),
            "known": self.known,
            "note": None if self.note is None else str(self.note),
        }


@dataclass(frozen=True)
class Corrected:
    """A field of a record behind the counts that the index office declared wrong; None: nothing."""

    batch: int
    source: str
    record: str
    field: str
    old: str | None
    new: str | None
    reason: str
    who: str
    received: str

    def to_json(self) -> Json:
        return dict(vars(self))


@dataclass(frozen=True)
class Explanation:
    """Everything behind one score. score, before_caps: milli-points."""

    area: str
    name: str
    level: str
    parent: str | None
    period: str
    known: int
    pack: str
    score: int | None
    before_caps: int | None
    grade: str | None
    grade_name: Mapping[str, str] | None
    rank: int | None
    of: int
    completeness: int
    state: str
    sentence: Sentence
    bridged_since: date | None
    bridges: tuple[Sentence, ...]
    parts: tuple[Part, ...]
    dimensions: tuple[DimensionPart, ...]
    charges: tuple[Charge, ...]
    split_note: Message | None
    change: Change
    scale_line: str | None
    corrections: tuple[Corrected, ...] = ()
    odds: AreaOdds | None = None
    width: Message | None = None  # whose doubt it is, in words
    charge_doubts: tuple[Doubt, ...] = ()  # of deductions, caps and vetoes

    @property
    def title(self) -> Text:
        return f"{self.name} {self.period}"

    @property
    def doubts(self) -> tuple[Doubt, ...]:
        """The outlying days and odd records that any of the parts or charges rests on."""
        return all_doubts([*(part.doubts for part in self.parts), self.charge_doubts])

    def to_json(self) -> Json:
        return {
            "area": self.area,
            "name": self.name,
            "level": self.level,
            "parent": self.parent,
            "period": self.period,
            "known": self.known,
            "pack": self.pack,
            "score": milli(self.score),
            "before_caps": milli(self.before_caps),
            "grade": self.grade,
            "rank": self.rank,
            "of": self.of,
            "completeness": micro(self.completeness),
            "state": self.state,
            "sentence": self.sentence.to_json(),
            "bridged_since": self.bridged_since,
            "bridges": [bridge.to_json() for bridge in self.bridges],
            "doubts": [doubt.to_json() for doubt in self.doubts],
            "parts": [part.to_json() for part in self.parts],
            "dimensions": [dimension.to_json() for dimension in self.dimensions],
            "charges": [charge.to_json() for charge in self.charges],
            "split_note": None if self.split_note is None else str(self.split_note),
            "change": [line.to_json() for line in self.change.lines],
            "previous": self.change.to_json(),
            "scale_line": self.scale_line,
            "corrections": [one.to_json() for one in self.corrections],
            "odds": None if self.odds is None else self.odds.to_json(),
        }
