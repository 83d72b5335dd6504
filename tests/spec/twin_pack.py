"""The twin's own reading of a pack's folder: YAML and CSV into plain frozen values.

Decimals become integers in micros straight from the text that was written. Only what the
arithmetic needs is read; that a pack is sound is somebody else's matter.
"""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.constructor import SafeConstructor
from ruamel.yaml.nodes import ScalarNode

MICRO = 10**6
Condition = tuple[str, Any]  # ("equals", text) ("in", texts) ("between", pair) ("not", condition)
Dated = tuple[date, int]


@dataclass(frozen=True)
class Measure:
    source: str
    of: str | None  # the field summed, or None: counted
    places: int
    where: tuple[tuple[str, Condition], ...]


@dataclass(frozen=True)
class Comparison:
    with_: str
    weight: int
    curve: tuple[tuple[int, int], ...]
    years: int | None
    weeks: int | None
    at_least: int | None
    window: int | None
    target: tuple[Dated, ...]
    low: tuple[Dated, ...]
    high: tuple[Dated, ...]


@dataclass(frozen=True)
class Daily:
    window: int
    least_expected: int
    at_most: int


@dataclass(frozen=True)
class Indicator:
    id: str
    dimension: str
    measure: Measure
    per: Measure | str
    unit: int
    better: str
    weight: tuple[Dated, ...]
    compare: tuple[Comparison, ...]
    daily: Daily | None
    kappa: int | None
    otherwise: int
    dispersion: int
    missing_after: int
    missing_then: str
    least_covered: int

    @property
    def sources(self) -> tuple[str, ...]:
        also = (self.per.source,) if isinstance(self.per, Measure) else ()
        return tuple(sorted({self.measure.source, *also}))


@dataclass(frozen=True)
class AreaRow:
    code: str
    level: str
    parent: str | None
    class_: str | None
    since: date | None
    until: date | None
    rankable: bool


@dataclass(frozen=True)
class ChangeRow:
    """From `day` on, `share` (micros) of what `source` counted is `heir`'s."""

    day: date
    source: str
    heir: str
    share: int


@dataclass(frozen=True)
class ExposureRow:
    area: str
    valid_from: date
    known_from: date
    value: int


@dataclass(frozen=True)
class Source:
    id: str
    edges: str
    gaps: tuple[tuple[date, date], ...]
    confirmed: tuple[date, ...]
    usual_below: int
    usual_weeks: int
    usual_least: int


@dataclass(frozen=True)
class Deduction:
    id: str
    measure: Measure
    points: int
    at_most: int


@dataclass(frozen=True)
class Threshold:
    """A cap (with its grade) or a veto (without)."""

    id: str
    measure: Measure
    at_least: int
    grade: str | None


@dataclass(frozen=True)
class Dimension:
    id: str
    weight: tuple[Dated, ...]
    deductions: tuple[Deduction, ...]


@dataclass(frozen=True)
class Index:
    id: str
    periods: tuple[str, ...]
    dimensions: tuple[str, ...]
    method: str
    within: str
    exponent: int | None
    least_share: int


@dataclass(frozen=True)
class Pack:
    levels: tuple[tuple[str, bool], ...]
    class_parent: dict[str, str | None]
    areas: tuple[AreaRow, ...]
    exposures: dict[str, tuple[ExposureRow, ...]]
    festivals: list[date]
    sources: dict[str, Source]
    dimensions: tuple[Dimension, ...]
    indicators: tuple[Indicator, ...]
    indices: tuple[Index, ...]
    scales: tuple[tuple[date, tuple[tuple[str, int], ...]], ...]  # (from, (id, cut) best first)
    caps: tuple[Threshold, ...]
    vetoes: tuple[Threshold, ...]
    changes: tuple[ChangeRow, ...] = ()

    @property
    def codes(self) -> list[str]:
        return list(dict.fromkeys(row.code for row in self.areas))

    def graded(self, level: str) -> bool:
        return dict(self.levels)[level]

    def within(self, class_: str | None, ancestor: str) -> bool:
        """Whether a class is `ancestor` or lies below it."""
        while class_ is not None:
            if class_ == ancestor:
                return True
            class_ = self.class_parent[class_]
        return False


