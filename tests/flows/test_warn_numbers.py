"""Numbers that freeze, merge by link, and never drop; mornings in a city that shifts its clocks."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

from flows_county import County, calls

from qingyu.flows.warn_episodes import Raised
from qingyu.flows.warn_live import mornings_of
from qingyu.flows.warn_log import Decision, append, read_log
from qingyu.flows.warn_numbers import numbered, silences
from qingyu.index.hierarchy import day_number
from qingyu.pack.model import Warnings
from qingyu.warn.episodes import Episode

RULES = {
    "morning": "02:30",
    "budget": {"a_year": "2", "level": "township", "reference": "test", "why": "test"},
    "rules": (
        {
            "id": "leap", "name": {"zh": "骤增", "en": "A leap"}, "severity": "notice",
            "of": ("traffic_crash",), "levels": ("township",), "reference": "t", "why": "t",
            "detect": {"by": "bayes", "window": "1 days", "enter": "0.001", "leave": "0.01"},
        },
    ),
}  # fmt: skip


def number(text: str) -> int:
    return day_number(date.fromisoformat(text))


def raised(first: str, last: str, over: str | None = None) -> Raised:
    end = None if over is None else number(over)
    return Raised("a", "x", Episode(number(first), number(last), end, ()), ())


def notified(name: str, first: str, last: str) -> Decision:
    what = {"episode": name, "area": "a", "subject": "x", "first": first, "last": last}
    return Decision(1, "2026-01-01T00:00:00+08:00", "me", "notified", what, "-", "-")


def test_an_episode_keeps_the_number_it_was_notified_with() -> None:
    found, gone = numbered([notified("2026-0001", "2026-03-01", "2026-03-02")],
                           [raised("2026-03-01", "2026-03-09")])  # fmt: skip
    assert (found[0].number, found[0].merged, gone) == ("2026-0001", (), ())


def test_two_that_have_become_one_are_linked() -> None:
    log = [notified("2026-0001", "2026-03-01", "2026-03-02"),
           notified("2026-0002", "2026-03-08", "2026-03-09")]  # fmt: skip
    found, gone = numbered(log, [raised("2026-03-01", "2026-03-09")])
    assert (found[0].number, found[0].merged, gone) == ("2026-0001", ("2026-0002",), ())


def test_one_that_is_no_longer_found_is_listed() -> None:
    found, gone = numbered([notified("2026-0001", "2026-03-01", "2026-03-02")],
                           [raised("2026-04-01", "2026-04-09", "2026-04-20")])  # fmt: skip
    assert found == {}
    assert [one.number for one in gone] == ["2026-0001"]


def test_the_log_is_a_chain_and_a_lifted_silence_is_none(tmp_path: Path) -> None:
    county = County(tmp_path)
    entry: dict[str, object] = {"area": "a", "subject": "*", "from": "2026-01-01",
                                "until": "2026-02-01", "because": "x"}  # fmt: skip
    now = datetime(2026, 1, 1, tzinfo=UTC)
    append(county.home, "me", now, [("silence", entry), ("silence", entry)])
    append(county.home, "me", now, [("lift", {"silence": 1, "because": "y"})])
    assert [one.number for one in silences(read_log(county.home))] == [2]


def test_a_morning_comes_once_on_days_of_23_and_25_hours(tmp_path: Path) -> None:
    """On 2016-03-13 there is no 02:30 in the county, on 2016-11-06 it comes twice."""
    county = County(tmp_path)
    pack = county.pack.model_copy(update={"warnings": Warnings.model_validate(RULES, strict=False)})
    county.now = datetime(2016, 3, 11, 5, tzinfo=UTC)
    county.take(calls(last=date(2016, 1, 9)))
    for last in (date(2016, 3, 16), date(2016, 11, 9)):
        now = datetime(last.year, last.month, last.day, 23, tzinfo=UTC)
        days = [one.day for one in mornings_of(county.home, pack, now)]
        assert days == sorted(set(days))
        assert (days[0], days[-1]) == (date(2016, 3, 11), last)
        assert len(days) == (last - days[0]).days + 1
