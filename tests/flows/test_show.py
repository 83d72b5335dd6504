"""The rows of a period: their order, their names, what the headline counts."""

from __future__ import annotations

from datetime import date

import pytest
from flows_county import MERION, County, all_kinds

from qingyu.errors import NotFoundError
from qingyu.flows.opening import as_known
from qingyu.flows.publish import computable, last_period, panel_of
from qingyu.flows.show import show
from qingyu.index.exact_json import dumps


@pytest.fixture(scope="module")
def county(tmp_path_factory: pytest.TempPathFactory) -> County:
    found = County(tmp_path_factory.mktemp("county"))
    found.take(all_kinds(lambda day, place: 6 if day.month == 3 and place == MERION else 2))
    return found


def test_fixed_names(county: County) -> None:
    found = show(county.home, county.pack, "2016-03")
    row = found.to_json()[0]
    assert list(row)[:12] == [
        "area", "name", "level", "parent", "period", "score", "grade", "rank", "of", "change",
        "completeness", "state",
    ]  # fmt: skip
    assert '"score": ' in dumps(found.to_json())


def test_worst_first_within_a_level_from_the_top(county: County) -> None:
    rows = show(county.home, county.pack, "2016-03").rows
    assert [rows[0].level, rows[1].level] == ["county", "township"]
    scores = [row.score for row in rows[1:] if row.score is not None]
    assert scores == sorted(scores)
    assert rows[1].name == MERION
    assert len(rows) == 63


def test_by_rank_and_by_code(county: County) -> None:
    ranked = show(county.home, county.pack, "2016-03", "township", order="rank").rows
    ranks = [row.rank for row in ranked if row.rank is not None]
    assert ranks == sorted(ranks)
    codes = [row.area for row in show(county.home, county.pack, "2016-03", order="area").rows[1:]]
    assert codes == sorted(codes)


def test_areas_without_data_come_last_with_their_reason(county: County) -> None:
    found = show(county.home, county.pack, "2016-03-20", "township")
    with_score = [row.score is not None for row in found.rows]
    assert with_score == sorted(with_score, reverse=True)
    assert not with_score[-1]
    assert str(found.rows[-1].sentence).startswith("No data.")
    assert found.rows[-1].rank is None


def test_the_headline_adds_up(county: County) -> None:
    for period in ("2016-03", "2016-03-20"):
        found = show(county.home, county.pack, period)
        assert sum(found.counts.values()) == 62
    worst = show(county.home, county.pack, "2016-03").worst
    assert worst is not None
    assert worst.name == MERION


def test_the_last_whole_period(county: County) -> None:
    found = show(county.home, county.pack)
    assert found.period.label == "2016-03-31"  # the last day of the file, 1 April, is partial
    panel = panel_of(county.home, county.pack, as_known(county.home, county.pack, None))
    assert last_period(county.pack, panel, "month").label == "2016-03"
    assert last_period(county.pack, panel, "quarter").label == "2016-Q1"
    months = [period.label for period in computable(county.pack, panel, "month")]
    assert months == ["2016-02", "2016-03"]
    assert computable(county.pack, panel, "day")[0].first == date(2016, 1, 2)


def test_unknown_level(county: County) -> None:
    with pytest.raises(NotFoundError) as caught:
        show(county.home, county.pack, "2016-03", "village")
    assert "county, township" in str(caught.value)
