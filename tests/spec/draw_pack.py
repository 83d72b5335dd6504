"""The drawn pack: areas, exposures and contracts as texts, and its method from `draw_method`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from draw_method import dimension_list, grades, head, indicator
from draw_text import DAY, START, Value, block, entry, flow, names, parts_of_one
from hypothesis import strategies as st
from twin_days import UNPLACED

Files = dict[str, str]


@dataclass(frozen=True)
class Shape:
    """What the records must know of the pack."""

    places: tuple[str, ...]  # codes that records name, the bucket of the unplaced among them
    sources: tuple[str, ...]


@st.composite
def pack_files(
    draw: st.DrawFn, first: date, last: date, kind: str, methods: Sequence[str]
) -> tuple[Files, Shape]:
    files: Files = {}
    codes = draw(_areas(files, first, last))
    draw(_exposures(files, codes, first, last))
    sources = ("calls", "checks")[: draw(st.integers(1, 2))]
    for source in sources:
        files[f"sources/{source}.yaml"] = contract(source, draw(_habits(first, last)))
    if draw(st.booleans()):
        festival = last - draw(st.integers(0, 30)) * DAY
        festivals = [festival - 376 * DAY, festival, festival + 384 * DAY]
        off = [festival + n * DAY for n in range(7)]
        at_work = [day for day in (festival + n * DAY for n in range(-9, 12)) if day not in off]
        weekends = [day for day in at_work if day.isoweekday() > 5][:2]
        files["calendar.yaml"] = (
            f"festivals: {flow(festivals)}\nholidays: {flow(off)}\nworkdays: {flow(weekends)}\n"
        )
    dimensions = ["order", "roads", "fire"][: draw(st.integers(1, 3))]
    count = draw(st.integers(max(2, len(dimensions)), 4))
    lately = max(first, last - 20 * DAY)  # in the periods asked, as often as not
    change = draw(st.none() | st.dates(first, last) | st.dates(lately, last))  # of all weights
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
        spec = draw(indicator(sources, last, kind))
        spec = {
            "name": names(f"indicator {n}"),
            "dimension": homes[n],
            **spec,
            "weight": [entry(since, value) for since, value in weights[n]],
        }
        files[f"indicators/i{n}.yaml"] = block(spec)
    files["dimensions.yaml"] = draw(dimension_list(dimensions, sources, change))
    files["grades.yaml"] = block(draw(grades(sources, change)))
    files["pack.yaml"] = block(draw(head(dimensions, methods)))
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
        begins = {draw(st.sampled_from([START, START, first + 20 * DAY]))}
        for valid in sorted(draw(st.sets(st.dates(first - 200 * DAY, last), max_size=2)) | begins):
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
    if not draw(st.integers(0, 3)):
        found["usually"] = draw(st.sampled_from(
            [{"most": 8}, {"least": Decimal("0.05")}, {"least": -14, "most": Decimal("8.99")}]
        ))  # fmt: skip
    if draw(st.booleans()):
        found["confirmed"] = sorted(draw(st.sets(st.dates(first, last), max_size=3)))
    if draw(st.booleans()):
        usual: dict[str, Value] = {
            "below": draw(st.sampled_from([Decimal("0.4"), Decimal("0.5"), Decimal("0.75")])),
            "weeks": draw(st.integers(3, 8)),
            "least": draw(st.integers(1, 30)),
            "by": draw(st.sampled_from(["weekday", "working"])),
        }
        if draw(st.integers(0, 3)):
            usual["above"] = draw(st.sampled_from([Decimal("1.3"), 2, 4]))
        found["usual"] = usual
    return found


def contract(source: str, habits: dict[str, Value], *, points: bool = False) -> str:
    """`points`: its records have longitude and latitude, which are kept."""
    usually = habits.pop("usually", None)
    amount = {"places": 2, **({"usually": usually} if usually else {})}
    ours = {
        "name": names(source),
        "department": "police",
        "time": "at",
        "version": {"by": "sequence"},
        "delivery": "increment",
        "place": {"by": ["code", "point"], "code": "area", "longitude": "x", "latitude": "y"}
        if points
        else {"by": ["code"], "code": "area"},
        **habits,
    }
    places = [{"property": "qingyu", "value": amount}]
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
    degrees = [{"property": "qingyu", "value": {"places": 6}}]
    for name in "xy" if points else "":
        columns.append({"name": name, "logicalType": "number", "customProperties": degrees})
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
