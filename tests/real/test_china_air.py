"""Daily air of 366 cities: a zero that means "no reading"."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from real_city import City

pytestmark = pytest.mark.shared
Made = Callable[[str, str], City]


@pytest.fixture
def air(city: Made) -> City:
    return city("china_air", "china_city_air_daily/air_366_cities_2013-12_2017-01.parquet")


def test_the_whole_file_as_it_is(air: City) -> None:
    receipt = air.receive("air", air.table)
    assert (receipt.rows, receipt.new, receipt.refused) == (351014, 351014, 0)
    assert receipt.unplaced == 0
    _missing(air)
    _zhuhai(air)


def _missing(air: City) -> None:
    """A missing day is written as 0 with an empty level; no such zero is stored."""
    found = air.records(
        "air",
        "SELECT count(*) FILTER (c_aqi IS NULL), count(*) FILTER (c_aqi = 0),"
        " count(*) FILTER (c_pm25 IS NULL), count(*) FILTER (c_pm25 = 0),"
        " count(*) FILTER (c_level IS NULL) FROM r",
    )
    assert found == [(332, 0, 421, 0, 332)]


def _zhuhai(air: City) -> None:
    """The figures of the file's own description: 1,157 days, mean 32.0, maximum 140.3."""
    found = air.records(
        "air", "SELECT count(*), round(avg(c_pm25) / 10, 1), max(c_pm25) FROM r WHERE area = '珠海'"
    )
    assert found == [(1157, 32.0, 1403)]


def test_series_begin_on_different_days_and_no_day_is_made_up(air: City) -> None:
    air.receive("air", air.table)
    days = air.records("air", "SELECT area, count(*) FROM r GROUP BY 1")
    assert (len(days), min(n for _, n in days), max(n for _, n in days)) == (366, 644, 1157)
