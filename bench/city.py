"""An invented city of any size for timings: a pack folder, boundaries, and events as CSV.

Towns are unit squares of a grid in longitude and latitude; every event has a category of one
indicator. Rows are drawn by a counter through a mixing function in SQL, so that ten million of
them are written in seconds and are the same on every machine.
"""

from __future__ import annotations

import json
import math
from pathlib import Path

import duckdb

FIRST_YEAR = 2016
CITY = "990000"
SIZE = 0.01  # degrees of a town's side
WEST, SOUTH = 113.0, 22.0

_CURVE = "[[0, 100], [0.8, 92], [1.0, 85], [1.3, 70], [2.0, 40], [3.0, 0]]"


def town_code(number: int) -> str:
    return f"{CITY}{number:06d}"


def write_pack(folder: Path, towns: int, indicators: int = 28, years: int = 1) -> Path:
    """A pack of one city, `towns` towns in two classes and `indicators` indicators in 14
    dimensions; `years` of own history asked of each."""
    (folder / "indicators").mkdir(parents=True, exist_ok=True)
    (folder / "sources").mkdir(exist_ok=True)
    (folder / "exposures").mkdir(exist_ok=True)
    dimensions = max(1, indicators // 2)
    _write_frame(folder, dimensions)
    _write_areas(folder, towns)
    (folder / "sources" / "events.yaml").write_text(_CONTRACT)
    for number in range(indicators):
        path = folder / "indicators" / f"i{number:02d}.yaml"
        path.write_text(_indicator(number, number // 2, indicators, years))
    return folder


def write_boundaries(path: Path, towns: int) -> Path:
    """One square per town, with its code as `GEOID`."""
    features = []
    for number in range(towns):
        west, south = corner(number, towns)
        ring = [
            [west, south],
            [west + SIZE, south],
            [west + SIZE, south + SIZE],
            [west, south + SIZE],
            [west, south],
        ]
        features.append(
            {
                "type": "Feature",
                "properties": {"GEOID": town_code(number)},
                "geometry": {"type": "Polygon", "coordinates": [ring]},
            }
        )
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}))
    return path


