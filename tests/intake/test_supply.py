"""What the sources have delivered, on a day that is given."""

from __future__ import annotations

from datetime import date

from intake_town import Desk, days, row, town, unusual_town

from qingyu.engine.tables import Outlying
from qingyu.intake.supply import SupplyRow, supply


def at(desk: Desk, day: date) -> SupplyRow:
    (found,) = supply(desk.home, desk.pack, day)
    return found


def test_nothing_received(desk: Desk) -> None:
    found = at(desk, date(2020, 1, 20))
    assert (found.status, found.batches, found.late, found.full) == ("never", (), None, ())


def test_full_partial_missing_and_late(desk: Desk) -> None:
    desk.pack = town(gaps=[{"from": "2020-01-04", "to": "2020-01-04", "reason": "power cut"}])
    desk.send([row("1", "2020-01-03 10:00:00"), row("2", number="?")], version=1,
              covers=days(2, 6))  # fmt: skip
    desk.send([row("3", "2020-01-10 10:00:00")], version=2, covers=days(9, 12))
    found = at(desk, date(2020, 1, 20))
    assert found.full == (days(3, 3), days(5, 5), days(10, 11))
    assert found.gap == (days(4, 4),)
    assert found.partial == (days(2, 2), days(6, 6), days(9, 9), days(12, 12))
    assert found.missing == (days(7, 8),)
    assert (found.due, found.late, found.status) == (date(2020, 1, 18), days(12, 18), "late")
    assert (found.accepted, found.refused, found.batches) == (2, 1, (1, 2))
    assert at(desk, date(2020, 1, 13)).status == "current"


def test_suspect_days_come_from_the_cube(desk: Desk) -> None:
    desk.pack = town(edges="full", usual={"below": 0.5, "weeks": 4, "least": 2})
    rows = [
        row(f"{d}-{n}", f"2020-01-{d:02d} 10:00:00")
        for d in range(1, 29)
        for n in range(4 if d != 28 else 1)
    ]
    desk.send(rows, version=1)
    found = at(desk, date(2020, 1, 30))
    assert (found.suspect, found.full) == ((days(28, 28),), (days(1, 27),))


def test_outlying_days_stay_full_and_are_named(desk: Desk) -> None:
    desk.pack = town(edges="full", usual={"above": 4, "weeks": 4, "least": 2})
    rows = [
        row(f"{d}-{n}", f"2020-01-{d:02d} 10:00:00")
        for d in range(1, 29)
        for n in range(4 if d != 28 else 17)
    ]
    desk.send(rows, version=1)
    found = at(desk, date(2020, 1, 30))
    assert (found.suspect, found.full) == ((), (days(1, 28),))
    assert found.outlying == (Outlying("calls", date(2020, 1, 28), 17, 8),)


def test_unusual_numbers_are_named_until_their_day_is_confirmed(desk: Desk) -> None:
    rows = [row("1", amount="8.00"), row("2", amount="80000.00"), row("3", amount="")]
    rows += [row("4", "2020-01-06 10:00:00", amount="-0.01")]
    desk.pack = unusual_town()
    desk.send(rows, version=1)
    first, second = at(desk, date(2020, 1, 30)).odd
    assert (first.column.name, first.day, first.records) == ("amount", date(2020, 1, 5), 1)
    assert (second.column.name, second.day, second.records) == ("amount", date(2020, 1, 6), 1)
    desk.pack = unusual_town(confirmed=[date(2020, 1, 5)])
    assert [one.day for one in at(desk, date(2020, 1, 30)).odd] == [date(2020, 1, 6)]
    desk.send([row("4", "2020-01-06 10:00:00", amount="1.00")], version=2)
    assert at(desk, date(2020, 1, 30)).odd == ()


def test_mended_and_withdrawn_batches(desk: Desk) -> None:
    desk.send([row("1"), row("2", number="?"), row("3", number="?")], version=1)
    desk.send([row("2")], supplement=1)
    assert at(desk, date(2020, 1, 6)).refused == 1
    desk.withdraw(2)
    found = at(desk, date(2020, 1, 6))
    assert (found.refused, found.withdrawn, found.batches) == (2, (2,), (1,))
    desk.withdraw(1)
    assert at(desk, date(2020, 1, 6)).status == "never"
