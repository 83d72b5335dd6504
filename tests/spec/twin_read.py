"""The twin's own reading of a pack's folder: YAML and CSV into the plain values of `twin_pack`.

Decimals become integers in micros straight from the text that was written. Only what the
arithmetic needs is read; that a pack is sound is somebody else's matter.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from datetime import date
from fractions import Fraction
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.constructor import SafeConstructor
from ruamel.yaml.nodes import ScalarNode
from twin_pack import (
    MICRO,
    AreaRow,
    ChangeRow,
    Comparison,
    Condition,
    Daily,
    Dated,
    Deduction,
    Dimension,
    ExposureRow,
    Index,
    Indicator,
    Measure,
    Pack,
    Ring,
    Source,
    Threshold,
    Union,
)

Reads = dict[str, tuple[str, ...]]  # the sources of each union


def micro(value: Any) -> int:
    """A decimal of at most six places in micros."""
    scaled = Fraction(value) * MICRO
    assert scaled.denominator == 1, value
    return int(scaled)


def read_pack(folder: Path) -> Pack:
    head = _yaml(folder / "pack.yaml")
    unions = _unions(folder / "matching.yaml")
    reads = {union.id: union.sources for union in unions}
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
        festivals=_calendar(calendar).get("festivals") or [],
        sources={
            path.stem: _source(path.stem, _yaml(path))
            for path in sorted((folder / "sources").glob("*.yaml"))
        },
        dimensions=tuple(_dimension(each, reads) for each in _yaml(folder / "dimensions.yaml")),
        indicators=tuple(
            _indicator(path.stem, _yaml(path), reads)
            for path in sorted((folder / "indicators").glob("*.yaml"))
        ),
        indices=tuple(_index(each) for each in head["indices"]),
        scales=tuple(
            (scale["from"], tuple((grade["id"], micro(grade["from"])) for grade in scale["grades"]))
            for scale in grades["scales"]
        ),
        caps=tuple(_threshold(each, reads) for each in grades.get("caps") or ()),
        vetoes=tuple(_threshold(each, reads) for each in grades.get("vetoes") or ()),
        changes=_changes(folder / "changes.csv"),
        holidays=frozenset(_calendar(calendar).get("holidays") or ()),
        make_up_days=frozenset(_calendar(calendar).get("workdays") or ()),
        unions={union.id: union for union in unions},
        outlines={
            date.fromisoformat(path.stem): _outlines(path)
            for path in sorted((folder / "boundaries").glob("*.geojson"))
        },
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


def _calendar(path: Path) -> Any:
    return _yaml(path) if path.exists() else {}


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


def _outlines(path: Path) -> dict[str, list[Ring]]:
    """Polygons without holes, by the code of their area."""
    found: dict[str, list[Ring]] = {}
    features = json.loads(path.read_text(encoding="utf-8"), parse_float=Fraction)["features"]
    for feature in features:
        (ring,) = feature["geometry"]["coordinates"]
        corners = tuple((Fraction(x), Fraction(y)) for x, y in ring)
        found.setdefault(feature["properties"]["code"], []).append(corners)
    return found


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
        usual_above=micro(usual["above"]) if usual.get("above") is not None else None,
        usual_by=usual.get("by", "weekday"),
        usually=tuple(_ranges(contract)),
    )


def _ranges(contract: Any) -> Iterator[tuple[str, int | None, int | None]]:
    """The columns with a usual range, its ends in micros."""
    for column in contract["schema"][0]["properties"]:
        for custom in column.get("customProperties") or ():
            ends = custom["value"].get("usually") if custom["property"] == "qingyu" else None
            if ends:
                least, most = ends.get("least"), ends.get("most")
                yield (
                    column["name"],
                    None if least is None else micro(least),
                    None if most is None else micro(most),
                )


def _measure(spec: Any, reads: Reads) -> Measure:
    source = spec.get("count") or spec["sum"]
    return Measure(
        source=source,
        of=spec.get("of"),
        places=spec.get("places", 0),
        where=_where(spec.get("where")),
        reads=reads.get(source, ()),
    )


def _where(spec: Any) -> tuple[tuple[str, Condition], ...]:
    return tuple((name, _condition(c)) for name, c in (spec or {}).items())


def _unions(path: Path) -> list[Union]:
    return [
        Union(
            id=spec["id"],
            sources=tuple(spec["sources"]),
            kinds=tuple(
                (kind, tuple((source, _where(where)) for source, where in sources.items()))
                for kind, sources in spec["kinds"].items()
            ),
            minutes=spec["minutes"],
            metres=spec.get("metres"),
            same=spec.get("same", "area"),
            within_source=spec.get("within_source", False),
        )
        for spec in (_yaml(path) if path.exists() else ())
    ]


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


def _indicator(name: str, spec: Any, reads: Reads) -> Indicator:
    per = spec["per"]
    daily = spec.get("daily")
    shrink = spec.get("shrink") or {}
    missing = spec.get("missing") or {}
    return Indicator(
        id=name,
        dimension=spec["dimension"],
        measure=_measure(spec["measure"], reads),
        per=_measure(per["measure"], reads) if "measure" in per else per["exposure"],
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


def _dimension(spec: Any, reads: Reads) -> Dimension:
    return Dimension(
        id=spec["id"],
        weight=_dated(spec["weight"]),
        deductions=tuple(
            Deduction(
                d["id"], _measure(d["measure"], reads), micro(d["points"]), micro(d["at_most"])
            )
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


def _threshold(spec: Any, reads: Reads) -> Threshold:
    measure = _measure(spec["measure"], reads)
    return Threshold(spec["id"], measure, spec.get("at_least", 1), spec.get("grade"))
