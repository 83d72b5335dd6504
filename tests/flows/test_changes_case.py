"""A pack's own case about a split: the part of a calm village is calm from its first month."""

from __future__ import annotations

from pathlib import Path

from tests.pack.conftest import SmallPack

from qingyu.flows.cases import run_cases
from qingyu.pack.load import load_pack

CHANGES = """\
date,kind,from,to,share,reference
2026-03-01,split,0101,0103,0.6,order 7
2026-03-01,split,0101,0104,0.4,order 7
"""
AREAS = """\
0101,Ford,渡口,village,01,hill,,2026-02-28,true,
0103,East Ford,,village,01,hill,2026-03-01,,true,
0104,West Ford,,village,01,hill,2026-03-01,,true,
"""
CASE = """\
- name: {zh: 拆分, en: a village is split}
  period: 2026-03
  covered:
    - {source: calls, from: 2025-12-01, to: 2026-04-01}
  given:
    - {indicator: calls_all, area: "0101", from: 2026-01-04, to: 2026-02-28, each_day: 10}
    - {indicator: calls_all, area: "0103", from: 2026-03-01, to: 2026-03-31, each_day: 6}
    - {indicator: calls_all, area: "0104", from: 2026-03-01, to: 2026-03-31, each_day: 4}
  expect:
    - {area: "0103", state: ok, indicators: {calls_all: 85}}
    - {area: "0104", state: ok, indicators: {calls_all: 85}}
"""


def test_a_pack_can_say_what_a_split_means(tmp_path: Path) -> None:
    small = SmallPack(tmp_path)
    small.write("changes.csv", CHANGES).write("cases/one.yaml", CASE)
    ford = "0101,Ford,渡口,village,01,hill,,,true,Old Ford|Ford Village\n"
    small.edit("areas.csv", ford, AREAS)
    people = "0102,2026-01-01,2026-02-01,2000\n"
    more = "0103,2026-03-01,2026-03-01,600\n0104,2026-03-01,2026-03-01,400\n"
    small.edit("exposures/people.csv", people, people + more)
    gap = "      gaps:\n        - {from: 2026-03-01, to: 2026-03-02, reason: line cut}\n"
    small.edit("sources/calls.yaml", gap, "")
    found = [(one.area, one.what, one.found, one.holds) for one in run_cases(load_pack(tmp_path))]
    assert all(holds for *_, holds in found), found
