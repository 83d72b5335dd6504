"""The drawn pack: areas, exposures, contracts, indicators, dimensions and grades as texts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise
from typing import Any

from hypothesis import strategies as st
from twin_days import UNPLACED

DAY = timedelta(days=1)
Files = dict[str, str]
Value = Any
KINDS = ("theft", "fire", "crash")
RATIO = "[[0, 100], [0.8, 92.5], [1.0, 85], [1.3, 70.123456], [2.0, 40], [3.0, 0]]"
START = date(2020, 1, 1)  # where everything that is dated begins, unless it begins late


@dataclass(frozen=True)
class Shape:
    """What the records must know of the pack."""

    places: tuple[str, ...]  # codes that records name, the bucket of the unplaced among them
    sources: tuple[str, ...]


def names(text: str) -> dict[str, str]:
    return {"zh": f"{text} 名", "en": text}


def flow(value: Value) -> str:
    """A plain value as one line of YAML."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key}: {flow(item)}" for key, item in value.items()) + "}"
    if isinstance(value, Raw):
        return value.text
    if isinstance(value, str):
        return '"' + value + '"'
    if isinstance(value, Sequence):
        return "[" + ", ".join(flow(item) for item in value) + "]"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, Decimal):
        return f"{value:f}"
    return str(value)


@dataclass(frozen=True)
class Raw:
    """YAML that is written as it is."""

    text: str


def block(value: dict[str, Value]) -> str:
    return "".join(f"{key}: {flow(item)}\n" for key, item in value.items())


def entry(since: date, value: Value) -> dict[str, Value]:
    return {"from": since, "value": value, "reference": "drawn", "why": "a test"}


@st.composite
def parts_of_one(draw: st.DrawFn, count: int) -> list[Decimal]:
    """`count` positive decimals that sum to one."""
    cuts = draw(
        st.lists(
            st.one_of(st.integers(1, 9).map(lambda n: n * 100_000), st.integers(1, 999_999)),
            min_size=count - 1,
            max_size=count - 1,
            unique=True,
        )
    )
    ends = [0, *sorted(cuts), 10**6]
    return [Decimal(b - a) / 10**6 for a, b in pairwise(ends)]


@st.composite
def pack_files(draw: st.DrawFn, first: date, last: date, kind: str) -> tuple[Files, Shape]:
    files: Files = {}
    codes = draw(_areas(files, first, last))
    draw(_exposures(files, codes, first, last))
    sources = ("calls", "checks")[: draw(st.integers(1, 2))]
    for source in sources:
        files[f"sources/{source}.yaml"] = contract(source, draw(_habits(first, last)))
    if draw(st.booleans()):
        files["calendar.yaml"] = "festivals: [2022-02-01, 2023-01-22, 2024-02-10, 2025-01-29]\n"
    dimensions = ["order", "roads", "fire"][: draw(st.integers(1, 3))]
    count = draw(st.integers(max(2, len(dimensions)), 4))
    change = draw(st.none() | st.dates(first, last))  # when the second set of weights begins
    homes = [dimensions[n % len(dimensions)] for n in range(count)]
    weights: dict[int, list[tuple[date, Decimal]]] = {n: [] for n in range(count)}
    for since in [START] if change is None else [START, change]:
        for dimension in dimensions:
            inside = [n for n in range(count) if homes[n] == dimension]
            if change is not None and len(inside) > 1 and draw(st.integers(0, 2)) == 0:
                idle = inside.pop()  # not yet, or no longer, in the index
                if since != START:
                    weights[idle].append((since, Decimal(0)))
            for n, part in zip(inside, draw(parts_of_one(len(inside))), strict=True):
                weights[n].append((since, part))
    for n in range(count):
        weights[n] = weights[n] or [(last, Decimal(0))]
    for n in range(count):
        spec = draw(_indicator(sources, last, kind))
        spec = {
            "name": names(f"indicator {n}"),
            "dimension": homes[n],
            **spec,
            "weight": [entry(since, value) for since, value in weights[n]],
        }
        files[f"indicators/i{n}.yaml"] = block(spec)
    files["dimensions.yaml"] = draw(_dimensions(dimensions, sources, change))
    files["grades.yaml"] = block(draw(_grades(sources, change)))
    files["pack.yaml"] = block(draw(_head(dimensions)))
    return files, Shape((*codes, UNPLACED), sources)


# -- areas and exposures ------------------------------------------------------------------------


