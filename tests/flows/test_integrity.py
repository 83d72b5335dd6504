"""The audit of a home: manipulated records are found on their way through intake and ledger."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from audited_city import SOURCE, TOWN, Audited
from flows_county import County, calls

from qingyu.evaluate.integrity.look import State
from qingyu.flows.integrity import integrity
from qingyu.flows.integrity_default import automatic

MONTH = "2025-03"


@pytest.fixture(scope="module")
def honest(tmp_path_factory: pytest.TempPathFactory) -> Audited:
    return Audited(tmp_path_factory.mktemp("honest"))


@pytest.fixture(scope="module")
def gamed(tmp_path_factory: pytest.TempPathFactory) -> Audited:
    return Audited(tmp_path_factory.mktemp("gamed"), [("reclassify", 0.8), ("withdraw", 0.6)])


@pytest.mark.slow
def test_an_honest_city_has_no_finding(honest: Audited) -> None:
    found = integrity(honest.home, honest.pack, MONTH)
    assert found.findings == ()
    assert found.looks > 50
    assert found.declared


@pytest.mark.slow
def test_what_was_moved_and_struck_out_is_found_where_it_was_done(gamed: Audited) -> None:
    found = integrity(gamed.home, gamed.pack, MONTH)
    kinds = {one.kind: one for one in found.findings}
    assert set(kinds) == {"reclassified", "withdrawn"}
    assert {one.area for one in found.findings} == {TOWN}
    assert kinds["reclassified"].check == "theft_as_other"
    assert kinds["reclassified"].seen < kinds["reclassified"].expected
    struck = kinds["withdrawn"]
    assert struck.batches == (4,)
    assert struck.seen > 10 * struck.expected
    assert struck.corrected <= 0.05


@pytest.mark.slow
def test_as_known_before_nothing_was_struck_out(gamed: Audited) -> None:
    found = integrity(gamed.home, gamed.pack, MONTH, "3")
    assert {one.kind for one in found.findings} == {"reclassified"}
    early = integrity(gamed.home, gamed.pack, MONTH, "2")
    states = {(one.kind, one.check): one.states for one in early.done}
    assert states["withdrawn", "crime_calls_counted"][State.UNSEEN] == 31
    assert states["postponed", "crime_calls_counted"][State.UNSEEN] == 31


@pytest.mark.slow
def test_what_no_source_covers_is_unseen_and_all_of_it_can_be_told(gamed: Audited) -> None:
    found = integrity(gamed.home, gamed.pack, MONTH)
    for one in found.done:
        assert sum(one.states.values()) == 31
        if one.source != SOURCE:
            assert one.states[State.UNSEEN] == 31
    told = json.loads(json.dumps(found.to_json()))
    assert {one["area"] for one in told["findings"]} == {TOWN}


@pytest.mark.slow
def test_asking_leaves_nothing_behind(gamed: Audited) -> None:
    integrity(gamed.home, gamed.pack, MONTH)
    before = _tree(gamed.home.folder)
    integrity(gamed.home, gamed.pack, MONTH)
    assert _tree(gamed.home.folder) == before


def _tree(folder: Path) -> dict[str, int]:
    return {
        str(path.relative_to(folder)): path.stat().st_size
        for path in folder.rglob("*")
        if path.is_file()
    }


def test_a_pack_that_declares_nothing_is_looked_at_all_the_same(tmp_path: Path) -> None:
    county = County(tmp_path)
    county.take(calls())
    found = integrity(county.home, county.pack)
    assert not found.declared
    assert {one.kind for one in found.done} == {"withdrawn", "held_back", "postponed", "heaped"}
    judged = [one.states[State.JUDGED] for one in found.done]
    assert len(judged) == len(found.done)
    checks = automatic(county.pack)
    assert [one.field for one in checks.heaped] == [county.pack.sources[0].time]
    assert all(one.measure.count for one in checks.counted)
    assert np.isfinite(found.false_findings)
