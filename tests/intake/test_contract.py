"""Every rule of a contract: what is refused, with which reason, and what is kept as it is."""

from __future__ import annotations

import pytest
from intake_town import COLUMNS, Desk, row, town

BAD_NUMBERS = [
    "NaN", "Inf", "-Infinity", "1e309", "1e3", "1.5", "1,234", "1 234", "１２", "三", "3起", "0x10",
    "+5", "--1", "9" * 19, "1_000", "1\u20092",
]  # fmt: skip


def reasons_of(desk: Desk, **cells: str) -> dict[str, int]:
    when = cells.pop("when", "2020-01-05 10:00:00")
    return desk.send([row("1", when, **cells), row("2")]).reasons


@pytest.mark.parametrize("text", BAD_NUMBERS)
def test_what_is_no_whole_number_is_refused_and_never_zero(desk: Desk, text: str) -> None:
    assert reasons_of(desk, number=text) == {"not_an_integer:number": 1}
    assert desk.alive("key, c_number") == [("2", 1, 1)]


@pytest.mark.parametrize(
    ("cells", "reason"),
    [
        ({"number": "-1"}, "too_small:number"),
        ({"number": "1001"}, "too_large:number"),
        ({"amount": "NaN"}, "not_a_decimal:amount"),
        ({"amount": "1e309"}, "not_a_decimal:amount"),
        ({"amount": "1，5"}, "not_a_decimal:amount"),
        ({"amount": "1,5"}, "not_a_decimal:amount"),
        ({"amount": "1.234"}, "too_many_places:amount"),
        ({"kind": "Fire"}, "not_among:kind"),
        ({"note": "<b>"}, "not_in_pattern:note"),
        ({"when": ""}, "missing:when"),
        ({"id": ""}, "missing:id"),
        ({"when": "2020-02-31 10:00:00"}, "not_a_time:when"),
        ({"when": "2021-02-29 10:00:00"}, "not_a_time:when"),
        ({"when": "0000-01-01 10:00:00"}, "not_a_time:when"),
        ({"when": "1899-12-31 10:00:00"}, "not_a_time:when"),
        ({"when": "2101-01-01 10:00:00"}, "not_a_time:when"),
        ({"when": "2020-13-01 10:00:00"}, "not_a_time:when"),
        ({"when": "2020-W53"}, "not_a_time:when"),
        ({"when": "2020-01-05 24:00:00"}, "not_a_time:when"),
        ({"when": "2020-01-05 10:60:00"}, "not_a_time:when"),
        ({"when": "2020-01-05"}, "not_a_time:when"),
        ({"when": "05/01/2020 10:00"}, "not_a_time:when"),
        ({"when": "２０２０-01-05 10:00:00"}, "not_a_time:when"),
        ({"when": "infinity"}, "not_a_time:when"),
        ({"when": "epoch"}, "not_a_time:when"),
        ({"when": "1578189600"}, "not_a_time:when"),
        ({"when": "2020-01-05 10:00:00+25:00"}, "not_a_time:when"),
        ({"when": "2020-01-05 10:00:00+08:75"}, "not_a_time:when"),
    ],
)  # fmt: skip
def test_each_rule_has_its_reason(desk: Desk, cells: dict[str, str], reason: str) -> None:
    assert reasons_of(desk, **cells) == {reason: 1}


def test_a_row_carries_all_its_reasons(desk: Desk) -> None:
    receipt = desk.send([row("1", number="x", amount="y", kind="z"), row("2")])
    (refused,) = desk.rejects(receipt)
    assert refused["qingyu_row"] == "2"
    assert refused["qingyu_reasons"].count(";") >= 2
    assert set(receipt.reasons) == {
        "not_an_integer:number", "not_a_decimal:amount", "not_among:kind",
    }  # fmt: skip
    assert (receipt.refused, receipt.accepted, receipt.rows) == (1, 1, 2)


@pytest.mark.parametrize(
    ("text", "stored"),
    [
        ("1.5", 150), ("1.50", 150), ("1.5000", 150), ("-0.05", -5), ("7", 700), ("7.", 700),
        ("0.07", 7), ("-0", 0), ("999999999999.99", 99999999999999), ("", None),
    ],
)  # fmt: skip
def test_decimals_are_exact_integers(desk: Desk, text: str, stored: int | None) -> None:
    desk.send([row("1", amount=text)])
    assert desk.alive("c_amount") == [(stored, 1)]


def test_codes_keep_their_zeros(desk: Desk) -> None:
    desk.send([row("00012", place="00012")])
    assert desk.alive("key, area, c_place") == [("00012", "00012", "00012", 1)]


def test_blanks_around_a_value_do_not_count(desk: Desk) -> None:
    desk.send([row(" 1 ", "  2020-01-05 10:00:00", number=" 7 ", note="  ")])
    assert desk.alive("key, c_number, c_note") == [("1", 7, None, 1)]


def test_times_before_the_earliest_day_are_refused(desk: Desk) -> None:
    desk.pack = town(earliest="2020-01-01")
    receipt = desk.send([row("1", "2019-12-31 23:59:59"), row("2", "2020-01-01 00:00:00")])
    assert receipt.reasons == {"before_earliest:when": 1}


def test_times_after_the_extract_are_refused(desk: Desk) -> None:
    desk.pack = town(version={"by": "extract"})
    rows = [row("1", "2020-01-31 06:00:00"), row("2", "2020-01-31 06:00:01")]
    receipt = desk.send(rows, version="2020-01-31T06:00")
    assert receipt.reasons == {"after_version:when": 1}


def test_more_rules_than_one_mask_holds(desk: Desk) -> None:
    """Sixty-five columns: the reasons of the last ones are found as well as those of the first."""
    extra = [{"name": f"x{n}", "type": "integer", "required": True} for n in range(60)]
    desk.pack = town(columns=[*COLUMNS, *extra])
    names = [column["name"] for column in desk.pack.model_dump()["sources"][0]["columns"]]
    good = row("1") | {f"x{n}": "1" for n in range(60)}
    bad = row("2", number="?") | {f"x{n}": "1" for n in range(59)} | {"x59": ""}
    lines = [",".join(names), *(",".join(r[name] for name in names) for r in (good, bad))]
    assert desk.receive("\n".join(lines)).reasons == {
        "missing:x59": 1, "not_an_integer:number": 1,
    }  # fmt: skip


def test_dates_and_other_forms_of_time(desk: Desk) -> None:
    columns = [c if c["name"] != "when" else c | {"format": "%d/%m/%Y %H:%M"} for c in COLUMNS]
    columns.append({"name": "closed", "type": "date", "format": "%Y%m%d"})
    desk.pack = town(columns=columns)
    header = "id,when,kind,number,amount,place,name,lon,lat,note,person,phone,closed\n"
    desk.receive(
        header
        + "1,05/01/2020 10:00,fire,1,,B,,,,,,,20200106\n"
        + "2,2020-01-05 11:00:00,fire,1,,B,,,,,,,2020-01-06\n"
        + "3,05/01/2020 12:00,fire,1,,B,,,,,,,20200231\n"
    )
    assert [(str(at), str(closed)) for at, closed, _ in desk.alive('"at", c_closed')] == [
        ("2020-01-05 10:00:00", "2020-01-06"),
        ("2020-01-05 11:00:00", "2020-01-06"),
    ]
