"""Boston's requests: one ward by several names, lost zeros, American times."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from real_city import City

from qingyu.pack.model import Area

pytestmark = pytest.mark.shared
Made = Callable[[str, str], City]


@pytest.fixture
def boston(city: Made) -> City:
    return city("boston", "boston311/boston_311_2015.parquet")


def test_the_whole_file_as_it_is(boston: City) -> None:
    receipt = boston.receive("requests", boston.table)
    assert (receipt.rows, receipt.new, receipt.refused) == (121145, 121145, 0)
    assert receipt.unplaced_reasons == {"nowhere": 10868}  # an empty ward is no ward
    _wards(boston)
    _times(boston)
    _zeros(boston)
    _privacy(boston)


def _wards(boston: City) -> None:
    """`Ward 3`, `03` and `3` are one."""
    counts = dict(boston.records("requests", "SELECT area, count(*) FROM r GROUP BY 1"))
    assert len(counts) == 23  # 22 wards and the bucket
    spelled = boston.one("SELECT count(*) FROM t WHERE ward IN ('Ward 3', '03', '3')")
    assert counts["W03"] == spelled > 10_000


def _times(boston: City) -> None:
    """AM and PM; cases that closed before they opened, or not yet, are kept as sent. Which of them
    count is for measures of cases to say, not for intake."""
    hours = boston.records("requests", 'SELECT min(hour("at")), max(hour("at")) FROM r')
    assert hours == [(0, 23)]
    open_ones = boston.records("requests", "SELECT count(*) FROM r WHERE c_CLOSED_DT IS NULL")
    assert open_ones == [(19873,)]
    early = boston.records("requests", "SELECT count(*) FROM r WHERE c_CLOSED_DT < c_OPEN_DT")
    assert early == [(197,)]


def _zeros(boston: City) -> None:
    """606.0 is the precinct 0606, 2127.0 the postal code 02127."""
    lengths = boston.records(
        "requests", "SELECT DISTINCT length(c_precinct), length(c_LOCATION_ZIPCODE) FROM r"
    )
    assert {length for row in lengths for length in row} == {4, 5, None}
    there = boston.one("SELECT count(*) FROM t WHERE LOCATION_ZIPCODE = '2127.0'")
    kept = boston.records("requests", "SELECT count(*) FROM r WHERE c_LOCATION_ZIPCODE = '02127'")
    assert kept[0][0] == there > 0


def _privacy(boston: City) -> None:
    """Threat 40: addresses and what clerks wrote freely are nowhere in the home."""
    canaries = [b"912-914 Dorchester Ave", b"No Violation Found/No Cause", b"4 Fountain Pl"]
    for path in boston.home.folder.rglob("*"):
        if path.is_file():
            data = path.read_bytes()
            assert not any(canary in data for canary in canaries), path


def test_a_file_sent_again_after_a_backup_came_back(boston: City) -> None:
    """Threats 12 and 13: the same rows in another order and form are the same send."""
    where = "CAST(orig_index AS BIGINT) % 40 = 0"
    first = boston.receive("requests", boston.file("one.csv", where))
    again = boston.receive("requests", boston.file("two.txt", where, separator="\t"))
    assert (again.again, again.number) == (True, first.number)


NEIGHBOURHOODS = {
    "South Boston": ["South Boston / South Boston Waterfront"],
    "Allston / Brighton": ["Allston", "Brighton"],
    "Greater Mattapan": ["Mattapan"],
}


def placed_by(boston: City, column: str, names: dict[str, list[str]], whole: str) -> None:
    """The home's contract places by another column, whose areas have these other names."""
    (city, *_) = boston.pack.areas
    below = [
        Area.model_validate(
            {"code": f"N{n:02d}", "name": name, "level": "area", "parent": city.code,
             "aliases": names[name]}
        )
        for n, name in enumerate(sorted(names))
    ]  # fmt: skip
    source = boston.pack.source("requests")
    place = source.place.model_copy(update={"name": column})
    boston.pack = boston.pack.model_copy(
        update={
            "areas": (city.model_copy(update={"aliases": (whole,)}), *below),
            "sources": (source.model_copy(update={"place": place}),),
        }
    )


def counted(boston: City) -> dict[str, int]:
    names = {area.code: area.name for area in boston.pack.areas}
    found = boston.records("requests", "SELECT area, count(*) FROM r GROUP BY 1")
    return {names.get(code, code): count for code, count in found}


def test_neighbourhoods_by_several_names(boston: City) -> None:
    """`South Boston / South Boston Waterfront` is South Boston; just `Boston` is the whole city."""
    listed = boston.rows("SELECT DISTINCT neighborhood FROM t WHERE neighborhood <> ''")
    others = {name for ways in NEIGHBOURHOODS.values() for name in ways} | {"Boston"}
    names = {name: NEIGHBOURHOODS.get(name, []) for (name,) in listed if name not in others}
    placed_by(boston, "neighborhood", names, "Boston")
    receipt = boston.receive("requests", boston.table)
    assert receipt.unplaced_reasons == {"nowhere": 10955}
    counts = counted(boston)
    assert counts["South Boston"] == 6468 + 357
    assert counts["Allston / Brighton"] == 8527 + 383 + 139
    assert counts["Greater Mattapan"] == 5108 + 158
    assert counts["City of Boston"] == 2550


def test_police_districts_with_and_without_a_hyphen(boston: City) -> None:
    listed = boston.rows("SELECT DISTINCT police_district FROM t WHERE police_district <> ''")
    plain = {name for (name,) in listed if "-" not in name}
    placed_by(boston, "police_district", {n: [f"{n[0]}-{n[1:]}"] for n in plain}, "Boston")
    receipt = boston.receive("requests", boston.table)
    assert receipt.unplaced_reasons == {"nowhere": 11061}
    counts = counted(boston)
    assert len(counts) == len(plain) + 1
    assert counts["B2"] == 10803 + 7
