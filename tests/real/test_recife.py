"""Recife's accidents: seven tables of one kind, each year with columns of its own."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from real_city import City

from qingyu.errors import InputError
from qingyu.intake.receipt import Receipt

pytestmark = pytest.mark.shared
Made = Callable[[str, str], City]
YEARS = range(2015, 2021)


@pytest.fixture
def recife(city: Made) -> City:
    return city("recife", "recife_accidents/recife_accidents_2015_2020.parquet")


def sent(recife: City, year: int) -> Receipt:
    """The year's file with its own columns, by turns in Windows-1252 and UTF-8."""
    encoding = "cp1252" if year % 2 else "utf-8"
    path = recife.file(f"acidentes_{year}.csv", f"source_file LIKE '%{year}%'", encoding, ";")
    return recife.receive("accidents", path)


def test_all_years_under_one_contract(recife: City) -> None:
    receipts = [sent(recife, year) for year in YEARS]
    assert [receipt.rows for receipt in receipts] == [7273, 11263, 11758, 11411, 12062, 4092]
    assert [receipt.refused for receipt in receipts] == [0] * 6
    assert sum(receipt.repeated for receipt in receipts) == 1  # the one exact duplicate
    assert [str(words) for r in receipts for words in r.read_as] == [
        f"acidentes_{year}.csv: windows-1252" for year in (2015, 2017, 2019)
    ]


def test_the_gathered_file_has_the_same_records(recife: City) -> None:
    """All years in one Parquet: the spelling is chosen by each record's day."""
    for year in YEARS:
        sent(recife, year)
    again = recife.receive("accidents", recife.table)
    assert (again.new, again.corrected, again.refused) == (0, 0, 0)
    assert again.unchanged + again.repeated == 57859


def test_severity_and_kind_change_their_columns_in_2016(recife: City) -> None:
    recife.receive("accidents", recife.table)
    rows = recife.records(
        "accidents",
        "SELECT year(day), count(*) FILTER (c_severity = 'VÍTIMA FATAL'),"
        " count(*) FILTER (c_kind LIKE 'COLIS%') > 0,"
        " count(*) FILTER (c_kind LIKE '%VÍTIMA%') FROM r GROUP BY 1 ORDER BY 1",
    )
    fatal = {year: count for year, count, _, _ in rows}
    assert fatal == {2015: 24, 2016: 39, 2017: 35, 2018: 27, 2019: 25, 2020: 20}
    assert all(collisions and not severities for _, _, collisions, severities in rows)


def test_spellings_of_a_neighbourhood_and_rows_without_one(recife: City) -> None:
    receipt = recife.receive("accidents", recife.table)
    assert receipt.unplaced_reasons == {"nowhere": 326, "unknown": 2}
    counts = dict(recife.records("accidents", "SELECT area, count(*) FROM r GROUP BY 1"))
    assert len(counts) == 94  # 93 neighbourhoods and the bucket
    both = recife.one("SELECT count(*) FROM t WHERE bairro LIKE 'BOMBA DO HEMET_RIO'")
    assert counts["bomba_do_hemeterio"] == both


def test_cancelled_calls_are_kept_and_named(recife: City) -> None:
    """Decided: kept as records, left out by the measures of the pack."""
    recife.receive("accidents", recife.table)
    cancelled = recife.records("accidents", "SELECT count(*) FROM r WHERE c_situacao = 'CANCELADA'")
    assert cancelled == [(10443,)]
    where = recife.pack.indicators[0].measure.where
    assert where["situacao"].negated is not None


def test_an_empty_number_is_missing_and_not_zero(recife: City) -> None:
    recife.receive("accidents", recife.table)
    empty = recife.one("SELECT count(*) FROM t WHERE coalesce(vitimas, '') = ''")
    assert recife.records("accidents", "SELECT count(*) FROM r WHERE c_vitimas IS NULL") == [
        (empty,)
    ]


def test_cells_with_line_breaks_are_whole(recife: City) -> None:
    assert recife.one("SELECT count(*) FROM t WHERE contains(descricao, chr(10))") > 0
    for year in YEARS:
        sent(recife, year)
    trimmed = "trim(descricao, ' ' || chr(9) || chr(10) || chr(13))"
    want = recife.one(f"SELECT count(DISTINCT nullif({trimmed}, '')) FROM t")
    got = recife.records("accidents", "SELECT count(DISTINCT c_descricao) FROM r")
    assert got == [(want,)]


def test_a_year_in_another_encoding_is_never_taken_for_text(recife: City) -> None:
    path = recife.file("x.csv", "source_file LIKE '%2015%'", "cp850", ";")
    receipt: Receipt | None = None
    try:
        receipt = recife.receive("accidents", path)
    except InputError:
        return
    # Code page 850 can be read as Windows-1252; then no such neighbourhood is known.
    assert receipt.unplaced_reasons["unknown"] > 1000
