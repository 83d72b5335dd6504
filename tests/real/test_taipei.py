"""Taipei's thefts: dates by the Republic's years, places inside an address, 臺 and 台."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest
from real_city import City

pytestmark = pytest.mark.shared
Made = Callable[[str, str], City]


@pytest.fixture
def taipei(city: Made) -> City:
    return city("taipei", "taipei_theft/taipei_theft.parquet")


def test_the_whole_file_as_it_is(taipei: City) -> None:
    receipt = taipei.receive("thefts", taipei.table)
    assert (receipt.rows, receipt.new, receipt.refused, receipt.unplaced) == (6424, 6424, 0, 0)
    assert (receipt.covers_first, receipt.covers_last) == (date(2015, 1, 1), date(2021, 4, 27))


def test_a_file_in_big5_is_the_same_send(taipei: City) -> None:
    """Also written as 104/1/1 and 民國104年1月1日: the day decides, not its form."""
    where = "NOT regexp_matches(發生地點, '[\ufe50-\ufe52]')"  # marks that Big5 does not have
    first = taipei.receive("thefts", taipei.file("thefts.csv", where))
    path = taipei.file("竊盜.csv", where, "big5")
    header, *lines = path.read_text("big5").splitlines()
    forms = ("{0}", "{1}/{2}/{3}", "民國{1}年{2}月{3}日")
    for number, line in enumerate(lines):
        cells = line.split(",")
        day = cells[2]
        parts = (day, day[:3], int(day[3:5]), int(day[5:]))
        cells[2] = forms[number % 3].format(*parts)
        lines[number] = ",".join(cells)
    path.write_bytes("\n".join([header, *lines]).encode("big5"))
    again = taipei.receive("thefts", path)
    assert [str(words) for words in again.read_as] == ["竊盜.csv: big5"]
    assert (again.again, again.number) == (True, first.number)


def test_both_spellings_of_the_city_are_one_place(taipei: City) -> None:
    taipei.receive("thefts", taipei.table)
    areas = taipei.records("thefts", "SELECT area, count(*) FROM r GROUP BY 1 ORDER BY 2 DESC")
    assert len(areas) == 12
    assert areas[0] == ("daan", 791)  # 765 臺北市大安區 and 26 台北市大安區
    spelled = taipei.one("SELECT count(*) FROM t WHERE 發生地點 LIKE '台%'")
    assert spelled == 494
    assert taipei.records("thefts", "SELECT count(*) FROM r WHERE c_district LIKE '台%'") == [
        (494,)
    ]


def test_the_village_is_taken_from_the_address_and_the_address_is_not_kept(taipei: City) -> None:
    taipei.receive("thefts", taipei.table)
    named = taipei.one("SELECT count(*) FROM t WHERE regexp_matches(發生地點, '區..?.?里')")
    found = taipei.records("thefts", "SELECT count(c_village) FROM r")[0][0]
    assert 0.98 * named <= found <= named  # some streets have 里 in their name
    names = [name for (name,) in taipei.records("thefts", "SELECT column_name FROM (DESCRIBE r)")]
    assert "c_發生地點" not in names


def test_hour_bands_lose_their_blanks_and_stay_as_they_are(taipei: City) -> None:
    taipei.receive("thefts", taipei.table)
    bands = {band for (band,) in taipei.records("thefts", "SELECT DISTINCT c_發生時段 FROM r")}
    assert {"00~02", "00~03"} <= bands  # of two hours and of three, which overlap
    assert not any(band.startswith(" ") for band in bands)


def test_rows_that_repeat_another_but_for_the_number_each_count(taipei: City) -> None:
    """Nothing in the file says that they are one theft: 67 rows, of which none is dropped."""
    alike = taipei.one(
        "SELECT sum(n - 1) FROM (SELECT count(*) AS n FROM t"
        " GROUP BY 案類, 發生日期, 發生時段, 發生地點)"
    )
    assert alike == 67
    assert taipei.receive("thefts", taipei.table).repeated == 0
