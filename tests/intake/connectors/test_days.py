"""Which days are asked for: pure in the batches, the contract and today."""

from __future__ import annotations

from datetime import date, timedelta

from feeds_records import extracted_town
from intake_town import Desk, as_csv, row

from qingyu.intake.connectors.days import days_to_ask, last_full

SINCE = date(2020, 1, 3)
DAY = timedelta(days=1)


def received(desk: Desk, *spans: tuple[int, int]) -> Desk:
    desk.pack = extracted_town()
    for number, (first, last) in enumerate(spans):
        when = f"2020-01-{first:02} 10:00:00"
        desk.receive(
            as_csv([row(f"{number}", when)]),
            covers=(date(2020, 1, first), date(2020, 1, last)),
            version=f"2020-01-{last + 1:02}T06:00",
        )
    return desk


def asked(desk: Desk, today: int, overlap: int = 0) -> tuple[int, int] | None:
    found = days_to_ask(
        desk.pack, desk.home.batches(), "calls", SINCE, overlap, date(2020, 1, today)
    )
    return None if found is None else (found[0].day, found[1].day)


def test_all_since_the_beginning_at_first(desk: Desk) -> None:
    received(desk)
    assert asked(desk, 8) == (3, 7)
    assert asked(desk, 4) == (3, 3)
    assert asked(desk, 3) is None


def test_after_the_last_full_day_less_the_overlap(desk: Desk) -> None:
    received(desk, (3, 5), (6, 6))
    assert last_full(desk.pack, desk.home.batches(), "calls") == date(2020, 1, 6)
    assert asked(desk, 9) == (7, 8)
    assert asked(desk, 9, overlap=2) == (5, 8)
    assert asked(desk, 9, overlap=99) == (3, 8)
    assert asked(desk, 7) is None
    assert asked(desk, 7, overlap=1) == (6, 6)


def test_a_batch_taken_back_is_asked_for_again(desk: Desk) -> None:
    received(desk, (3, 5), (6, 6))
    desk.withdraw(2)
    assert asked(desk, 8) == (6, 7)


def test_a_day_that_looks_low_was_delivered_all_the_same(desk: Desk) -> None:
    received(desk, *[(day, day) for day in range(3, 28)])
    assert asked(desk, 29) == (28, 28)
