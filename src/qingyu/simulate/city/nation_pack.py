"""The pack of a made-up nation: towns in counties, one source, five indicators.

One day has no history of its own, so places are held against their county and a declared goal: the
nation's expected rate.
"""

from __future__ import annotations

from pathlib import Path

from qingyu.simulate.city.chance import Ints
from qingyu.simulate.city.places import ACTUAL, Towns

NATION, SINCE = "000000000000", "2020-11-01"
_CURVE = "[[0, 100], [0.8, 92], [1.0, 85], [1.3, 70], [2.0, 40], [3.0, 0]]"

_PACK = """# A made-up nation: invented places, invented figures, for trials of size.
id: nation
name: {{zh: 模拟之国（模拟数据）, en: A made-up nation (simulated data)}}
version: 1.0.0
time_zone: Asia/Shanghai
simulated: true
licence: Apache-2.0
levels:
  - {{id: nation, name: {{zh: 国, en: nation}}}}
  - {{id: county, name: {{zh: 县, en: county}}}}
  - {{id: town, name: {{zh: 镇, en: town}}}}
classes:
  - {{id: towns, name: {{zh: 镇, en: towns}}}}
indices:
  - id: daily
    name: {{zh: 日指数, en: daily index}}
    periods: [day]
    dimensions: [{dimensions}]
"""
_DIMENSION = """- id: {name}
  name: {{zh: {name}, en: {name}}}
  weight: [{{from: 2020-01-01, value: {weight}, reference: declared}}]
"""
_GRADES = """scales:
  - from: 2020-01-01
    reference: declared
    grades:
      - {id: blue, name: {zh: 优秀, en: excellent}, from: 90}
      - {id: yellow, name: {zh: 良好, en: good}, from: 80}
      - {id: orange, name: {zh: 平稳, en: fair}, from: 70}
      - {id: red, name: {zh: 较差, en: poor}, from: 0}
"""
_INDICATOR = """name: {{zh: {name}, en: {name}}}
dimension: {name}
nature: harm
measure: {{count: events, where: {{kind: {{equals: {name}}}}}}}
per: {{exposure: {exposure}, unit: 10000}}
better: lower
# The history is a sample of one in a thousand: it only shows that there is one.
daily: {{window: 1 days, least_expected: 0.000001, at_most: 1 days}}
weight: [{{from: 2020-01-01, value: 1, reference: declared}}]
compare:
  - with: target
    target: [{{from: 2020-01-01, value: {goal}, reference: declared}}]
    weight: 0.5
    curve: {curve}
  - {{with: parent, weight: 0.5, curve: {curve}}}
shrink: {{kappa: 20}}
"""
_CONTRACT = """apiVersion: v3.1.0
kind: DataContract
id: nation-events
version: 1.0.0
status: active
name: Happenings
schema:
  - name: events
    physicalType: table
    properties:
      - name: record_no
        logicalType: string
        required: true
        primaryKey: true
        customProperties: [{property: qingyu, value: {type: code}}]
      - name: at
        logicalType: timestamp
        required: true
        logicalTypeOptions: {format: "yyyy-MM-dd HH:mm:ss"}
      - {name: kind, logicalType: string, required: true}
      - name: town
        logicalType: string
        required: true
        customProperties: [{property: qingyu, value: {type: code}}]
customProperties:
  - property: qingyu
    value:
      name: {zh: 事件, en: Happenings}
      department: 模拟部门
      time: at
      zone: Asia/Shanghai
      version: {by: newest}
      delivery: increment
      edges: full
      place: {by: [code], code: town}
      earliest: 2021-01-01
"""


def write_pack(folder: Path, towns: Towns, county: Ints, goals: dict[str, str]) -> None:
    """Write the pack. `county`: the number of each town's county, ascending; `goals`: kind → the
    rate of a day for each 10,000 that is held to be usual, as a decimal."""
    kinds = tuple(goals)
    for name in ("exposures", "sources", "indicators"):
        (folder / name).mkdir(parents=True)
    _write(folder / "pack.yaml", _PACK.format(dimensions=", ".join(kinds)))
    weights = [f"{1_000_000 // len(kinds) / 1e6:.6f}"] * len(kinds)
    weights[-1] = f"{1 - sum(map(float, weights[:-1])):.6f}"
    dimensions = [_DIMENSION.format(name=k, weight=w) for k, w in zip(kinds, weights, strict=True)]
    _write(folder / "dimensions.yaml", "".join(dimensions))
    _write(folder / "grades.yaml", _GRADES)
    _write(folder / "sources" / "events.yaml", _CONTRACT)
    _write(folder / "CHANGELOG.md", "# Changelog\n\n- 1.0.0: made by the simulator.\n")
    for kind, goal in goals.items():
        text = _INDICATOR.format(name=kind, exposure=ACTUAL, curve=_CURVE, goal=goal)
        _write(folder / "indicators" / f"{kind}.yaml", text)
    _write_areas(folder, towns, county)


def _write_areas(folder: Path, towns: Towns, county: Ints) -> None:
    rows = ["code,name,name_zh,level,parent,class,from,to,rankable,aliases"]
    rows.append(f"{NATION},Nation,模拟国,nation,,,,,false,")
    for number in range(int(county[-1]) + 1):
        rows.append(f"{_county(number)},County {number},模拟县{number},county,{NATION},,,,true,")
    for code, place in zip(towns.codes, county.tolist(), strict=True):
        rows.append(f"{code},Town {code},模拟镇{code},town,{_county(place)},towns,,,true,")
    _write(folder / "areas.csv", "\n".join(rows) + "\n")
    people = towns.exposures[ACTUAL].value[0]
    lines = ["area,valid_from,known_from,value"]
    lines += [f"{c},{SINCE},{SINCE},{int(p)}" for c, p in zip(towns.codes, people, strict=True)]
    _write(folder / "exposures" / f"{ACTUAL}.csv", "\n".join(lines) + "\n")


def _county(number: int) -> str:
    return f"8{number:05d}000000"


def _write(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8")
