"""From a file to an explained score, through every room of the house."""

from __future__ import annotations

import json
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from flows_county import CRASH, MERION, Call, County, all_kinds, edited

from qingyu.errors import NotFoundError, UsageError
from qingyu.flows.explain import explain
from qingyu.flows.first_known import first_known
from qingyu.flows.opening import area_code
from qingyu.flows.show import show
from qingyu.index.exact_json import Fixed, dumps
from qingyu.index.explanation import Explanation
from qingyu.periods import parse


def twice_in_march(day: date, place: str) -> int:
    return 4 if day >= date(2016, 3, 1) and place == MERION else 2


@pytest.fixture(scope="module")
def county(tmp_path_factory: pytest.TempPathFactory) -> County:
    """Everything comes with one file."""
    found = County(tmp_path_factory.mktemp("county"))
    found.take(all_kinds(twice_in_march))
    return found


def crash(found: Explanation) -> dict[str, object]:
    return next(p for p in found.parts if p.indicator == "traffic_crash").to_json()


def test_from_file_to_score(county: County) -> None:
    found = explain(county.home, county.pack, "lower merion", "2016-03")
    part = next(part for part in found.parts if part.indicator == "traffic_crash")
    # 4 a day in the 31 days of March; 2 a day in the 8 weeks before and in February
    assert part.count == Fixed(124, 0)
    assert part.exposure == 57_825 * 31
    trailing = next(held for held in part.comparisons if held.kind == "trailing")
    assert (trailing.count, trailing.expected) == (112, 62_000_000)
    assert part.pack_line is not None
    assert part.pack_line.startswith("indicators/traffic_crash.yaml:")
    assert trailing.curve_line is not None
    parts = sum(part.contribution or 0 for part in found.parts)
    assert found.score is not None
    assert parts == found.score * 1000
    assert found.sentence.numbers["count"] == 124
    assert found.area == area_code(county.pack, MERION)


def test_json_reads_back_exactly(county: County) -> None:
    found = explain(county.home, county.pack, MERION, "2016-03")
    read = json.loads(dumps(found.to_json()), parse_float=Decimal)
    assert found.score is not None
    assert read["score"] == Decimal(found.score) / 1000
    assert sum(part["contribution"] or 0 for part in read["parts"]) == read["score"]
    assert sum(line["amount"] for line in read["change"]) == (
        read["score"] - read["previous"]["score"]
    )
    assert [line["cause"] for line in read["change"]] == [
        "late_data", "exposure", "method", "availability", "peers", "baseline", "world",
    ]  # fmt: skip


def test_the_first_month_has_no_change(county: County) -> None:
    found = explain(county.home, county.pack, MERION, "2016-01")
    assert found.change.lines == ()
    assert found.change.note is not None
    assert str(found.change.note) == "The period before has no score."


def test_a_period_without_a_score_says_so(county: County) -> None:
    found = explain(county.home, county.pack, MERION, "2016-05")
    assert found.score is None
    assert str(found.change.note) == "This period has no score."
    assert str(found.sentence).startswith("No data.")


def test_one_record_edited_changes_words_and_fields(tmp_path: Path) -> None:
    county = County(tmp_path)
    given = all_kinds(twice_in_march)
    county.take(given)
    before = explain(county.home, county.pack, MERION, "2016-03")
    # One crash of Lower Merion turns out to have been in Abington.
    county.take(
        [*edited(given, f"{CRASH} {MERION} 2016-03-09 #1", twp="ABINGTON"), _later_version()]
    )
    after = explain(county.home, county.pack, MERION, "2016-03")
    assert str(before.sentence) == CRASHES.format(count=124)
    assert str(after.sentence) == CRASHES.format(count=123)
    assert crash(before)["count"] == Fixed(124, 0)
    assert crash(after)["count"] == Fixed(123, 0)
    assert (before.sentence.numbers["count"], after.sentence.numbers["count"]) == (124, 123)
    unlike = {name for name, value in fields(before).items() if fields(after)[name] != value}
    assert unlike == {"traffic_crash"}
    assert before.score is not None
    assert after.score is not None
    assert after.score > before.score


CRASHES = "Red: poor. Road crashes: {count} events, about double; about 62 by the 8 weeks before."


def fields(found: Explanation) -> dict[str, object]:
    return {part.indicator: (part.count, part.rate, part.points) for part in found.parts}