def in_force(values: Sequence[Dated], day: date) -> int | None:
    """The value that holds on a day: of the entries begun, the one begun last."""
    begun = [value for value in values if value[0] <= day]
    return max(begun)[1] if begun else None


def micro(value: Any) -> int:
    """A decimal of at most six places in micros."""
    scaled = Fraction(value) * MICRO
    assert scaled.denominator == 1, value
    return int(scaled)


def read_pack(folder: Path) -> Pack:
    head = _yaml(folder / "pack.yaml")
    calendar = folder / "calendar.yaml"
    grades = _yaml(folder / "grades.yaml")
    return Pack(
        levels=tuple((level["id"], level.get("graded", True)) for level in head["levels"]),
        class_parent={c["id"]: c.get("parent") for c in head.get("classes") or ()},
        areas=tuple(_area(row) for row in _csv(folder / "areas.csv")),
        exposures={
            path.stem: tuple(_exposure(row) for row in _csv(path))
            for path in sorted((folder / "exposures").glob("*.csv"))
        },
        festivals=_yaml(calendar).get("festivals", []) if calendar.exists() else [],
        sources={
            path.stem: _source(path.stem, _yaml(path))
            for path in sorted((folder / "sources").glob("*.yaml"))
        },
        dimensions=tuple(_dimension(each) for each in _yaml(folder / "dimensions.yaml")),
        indicators=tuple(
            _indicator(path.stem, _yaml(path))
            for path in sorted((folder / "indicators").glob("*.yaml"))
        ),
        indices=tuple(_index(each) for each in head["indices"]),
        scales=tuple(
            (scale["from"], tuple((grade["id"], micro(grade["from"])) for grade in scale["grades"]))
            for scale in grades["scales"]
        ),
        caps=tuple(_threshold(each) for each in grades.get("caps") or ()),
        vetoes=tuple(_threshold(each) for each in grades.get("vetoes") or ()),
        changes=_changes(folder / "changes.csv"),
    )


class _Constructor(SafeConstructor):
    """Decimals keep their digits."""


def _exact(loader: SafeConstructor, node: ScalarNode) -> Fraction:
    return Fraction(str(node.value))


_Constructor.add_constructor("tag:yaml.org,2002:float", _exact)


def _yaml(path: Path) -> Any:
    yaml = YAML(typ="safe", pure=True)
    yaml.Constructor = _Constructor
    return yaml.load(path.read_text(encoding="utf-8"))


