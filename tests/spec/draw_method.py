"""The drawn method: indicators with their measures and comparisons, dimensions, grades, indices."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from draw_text import DAY, KINDS, START, Raw, Value, entry, flow, names, parts_of_one
from hypothesis import strategies as st

RATIO = "[[0, 100], [0.8, 92.5], [1.0, 85], [1.3, 70.123456], [2.0, 40], [3.0, 0]]"
METHODS = (
    "arithmetic", "geometric", "generalised", "harmonic", "median", "copeland",
    "mazziotta_pareto",
)  # fmt: skip


@st.composite
def measure(draw: st.DrawFn, sources: Sequence[str]) -> dict[str, Value]:
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
def indicator(draw: st.DrawFn, sources: Sequence[str], last: date, kind: str) -> dict[str, Value]:
    ratio = draw(st.integers(0, 2)) == 0
    better = draw(st.sampled_from(["lower", "higher"])) if ratio else "lower"
    per: dict[str, Value] = {"exposure": "residents", "unit": draw(st.sampled_from([1, 10_000]))}
    if ratio:
        per = {"measure": draw(measure(sources)), "unit": draw(st.sampled_from([1, 100]))}
    found: dict[str, Value] = {
        "nature": "handling" if ratio else "harm",
        "measure": draw(measure(sources)),
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
def dimension_list(
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
                "measure": draw(measure(sources)),
                "points": draw(st.sampled_from([Decimal("0.000001"), Decimal("0.25"), 2])),
                "at_most": draw(st.sampled_from([Decimal("0.5"), 12, 60])),
            }
            for n in range(draw(st.sampled_from([0, 0, 1, 2])))
        ]
        lines += f"- {flow(spec)}\n"
    return lines


@st.composite
def grades(draw: st.DrawFn, sources: Sequence[str], change: date | None) -> dict[str, Value]:
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
                "measure": draw(measure(sources)),
                "at_least": draw(st.sampled_from([1, 3, 40])),
            }
            if kind == "caps":
                spec["grade"] = draw(st.sampled_from(ids))
            found[kind] = [spec]
    return found


@st.composite
def head(draw: st.DrawFn, dimensions: list[str], methods: Sequence[str]) -> dict[str, Value]:
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
