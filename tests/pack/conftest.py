"""A small good pack, written out so that a test shows what it changes and nothing else."""

from __future__ import annotations

from pathlib import Path

import pytest

from qingyu.i18n import render
from qingyu.pack.check import check_pack

FILES = {
    "pack.yaml": """\
id: small
name: {zh: 小城, en: Small town}
version: 1.0.0
time_zone: Asia/Shanghai
levels:
  - {id: town, name: {zh: 镇, en: town}}
  - {id: village, name: {zh: 村, en: village}}
  - {id: outside, name: {zh: 外, en: outside}, graded: false}
classes:
  - {id: all, name: {zh: 全, en: all}}
  - {id: hill, name: {zh: 山, en: hill}, parent: all}
indices:
  - {id: daily, name: {zh: 日, en: day}, periods: [day], dimensions: [order]}
  - {id: monthly, name: {zh: 月, en: month}, periods: [week, month], dimensions: [order]}
""",
    "areas.csv": """\
code,name,name_zh,level,parent,class,from,to,rankable,aliases
01,Town,镇,town,,,,,false,
0101,Ford,渡口,village,01,hill,,,true,Old Ford|Ford Village
0102,Mill,磨坊,village,01,hill,2026-01-01,,true,
99,Elsewhere,,outside,,,,,false,
""",
    "exposures/people.csv": """\
area,valid_from,known_from,value
0101,2026-01-01,2026-02-01,1000
0101,2027-01-01,2027-02-01,1100
0102,2026-01-01,2026-02-01,2000
""",
    "calendar.yaml": """\
festivals: [2025-01-29, 2026-02-17]
holidays: [2026-10-01]
workdays: [2026-10-10]
""",
    "dimensions.yaml": """\
- id: order
  name: {zh: 治安, en: order}
  weight:
    - {from: 2026-01-01, value: 1, reference: default}
""",
    "grades.yaml": """\
scales:
  - from: 2026-01-01
    reference: default
    grades:
      - {id: blue, name: {zh: 蓝, en: blue}, from: 90}
      - {id: yellow, name: {zh: 黄, en: yellow}, from: 80}
      - {id: red, name: {zh: 红, en: red}, from: 0}
caps:
  - id: murder
    name: {zh: 命案, en: murder}
    measure: {count: calls, where: {kind: {equals: theft}}}
    grade: yellow
""",
    "indicators/calls_all.yaml": """\
name: {zh: 警情, en: calls}
dimension: order
nature: harm
measure: {count: calls, where: {kind: {in: [theft, fire]}}}
per: {exposure: people, unit: 10000}
better: lower
daily: {window: 7 days, least_expected: 5, at_most: 28 days}
weight:
  - {from: 2026-01-01, value: 0.7, reference: default}
compare:
  - {with: own, years: 3, at_least: 2, window: 28 days, weight: 0.1,
     curve: &c [[0, 100], [1, 85], [2, 0]]}
  - {with: peers, weight: 0.2, curve: *c}
  - {with: trailing, weeks: 8, at_least: 6, weight: 0.7, curve: *c}
""",
    "indicators/loss.yaml": """\
name: {zh: 损失, en: loss}
dimension: order
nature: harm
measure: {sum: calls, of: loss, places: 2}
per: {measure: {count: calls}}
better: lower
weight:
  - {from: 2026-01-01, value: 0.3, reference: default}
compare:
  - with: target
    weight: 1
    target: [{from: 2026-01-01, value: 0.5, reference: default}]
    curve: [[0, 100], [2, 0]]
""",
    "sources/calls.yaml": """\
apiVersion: v3.1.0
kind: DataContract
id: small-calls
version: 1.0.0
status: active
schema:
  - name: calls
    properties:
      - name: number
        logicalType: string
        required: true
        primaryKey: true
        customProperties: [{property: qingyu, value: {type: code}}]
      - name: at
        logicalType: timestamp
        required: true
        logicalTypeOptions: {format: "yyyy-MM-dd HH:mm:ss"}
      - name: kind
        logicalType: string
        enum: [{value: theft}, {value: fire}, {value: noise}]
      - name: loss
        logicalType: number
        logicalTypeOptions: {minimum: 0, maximum: 1000000}
        customProperties: [{property: qingyu, value: {places: 2}}]
      - name: village
        logicalType: string
      - name: phone
        logicalType: string
        customProperties: [{property: qingyu, value: {personal: cut}}]
customProperties:
  - property: qingyu
    value:
      name: {zh: 警情, en: calls}
      department: police
      time: at
      version: {by: newest}
      delivery: snapshot
      place: {by: [name], name: village}
      gaps:
        - {from: 2026-03-01, to: 2026-03-02, reason: line cut}
""",
    "cases/one.yaml": """\
- name: {zh: 一, en: one}
  period: 2026-03
  covered:
    - {source: calls, from: 2026-03-01, to: 2026-03-31}
  given:
    - {indicator: calls_all, area: "0101", from: 2026-03-01, to: 2026-03-31, each_day: 1}
  expect:
    - {area: "0101", grade: yellow, state: ok, indicators: {calls_all: 85}}
""",
}


class SmallPack:
    """The small pack in a folder of its own, to be spoilt by a test."""

    files = FILES

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        for name, text in FILES.items():
            self.write(name, text)

    def write(self, name: str, text: str | bytes) -> SmallPack:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return self

    def edit(self, name: str, old: str, new: str) -> SmallPack:
        text = (self.folder / name).read_text(encoding="utf-8")
        assert text.count(old) == 1, f"{old!r} stands {text.count(old)} times in {name}"
        return self.write(name, text.replace(old, new))

    def remove(self, name: str) -> SmallPack:
        (self.folder / name).unlink()
        return self

    def faults(self) -> list[str]:
        """Every fault of the pack as its English sentence."""
        return [render(fault.sentence(), "en") for fault in check_pack(self.folder)]


@pytest.fixture
def small(tmp_path: Path) -> SmallPack:
    return SmallPack(tmp_path / "small")
