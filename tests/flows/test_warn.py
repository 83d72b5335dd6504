"""A county lived day by day: what each morning says, and that nothing but the data decides it."""

from __future__ import annotations

import json
import shutil
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from flows_county import MERION, PLACES, Call, County
from warn_rules import RULES

from qingyu.errors import DamageError, NotFoundError, PackError
from qingyu.flows.warn import Warned, lift, notify, silence, warn
from qingyu.flows.warn_backtest import backtest
from qingyu.flows.warn_episodes import raised
from qingyu.flows.warn_live import Found, live, mornings_of
from qingyu.flows.warn_log import read_log
from qingyu.flows.warn_sentence import warned_json
from qingyu.index.exact_json import dumps
from qingyu.index.hierarchy import day_number
from qingyu.pack.model import Pack, Warnings

FIRST, START, LAST = date(2016, 1, 1), date(2016, 3, 1), date(2016, 3, 19)
SURGE = date(2016, 3, 8), date(2016, 3, 12)


def usual(day: date, place: str) -> int:
    surge = place == MERION and SURGE[0] <= day <= SURGE[1]
    return 14 if surge else 2 + (day.toordinal() * 5 + len(place)) % 3


def of_days(first: date, last: date) -> list[Call]:
    found = []
    for number in range((last - first).days + 1):
        day = first + timedelta(days=number)
        for place in PLACES:
            noon = datetime(day.year, day.month, day.day, 12)  # noqa: DTZ001 - local time
            found += [
                Call(f"{place} {day} #{n}", noon + timedelta(minutes=n), twp=place)
                for n in range(usual(day, place))
            ]
    return found


@pytest.fixture(scope="module")
def county(tmp_path_factory: pytest.TempPathFactory) -> County:
    """Each file holds three days and makes the middle one full; it comes on its last day."""
    county = County(tmp_path_factory.mktemp("warn"))
    county.now = datetime(2016, 3, 1, 12, tzinfo=UTC)
    county.take(of_days(FIRST, START))
    for number in range(1, (LAST - START).days + 1):
        day = START + timedelta(days=number)
        county.now = datetime(day.year, day.month, day.day, 12, tzinfo=UTC)
        if day.day != 15:  # nothing came on that day
            county.take(of_days(day - timedelta(days=3), day))
    county.now = datetime(2016, 3, 19, 23, 30, tzinfo=UTC)
    return county


def with_rules(county: County) -> Pack:
    rules = Warnings.model_validate(RULES, strict=False)
    return county.pack.model_copy(update={"warnings": rules})


def told(county: County, period: str = "2016-03", known: str | None = None) -> Warned:
    return warn(county.home, with_rules(county), period, known)


def test_the_surge_is_one_episode_of_the_town_and_the_county_is_linked(county: County) -> None:
    found = told(county)
    (one,) = [one for one in found.episodes if one.speaks]
    assert one.area.name.startswith("LOWER MERION")
    assert one.first == SURGE[0]
    assert SURGE[0] < one.last <= SURGE[1]
    assert one.state == "over"
    assert one.raised.severity == "serious"
    linked = [other for other in found.episodes if not other.speaks]
    assert all(other.told_by == one.raised.key for other in linked)


def test_a_day_before_the_surge_was_known_it_was_not_said(county: County) -> None:
    assert told(county, known="2016-03-08").episodes == ()
    (one, *_) = told(county, known="2016-03-09").episodes
    assert one.state == "open"
    assert one.first == SURGE[0]


def words(found: Found) -> str:
    return dumps({k: [s.days, s.mornings, [c.tobytes().hex() for c in s.cells]]
                  for k, s in found.sheets.items()})  # fmt: skip


@pytest.mark.parametrize("runs", [[], [1], [8, 9, 10], [3, 12, 13, 18]])
def test_missed_runs_and_restarts_change_nothing(county: County, runs: list[int]) -> None:
    pack = with_rules(county)
    mornings = mornings_of(county.home, pack, county.now)
    shutil.rmtree(county.home.folder / "warn", ignore_errors=True)
    whole = words(live(county.home, pack, mornings))
    shutil.rmtree(county.home.folder / "warn")
    for run in runs:
        live(county.home, pack, mornings[:run])
    assert words(live(county.home, pack, mornings)) == whole


REDS = {
    "id": "reds", "name": {"zh": "连红", "en": "Reds"}, "severity": "serious", "of": ("traffic",),
    "levels": ("township",), "quiet": "1 days", "reference": "test", "why": "test",
    "reds": {"run": 3, "no_data": "skipped", "leave": "1"},
}  # fmt: skip


