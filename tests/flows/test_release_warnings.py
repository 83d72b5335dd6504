"""Days published with their warnings: an alert, its update, and what a withdrawal does to it."""

from __future__ import annotations

import json
import xml.etree.ElementTree as ET
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from flows_county import CRASH, MONTCO, PLACES, calls, write_calls
from release_office import APPROVERS

from qingyu.engine.store import Home
from qingyu.errors import ReleaseError
from qingyu.flows.cap import Against, check_files
from qingyu.flows.release import Office, approve_draft, draft, publish, withdraw
from qingyu.flows.release_keys import make_pair, new_key, trust_person
from qingyu.intake.receive import receive
from qingyu.minisign import Public
from qingyu.pack.load import load_pack
from qingyu.release.drafts import Draft
from qingyu.release.shelf import Edition
from qingyu.release.verify import verify_chain

DAY = date(2016, 3, 29)
TITLES = (CRASH, "EMS: FALL VICTIM", "EMS: CARDIAC EMERGENCY", "Fire: BUILDING FIRE",
          "Fire: FIRE ALARM", "Fire: VEHICLE ACCIDENT", "Traffic: DISABLED VEHICLE -")  # fmt: skip
ATOM = "{http://www.w3.org/2005/Atom}"


def busy(day: date, place: str) -> int:
    """Six times as many calls in one place in the last days."""
    return 3 * (6 if place == PLACES[0] and day >= DAY - timedelta(days=3) else 1)


class Daily:
    """An office that receives and publishes day by day."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.pack = folder, load_pack(MONTCO)
        self.home = Home.create(folder / "home", MONTCO)
        self.now = datetime(2016, 3, 30, 12, tzinfo=UTC)
        self.home.clock = lambda: self.now
        self.office = Office(self.home, self.pack)
        new_key(self.office, None, None)
        for name, role in APPROVERS.items():
            trust_person(self.office, make_pair(folder / name)[1], name.title(), role)
        self.take(DAY - timedelta(days=89), DAY + timedelta(days=1))

    def take(self, first: date, last: date) -> None:
        given = [call for title in TITLES for call in calls(first, last, busy, title)]
        path = write_calls(self.folder / f"{last}.csv", given)
        receive(self.home, self.pack, "calls", [path], who="test", covers=(first, last))

    def next_day(self, last: date) -> None:
        self.now = datetime.combine(last, datetime.min.time(), UTC) + timedelta(hours=12)
        self.take(last - timedelta(days=2), last)

    def publish(self, made: Draft) -> Edition:
        for name in APPROVERS:
            approve_draft(self.office, made.id, self.folder / f"{name}.key")
        moment = datetime.fromisoformat(made.manifest["moment"]).astimezone(UTC)
        self.now = max(self.now, moment)
        return publish(self.office, made.id)[0]

    def draft(self, day: date) -> Draft:
        return draft(self.office, day.isoformat())[0]

    def listed(self, name: str) -> list[str]:
        path = self.office.shelf.folder / "feeds" / name
        root = ET.fromstring(path.read_text("utf-8"))  # made here
        return [str(one.text) for one in root.iter(f"{ATOM}title")][1:]


def told(edition: Edition) -> dict[str, tuple[str, int]]:
    lines = json.loads((edition.folder / "cap" / "alerts.json").read_text("utf-8"))
    return {one["area"]: (one["kind"], len(one["references"])) for one in lines}


@pytest.fixture(scope="module")
def walked(tmp_path_factory: pytest.TempPathFactory) -> Daily:
    """A day, the next one, and its withdrawal. The next one was drafted too early as well."""
    daily = Daily(tmp_path_factory.mktemp("warnings"))
    daily.next_day(DAY + timedelta(days=2))
    early = daily.draft(DAY + timedelta(days=1))
    daily.first = daily.publish(daily.draft(DAY))
    daily.feed_after_first = daily.listed("warnings.en.atom")
    with pytest.raises(ReleaseError) as refused:
        daily.publish(early)
    daily.refused = refused.value
    daily.second = daily.publish(daily.draft(DAY + timedelta(days=1)))
    made, _ = withdraw(daily.office, daily.second.manifest["period"], "wrong file")
    daily.third = daily.publish(made)
    return daily


def test_alert_update_and_cancel(walked: Daily) -> None:
    first = told(walked.first)
    assert first
    assert set(first.values()) == {("Alert", 0)}
    grades = {row["area"]: row["grade"] for row in json.loads(
        (walked.first.folder / "areas.json").read_text("utf-8"))}  # fmt: skip
    assert set(first) == {code for code, grade in grades.items() if grade in ("red", "orange")}
    assert set(told(walked.second).values()) == {("Update", 1)}
    assert set(told(walked.third).values()) == {("Cancel", 2)}
    assert set(told(walked.third)) == set(told(walked.second))


def test_the_feed_has_them_while_they_hold(walked: Daily) -> None:
    assert len(walked.feed_after_first) == len(told(walked.first))
    assert any("Red: poor. LOWER MERION, 29 March 2016" in one for one in walked.feed_after_first)
    assert walked.listed("warnings.en.atom") == []  # all cancelled
    assert walked.listed("exercises.en.atom") == []


def test_every_document_passes_every_check(walked: Daily) -> None:
    shelf = walked.office.shelf.folder
    key = Public.read(shelf / "qingyu.pub")
    files = sorted(shelf.glob("editions/*/cap/*.xml"))
    assert len(files) == len(told(walked.first)) + 2 * len(told(walked.second))
    found = check_files(files, Against(shelf=shelf, key=key, now=walked.now))
    for one in found:
        assert (one.findings, one.unchecked) == ((), ())
    assert any(one.shown for one in found)  # a Cancel of two: a person should look


def test_a_changed_character_is_found(walked: Daily) -> None:
    shelf = walked.office.shelf.folder
    path = sorted(shelf.glob("editions/1/cap/*.xml"))[0]
    data = path.read_bytes()
    path.write_bytes(data.replace(b"Severe", b"Minor ", 1).replace(b"Minor ", b"Minor", 1))
    try:
        (found,) = check_files([path], Against(shelf=shelf, now=walked.now))
        assert {one.check for one in found.findings} >= {11}
        faults = [fault.where for one in verify_chain(shelf) for fault in one.faults]
        assert f"editions/1/cap/{path.name}" in faults
    finally:
        path.write_bytes(data)


def test_a_draft_whose_warnings_follow_another_edition_is_not_published(walked: Daily) -> None:
    """It was drafted before the day before was out, and would have warned anew."""
    assert "published since the draft" in str(walked.refused)
    assert set(told(walked.second).values()) == {("Update", 1)}