def _csv(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def _day(text: str) -> date | None:
    return date.fromisoformat(text) if text else None


def _area(row: dict[str, str]) -> AreaRow:
    return AreaRow(
        code=row["code"],
        level=row["level"],
        parent=row["parent"] or None,
        class_=row["class"] or None,
        since=_day(row["from"]),
        until=_day(row["to"]),
        rankable=row["rankable"].lower() not in ("false", "no", "否"),
    )


def _changes(path: Path) -> tuple[ChangeRow, ...]:
    return tuple(
        ChangeRow(date.fromisoformat(row["date"]), row["from"], row["to"], micro(row["share"] or 1))
        for row in (_csv(path) if path.exists() else ())
    )


def _exposure(row: dict[str, str]) -> ExposureRow:
    return ExposureRow(
        area=row["area"],
        valid_from=date.fromisoformat(row["valid_from"]),
        known_from=date.fromisoformat(row["known_from"]),
        value=int(row["value"]),
    )


def _source(name: str, contract: Any) -> Source:
    (ours,) = [
        custom["value"] for custom in contract["customProperties"] if custom["property"] == "qingyu"
    ]
    usual = ours.get("usual") or {}
    return Source(
        id=name,
        edges=ours.get("edges", "partial"),
        gaps=tuple((gap["from"], gap["to"]) for gap in ours.get("gaps") or ()),
        confirmed=tuple(ours.get("confirmed") or ()),
        usual_below=micro(usual.get("below", Fraction("0.4"))),
        usual_weeks=usual.get("weeks", 8),
        usual_least=usual.get("least", 20),
    )


def _measure(spec: Any) -> Measure:
    return Measure(
        source=spec.get("count") or spec["sum"],
        of=spec.get("of"),
        places=spec.get("places", 0),
        where=tuple((name, _condition(c)) for name, c in (spec.get("where") or {}).items()),
    )


def _condition(spec: Any) -> Condition:
    ((kind, value),) = spec.items()
    if kind == "not":
        return kind, _condition(value)
    if kind == "equals":
        return kind, _text(value)
    return kind, tuple(_text(each) for each in value)


def _text(value: Any) -> str:
    return value.isoformat() if isinstance(value, date) else str(value)


def _dated(entries: Any) -> tuple[Dated, ...]:
    return tuple((entry["from"], micro(entry["value"])) for entry in entries or ())


def _span(text: str | None) -> int | None:
    """`7 days`, `8 weeks` in days."""
    if text is None:
        return None
    amount, unit = text.split()
    return int(amount) * (7 if unit.startswith("week") else 1)


def _indicator(name: str, spec: Any) -> Indicator:
    per = spec["per"]
    daily = spec.get("daily")
    shrink = spec.get("shrink") or {}
    missing = spec.get("missing") or {}
    return Indicator(
        id=name,
        dimension=spec["dimension"],
        measure=_measure(spec["measure"]),
        per=_measure(per["measure"]) if "measure" in per else per["exposure"],
        unit=per.get("unit", 1),
        better=spec["better"],
        weight=_dated(spec["weight"]),
        compare=tuple(_comparison(each) for each in spec["compare"]),
        daily=None
        if daily is None
        else Daily(
            window=_span(daily["window"]) or 0,
            least_expected=micro(daily["least_expected"]),
            at_most=_span(daily["at_most"]) or 0,
        ),
        kappa=micro(shrink["kappa"]) if shrink.get("kappa") is not None else None,
        otherwise=micro(shrink.get("otherwise", 25)),
        dispersion=micro(spec.get("dispersion", 1)),
        missing_after=_span(missing.get("after")) or 2,
        missing_then=missing.get("then", "no_data"),
        least_covered=micro(spec.get("least_covered", Fraction("0.8"))),
    )


def _comparison(spec: Any) -> Comparison:
    return Comparison(
        with_=spec["with"],
        weight=micro(spec["weight"]),
        curve=tuple((micro(x), micro(y)) for x, y in spec.get("curve") or ()),
        years=spec.get("years"),
        weeks=spec.get("weeks"),
        at_least=spec.get("at_least"),
        window=_span(spec.get("window")),
        target=_dated(spec.get("target")),
        low=_dated(spec.get("low")),
        high=_dated(spec.get("high")),
    )


def _dimension(spec: Any) -> Dimension:
    return Dimension(
        id=spec["id"],
        weight=_dated(spec["weight"]),
        deductions=tuple(
            Deduction(d["id"], _measure(d["measure"]), micro(d["points"]), micro(d["at_most"]))
            for d in spec.get("deductions") or ()
        ),
    )


def _index(spec: Any) -> Index:
    exponent = spec.get("exponent")
    return Index(
        id=spec["id"],
        periods=tuple(spec["periods"]),
        dimensions=tuple(spec["dimensions"]),
        method=spec.get("method", "arithmetic"),
        within=spec.get("within", "arithmetic"),
        exponent=None if exponent is None else micro(exponent),
        least_share=micro(spec.get("least_share", Fraction("0.6"))),
    )


def _threshold(spec: Any) -> Threshold:
    measure = _measure(spec["measure"])
    return Threshold(spec["id"], measure, spec.get("at_least", 1), spec.get("grade"))
