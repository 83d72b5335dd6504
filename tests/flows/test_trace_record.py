"""One call, from the file it came in to the colours it helped to make."""

from __future__ import annotations

import hashlib
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from flows_county import CRASH, MERION, Call, County, all_kinds, edited

from qingyu.errors import NotFoundError
from qingyu.flows.keys import digested, key_of, keys_named
from qingyu.flows.trace_record import placed_by, trace_record
from qingyu.index.exact_json import Fixed, dumps
from qingyu.intake.withdraw import withdraw
from qingyu.pack.model import Source

DESC = f"{CRASH} {MERION} 2016-03-09 #1"
KEY = "sha256:" + hashlib.sha256(DESC.encode()).hexdigest()


@pytest.fixture(scope="module")
def county(tmp_path_factory: pytest.TempPathFactory) -> County:
    found = County(tmp_path_factory.mktemp("county"))
    found.take(all_kinds())
    return found


@pytest.mark.parametrize("text", [DESC, f"  {DESC} ", KEY])
def test_named_by_key_digest_or_value(county: County, text: str) -> None:
    found = trace_record(county.home, county.pack, text)
    assert found.key == KEY
    assert found.source == "calls"


def test_from_file_to_colour(county: County) -> None:
    found = trace_record(county.home, county.pack, DESC)
    assert found.stands == 1
    (step,) = found.steps
    assert (step.batch.number, step.batch.file_name) == (1, "calls-1.csv")
    assert (step.plus, step.minus, str(step.what)) == (1, 0, "Came with batch 1.")
    assert (found.area_name, found.placed_by) == (MERION, "name")
    assert (found.day, found.at) == (date(2016, 3, 9), datetime(2016, 3, 9, 12, 1))  # noqa: DTZ001
    users = [user for counted in found.counted for user in counted.indicators]
    assert users == [("traffic_crash", "measure")]
    assert all(counted.value == 1 for counted in found.counted)
    cells = {cell.period: cell for cell in found.cells}
    assert set(cells) == {"2016-03-09", "2016-W10", "2016-03-X1", "2016-03", "2016-Q1", "2016"}
    month = cells["2016-03"]
    assert (month.indicator, month.count, month.name) == ("traffic_crash", Fixed(62, 0), MERION)
    assert month.points is not None
    assert month.score is not None
    assert month.grade is not None
    assert cells["2016"].score is None  # a quarter of a year is no year


def test_nothing_that_is_cut_comes_back(county: County) -> None:
    text = dumps(trace_record(county.home, county.pack, DESC).to_json())
    assert "MAIN ST" not in text
    assert DESC not in text


def test_unknown(county: County) -> None:
    with pytest.raises(NotFoundError) as caught:
        trace_record(county.home, county.pack, "no such call")
    assert "no such call" not in str(caught.value)  # it may be an address


def newest(hour: int) -> Call:
    return Call(f"the last {hour}", datetime(2016, 4, 1, hour), twp="NORRISTOWN")  # noqa: DTZ001


def test_corrected_withdrawn_taken_back(tmp_path: Path) -> None:
    county = County(tmp_path)
    given = all_kinds()
    county.take(given)
    county.take([*edited(given, DESC, twp="ABINGTON"), newest(22)])
    county.take([*(call for call in given if call.desc != DESC), newest(23)])
    withdraw(county.home, county.pack, 3, "the test")
    found = trace_record(county.home, county.pack, DESC)
    said = [(step.plus, step.minus, str(step.what)) for step in found.steps]
    assert said == [
        (1, 0, "Came with batch 1."),
        (1, 1, "Corrected by batch 2."),
        (0, 1, "Withdrawn: batch 3 covers its day and does not hold it."),
        (1, 0, "Batch 4 took back batch 3: the state before stands again."),
    ]
    assert found.stands == 1
    assert found.area_name == "ABINGTON"
    assert found.steps[0].area != found.area


def test_a_withdrawn_record_counts_nowhere(tmp_path: Path) -> None:
    county = County(tmp_path)
    county.take(all_kinds())
    withdraw(county.home, county.pack, 1, "the test")
    found = trace_record(county.home, county.pack, DESC)
    assert found.stands == 0
    assert str(found.steps[-1].what) == "Withdrawn: batch 2 took back batch 1."
    assert found.counted == ()
    assert found.cells == ()
    assert found.area_name == MERION


def test_a_refused_record_has_its_reasons(tmp_path: Path) -> None:
    county = County(tmp_path)
    given = all_kinds()
    other = next(call for call in given if call.desc == DESC)
    twin = Call(DESC, other.at + timedelta(hours=1))  # the same key, other contents
    county.take([*given, twin])
    found = trace_record(county.home, county.pack, DESC)
    assert found.stands == 0
    assert found.steps == ()
    assert [rejection.batch for rejection in found.rejections] == [1, 1]
    assert all("the same key" in rejection.reasons for rejection in found.rejections)
    assert found.counted == ()


def test_an_unplaced_call_counts_in_the_county(tmp_path: Path) -> None:
    county = County(tmp_path)
    lost = Call("somewhere", datetime(2016, 3, 9, 3), twp="ATLANTIS")  # noqa: DTZ001
    county.take([*all_kinds(), lost])
    found = trace_record(county.home, county.pack, "somewhere")
    assert (found.area, found.placed_by) == ("~unplaced", None)
    assert {cell.name for cell in found.cells} == {"MONTGOMERY COUNTY"}


# -- keys -----------------------------------------------------------------------------------------


def feed(*columns: tuple[str, str], by: str = "name") -> Source:
    """columns: (name, personal); all of them are the key."""
    return Source.model_validate(
        {
            "id": "feed",
            "name": {"zh": "feed", "en": "feed"},
            "department": "d",
            "columns": [{"name": n, "type": "text", "personal": p} for n, p in columns],
            "key": [name for name, _ in columns],
            "time": columns[0][0],
            "version": {"by": "newest"},
            "delivery": "increment",
            "place": {"by": [by], by: columns[0][0]},
        }
    )


def test_keys_of_one_column() -> None:
    assert keys_named(feed(("id", "keep")), " 17 ") == ("17",)
    assert keys_named(feed(("id", "digest")), "17") == ("17", digested("17"))
    assert digested(digested("17")) == digested("17")


def test_keys_of_several_columns() -> None:
    source = feed(("a", "keep"), ("b", "keep"))
    assert key_of(source, ["ab", "c"]) == "2:ab1:c"
    assert keys_named(source, "ab|c") == ("ab|c", "2:ab1:c")
    assert keys_named(source, "2:ab1:c") == ("2:ab1:c",)


def test_place_is_told_from_what_was_kept(county: County) -> None:
    source = county.pack.source("calls")
    merion = "4209144976"
    assert placed_by(county.pack, source, merion, {"twp": "lower  merion"}) == "name"
    assert placed_by(county.pack, source, merion, {"twp": "ABINGTON"}) == "point"
    assert placed_by(county.pack, source, "~unplaced", {"twp": "?"}) is None
    by_code = feed(("code", "keep"), by="code")
    assert placed_by(county.pack, by_code, merion, {"code": merion}) == "code"
    not_kept = feed(("code", "use"), by="code")
    assert placed_by(county.pack, not_kept, merion, {}) is None
