"""A day's run judges the morning that has come, tells what is new, and survives any kill."""

from __future__ import annotations

import json
import shutil
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from daily_office import PACK, Killed, Office
from flows_county import MERION, PLACES, Call
from warn_rules import RULES

from qingyu.cli.daily_page import print_daily
from qingyu.engine import disk
from qingyu.engine.store import Home
from qingyu.flows.daily import daily
from qingyu.flows.daily_state import load_state
from qingyu.flows.warn import silence
from qingyu.i18n import use_language
from qingyu.pack.model import Pack, Warnings

FIRST, LAST, RISE = date(2016, 1, 1), date(2016, 4, 1), date(2016, 3, 29)
EVENING = datetime(2016, 4, 2, 23, tzinfo=UTC)  # the hour of the pack's morning is over


def with_rules() -> Pack:
    return PACK.model_copy(update={"warnings": Warnings.model_validate(RULES, strict=False)})


def given() -> list[Call]:
    found = []
    for number in range((LAST - FIRST).days + 1):
        day = FIRST + timedelta(days=number)
        for place in PLACES:
            rise = place == MERION and day >= RISE
            noon = datetime(day.year, day.month, day.day, 12)  # noqa: DTZ001 - local time
            many = 14 if rise else 2 + (day.toordinal() * 5 + len(place)) % 3
            found += [Call(f"{place} {day} #{n}", noon + timedelta(minutes=n), twp=place)
                      for n in range(many)]  # fmt: skip
    return found


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Office:
    """The file came and was taken before the hour of the morning."""
    office = Office(tmp_path_factory.mktemp("daily-warn"))
    office.put("calls.csv", given())
    done = daily(office.home, with_rules(), "test")
    assert done.report["warnings"]["episodes"] == []  # type: ignore[index]
    return office


def at(office: Office, folder: Path, moment: datetime) -> Home:
    """A copy of the home at that moment."""
    shutil.copytree(office.home.folder, folder)
    home = Home.open(folder)
    home.clock = lambda: moment
    return home


def told(home: Home, day: date | None = None) -> dict[str, Any]:
    found = daily(home, with_rules(), "test", day).to_json()["warnings"]
    assert isinstance(found, dict)
    return found


def test_before_its_hour_a_morning_says_nothing(office: Office) -> None:
    state = load_state(office.home)
    assert (state.morning, state.warned) == ("", [])


def test_the_morning_is_judged_and_what_is_new_is_told_once(
    office: Office, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    home = at(office, tmp_path / "home", EVENING)
    done = daily(home, with_rules(), "test")
    assert not done.again
    report: Any = done.report["warnings"]
    (one,) = report["episodes"]
    assert report["morning"] == "2016-04-02"
    assert (one["first"], one["new"], one["subject"]) == ("2016-03-29", True, "traffic_crash")
    use_language("en")
    print_daily(with_rules(), done)
    page = capsys.readouterr().out
    assert "Warnings, as of the morning of 2016-04-02: 1, of these new: 1." in page
    assert "LOWER MERION" in page
    again = daily(home, with_rules(), "test")
    assert again.again
    assert again.report["warnings"]["episodes"][0]["new"] is False  # type: ignore[index]
    home.clock = lambda: EVENING + timedelta(days=1)
    (after,) = told(home)["episodes"]
    assert (after["key"], after["new"]) == (one["key"], False)


def test_a_day_that_is_named_is_looked_at_from_its_morning(office: Office, tmp_path: Path) -> None:
    home = at(office, tmp_path / "home", EVENING + timedelta(days=9))
    assert told(home, date(2016, 4, 3))["morning"] == "2016-04-03"


def test_what_is_silenced_and_what_is_not_known_is_counted(office: Office, tmp_path: Path) -> None:
    home = at(office, tmp_path / "home", EVENING + timedelta(days=6))
    day = date(2016, 4, 2)
    silence(home, with_rules(), "me", "42091", "*", day, day + timedelta(days=30), "a race")
    found = told(home)
    assert (found["episodes"], found["silenced"]) == ([], 1)
    assert [one["what"] for one in found["not_judged"]] == ["late"]


def test_a_pack_without_rules_has_no_warnings(office: Office, tmp_path: Path) -> None:
    home = at(office, tmp_path / "home", EVENING)
    pack = PACK.model_copy(update={"warnings": None})
    assert daily(home, pack, "test").report["warnings"] is None


def test_killed_at_any_write_it_ends_the_same(office: Office, tmp_path: Path) -> None:
    def end(home: Home) -> object:
        reports = home.folder / "daily" / "reports"
        return ({p.name: p.read_bytes() for p in sorted(reports.iterdir())},
                json.loads((home.folder / "daily" / "state.json").read_text()))  # fmt: skip

    calm = at(office, tmp_path / "calm", EVENING)
    before = load_state(calm)
    writes: list[Path] = []
    with disk.watched(lambda number, name, path: writes.append(path)):
        daily(calm, with_rules(), "test")
    wanted, after = end(calm), load_state(calm)
    mine = [place for place, path in enumerate(writes, 1)
            if {"warn", "daily"} & {*path.relative_to(calm.folder).parts}]  # fmt: skip
    assert any("warn" in writes[place - 1].parts for place in mine)
    for place in mine:
        home = at(office, tmp_path / str(place), EVENING)

        def gate(number: int, name: str, path: Path, place: int = place) -> None:
            if number == place:
                raise Killed

        with pytest.raises(Killed), disk.watched(gate):
            daily(home, with_rules(), "test")
        assert load_state(home) in (before, after)
        home = Home.open(home.folder)
        home.clock = lambda: EVENING
        daily(home, with_rules(), "test")
        assert end(home) == wanted, writes[place - 1]
