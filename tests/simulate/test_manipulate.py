"""The manipulator: what each act does to the stream, and that it does nothing else."""

from __future__ import annotations

from datetime import date
from functools import cache
from pathlib import Path

import pyarrow as pa
import pytest

from qingyu.pack.load import load_pack
from qingyu.simulate.city.events import DAY
from qingyu.simulate.city.records.book import Book
from qingyu.simulate.city.records.books import MAKERS
from qingyu.simulate.city.shapes import number_of
from qingyu.simulate.city.world import World, world_of
from qingyu.simulate.manipulate import (
    COPIES,
    ELSEWHERE,
    SCORED,
    SOURCES,
    THEFTS,
    Act,
    Kind,
    printed,
    tampered,
)

PACK = Path(__file__).resolve().parents[2] / "packs" / "zhuhai"
FIRST, LAST = number_of(date(2024, 3, 1)), number_of(date(2024, 3, 31))
TOWN = "440402003000"
COUNTED, SETTLED = (LAST + 1) * DAY + 6 * 3600, (LAST + 60) * DAY


CASES = ("urban_management", "hotline_12345")


@cache
def world() -> World:
    return world_of(load_pack(PACK), 5)


@cache
def book_of(source: str) -> Book:
    return MAKERS[source].book(world(), FIRST, LAST + 60)


def told(
    kind: Kind, strength: float, moment: int = SETTLED, after: int = 0
) -> tuple[pa.Table, ...]:
    """The month (and `after` days more; of cases, all that became of them) without the act and
    with it."""
    source = SOURCES[kind]
    book = book_of(source)
    act = Act(kind, printed(world().towns, TOWN), FIRST, LAST, strength)
    until = LAST + (60 if source in CASES else after)
    return tuple(one.told(FIRST, until, moment) for one in (book, tampered(book, source, (act,))))


def here(table: pa.Table) -> list[dict[str, str]]:
    names = printed(world().towns, TOWN)
    return [row for row in table.to_pylist() if row["镇街"] in names]


def elsewhere(table: pa.Table) -> list[dict[str, str]]:
    names = printed(world().towns, TOWN)
    return [row for row in table.to_pylist() if row["镇街"] not in names]


@pytest.mark.parametrize("kind", list(SOURCES))
def test_other_towns_are_left_alone_and_no_strength_does_nothing(kind: Kind) -> None:
    moment = COUNTED if kind == "hold_back" else SETTLED  # later it is all there
    honest, touched = told(kind, 1.0, moment, after=10)
    key = honest.column_names[0]
    assert sorted(elsewhere(touched), key=lambda r: r[key]) == sorted(
        elsewhere(honest), key=lambda r: r[key]
    )
    assert sorted(here(touched), key=str) != sorted(here(honest), key=str)
    honest, touched = told(kind, 0.0, after=10)
    assert touched.to_pylist() == honest.to_pylist()


def test_thefts_become_other_and_stay_in_number() -> None:
    honest, touched = (here(one) for one in told("reclassify", 1.0))
    assert len(honest) == len(touched)
    moved = [r for r in honest if r["警情类别"] in THEFTS]
    assert not [r for r in touched if r["警情类别"] in THEFTS]
    others = [sum(r["警情类别"] == ELSEWHERE for r in rows) for rows in (touched, honest)]
    assert others[0] - others[1] == len(moved)


def test_what_is_withdrawn_was_there_when_it_was_counted() -> None:
    assert told("withdraw", 1.0, COUNTED)[0] == told("withdraw", 1.0, COUNTED)[1]
    honest, touched = (here(one) for one in told("withdraw", 1.0))
    valid = [r for r in honest if r["警情类别"] in SCORED and r["处理结果"] == "有效"]
    assert len(honest) - len(touched) == len(valid) > 0


def test_what_is_held_back_comes_after() -> None:
    honest, touched = told("hold_back", 1.0, COUNTED)
    assert len(touched) < len(honest)
    assert told("hold_back", 1.0)[0] == told("hold_back", 1.0)[1]


def test_what_is_postponed_is_told_with_the_days_after() -> None:
    honest, touched = (here(one) for one in told("postpone", 1.0, after=10))
    assert len(honest) == len(touched)
    key, at = "接警编号", "接警时间"
    before = {r[key]: r[at] for r in honest}
    moved = [r for r in touched if r[at] != before[r[key]]]
    assert moved
    assert all(before[r[key]][:10] in ("2024-03-29", "2024-03-30", "2024-03-31") for r in moved)
    assert all("2024-04-01" <= r[at][:10] <= "2024-04-03" for r in moved)


def test_a_share_is_a_share() -> None:
    honest, touched = (here(one) for one in told("suppress", 0.5))
    hurt = [
        r for r in honest if r["受伤人数"] not in ("0", "", None) and r["警情类型"] == "交通事故"
    ]
    gone = len(honest) - len(touched)
    assert len(hurt) > 20
    assert 0.25 < gone / len(hurt) < 0.75


def test_late_answers_land_in_the_last_hour() -> None:
    honest, touched = (here(one) for one in told("backdate", 1.0))
    late = {r["工单编号"] for r in honest if r["办结时间"] and r["办结时间"] > r["办结时限"]
            and "2024-03-01" <= r["办结时限"][:10] <= "2024-03-31"}  # fmt: skip
    assert late
    for row in touched:
        if row["工单编号"] in late:
            assert row["办结时间"] < row["办结时限"]


def test_cases_are_invented_on_the_hour_and_split_within_minutes() -> None:
    honest, touched = (here(one) for one in told("invent", 1.0))
    more = [r for r in touched if r["案件编号"].endswith("N")]
    assert len(touched) - len(honest) == len(more) > 0
    assert all(r["发现时间"][14:] in ("00:00", "30:00") for r in more)
    honest, touched = (here(one) for one in told("split", 1.0))
    assert (len(touched) - len(honest)) % (COPIES - 1) == 0


def test_marks_that_flood_in_are_all_fives() -> None:
    honest, touched = (here(one) for one in told("flood", 1.0))
    more = len(touched) - len(honest)
    assert more == COPIES * len(honest)
    fives = [sum(r["评分"] == "5" for r in rows) for rows in (touched, honest)]
    assert fives[0] - fives[1] == more
