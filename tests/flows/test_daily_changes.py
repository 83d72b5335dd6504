"""Changed colours of earlier periods, each with the causes that add up to its change."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from daily_office import NOW, PACK, Office
from flows_county import LAST, MERION, Call, all_kinds, calls

from qingyu.flows.daily_state import load_state
from qingyu.index.exact_json import Fixed
from qingyu.pack.model import Pack

DAY = date(2016, 3, 30)
SURGE = "EMS: FALL VICTIM"
SURGED = "4209144976"  # Lower Merion


def surge(place: str = MERION, day: date = DAY, size: int = 60) -> list[Call]:
    """Many more calls of one kind on one day."""
    more = calls(day, day, lambda at, where: size if where == place else 0, SURGE)
    return [Call(f"late {call.desc}", call.at, call.title, call.twp) for call in more]


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """The report of the run that learns of a surge four days late."""
    office = Office(tmp_path_factory.mktemp("county"))
    office.lay()
    office.run()
    newest = Call("the newest", datetime(2016, 4, 1, 23), twp="ABINGTON")  # noqa: DTZ001
    office.put("late.csv", [*all_kinds(), *surge(), newest])
    office.at(NOW.replace(hour=20))
    report: dict[str, Any] = office.run().report
    report["state"] = load_state(office.home)
    return report


def test_the_changed_colour_is_told(told: dict[str, Any]) -> None:
    found = {(one["period"], one["area"]): one for one in told["changes"]}
    for period in ("2016-03-X3", "2016-03", "2016-Q1"):
        changed = found[period, SURGED]
        assert changed["was"] != changed["grade"]
        assert changed["amount"].units < 0


def test_the_causes_add_up(told: dict[str, Any]) -> None:
    assert told["changes"]
    for one in told["changes"]:
        amounts = [line["amount"] for line in one["causes"]]
        assert sum(amount.units for amount in amounts) == one["amount"].units
        assert all(isinstance(amount, Fixed) for amount in amounts)


def test_its_own_late_records_are_the_cause(told: dict[str, Any]) -> None:
    """The pack is the same and nobody counted the people anew."""
    for one in told["changes"]:
        by_cause = {line["cause"]: line["amount"].units for line in one["causes"]}
        assert set(by_cause) == {
            "exposure", "method", "availability", "peers", "baseline", "world",
        }  # fmt: skip
        assert by_cause["exposure"] == by_cause["method"] == 0
        if one["area"] == SURGED:
            assert by_cause["world"] < 0 < by_cause["peers"]
        else:
            assert by_cause["world"] == 0  # only its peers had late records


def test_what_was_told_is_brought_up_to_date(told: dict[str, Any]) -> None:
    """The next run compares with these."""
    scores = told["state"].scores
    for one in told["changes"]:
        assert scores[one["period"]][one["area"]][1] == one["grade"]


def kinder(pack: Pack) -> Pack:
    """The same pack, in which half of the second grade is the first."""
    scale = pack.grades.scales[-1]
    best, *rest = scale.grades
    lifted = best.model_copy(update={"cut": 84_500_000})
    scales = (*pack.grades.scales[:-1], scale.model_copy(update={"grades": (lifted, *rest)}))
    grades = pack.grades.model_copy(update={"scales": scales})
    return pack.model_copy(update={"grades": grades, "digest": "f" * 64})


def test_a_new_pack_is_a_cause_of_its_own(tmp_path: Path) -> None:
    """Colours may change though no score does."""
    from qingyu.flows.daily import daily

    office = Office(tmp_path)
    office.lay()
    office.run()
    changes: Any = daily(office.home, kinder(PACK), "test").report["changes"]
    assert changes
    for one in changes:
        amounts = {line["cause"]: line["amount"].units for line in one["causes"]}
        assert sum(amounts.values()) == one["amount"].units == 0


def test_nothing_new_changes_nothing(tmp_path: Path) -> None:
    office = Office(tmp_path)
    office.lay()
    office.run()
    office.at(datetime(2016, 4, 3, 12, tzinfo=UTC))
    assert office.run().report["changes"] == []
    assert office.home.clock().date() > LAST
