"""The cases of the project's packs come out as their hand-made arithmetic says."""

from __future__ import annotations

from pathlib import Path

import pytest

from qingyu.flows.cases import run_cases
from qingyu.pack.load import load_pack

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("folder", ["packs/montco", "src/qingyu/pack/template"])
def test_the_cases_hold(folder: str) -> None:
    outcomes = run_cases(load_pack(ROOT / folder))
    assert len(outcomes) >= 10
    assert [outcome for outcome in outcomes if not outcome.holds] == []