@st.composite
def _areas(draw: st.DrawFn, files: Files, first: date, last: date) -> list[str]:
    """A city, perhaps districts, five to eight towns of two classes, perhaps a neighbour."""
    rows = ["code,name,name_zh,level,parent,class,from,to,rankable,aliases"]
    codes = ["c"]
    rows.append("c,City,市,city,,,,,false,")
    districts = draw(st.sampled_from([[], ["d1", "d2"]]))
    for code in districts:
        rows.append(f"{code},District {code},区,district,c,,,,{flow(draw(st.booleans()))},")
        codes.append(code)
    for n in range(1, draw(st.sampled_from([8, 7, 6, 8, 7, 5, 4])) + 1):
        code = f"t{n}"
        codes.append(code)
        parent = draw(st.sampled_from(districts)) if districts else "c"
        if n <= len(districts):
            parent = districts[n - 1]  # no district is empty
        class_ = draw(st.sampled_from(["old", "new", "old", "urban", "all", ""]))
        rankable = flow(draw(st.integers(0, 7).map(bool)))
        fate = draw(st.sampled_from(["stays"] * 8 + ["begins", "ends", "moves"]))
        on = draw(st.dates(first, last)) if fate != "stays" else first
        since = on.isoformat() if fate == "begins" else ""
        until = on.isoformat() if fate in ("ends", "moves") else ""
        tail = f"{rankable},"
        rows.append(f"{code},Town {n},镇{n},town,{parent},{class_},{since},{until},{tail}")
        if fate == "moves":
            other = draw(st.sampled_from(districts)) if districts else "c"
            after = on + DAY
            rows.append(f"{code},Town {n},镇{n},town,{other},{class_},{after},,{tail}")
    if draw(st.booleans()):
        codes.append("n1")
        rows.append("n1,Neighbour,邻,abroad,,,,,false,")
    files["areas.csv"] = "\n".join(rows) + "\n"
    return codes


@st.composite
def _exposures(draw: st.DrawFn, files: Files, codes: list[str], first: date, last: date) -> None:
    """Residents by date and vintage; parents mostly have none of their own."""
    rows = ["area,valid_from,known_from,value"]
    above = draw(st.sampled_from(["", "", "c", "cd"]))  # parents with figures of their own
    for code in codes:
        own = draw(st.integers(0, 19)) > 0 or above != "cd"  # else a sum would lack a part
        if code[0] in "cd":
            own = code[0] in above
        if not own:
            continue
        for valid in sorted(draw(st.sets(st.dates(first - 200 * DAY, last), max_size=2)) | {START}):
            value = draw(st.sampled_from([800, 4000, 25_000, 130_001, 90_000, 7, 0]))
            known = valid + draw(st.sampled_from([0, 0, 90])) * DAY
            rows.append(f"{code},{valid},{known},{value}")
            if draw(st.integers(0, 5)) == 0:  # a later vintage of the same date
                rows.append(f"{code},{valid},{known + 60 * DAY},{value + 13}")
    files["exposures/residents.csv"] = "\n".join(rows) + "\n"


# -- sources --------------------------------------------------------------------------------------


@st.composite
def _habits(draw: st.DrawFn, first: date, last: date) -> dict[str, Value]:
    """Edges, gaps, confirmed days and what is usual."""
    found: dict[str, Value] = {"edges": draw(st.sampled_from(["partial", "full"]))}
    gaps = []
    start = first
    for _ in range(draw(st.sampled_from([0, 0, 1, 2]))):
        start += DAY * draw(st.integers(0, 60))
        end = start + DAY * draw(st.integers(0, 9))
        gaps.append({"from": start, "to": end, "reason": "a power cut"})
        start = end + 2 * DAY
    if gaps:
        found["gaps"] = gaps
    if draw(st.booleans()):
        found["confirmed"] = sorted(draw(st.sets(st.dates(first, last), max_size=3)))
    if draw(st.integers(0, 2)) == 0:
        found["usual"] = {
            "below": draw(st.sampled_from([Decimal("0.4"), Decimal("0.5"), Decimal("0.75")])),
            "weeks": draw(st.integers(3, 8)),
            "least": draw(st.integers(1, 30)),
        }
    return found


def contract(source: str, habits: dict[str, Value]) -> str:
    ours = {
        "name": names(source),
        "department": "police",
        "time": "at",
        "version": {"by": "sequence"},
        "delivery": "increment",
        "place": {"by": ["code"], "code": "area"},
        **habits,
    }
    places = [{"property": "qingyu", "value": {"places": 2}}]
    columns = [
        {
            "name": "id",
            "logicalType": "string",
            "primaryKey": True,
            "required": True,
            "customProperties": [{"property": "qingyu", "value": {"type": "code"}}],
        },
        {"name": "at", "logicalType": "timestamp", "required": True},
        {"name": "area", "logicalType": "string"},
        {"name": "kind", "logicalType": "string"},
        {"name": "amount", "logicalType": "number", "customProperties": places},
    ]
    return block(
        {
            "apiVersion": "v3.1.0",
            "kind": "DataContract",
            "id": source,
            "version": "1.0.0",
            "status": "active",
            "schema": [
                {"name": source, "logicalType": "object", "properties": columns},
            ],
            "customProperties": [{"property": "qingyu", "value": ours}],
        }
    )


