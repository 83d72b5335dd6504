"""The odds keep what they say, on fewer cities than the evaluation has and other seeds."""

from __future__ import annotations

import pandas as pd
import pytest
from evaluation.odds import cells
from evaluation.odds_worlds import WORLDS

from evaluation import odds_page

STRATA = list(odds_page.STRATUM)


@pytest.fixture(scope="module")
def judged() -> pd.DataFrame:
    return pd.concat(cells("a test's own seed", tuple(WORLDS), 1), ignore_index=True)


@pytest.mark.slow
def test_nine_in_ten_are_met_in_every_stratum(judged: pd.DataFrame) -> None:
    """Averaged over the worlds; one city of each leaves an error of some points."""
    found = odds_page.coverage(judged)
    found = found[found.kind == "one"]
    mean = found.groupby("stratum", observed=True).covered.mean()
    assert list(mean.index) == STRATA
    assert mean.between(0.85, 0.975).all(), mean
    modelled = found[found.world == "as modelled"].covered
    assert modelled.between(0.84, 0.99).all(), found
    assert found.width.gt(0.1).all()


@pytest.mark.slow
def test_a_grade_comes_true_as_often_as_was_said(judged: pd.DataFrame) -> None:
    found = odds_page.reliability(judged)
    modelled = found[(found.world == "as modelled") & (found.cells > 100)]
    assert len(modelled) > 3
    assert (modelled.said - modelled.came).abs().max() < 0.12, modelled


@pytest.mark.slow
def test_surely_top_or_bottom_is_there(judged: pd.DataFrame) -> None:
    found = odds_page.standings(judged)
    right = float((found["mean"] * found["size"]).sum() / found["size"].sum())
    assert found["size"].sum() > 100
    assert right > 0.93
