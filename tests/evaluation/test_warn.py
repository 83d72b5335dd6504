"""The evaluation of the warning rules: what is committed is what the page says, and whole."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from evaluation import warn, warn_page
from qingyu.flows.warn_calibrate import YEAR
from qingyu.pack.load import load_pack
from qingyu.pack.model import Pack

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def pack() -> Pack:
    return load_pack(ROOT / "packs" / "zhuhai")


def test_the_page_is_made_of_the_committed_results() -> None:
    page = warn_page.PAGE.read_text(encoding="utf-8")
    between = page.split(warn_page.BEGIN)[1].split(warn_page.END)[0]
    assert between.strip() == warn_page.text().strip()


def test_every_city_is_there_with_all_that_was_put_in(pack: Pack) -> None:
    cities, met = warn_page.table("cities"), warn_page.table("met")
    wanted = {("calm", s) for s in warn.CALM} | {("stormy", s) for s in warn.STORMY}
    assert set(zip(cities.kind, cities.seed, strict=True)) == wanted
    assert (cities.days >= YEAR - 7).all()
    for seed in warn.STORMY:
        assert set(met[met.seed == seed].id) == {one.id for one in warn.storms(pack, seed)}
    calm = cities[cities.kind == "calm"]
    assert (calm.told == calm.false).all()  # where nothing was put in


def test_false_episodes_add_up() -> None:
    cities, false = warn_page.table("cities"), warn_page.table("false")
    for _, city in cities.iterrows():
        mine = (false.kind == city.kind) & (false.seed == city.seed)
        assert int(mine.sum()) == city["false"]


def test_storms_keep_apart(pack: Pack) -> None:
    for seed in warn.STORMY:
        put = warn.storms(pack, seed)
        assert len(put) == 36
        assert len({(one.towns, one.streams) for one in put}) == len(put)
        for one in put:
            assert one.first >= warn.BEGIN
            assert one.last <= warn.LAST - timedelta(days=7)
    first = warn.world(pack, warn.STORMY[0], put)
    assert warn.weekly(first, put[0]) > 0