# -- indicators -----------------------------------------------------------------------------------


@st.composite
def _measure(draw: st.DrawFn, sources: Sequence[str]) -> dict[str, Value]:
    source = draw(st.sampled_from(sources))
    found: dict[str, Value] = {"count": source}
    if draw(st.integers(0, 4)) == 0:
        found = {"sum": source, "of": "amount", "places": 2}
    kinds = draw(st.sets(st.sampled_from(KINDS), min_size=1))
    where: dict[str, Value] = {}
    if len(kinds) == 1:
        where["kind"] = {"equals": next(iter(kinds))}
    elif len(kinds) == 2:
        where["kind"] = draw(
            st.sampled_from(
                [
                    {"in": sorted(kinds)},
                    {"not": {"equals": next(k for k in KINDS if k not in kinds)}},
                ]
            )
        )
    if draw(st.integers(0, 3)) == 0:
        where["amount"] = {"between": [Decimal("1.5"), 8]}
    if where:
        found["where"] = where
    return found


@st.composite
def _indicator(draw: st.DrawFn, sources: Sequence[str], last: date, kind: str) -> dict[str, Value]:
    ratio = draw(st.integers(0, 2)) == 0
    better = draw(st.sampled_from(["lower", "higher"])) if ratio else "lower"
    per: dict[str, Value] = {"exposure": "residents", "unit": draw(st.sampled_from([1, 10_000]))}
    if ratio:
        per = {"measure": draw(_measure(sources)), "unit": draw(st.sampled_from([1, 100]))}
    found: dict[str, Value] = {
        "nature": "handling" if ratio else "harm",
        "measure": draw(_measure(sources)),
        "per": per,
        "better": better,
        "compare": draw(_comparisons(better, last)),
    }
    if kind == "day" or draw(st.booleans()):
        width = draw(st.integers(1, 9))
        found["daily"] = {
            "window": f"{width} days",
            "least_expected": draw(st.sampled_from([Decimal("0.000001"), Decimal("0.5"), 5])),
            "at_most": f"{width * draw(st.integers(1, 4))} days",
        }
        if kind == "day" and draw(st.integers(0, 7)) == 0:
            del found["daily"]
    shrink: dict[str, Value] = {}
    if draw(st.integers(0, 2)) == 0:
        shrink["kappa"] = draw(st.sampled_from([0, Decimal("0.000001"), Decimal("12.5"), 25]))
    if draw(st.booleans()):
        shrink["otherwise"] = draw(st.sampled_from([0, 3, Decimal("40.25")]))
    if shrink:
        found["shrink"] = shrink
    if draw(st.booleans()):
        found["dispersion"] = draw(st.sampled_from([1, Decimal("1.37"), 3]))
    if draw(st.booleans()):
        found["missing"] = {
            "after": f"{draw(st.integers(1, 6))} days",
            "then": draw(st.sampled_from(["no_data", "carry", "parent"])),
        }
    if draw(st.booleans()):
        least = [0, Decimal("0.3"), Decimal("0.95"), 1]
        found["least_covered"] = draw(st.sampled_from(least))
    return found


@st.composite
def _comparisons(draw: st.DrawFn, better: str, last: date) -> list[dict[str, Value]]:
    every = ["own", "peers", "trailing", "peers", "previous", "parent", "target", "minmax"]
    kinds = draw(st.lists(st.sampled_from(every), min_size=1, max_size=4, unique=True))
    found = []
    for with_, weight in zip(kinds, draw(parts_of_one(len(kinds))), strict=True):
        spec: dict[str, Value] = {"with": with_, "weight": weight}
        if with_ != "minmax":
            spec["curve"] = draw(_curve(better))
        else:
            spec["low"] = [entry(START, draw(st.sampled_from([0, Decimal("0.000001"), 1])))]
            spec["high"] = [entry(START, draw(st.sampled_from([Decimal("1.25"), 3, 50])))]
        if with_ == "own":
            spec["years"] = draw(st.integers(1, 2))
            spec["at_least"] = draw(st.sampled_from([1, spec["years"]]))
            if draw(st.booleans()):
                spec["window"] = f"{draw(st.integers(1, 60))} days"
        if with_ == "trailing":
            spec["weeks"] = draw(st.integers(1, 8))
            spec["at_least"] = draw(st.integers(1, spec["weeks"]))
        if with_ == "target":
            since = draw(st.sampled_from([START, last - 40 * DAY]))
            values = [Decimal("0.25"), Decimal("1.5"), 40]
            spec["target"] = [entry(since, draw(st.sampled_from(values)))]
            if draw(st.booleans()):
                spec["target"].append(entry(last - 20 * DAY, draw(st.sampled_from(values))))
        found.append(spec)
    return found