def corner(number: int, towns: int) -> tuple[float, float]:
    side = math.isqrt(towns - 1) + 1
    return WEST + SIZE * (number % side), SOUTH + SIZE * (number // side)


def write_events(
    path: Path,
    rows: int,
    *,
    first_id: int = 0,
    towns: int = 24,
    days: int = 365,
    first_day: str = f"{FIRST_YEAR}-01-01",
    categories: int = 28,
    corrected: int = 0,
    bad: float = 0.0,
    shift: int = 0,
) -> Path:
    """`rows` events as CSV (or Parquet by the name's end). The first `corrected` carry the ids
    0, 3, 6 … and a category moved on by `shift`; the others count up from `first_id`. A share
    `bad` cannot be accepted. Half name their town by code, half only by a point."""
    side = math.isqrt(towns - 1) + 1
    mix = "(hash(i * 16 + {salt}) % 1000000007)::BIGINT"
    town = f"{mix.format(salt=11)} % {towns}"
    query = f"""
        SELECT
            printf('E%012d', CASE WHEN i < {corrected} THEN i * 3 ELSE {first_id} + i END) AS id,
            CASE WHEN {mix.format(salt=5)} % 1000000 < {int(bad * 1e6)} THEN 'not a time'
                 ELSE strftime(TIMESTAMP '{first_day} 00:00:00'
                    + to_seconds({mix.format(salt=1)} % {days * 86400}), '%Y-%m-%d %H:%M:%S')
            END AS happened,
            CASE WHEN i % 2 = 0 THEN printf('{CITY}%06d', t) END AS town,
            printf('%.6f', {WEST} + {SIZE} * (t % {side})
                + {SIZE} * ({mix.format(salt=2)} % 999998 + 1) / 1000000.0) AS lng,
            printf('%.6f', {SOUTH} + {SIZE} * (t // {side})
                + {SIZE} * ({mix.format(salt=3)} % 999998 + 1) / 1000000.0) AS lat,
            printf('c%02d', ({mix.format(salt=4)}
                + CASE WHEN i < {corrected} THEN {shift} ELSE 0 END) % {categories}) AS category
        FROM (SELECT range AS i, {town.replace("(i *", "(range *")} AS t FROM range({rows}))
    """
    form = "(FORMAT parquet)" if path.suffix == ".parquet" else "(FORMAT csv, HEADER)"
    with duckdb.connect() as connection:
        connection.execute("SET enable_progress_bar = false")
        connection.execute(f"COPY ({query}) TO '{path}' {form}")
    return path


def _write_frame(folder: Path, dimensions: int) -> None:
    names = [f"d{number:02d}" for number in range(dimensions)]
    (folder / "pack.yaml").write_text(
        f"""id: bench
name: {{zh: 计时城, en: Bench city}}
version: "1"
time_zone: Asia/Shanghai
simulated: true
levels:
  - {{id: city, name: {{zh: 市, en: City}}}}
  - {{id: town, name: {{zh: 镇, en: Town}}}}
classes:
  - {{id: all, name: {{zh: 全部, en: All}}}}
  - {{id: inner, name: {{zh: 内城, en: Inner}}, parent: all}}
  - {{id: outer, name: {{zh: 外围, en: Outer}}, parent: all}}
indices:
  - id: daily
    name: {{zh: 日指数, en: Daily index}}
    periods: [day]
    dimensions: [{", ".join(names)}]
  - id: monthly
    name: {{zh: 月指数, en: Monthly index}}
    periods: [month]
    dimensions: [{", ".join(names)}]
"""
    )
    shares = _shares(dimensions)
    lines = [
        f"- id: {name}\n  name: {{zh: 方面{n}, en: Dimension {n}}}\n"
        f"  weight: [{{from: 2000-01-01, value: {share}, reference: declared default}}]\n"
        for n, (name, share) in enumerate(zip(names, shares, strict=True))
    ]
    (folder / "dimensions.yaml").write_text("".join(lines))
    (folder / "grades.yaml").write_text(
        """scales:
  - from: 2000-01-01
    reference: declared default
    grades:
      - {id: blue, name: {zh: 优秀, en: Excellent}, from: 90}
      - {id: yellow, name: {zh: 良好, en: Good}, from: 80}
      - {id: orange, name: {zh: 平稳, en: Stable}, from: 70}
      - {id: red, name: {zh: 较差, en: Poor}, from: 0}
"""
    )
    (folder / "CHANGELOG.md").write_text("# Changelog\n\n- Made for timings.\n")


def _shares(count: int) -> list[str]:
    """`count` decimals of six places that sum to one exactly."""
    each = 1_000_000 // count
    micros = [each] * count
    micros[-1] += 1_000_000 - each * count
    return [f"{micro / 1e6:.6f}" for micro in micros]


def _write_areas(folder: Path, towns: int) -> None:
    rows = ["code,name,name_zh,level,parent,class,from,to,rankable,aliases"]
    rows.append(f"{CITY},Bench city,计时城,city,,,,,true,")
    people = ["area,valid_from,known_from,value"]
    for number in range(towns):
        kind = "inner" if number % 2 == 0 else "outer"
        code = town_code(number)
        rows.append(f"{code},Town {number},镇{number},town,{CITY},{kind},,,true,")
        people.append(f"{code},2000-01-01,2000-01-01,{20_000 + 997 * (number % 101)}")
    (folder / "areas.csv").write_text("\n".join(rows) + "\n")
    (folder / "exposures" / "residents.csv").write_text("\n".join(people) + "\n")


def _indicator(number: int, dimension: int, count: int, years: int) -> str:
    alone = count % 2 == 1 and number == count - 1
    return f"""name: {{zh: 指标{number}, en: Indicator {number}}}
dimension: d{min(dimension, max(0, count // 2 - 1)):02d}
nature: harm
measure: {{count: events, where: {{category: {{equals: c{number:02d}}}}}}}
per: {{exposure: residents, unit: 10000}}
better: lower
daily: {{window: 7 days, least_expected: 5, at_most: 28 days}}
weight: [{{from: 2000-01-01, value: {"1" if alone else "0.5"}, reference: declared default}}]
compare:
  - {{with: own, years: {years}, at_least: 1, window: 28 days, weight: 0.5, curve: {_CURVE}}}
  - {{with: peers, weight: 0.3, curve: {_CURVE}}}
  - {{with: previous, weight: 0.2, curve: {_CURVE}}}
"""


_CONTRACT = """apiVersion: v3.1.0
kind: DataContract
id: events
version: 1.0.0
status: active
name: events
schema:
  - name: events
    physicalType: file
    properties:
      - name: id
        logicalType: string
        required: true
        primaryKey: true
        customProperties: [{property: qingyu, value: {type: code}}]
      - name: happened
        logicalType: timestamp
        required: true
        logicalTypeOptions: {format: "yyyy-MM-dd HH:mm:ss"}
      - name: town
        logicalType: string
        customProperties: [{property: qingyu, value: {type: code}}]
      - name: lng
        logicalType: number
        customProperties: [{property: qingyu, value: {personal: use, places: 6}}]
      - name: lat
        logicalType: number
        customProperties: [{property: qingyu, value: {personal: use, places: 6}}]
      - {name: category, logicalType: string, required: true}
customProperties:
  - property: qingyu
    value:
      name: {zh: 计时事件, en: Bench events}
      department: nobody
      time: happened
      version: {by: sequence}
      delivery: increment
      edges: full
      place: {by: [code, point], code: town, longitude: lng, latitude: lat}
"""
