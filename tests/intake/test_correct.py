"""Declared corrections: guarded, bound to what the department said, and taken back."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from intake_town import Desk, days, row, town

from qingyu.engine.store import Home
from qingyu.errors import DamageError, InputError, QingyuError, UsageError
from qingyu.intake.correct import Declaration, correct
from qingyu.intake.declared import corrections_of
from qingyu.intake.receipt import Receipt

FREE: dict[str, Any] = {"corrections": {"at_most": "1"}}
LETTER = "letter 118 of the fire brigade"


@pytest.fixture
def free(desk: Desk) -> Desk:
    """A desk whose contract lets every record be corrected."""
    desk.pack = town(**FREE)
    return desk


def declare(desk: Desk, *lines: tuple[str, str, str, str], **more: Any) -> Receipt:
    given = [Declaration(*line) for line in lines]
    return correct(desk.home, desk.pack, "calls", given, reason=LETTER, who="Li Min", **more)


def test_a_field_a_day_and_an_area_are_corrected(free: Desk) -> None:
    free.send([row("1"), row("2"), row("3", amount="12.50")])
    receipt = declare(
        free,
        ("1", "kind", "fire", "theft"),
        ("2", "area", "B", "H1"),
        ("2", "day", "2020-01-05", "2020-01-06"),
        ("3", "amount", "12.50", "7.05"),
    )
    assert (receipt.number, receipt.kind, receipt.corrected) == (2, "correct", 3)
    columns = 'key, area, day::VARCHAR, c_kind, c_amount, "at"::VARCHAR, c_when::VARCHAR'
    assert free.alive(columns) == [
        ("1", "B", "2020-01-05", "theft", None, "2020-01-05 10:00:00", "2020-01-05 10:00:00", 1),
        ("2", "H1", "2020-01-06", "fire", None, "2020-01-06 10:00:00", "2020-01-06 10:00:00", 1),
        ("3", "B", "2020-01-05", "fire", 705, "2020-01-05 10:00:00", "2020-01-05 10:00:00", 1),
    ]  # fmt: skip
    (found,) = corrections_of(free.home, "calls")
    assert (found.reason, found.batch.who) == (LETTER, "Li Min")
    assert [(one.field, one.old, one.new) for one in found.of("2")] == [
        ("area", "B", "H1"), ("day", "2020-01-05", "2020-01-06"),
    ]  # fmt: skip


def test_an_empty_cell_and_an_emptied_one(free: Desk) -> None:
    free.send([row("1", note="hill", number="")])
    declare(free, ("1", "note", "hill", ""), ("1", "number", "", "4"))
    assert free.alive("c_note, c_number") == [(None, 4, 1)]


def test_the_same_again_is_the_first_receipt(free: Desk) -> None:
    free.send([row("1")])
    first = declare(free, ("1", "kind", "fire", "theft"))
    again = declare(free, ("1", "kind", "fire", "theft"))
    assert (again.number, again.again) == (first.number, True)
    assert len(free.home.batches()) == 2


def test_a_dry_run_leaves_nothing(free: Desk) -> None:
    free.send([row("1")])
    assert declare(free, ("1", "kind", "fire", "theft"), dry_run=True).number is None
    assert len(free.home.batches()) == 1
    assert free.alive("c_kind") == [("fire", 1)]


REFUSED = [
    (("1", "kind", "theft", "fire"), "where"),  # that is not what stands
    (("1", "kind", "fire", "flood"), "fire, theft"),
    (("1", "kind", "fire", "fire"), "twice"),
    (("9", "kind", "fire", "theft"), "no record"),
    (("1", "person", "x", "y"), "no field"),
    (("1", "phone", "", "y"), "no field"),
    (("1", "lon", "", "1"), "no field"),
    (("1", "id", "1", "2"), "no field"),
    (("1", "when", "2020-01-05 10:00:00", "2020-01-06 10:00:00"), "no field"),
    (("1", "place", "B", "H1"), "no field"),
    (("1", "area", "B", "NEW"), "valid on"),
    (("1", "day", "2020-01-05", "2020-02-31"), "2026-10-31"),
    (("1", "number", "1", "1001"), "at most"),
    (("1", "number", "1", "1.5"), "decimals"),
    (("1", "amount", "", "1.005"), "decimals"),
]


@pytest.mark.parametrize(("line", "said"), REFUSED)
def test_the_guard_refuses(free: Desk, line: tuple[str, str, str, str], said: str) -> None:
    free.send([row("1")])
    with pytest.raises(InputError) as caught:
        declare(free, line)
    assert said in str(caught.value)
    assert len(free.home.batches()) == 1
    assert free.send([row("2")], version=2).number == 2  # and the desk works on


def test_nothing_to_declare_and_no_reason(free: Desk) -> None:
    free.send([row("1")])
    with pytest.raises(UsageError):
        declare(free)
    with pytest.raises(UsageError):
        correct(free.home, free.pack, "calls", [Declaration("1", "kind", "fire", "theft")],
                reason=" ", who="x")  # fmt: skip


def test_more_than_the_declared_share_is_refused(desk: Desk) -> None:
    desk.pack = town(corrections={"at_most": "0.2"})
    desk.send([row(str(n)) for n in range(10)])
    declare(desk, ("1", "kind", "fire", "theft"))
    declare(desk, ("2", "kind", "fire", "theft"))
    declare(desk, ("2", "number", "1", "5"))  # the same record once more
    with pytest.raises(InputError, match="of 10"):
        declare(desk, ("3", "kind", "fire", "theft"))
    desk.withdraw(2)
    declare(desk, ("3", "kind", "fire", "theft"))


def test_taken_back_and_the_newer_one_first(free: Desk) -> None:
    free.send([row("1")])
    declare(free, ("1", "kind", "fire", "theft"))
    declare(free, ("1", "number", "1", "9"))
    assert free.alive("c_kind, c_number") == [("theft", 9, 1)]
    with pytest.raises(UsageError, match="3"):
        free.withdraw(2)
    free.withdraw(3)
    assert free.alive("c_kind, c_number") == [("theft", 1, 1)]
    free.withdraw(2)
    assert free.alive("c_kind, c_number") == [("fire", 1, 1)]


def test_it_gives_way_when_the_department_speaks(free: Desk) -> None:
    free.send([row("1"), row("2")])
    declare(free, ("1", "kind", "fire", "theft"), ("2", "kind", "fire", "theft"))
    again = free.send([row("1"), row("2"), row("3")], version=2)  # the very rows that are wrong
    assert (again.unchanged, again.new) == (2, 1)
    assert free.alive("key, c_kind") == [("1", "theft", 1), ("2", "theft", 1), ("3", "fire", 1)]
    newer = free.send([row("1", number="7")], version=3)
    assert newer.corrected == 1
    assert free.alive("key, c_kind, c_number")[0] == ("1", "fire", 7, 1)
    free.withdraw(4)
    assert free.alive("key, c_kind, c_number")[0] == ("1", "theft", 1, 1)


def test_a_snapshot_speaks_for_the_day_the_department_gave(desk: Desk) -> None:
    desk.pack = town(delivery="snapshot", **FREE)
    desk.send([row("1", "2020-01-05 10:00:00"), row("2", "2020-01-09 10:00:00")])
    declare(
        desk, ("1", "day", "2020-01-05", "2020-01-09"), ("2", "day", "2020-01-09", "2020-01-05")
    )
    desk.send([row("2", "2020-01-09 10:00:00")], version=2, covers=days(8, 10))
    assert desk.alive("key, day::VARCHAR") == [("1", "2020-01-09", 1), ("2", "2020-01-05", 1)]
    desk.send([row("3", "2020-01-08 10:00:00")], version=3, covers=days(8, 10))
    assert desk.alive("key, day::VARCHAR") == [("1", "2020-01-09", 1), ("3", "2020-01-08", 1)]


def test_an_altered_declaration_is_damage(free: Desk) -> None:
    free.send([row("1")])
    declare(free, ("1", "kind", "fire", "theft"))
    path = free.home.folder / "snapshots" / "2" / "correction.json"
    plain = json.loads(path.read_text())
    plain["reason"] = "another"
    path.write_text(json.dumps(plain))
    with pytest.raises(DamageError):
        corrections_of(free.home)


# -- the state is a pure function of the batches in force -----------------------------------------

Step = tuple[str, int, int]
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("send"), st.integers(1, 4), st.integers(0, 26)),
        st.tuples(st.just("correct"), st.integers(0, 1), st.integers(2, 4)),
        st.tuples(st.just("back"), st.integers(1, 9), st.just(0)),
    ),
    min_size=2,
    max_size=9,
)


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS)
def test_the_department_then_the_newest_correction_of_what_it_said(
    tmp_path_factory: pytest.TempPathFactory, steps: Sequence[Step]
) -> None:
    folder = tmp_path_factory.mktemp("desk")
    desk = Desk(Home.create(folder / "home", folder / "pack"), folder)
    desk.pack = town(**FREE)
    sends: dict[int, tuple[int, dict[str, int]]] = {}  # batch → version, key → number
    said: dict[int, tuple[str, int, int]] = {}  # batch → key, what the department said, declared
    for what, one, two in steps:
        before = len(desk.home.batches())
        try:
            if what == "send":
                numbers = {k: n - 1 for k, n in zip("ab", divmod(two, 9), strict=True) if n % 3}
                desk.send([row(k, number=str(n % 3)) for k, n in numbers.items()], version=one)
            elif what == "correct":
                key = "ab"[one]
                now = expected(sends, said)
                if key not in now:
                    continue
                declare(desk, (key, "number", str(now[key]), str(two)))
            else:
                desk.withdraw(one)
        except QingyuError:
            continue
        number = len(desk.home.batches())
        if number == before:
            continue
        if what == "send":
            sends[number] = one, {k: n % 3 for k, n in numbers.items()}
        elif what == "correct":
            said[number] = key, department(sends)[key], two
        else:
            sends.pop(one, None)
            said.pop(one, None)
        found = {key: value for key, value, _ in desk.alive("key, c_number")}
        assert found == expected(sends, said), (steps, what, one, two)


def department(sends: dict[int, tuple[int, dict[str, int]]]) -> dict[str, int]:
    """Of each key the row of the greatest version, of equal versions the first batch's."""
    found: dict[str, tuple[int, int, int]] = {}
    for number, (version, rows) in sorted(sends.items()):
        for key, value in rows.items():
            found[key] = max(found.get(key, (0, 0, 0)), (version, -number, value))
    return {key: value for key, (_, _, value) in found.items()}


def expected(
    sends: dict[int, tuple[int, dict[str, int]]], said: dict[int, tuple[str, int, int]]
) -> dict[str, int]:
    found = department(sends)
    base = dict(found)
    for _, (key, ground, value) in sorted(said.items()):
        if base.get(key) == ground:
            found[key] = value
    return found
