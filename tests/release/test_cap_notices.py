"""Warnings of an edition: Alert, Update, all clear and Cancel, and nothing that is not printed."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from qingyu.pack.model import Alerts, Protection, Publication, PublicIndex
from qingyu.periods import parse
from qingyu.release.cap.check import check, read_message
from qingyu.release.cap.finding import Held
from qingyu.release.cap.notices import warnings_of
from qingyu.release.cap.rule import expiry, follows, rule_of
from qingyu.release.cap.standing import LIST, Notice, read_notice
from qingyu.release.edition import Edition

ZONE = "Asia/Shanghai"
HOW = PublicIndex(index="daily", periods=("day",), after=1, at="09:30")
PUBLIC = Publication(
    approved_by=("office", "director"),
    indices=(HOW,),
    protection=(Protection(source="calls", level="open", why="made up"),),
    address="https://city.example/index/",
    alerts=Alerts(grades=("red", "orange"), periods=("day",), why="made up"),
)
GRADES = [
    {"id": "blue", "name": {"zh": "优秀", "en": "excellent"}},
    {"id": "yellow", "name": {"zh": "良好", "en": "good"}},
    {"id": "orange", "name": {"zh": "平稳", "en": "fair"}},
    {"id": "red", "name": {"zh": "较差", "en": "poor"}},
]


class Office:
    """Puts one edition after the other on a shelf, as far as warnings go."""

    def __init__(self, folder: Path, simulated: bool = False) -> None:
        self.folder, self.simulated = folder, simulated
        self.editions: list[Edition] = []

    def publish(
        self, day: str, colours: dict[str, str | None], kind: str = "results"
    ) -> dict[str, Notice]:
        """An edition of the day with these colours by area; gives its warnings by area."""
        period = parse(day)
        next_day = date.fromisoformat(day) + timedelta(days=1)
        moment = datetime.combine(next_day, time(9, 30), ZoneInfo(ZONE))
        same = [one for one in self.editions if one.manifest["period"] == day]
        manifest: dict[str, Any] = {
            "city": "city", "index": "daily", "name": {"zh": "城市指数", "en": "City index"},
            "period": day, "period_kind": "day", "last_day": day, "moment": moment.isoformat(),
            "kind": kind, "reason": "late calls" if same else None, "simulated": self.simulated,
            "address": PUBLIC.address,
            "alerts": rule_of(PUBLIC, HOW, period, ZONE, moment, self.editions),
        }  # fmt: skip
        rows = [
            {"area": code, "name": f"Town {code}", "name_zh": None, "grade": grade,
             "score": None if grade is None else 61.5}
            for code, grade in colours.items()
        ]  # fmt: skip
        traces = [{"area": code, "sentence": {"zh": f"{code}忙。", "en": f"{code} is busy."}}
                  for code in colours]  # fmt: skip
        members = {
            "manifest.json": json.dumps(manifest).encode(),
            "areas.json": json.dumps(rows).encode(),
            "method.json": json.dumps({"grades": GRADES}).encode(),
            "traces.jsonl": "\n".join(map(json.dumps, traces)).encode(),
        }
        made = warnings_of(members, self.editions)
        number = len(self.editions) + 1
        folder = self.folder / str(number)
        for name, data in made.items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)
        self.editions.append(Edition(number, folder, f"d{number}", manifest, {}))
        self.made = made
        notices = [read_notice(line) for line in json.loads(made.get(LIST, b"[]"))]
        return {one.area: one for one in notices}

    @property
    def sent(self) -> list[Path]:
        return sorted(self.folder.glob("*/cap/*.xml"))


@pytest.fixture
def office(tmp_path: Path) -> Office:
    return Office(tmp_path)


def kinds(found: dict[str, Notice]) -> dict[str, tuple[str, bool, int]]:
    return {area: (one.kind, one.clear, len(one.references)) for area, one in found.items()}


def test_from_alert_over_update_to_all_clear(office: Office) -> None:
    first = office.publish("2026-03-05", {"a": "red", "b": "yellow", "c": "orange"})
    assert kinds(first) == {"a": ("Alert", False, 0), "c": ("Alert", False, 0)}
    second = office.publish("2026-03-06", {"a": "red", "b": "orange", "c": "blue"})
    assert kinds(second) == {
        "a": ("Update", False, 1),
        "b": ("Alert", False, 0),
        "c": ("Update", True, 1),
    }
    third = office.publish("2026-03-07", {"a": "yellow", "b": "yellow", "c": "red"})
    assert kinds(third) == {
        "a": ("Update", True, 1),  # the first alert is over by its own end
        "b": ("Update", True, 1),
        "c": ("Alert", False, 0),  # what was over begins anew
    }
    assert third["a"].references == (second["a"].identity,)


def test_without_data_nothing_is_said(office: Office) -> None:
    office.publish("2026-03-05", {"a": "red"})
    assert office.publish("2026-03-06", {"a": None}) == {}
    assert office.publish("2026-03-07", {"a": "blue"}) == {}  # it had ended by itself


def test_a_correction_cancels_what_was_wrong_and_leaves_the_rest(office: Office) -> None:
    first = office.publish("2026-03-05", {"a": "red", "b": "red", "c": "yellow"})
    again = office.publish("2026-03-05", {"a": "red", "b": "yellow", "c": "orange"}, "correction")
    assert kinds(again) == {"b": ("Cancel", False, 1), "c": ("Alert", False, 0)}
    assert again["b"].references == (first["b"].identity,)
    assert again["b"].sent > first["b"].sent
    cancel = office.made[again["b"].file].decode()
    assert "late calls" in cancel
    assert "61.5" not in cancel
    assert kinds(office.publish("2026-03-06", {"a": "red", "b": "red"})) == {
        "a": ("Update", False, 1),
        "b": ("Alert", False, 0),
    }


def test_a_withdrawal_cancels_all_of_its_own(office: Office) -> None:
    office.publish("2026-03-05", {"a": "red", "b": "yellow"})
    taken = office.publish("2026-03-05", {}, "withdrawal")
    assert kinds(taken) == {"a": ("Cancel", False, 1)}
    assert taken["a"].name == {"zh": "Town a", "en": "Town a"}


def test_a_late_period_does_not_speak_over_a_newer_one(office: Office) -> None:
    office.publish("2026-03-06", {"a": "blue", "b": "red"})
    assert office.publish("2026-03-05", {"a": "red", "b": "blue"}) == {}


def test_a_correction_of_a_past_day_touches_only_its_own(office: Office) -> None:
    office.publish("2026-03-05", {"a": "red", "b": "red"})
    office.publish("2026-03-06", {"a": "red", "b": None})
    again = office.publish("2026-03-05", {"a": "blue", "b": "blue", "c": "red"}, "correction")
    assert kinds(again) == {"b": ("Cancel", False, 1)}


def test_every_document_passes_every_check(office: Office) -> None:
    office.publish("2026-03-05", {"a": "red", "b": "orange", "c & <d>": "red"})
    office.publish("2026-03-06", {"a": "orange", "b": "blue", "c & <d>": "red"})
    office.publish("2026-03-06", {"a": "blue", "b": "blue", "c & <d>": "red"}, "correction")
    log = [read_message(path.read_bytes(), path.name) for path in office.sent]
    assert len(log) == 7
    held = Held(datetime(2026, 3, 7, 10, tzinfo=UTC), log, frozenset(), {}, True)
    for one in log:
        assert check(one, held).findings == ()


def test_simulated_data_are_an_exercise_in_status_and_words(tmp_path: Path) -> None:
    office = Office(tmp_path, simulated=True)
    found = office.publish("2026-03-05", {"a": "red"})
    assert found["a"].status == "Exercise"
    text = office.made[found["a"].file].decode()
    assert text.count("EXERCISE, simulated data") == 1
    assert text.count("演练，模拟数据") == 1
    held = Held(datetime(2026, 3, 7, tzinfo=UTC), [], frozenset(), {}, True)
    assert check(read_message(text.encode(), "x"), held).findings == ()


def test_a_document_holds_nothing_that_the_edition_does_not_print(office: Office) -> None:
    """Of a row without a score no score is told; two worlds that print the same warn the same."""
    office.publish("2026-03-05", {"a": "red"})
    with_score = office.made["cap/city-daily-2026-03-05-a-1.xml"]
    assert b"61.5" in with_score
    rows = [{"area": "a", "name": "A", "name_zh": None, "grade": "red", "score": None}]
    members = {
        "manifest.json": json.dumps(office.editions[0].manifest).encode(),
        "areas.json": json.dumps(rows).encode(),
        "method.json": json.dumps({"grades": GRADES}).encode(),
    }
    without = warnings_of(members, [])
    assert b"score" not in without["cap/city-daily-2026-03-05-a-1.xml"]


def test_the_end_is_that_of_the_day_of_the_next_edition() -> None:
    assert expiry(HOW, parse("2026-03-05"), ZONE).isoformat() == "2026-03-08T00:00:00+08:00"


def test_a_past_day_warns_nobody() -> None:
    moment = datetime(2026, 3, 8, tzinfo=UTC)
    assert rule_of(PUBLIC, HOW, parse("2026-03-05"), ZONE, moment, []) is None
    assert rule_of(PUBLIC, HOW, parse("2026-03-07"), ZONE, moment, []) is not None


def test_without_a_rule_nothing_is_made() -> None:
    silent = PUBLIC.model_copy(update={"alerts": None})
    moment = datetime(2026, 3, 6, tzinfo=UTC)
    assert rule_of(silent, HOW, parse("2026-03-05"), ZONE, moment, []) is None
    assert warnings_of({"manifest.json": b'{"alerts": null}'}, []) == {}


def test_a_draft_follows_the_edition_that_it_knew(office: Office) -> None:
    office.publish("2026-03-05", {"a": "red"})
    stale = office.editions[0].manifest
    assert follows(stale, [])
    assert not follows(stale, office.editions)
    assert follows({"alerts": None}, office.editions)
