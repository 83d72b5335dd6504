"""Barcelona's accidents: encodings by file, exchanged coordinates, codes that became dates."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from real_city import City, year

from qingyu.intake.receipt import Receipt

pytestmark = pytest.mark.shared
Made = Callable[[str, str], City]
YEARS = range(2010, 2019)
IN_1252 = (2010, 2011, 2012)


def sent(place: City, source: str, number: int, encoding: str = "utf-8") -> Receipt:
    path = place.file(f"{number}.csv", f"source_year = '{number}'", encoding)
    return place.receive(source, path, covers=year(number), version=f"{number + 1}-02-01")


@pytest.fixture
def accidents(city: Made) -> City:
    return city("barcelona", "barcelona_accidents/accidents_2010_2018.parquet")


def test_every_year_of_accidents(accidents: City) -> None:
    receipts = {
        number: sent(accidents, "accidents", number, "cp1252" if number in IN_1252 else "utf-8")
        for number in YEARS
    }
    assert sum(receipt.rows for receipt in receipts.values()) == 86701
    # One row of 2015 is a torn one: its date stands where its number should.
    assert {n: r.refused for n, r in receipts.items() if r.refused} == {2015: 1}
    assert receipts[2015].reasons["missing:date"] == 1
    # Unknown areas are no area of their own, and no accident is lost with them.
    assert {n: r.unplaced for n, r in receipts.items()} == {
        2010: 20, 2011: 22, 2012: 18, 2013: 19, 2014: 20, 2015: 13, 2016: 21, 2017: 27, 2018: 0,
    }  # fmt: skip
    assert {n: r.repeated for n, r in receipts.items() if r.repeated} == {2017: 4, 2018: 10}
    _coordinates(accidents)


def _coordinates(accidents: City) -> None:
    """Exchanged until 2015 and with comma or point: one box of the city for all years."""
    rows = accidents.records(
        "accidents",
        "SELECT year(day), min(c_Coordenada_UTM_X), max(c_Coordenada_UTM_X),"
        " min(c_Coordenada_UTM_Y), max(c_Coordenada_UTM_Y) FROM r GROUP BY 1",
    )
    assert len(rows) == 9
    for _, west, east, south, north in rows:
        assert 42_300_000 < west < east < 43_600_000
        assert 457_000_000 < south < north < 459_200_000


def test_a_contract_that_does_not_know_of_the_exchange_refuses_the_rows(accidents: City) -> None:
    source = accidents.pack.source("accidents")
    columns = tuple(column.model_copy(update={"names": ()}) if "UTM" in column.name else column
                    for column in source.columns)  # fmt: skip
    bare = source.model_copy(update={"columns": columns})
    others = tuple(other for other in accidents.pack.sources if other.id != "accidents")
    accidents.pack = accidents.pack.model_copy(update={"sources": (bare, *others)})
    receipt = sent(accidents, "accidents", 2010)
    assert receipt.new <= 20  # those without coordinates
    assert receipt.reasons["too_large:Coordenada_UTM_X"] > 9000


def test_districts_are_found_whatever_the_quarter_s_code(accidents: City) -> None:
    """Quarters are coded 101-10-64 in some years, 25/02/2006 by a spreadsheet, 64 in others."""
    sent(accidents, "accidents", 2011)
    codes = accidents.records("accidents", "SELECT DISTINCT c_Codi_barri FROM r")
    assert ("25/02/2006",) in codes
    areas = accidents.records("accidents", "SELECT DISTINCT area FROM r WHERE area <> '~unplaced'")
    assert sorted(areas) == [(f"{number:02d}",) for number in range(1, 11)]


def test_causes_call_the_year_otherwise_and_come_in_an_old_code_page(city: Made) -> None:
    place = city("barcelona", "barcelona_accidents/causes_2010_2018.parquet")
    receipt = sent(place, "causes", 2010, "cp850")
    assert (receipt.refused, [str(words) for words in receipt.read_as]) == (0, ["2010.csv: cp850"])
    assert receipt.rows == place.one("SELECT count(*) FROM t WHERE source_year = '2010'")
    causes = place.records("causes", "SELECT count(*) FROM r WHERE c_cause LIKE 'Alcohol%'")
    assert causes[0][0] > 0
    files = [place.file(f"{n}.csv", f"source_year = '{n}'", "cp850") for n in YEARS]
    whole = place.receive("causes", *files, covers=(year(2010)[0], year(2018)[1]),
                          version="2019-03-01")  # fmt: skip
    assert (whole.rows, whole.refused, whole.unchanged) == (86832, 0, receipt.rows)


def test_persons_call_year_and_month_otherwise(city: Made) -> None:
    place = city("barcelona", "barcelona_accidents/persons_2012_2018.parquet")
    for number in (2012, 2016, 2018):
        receipt = sent(place, "persons", number)
        assert receipt.rows == place.one(f"SELECT count(*) FROM t WHERE source_year = '{number}'")
        assert receipt.refused == 0


def test_every_year_of_drivers_causes(city: Made) -> None:
    """Numbers padded with blanks; several causes of one accident, each counted."""
    place = city("barcelona", "barcelona_accidents/driver_causes_2016_2018.parquet")
    receipts = [sent(place, "driver_causes", number) for number in (2016, 2017, 2018)]
    assert sum(receipt.rows for receipt in receipts) == 32436
    assert [receipt.refused for receipt in receipts] == [0, 0, 0]
    unknown = place.one("SELECT count(*) FROM t WHERE Codi_districte = '-1'")
    assert sum(receipt.unplaced for receipt in receipts) == unknown > 0
    keys = place.records("driver_causes", "SELECT count(DISTINCT c_Numero_expedient) FROM r")
    trimmed = place.one("SELECT count(DISTINCT trim(Numero_expedient)) FROM t")
    assert keys == [(trimmed,)]
    assert place.one("SELECT count(*) FROM t WHERE Numero_expedient LIKE '% '") > 0


def test_damaged_longitudes_are_never_numbers(accidents: City) -> None:
    """A thousands separator went through them (212.562.442): a contract that asks for a number
    refuses the rows, with the column's name, and takes those that are none the less whole."""
    source = accidents.pack.source("accidents")
    asked = {"type": "decimal", "places": 9, "personal": "keep"}
    columns = tuple(column.model_copy(update=asked) if column.name == "Longitud" else column
                    for column in source.columns)  # fmt: skip
    bare = source.model_copy(update={"columns": columns})
    others = tuple(other for other in accidents.pack.sources if other.id != "accidents")
    accidents.pack = accidents.pack.model_copy(update={"sources": (bare, *others)})
    receipt = sent(accidents, "accidents", 2016)
    broken = accidents.one(
        "SELECT count(*) FROM t WHERE source_year = '2016' AND Longitud LIKE '%.%.%'"
    )
    assert receipt.reasons["not_a_decimal:Longitud"] == broken > 9000
