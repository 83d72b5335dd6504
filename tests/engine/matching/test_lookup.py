"""The records behind events, as known after a batch."""

from __future__ import annotations

from datetime import date

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from match_town import SOURCES, WORDS, Call, Signed, matching_town, plain_events, send

from qingyu.engine.matching.ledger import Reader
from qingyu.engine.matching.lookup import (
    Event,
    all_events,
    events_between,
    events_of_record,
)
from qingyu.engine.measures import measures_of
from qingyu.engine.store import Home
from qingyu.pack.model import Pack

CRASH = Call("traffic", "t1", 1435, "A", "crash")  # five minutes before midnight
HELP = Call("police", "p1", 1442, "A", "help")
RESCUE = Call("fire", "f1", 1450, "T", "rescue")
JAM = Call("traffic", "t2", 1435, "A", "jam")


def reader(home: Home, pack: Pack, known: int) -> Reader:
    return Reader.of(home, measures_of(pack), "incidents", known)


def told(events: list[Event]) -> list[tuple[str, str, date, list[str]]]:
    return [(e.kind, e.area, e.day, [m.key for m in e.members]) for e in events]


def test_an_event_across_midnight_is_its_first_days(home: Home) -> None:
    pack = matching_town()
    for call in (RESCUE, CRASH, HELP, JAM):
        send(home, pack, call.source, [Signed(1, call)])
    first, second = date(2024, 2, 28), date(2024, 2, 29)
    whole = [("crash", "A", first, ["t1", "p1", "f1"])]
    assert told(events_between(reader(home, pack, 4), first, first)) == whole
    assert told(events_between(reader(home, pack, 4), second, second)) == []
    assert told(all_events(reader(home, pack, 4))) == whole
    assert told(events_between(reader(home, pack, 2), second, second)) == [
        ("crash", "T", second, ["f1"])
    ]
    assert told(events_of_record(reader(home, pack, 4), "fire", "f1", second)) == whole
    assert events_of_record(reader(home, pack, 4), "traffic", "t2", first) == []
    (event,) = events_of_record(reader(home, pack, 4), "police", "p1", second)
    assert [(m.source, m.lead, m.at) for m in event.members] == [
        ("traffic", True, CRASH.at),
        ("police", False, HELP.at),
        ("fire", False, RESCUE.at),
    ]


def test_a_home_without_records_has_no_events(home: Home) -> None:
    assert all_events(reader(home, matching_town(), 0)) == []


@settings(
    max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    st.lists(
        st.tuples(
            st.sampled_from(SOURCES), st.integers(0, 12), st.sampled_from(["A", "B", "T", "X"]),
            st.integers(0, 2),
        ),
        min_size=1, max_size=12,
    )
)  # fmt: skip
def test_members_are_those_of_a_union_find(tmp_path_factory, drawn) -> None:  # type: ignore[no-untyped-def]
    pack = matching_town()
    folder = tmp_path_factory.mktemp("home")
    home = Home.create(folder / "home", folder / "pack")
    calls = [
        Call(name, f"k{n}", step * 5, area, WORDS[name][word % len(WORDS[name])])
        for n, (name, step, area, word) in enumerate(drawn)
    ]
    for name in SOURCES:
        rows = [Signed(1, call) for call in calls if call.source == name]
        if rows:
            send(home, pack, name, rows)
    found = told(all_events(reader(home, pack, home.last)))
    plain = [
        (kind, area, day, [call.key for call in members])
        for kind, area, day, members in plain_events(pack.unions[0], calls)
    ]
    assert sorted(found) == sorted(plain)