def _later_version() -> Call:
    """The newest call of the file is the version of the file."""
    return Call("the last", datetime(2016, 4, 1, 23), twp="NORRISTOWN")  # noqa: DTZ001


def test_as_known(tmp_path: Path) -> None:
    county = County(tmp_path)
    given = all_kinds()
    county.take(given)  # received on 1 May
    county.take(
        [*edited(given, f"{CRASH} {MERION} 2016-03-09 #1", twp="ABINGTON"), _later_version()]
    )
    for asked, count in (("1", 62), ("2016-05-01", 62), ("2", 61), ("2016-05-02", 61), (None, 61)):
        found = explain(county.home, county.pack, MERION, "2016-03", asked)
        assert crash(found)["count"] == Fixed(count, 0), asked
    nothing = explain(county.home, county.pack, MERION, "2016-03", "2016-04-30")
    assert nothing.score is None
    assert nothing.known == 0


def test_late_data_is_told_apart(tmp_path: Path) -> None:
    """February was first known with the first batch; a correction came with the second."""
    county = County(tmp_path)
    given = all_kinds()
    county.take(given)
    february = explain(county.home, county.pack, MERION, "2016-02").score
    county.take(
        [*edited(given, f"{CRASH} {MERION} 2016-02-09 #1", twp="ABINGTON"), _later_version()]
    )
    march = explain(county.home, county.pack, MERION, "2016-03")
    amounts = {line.cause: line.amount for line in march.change.lines}
    assert first_known(county.home, county.pack, parse("2016-02"), 2) == 1
    assert (march.change.known, march.change.before) == (1, february)
    corrected = explain(county.home, county.pack, MERION, "2016-02").score
    assert corrected is not None
    assert february is not None
    assert amounts["late_data"] == corrected - february
    assert amounts["late_data"] != 0
    assert march.score is not None
    assert sum(amounts.values()) == march.score - february


def test_first_known_by_the_day(tmp_path: Path) -> None:
    county = County(tmp_path)
    county.take([call for call in all_kinds() if call.at.date() <= date(2016, 3, 10)])
    county.take(all_kinds())
    assert first_known(county.home, county.pack, parse("2016-02"), 2) == 1
    assert first_known(county.home, county.pack, parse("2016-03"), 2) == 2
    assert first_known(county.home, county.pack, parse("2016-03"), 1) is None
    assert first_known(county.home, county.pack, parse("2016-03-10"), 2) == 2  # an edge at first


def test_show_and_explain_agree(county: County) -> None:
    for period in ("2016-03", "2016-03-20"):
        shown = show(county.home, county.pack, period, "township")
        row = next(row for row in shown.rows if row.name == MERION)
        found = explain(county.home, county.pack, MERION, period)
        assert (row.score, row.grade, row.rank, row.of) == (
            found.score, found.grade, found.rank, found.of,
        )  # fmt: skip
        assert row.sentence.to_json() == found.sentence.to_json()
        if found.change.lines:
            assert row.change == sum(line.amount for line in found.change.lines[1:])


@pytest.mark.parametrize(
    ("asked", "found"),
    [("4209144976", True), (" lower  merion ", True), ("下梅里恩", None), ("LOWER MERIAN", False)],
)
def test_areas_by_code_or_name(county: County, asked: str, found: bool | None) -> None:
    if found:
        assert area_code(county.pack, asked) == "4209144976"
    elif found is False:
        with pytest.raises(NotFoundError) as caught:
            area_code(county.pack, asked)
        assert "LOWER MERION" in str(caught.value)


def test_words_that_are_no_batch_or_period(county: County) -> None:
    with pytest.raises(NotFoundError):
        explain(county.home, county.pack, MERION, "2016-03", "9")
    with pytest.raises(UsageError):
        explain(county.home, county.pack, MERION, "2016-13")
    monthly = county.pack.model_copy(update={"indices": county.pack.indices[1:]})
    with pytest.raises(NotFoundError) as caught:
        explain(county.home, monthly, MERION, "2016-03-03")
    assert "month" in str(caught.value)


def test_a_home_without_records_says_what_to_do(tmp_path: Path) -> None:
    county = County(tmp_path)
    with pytest.raises(NotFoundError) as caught:
        show(county.home, county.pack)
    assert "qingyu receive" in str(caught.value)
    assert explain(county.home, county.pack, MERION, "2016-03").score is None
