"""Numbers far from usual: taken, counted, named in the receipt with file and row."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from intake_town import Desk, as_csv, row, unusual_town

from qingyu.engine.store import Home
from qingyu.intake.receipt import UnusualRow
from qingyu.intake.receive import receive

ROWS = [row("1", amount="8"), row("2", amount="80000.5"), row("3", number="?"), row("4", amount="")]


def test_a_receipt_names_them_and_refuses_nothing(desk: Desk) -> None:
    desk.pack = unusual_town()
    found = desk.send(ROWS, version=1)
    assert (found.new, found.refused, set(found.reasons)) == (3, 1, {"not_an_integer:number"})
    assert found.unusual == {"amount": 1}
    (one,) = found.unusual_rows
    assert (one.row, one.column, one.value) == (3, "amount", "80000.50")
    assert one.file.endswith(".csv")
    assert found.public()["unusual_rows"] == [one.to_json()]


def test_a_dry_run_says_the_same_and_the_same_file_again_says_how_many(desk: Desk) -> None:
    desk.pack = unusual_town()
    tried = desk.send(ROWS, version=1, dry_run=True)
    assert (tried.unusual, len(tried.unusual_rows)) == ({"amount": 1}, 1)
    desk.send(ROWS, version=1)
    again = desk.send(ROWS, version=1)
    assert (again.again, again.unusual) == (True, {"amount": 1})


def test_what_was_told_before_or_is_confirmed_is_not_told_again(desk: Desk) -> None:
    desk.pack = unusual_town()
    desk.send(ROWS, version=1)
    more = desk.send([*ROWS, row("5", amount="501")], version=2)
    assert (more.unusual, [one.value for one in more.unusual_rows]) == ({"amount": 1}, ["501.00"])
    desk.pack = unusual_town(confirmed=[date(2020, 1, 5)])
    assert desk.send([row("6", amount="502")], version=3).unusual == {}


def test_refused_rows_and_repeats_are_not_among_them(desk: Desk) -> None:
    desk.pack = unusual_town()
    rows = [row("1", amount="900", number="?"), row("2", amount="900"), row("2", amount="900")]
    found = desk.send(rows, version=1)
    assert (found.refused, found.repeated, found.unusual) == (1, 1, {"amount": 1})


def test_rows_of_several_files_are_named_by_their_own(desk: Desk) -> None:
    desk.pack = unusual_town()
    files = []
    for name, key in (("one.csv", "1"), ("two.csv", "2")):
        path = desk.folder / name
        path.write_text(as_csv([row(f"{key}0"), row(key, amount="-3")]), "utf-8")
        files.append(path)
    found = receive(desk.home, desk.pack, "calls", files, version=1, who="clerk")
    assert found.unusual_rows == (
        UnusualRow("one.csv", 3, "amount", "-3.00"),
        UnusualRow("two.csv", 3, "amount", "-3.00"),
    )


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.integers(-200, 60_000), max_size=8))
def test_as_many_as_a_plain_reading_finds(
    tmp_path_factory: pytest.TempPathFactory, hundredths: list[int]
) -> None:
    folder = tmp_path_factory.mktemp("unusual")
    desk = Desk(Home.create(folder / "home", folder / "pack"), folder, unusual_town())
    amounts = [Decimal(one) / 100 for one in hundredths]
    rows = [row(str(n), amount=str(amount)) for n, amount in enumerate(amounts)]
    found = desk.send([*rows, row("plain")], version=1)
    beyond = [n for n, amount in enumerate(amounts) if not 0 <= amount <= 500]
    assert found.unusual == ({"amount": len(beyond)} if beyond else {})
    assert [one.row for one in found.unusual_rows] == [n + 2 for n in beyond]
