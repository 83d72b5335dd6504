"""The page that is published is the page of the raw results, and these are of today's detectors."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from evaluation.calibrate import outbreak_scores
from evaluation.methods import METHODS_BY_NAME
from evaluation.run import BASE, REPLICATES, delays
from evaluation.scenarios import WEEKS, scenarios, series
from evaluation.seeds import digest
from evaluation.worlds import gathered

from evaluation import page

DOCS = Path(__file__).resolve().parents[2] / "docs"


def test_the_page_is_made_of_the_raw_results(tmp_path: Path) -> None:
    page.write(tmp_path)
    written = [path.relative_to(tmp_path) for path in tmp_path.rglob("*") if path.is_file()]
    assert len(written) == 3
    for path in written:
        assert (DOCS / path).read_bytes() == (tmp_path / path).read_bytes(), (
            f"make evaluate: {path}"
        )


def test_the_results_are_of_the_detectors_as_they_are() -> None:
    """Otherwise `make evaluate FRESH=1`."""
    assert page.seed() == digest()


def test_all_replicates_of_all_scenarios_are_there() -> None:
    found, labels = page.load()
    rows = found[BASE]
    chosen = rows[(rows.scope == "all") & (rows.rate == "1%")]
    assert chosen.groupby("method", observed=True).size().unique().tolist() == [28 * REPLICATES]
    assert len(labels.dataset.unique()) == 15
    assert set(found) == set(page.WORLDS)


@pytest.mark.parametrize("method", ["default", "farrington_improved", "ears_C1"])
def test_a_cell_of_the_table_from_its_seed(method: str) -> None:
    """Scenario 6, the first ten replicates: drawn anew, judged at the published threshold."""
    rows = page.load()[0][BASE]
    kept = rows[(rows.method == method) & (rows.scope == "all") & (rows.rate == "1%")]
    kept = kept[(kept.group == 6) & (kept.replicate < 10)].sort_values("replicate")
    drawn = [series(scenarios()[5], replicate, page.seed(), "judged") for replicate in range(10)]
    world = gathered(BASE, WEEKS, range(263, 312), drawn)
    judge = METHODS_BY_NAME[method]
    level = kept.threshold.iloc[0]
    calm = judge.score(world.calm, list(world.current), world.timeline)
    close = np.abs(np.nan_to_num(calm, neginf=-99) - level) < 1e-5
    assert not close.any()  # thresholds are kept in single precision
    assert (calm >= level).sum(axis=1).tolist() == kept.false.tolist()
    alarms = np.nan_to_num(outbreak_scores(judge, world), nan=-np.inf) >= level
    found = delays(alarms, np.array(world.current), world.first)
    assert found.tolist() == kept.delay.tolist()
    assert world.strength.tolist() == kept.strength.tolist()
