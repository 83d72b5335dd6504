"""The pack's own cases of warning rules come out as they say; and one that does not is told."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from qingyu.errors import CaseError
from qingyu.flows.cases import run_cases
from qingyu.flows.warn_cases import run_rule_cases
from qingyu.pack.load import load_pack

ZHUHAI = load_pack(Path(__file__).resolve().parents[2] / "packs" / "zhuhai")


def test_every_case_of_the_pack_holds() -> None:
    outcomes = list(run_rule_cases(ZHUHAI))
    assert [one.found for one in outcomes] == [one.expected for one in outcomes]
    assert len(outcomes) == len(ZHUHAI.warning_cases) >= 8


def test_a_case_that_expects_what_does_not_come_is_told() -> None:
    calm = next(one for one in ZHUHAI.warning_cases if not one.expect)
    wanted = ZHUHAI.warning_cases[0].expect[0].model_copy(update={"first": date(2026, 7, 1)})
    wrong = calm.model_copy(update={"expect": (wanted,)})
    pack = ZHUHAI.model_copy(update={"cases": (), "warning_cases": (wrong,)})
    with pytest.raises(CaseError) as told:
        run_cases(pack, strict=True)
    assert "2026-07-01" in str(told.value)
