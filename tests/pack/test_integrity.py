"""What the auditor looks at: no part of the method, and of one piece with it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from qingyu.pack.integrity import KINDS, Integrity
from qingyu.pack.load import load_pack

ZHUHAI = Path(__file__).parents[2] / "packs" / "zhuhai"
CHECK = """\
counted:
  - {id: all_calls, name: {zh: 全部, en: all}, why: a test, measure: {count: calls}}
"""


def test_no_score_and_no_digest_changes_with_it(small: Any) -> None:
    without = load_pack(small.folder)
    small.write("integrity.yaml", CHECK)
    pack = load_pack(small.folder)
    assert without.integrity is None
    assert pack.integrity is not None
    assert pack.digest == without.digest


def test_zhuhai_watches_what_it_scores() -> None:
    pack = load_pack(ZHUHAI)
    assert pack.integrity is not None
    crimes, accidents = (one.measure for one in pack.integrity.counted)
    assert accidents == pack.indicator("traffic_accidents").measure
    scored = pack.indicator("crime_calls").measure
    assert scored.where["outcome"] == crimes.where["outcome"]
    classes = [set(one.where["category"].among or ()) for one in (scored, crimes)]
    assert classes[0] - classes[1] == {"故意伤害致人重伤或死亡"}
    assert classes[1] < classes[0]
    for kind in KINDS:
        assert getattr(pack.integrity, kind), f"no check of the kind {kind}"


def test_every_check_has_a_name_and_a_key() -> None:
    pack = load_pack(ZHUHAI)
    assert pack.integrity is not None
    named = dict(pack.integrity.named())
    assert len(set(named.values())) == len(named) > 10
    assert named["integrity/low/0/id"] == "accidents_beside_rescue"
    keys = [key for key, _ in pack.integrity.measures()]
    keys += [key for key, _, _ in pack.integrity.conditions()]
    assert len(set(keys)) == len(keys)
    assert Integrity().history == 12