def test_three_reds_in_a_row_are_counted_across_restarts(county: County) -> None:
    """A run that lasts longer than any run of the program, whichever mornings it missed."""
    rules = Warnings.model_validate(RULES | {"rules": (REDS,)}, strict=False)
    pack = county.pack.model_copy(update={"warnings": rules})
    mornings = mornings_of(county.home, pack, county.now)
    shutil.rmtree(county.home.folder / "warn", ignore_errors=True)
    whole = raised(pack, live(county.home, pack, mornings))
    (one,) = [one for one in whole if one.area == "4209144976"]
    assert day_number(SURGE[0]) + 2 <= one.episode.first <= day_number(SURGE[1])
    shutil.rmtree(county.home.folder / "warn")
    for run in (2, 9, 11, len(mornings)):  # in the middle of the run, and one day later
        found = live(county.home, pack, mornings[:run])
    assert raised(pack, found) == whole
    shutil.rmtree(county.home.folder / "warn")


def test_what_was_known_first_is_said_first(county: County) -> None:
    """The episodes as of each morning are those of all mornings, cut there."""
    pack = with_rules(county)
    mornings = mornings_of(county.home, pack, county.now)
    shutil.rmtree(county.home.folder / "warn", ignore_errors=True)
    before: set[tuple[str, int]] = set()
    for number in range(1, len(mornings) + 1):
        now = {(one.area, one.episode.first)
               for one in raised(pack, live(county.home, pack, mornings[:number]))}  # fmt: skip
        assert before <= now
        before = now


def test_a_day_on_which_nothing_came_is_not_calm(county: County) -> None:
    found = told(county, "2016-03-15", known="2016-03-15")
    assert found.judged == 0
    assert {one.what for one in found.unsaid} <= {"late", "missing"}


def test_a_known_cause_keeps_it_quiet_until_its_end(county: County) -> None:
    pack = with_rules(county)
    area = "4209144976"
    day = county.now.date()
    line = silence(county.home, pack, "me", area, "traffic_crash", day, day, "a race")
    (one,) = [o for o in told(county).episodes if o.raised.area == area]
    assert one.silence is not None
    assert (one.silence.because, one.speaks) == ("a race", False)
    lift(county.home, pack, "me", line.number, "it was called off")
    assert [o for o in told(county).episodes if o.speaks]
    with pytest.raises(NotFoundError):
        lift(county.home, pack, "me", line.number, "again")


def test_a_notified_episode_keeps_its_number(county: County) -> None:
    pack = with_rules(county)
    (line,) = notify(county.home, pack, "me", told(county))
    again = told(county)
    (one,) = [one for one in again.episodes if one.speaks]
    assert one.number is not None
    assert one.number.number == line.what["episode"] == "2016-0001"
    assert notify(county.home, pack, "me", again) == ()


def test_a_changed_line_of_the_log_is_found(county: County) -> None:
    silence(county.home, with_rules(county), "me", "42091", "*", LAST, LAST, "test")
    path = county.home.folder / "warn" / "decisions.jsonl"
    kept = path.read_text("utf-8")
    path.write_text(kept.replace('"because": "test"', '"because": "none"'), "utf-8")
    with pytest.raises(DamageError):
        read_log(county.home)
    path.write_text(kept, "utf-8")


def test_the_answer_is_json_with_its_sentence(county: County) -> None:
    plain = json.loads(dumps(warned_json(told(county))))
    first = plain["episodes"][0]
    assert first["count"] == first["sentence"]["numbers"]["count"]
    assert first["sentence"]["zh"] != first["sentence"]["en"]


def test_the_backtest_counts_what_would_have_been_sent(county: County) -> None:
    found = backtest(county.home, with_rules(county), "2016", looking_back=False)
    (march,) = found.months
    assert (march.month, march.sent, march.by_rule) == ("2016-03", 1, {"leap": 1})
    seen = backtest(county.home, with_rules(county), "2016", looking_back=True)
    assert sum(month.sent for month in seen.months) >= 1
    assert seen.judged > found.judged


def test_a_pack_without_rules_says_what_is_missing(county: County) -> None:
    with pytest.raises(PackError):
        warn(county.home, county.pack.model_copy(update={"warnings": None}))


def test_hindsight_judges_days_that_came_too_late(tmp_path: Path) -> None:
    county = County(tmp_path)
    county.take(of_days(FIRST, LAST))
    pack = with_rules(county)
    assert warn(county.home, pack, "2016-03").judged == 0
    found = warn(county.home, pack, "2016-03", looking_back=True)
    assert found.judged > 15
    assert [one.first for one in found.episodes if one.speaks] == [SURGE[0]]
