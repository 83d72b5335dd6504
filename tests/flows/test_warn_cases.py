"""The pack's own cases of warning rules come out as they say; and one that does not is told."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from qingyu.errors import CaseError
from qingyu.flows.cases import run_cases
from qingyu.flows.warn_cases import run_rule_cases
from qingyu.pack.load import load_pack

PACKS = Path(__file__).resolve().parents[2] / "packs"
ZHUHAI = load_pack(PACKS / "zhuhai")


@pytest.mark.parametrize("name", ["zhuhai", "montco"])
def test_every_case_of_the_packs_holds(name: str) -> None:
    pack = load_pack(PACKS / name)
    outcomes = list(run_rule_cases(pack))
    assert [one.found for one in outcomes] == [one.expected for one in outcomes]
    assert len(outcomes) == len(pack.warning_cases) >= 7
    assert {one.rule for one in outcomes} >= {"surge", "leap", "reds"}


def test_a_case_that_expects_what_does_not_come_is_told() -> None:
    calm = next(one for one in ZHUHAI.warning_cases if not one.expect)
    wanted = ZHUHAI.warning_cases[0].expect[0].model_copy(update={"first": date(2026, 7, 1)})
    wrong = calm.model_copy(update={"expect": (wanted,)})
    pack = ZHUHAI.model_copy(update={"cases": (), "warning_cases": (wrong,)})
    with pytest.raises(CaseError) as told:
        run_cases(pack, strict=True)
    assert "2026-07-01" in str(told.value)