@st.composite
def _curve(draw: st.DrawFn, better: str) -> Raw:
    if draw(st.booleans()) and better == "lower":
        return Raw(RATIO)
    count = draw(st.integers(2, 5))
    micros = st.integers(0, 3_000_000)
    xs = sorted(draw(st.sets(micros, min_size=count, max_size=count)))
    points = st.integers(0, 100_000_000)
    ys = sorted(draw(st.sets(points, min_size=count, max_size=count)), reverse=better == "lower")
    pairs = zip(xs, ys, strict=True)
    return Raw(flow([[Decimal(x) / 10**6, Decimal(y) / 10**6] for x, y in pairs]))


# -- dimensions, grades, head -----------------------------------------------------------------


@st.composite
def _dimensions(
    draw: st.DrawFn, ids: list[str], sources: Sequence[str], change: date | None
) -> str:
    weights: dict[str, list[dict[str, Value]]] = {name: [] for name in ids}
    for since in [START] if change is None else [START, change]:
        for name, part in zip(ids, draw(parts_of_one(len(ids))), strict=True):
            weights[name].append(entry(since, part))
    lines = ""
    for name in ids:
        spec: dict[str, Value] = {"id": name, "name": names(name), "weight": weights[name]}
        spec["deductions"] = [
            {
                "id": f"less_{name}_{n}",
                "name": names("less"),
                "measure": draw(_measure(sources)),
                "points": draw(st.sampled_from([Decimal("0.000001"), Decimal("0.25"), 2])),
                "at_most": draw(st.sampled_from([Decimal("0.5"), 12, 60])),
            }
            for n in range(draw(st.sampled_from([0, 0, 1, 2])))
        ]
        lines += f"- {flow(spec)}\n"
    return lines


@st.composite
def _grades(draw: st.DrawFn, sources: Sequence[str], change: date | None) -> dict[str, Value]:
    ids = ["blue", "yellow", "orange", "red"]
    scales = []
    for since in [START] if change is None else [START, change]:
        fine = draw(st.sampled_from([1, 1000, 1_000_000]))  # parts of a point
        cuts = draw(st.sets(st.integers(1, 99 * fine), min_size=3, max_size=3))
        tops = [Decimal(cut) / fine for cut in sorted(cuts, reverse=True)]
        grades = [
            {"id": name, "name": names(name), "from": cut}
            for name, cut in zip(ids, [*tops, 0], strict=True)
        ]
        scales.append({"from": since, "grades": grades, "reference": "drawn"})
    found: dict[str, Value] = {"scales": scales}
    for kind in ("caps", "vetoes"):
        if draw(st.integers(0, 2)) == 0:
            spec: dict[str, Value] = {
                "id": f"{kind}_1",
                "name": names(kind),
                "measure": draw(_measure(sources)),
                "at_least": draw(st.sampled_from([1, 3, 40])),
            }
            if kind == "caps":
                spec["grade"] = draw(st.sampled_from(ids))
            found[kind] = [spec]
    return found


@st.composite
def _head(draw: st.DrawFn, dimensions: list[str]) -> dict[str, Value]:
    methods = ["arithmetic"] * 6 + [
        "geometric", "harmonic", "generalised", "median", "copeland", "mazziotta_pareto",
    ]  # fmt: skip
    index: dict[str, Value] = {
        "id": "whole",
        "name": names("whole"),
        "periods": ["day", "week", "ten_days", "month", "quarter", "year"],
        "dimensions": dimensions,
        "method": draw(st.sampled_from(methods)),
        "within": draw(st.sampled_from(methods)),
        "least_share": draw(st.sampled_from([0, Decimal("0.6"), 1])),
    }
    if "generalised" in (index["method"], index["within"]):
        index["exponent"] = draw(st.sampled_from([2, -1, Decimal("0.5"), Decimal("-2.25"), 0, 1]))
    levels = [("city", True), ("district", True), ("town", True), ("abroad", False)]
    return {
        "id": "drawn",
        "name": names("drawn"),
        "version": "1.0.0",
        "time_zone": "Asia/Shanghai",
        "levels": [{"id": i, "name": names(i), "graded": g} for i, g in levels],
        "classes": [
            {"id": "all", "name": names("all")},
            {"id": "urban", "name": names("urban"), "parent": "all"},
            {"id": "old", "name": names("old"), "parent": "urban"},
            {"id": "new", "name": names("new"), "parent": "urban"},
        ],
        "indices": [index],
    }
