"""The evaluation of the checks: one cell of the committed table comes out again."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from evaluation import integrity as evaluated
from qingyu.evaluate.integrity.rates import rates
from qingyu.flows.integrity_checks import checked
from qingyu.pack.load import load_pack

ROOT = Path(__file__).resolve().parents[2]
SEED = evaluated.ACTED[0]
CELL = {"act": "withdraw", "strength": 0.3, "size": "large", "seed": SEED}


@pytest.fixture(scope="module")
def looks() -> pd.DataFrame:
    return pd.read_parquet(ROOT / "evaluation" / "results" / "integrity_looks.parquet")


def test_the_packages_table_is_made_of_the_committed_looks(looks: pd.DataFrame) -> None:
    assert evaluated.tabled(looks) == list(rates())


def test_seeds_are_not_those_of_development(looks: pd.DataFrame) -> None:
    assert not set(looks.seed) & set(evaluated.DEVELOPED_ON)
    assert set(looks.seed) == set(evaluated.HONEST)


@pytest.mark.slow
def test_one_cell_comes_out_again(looks: pd.DataFrame) -> None:
    pack = load_pack(ROOT / "packs" / "zhuhai")
    city = evaluated.city_of(pack, SEED)
    clean = list(checked(evaluated.checks_of(pack)[0], city.records(), city.when))
    place = list(evaluated.SOURCES).index("withdraw")
    town = evaluated.chosen(evaluated.by_size(pack, city)[2], SEED, place)
    act = evaluated.act_in(city.world, "withdraw", town, 0.3, SEED)
    anew = pd.DataFrame(
        evaluated.looks_at(pack, city, clean, act, strength=0.3, size="large", seed=SEED)
    )
    kept = looks
    for name, value in CELL.items():
        kept = kept[kept[name] == value]
    kept = kept[kept.kind == "withdrawn"]
    assert len(anew) == len(kept) > 0
    for name in ("check", "place", "state", "of", "found", "town"):
        assert anew[name].tolist() == kept[name].tolist(), name
    # Three digits are kept.
    pd.testing.assert_series_equal(
        anew.p.astype("float32"), kept.p, check_index=False, rtol=1e-2, atol=1e-12
    )
    assert anew[(anew.place == anew.town)].found.any()
