"""What the cube says of united events after each batch, against a union-find over all records."""

from __future__ import annotations

import tempfile
from collections import Counter
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from engine_town import measure_of, still_clock
from hypothesis import given, settings
from hypothesis import strategies as st
from match_town import (
    ALL,
    CRASHES,
    NO_HELP,
    SOURCES,
    WORDS,
    Call,
    Signed,
    matching_town,
    plain_counts,
    send,
)

from qingyu.engine.cube import backfill, fingerprint, measures_of
from qingyu.engine.fingerprints import cube_digest
from qingyu.engine.measures import Measures
from qingyu.engine.meter import metered
from qingyu.engine.panel import load_panel
from qingyu.engine.rebuild import rebuild
from qingyu.engine.store import Home
from qingyu.errors import HomeError
from qingyu.pack.model import Measure, Pack
from qingyu.pack.unions import meaning, places_of

UNIONS: list[dict[str, Any]] = [
    {},
    {"same": "town"},
    {"same": "village", "minutes": 3},
    {"minutes": 700, "within_source": True},
    {"same": "none", "metres": 500},
    {"minutes": 1440, "metres": 300},
    {"minutes": 0},
]


def new_home(folder: Path) -> Home:
    home = Home.create(folder / "home", folder / "pack")
    home.clock = still_clock
    return home


def named(pack: Pack, given: dict[str, Any]) -> str:
    union = pack.unions[0]
    mark = meaning(union, places_of(union, pack.areas))
    return fingerprint(Measure.model_validate(given | {"matched": mark}))


def counts(home: Home, pack: Pack, known: int) -> dict[str, Counter[Any]]:
    """By measure (all, crash, no_help): (area, day) → events, as the cube has them."""
    panel = load_panel(home, pack, known)
    days = panel.counts["day"].values.astype("datetime64[D]").astype(object)
    found: dict[str, Counter[Any]] = {}
    for name, asked in (("all", ALL), ("crash", CRASHES), ("no_help", NO_HELP)):
        part = panel.counts.sel(measure=named(pack, asked))
        found[name] = Counter(
            {
                (str(area), days[at]): int(line[at])
                for area, line in zip(part["area"].values, part.values, strict=True)
                for at in line.nonzero()[0]
            }
        )
    return found


def holds(home: Home, pack: Pack, known: int, calls: list[Call]) -> None:
    assert counts(home, pack, known) == plain_counts(pack.unions[0], calls), known


@st.composite
def batches(draw: st.DrawFn, minutes: int) -> list[tuple[str, list[Signed]]]:
    """Batches of signed rows: new calls, corrections, withdrawals, in any order of arrival."""
    stands: dict[tuple[str, str], Call] = {}
    step = max(minutes // 2, 1)
    sent = []
    for _ in range(draw(st.integers(1, 5))):
        name = draw(st.sampled_from(SOURCES))
        rows: list[Signed] = []
        for key in draw(st.lists(st.sampled_from("abcd"), unique=True, max_size=4)):
            old = stands.pop((name, key), None)
            if old is not None:
                rows.append(Signed(-1, old))
                if draw(st.booleans()):
                    continue
            new = Call(
                name,
                key,
                draw(st.integers(0, 9)) * step,
                draw(st.sampled_from(["A", "B", "T", "~unplaced"])),
                draw(st.sampled_from(WORDS[name])),
                draw(st.sampled_from([0, 1000, 4000])),
            )
            stands[name, key] = new
            rows.append(Signed(1, new))
        sent.append((name, rows))
    return sent


@settings(max_examples=4, deadline=None)
@given(st.data())
def test_after_each_batch_the_cube_is_what_a_union_find_says(data: st.DataObject) -> None:
    live(data)


@pytest.mark.slow
@settings(max_examples=80, deadline=None)
@given(st.data())
def test_whatever_arrives_the_cube_is_what_a_union_find_says(data: st.DataObject) -> None:
    live(data)


def live(data: st.DataObject) -> None:
    """A home's life, looked at after each batch as known then, and made anew from its records."""
    pack = matching_town(**data.draw(st.sampled_from(UNIONS)))
    with tempfile.TemporaryDirectory() as folder:
        home = new_home(Path(folder))
        stands: dict[tuple[str, str], Call] = {}
        history: list[list[Call]] = [[]]
        for name, rows in data.draw(batches(pack.unions[0].minutes)):
            send(home, pack, name, rows)
            for row in rows:
                if row.sign < 0:
                    del stands[name, row.call.key]
                else:
                    stands[name, row.call.key] = row.call
            history.append(list(stands.values()))
        for known, calls in enumerate(history):
            holds(home, pack, known, calls)
        digest = cube_digest(home)
        assert rebuild(home, pack, "clerk").differing == 0
        assert cube_digest(home) == digest


# -- what happens one by one ----------------------------------------------------------------------

CRASH = Call("traffic", "t1", 0, "A", "crash")
HELP = Call("police", "p1", 8, "A", "help")
RESCUE = Call("fire", "f1", 16, "T", "rescue")
FIRST_DAY = date(2024, 2, 28)


def plus(*calls: Call) -> list[Signed]:
    return [Signed(1, call) for call in calls]


def test_a_late_record_joins_two_events_and_its_withdrawal_parts_them(home: Home) -> None:
    """Crash and rescue are sixteen minutes apart: only the call between them makes them one."""
    pack = matching_town()
    send(home, pack, "traffic", plus(CRASH))
    send(home, pack, "fire", plus(RESCUE))
    assert counts(home, pack, 2)["crash"] == {("A", FIRST_DAY): 1, ("T", FIRST_DAY): 1}
    send(home, pack, "police", plus(HELP))
    assert counts(home, pack, 3)["all"] == {("A", FIRST_DAY): 1}
    send(home, pack, "police", [Signed(-1, HELP)])
    assert counts(home, pack, 4) == counts(home, pack, 2)


def test_a_correction_moves_an_event_to_another_kind_and_day(home: Home) -> None:
    pack = matching_town()
    send(home, pack, "police", plus(HELP))
    assert counts(home, pack, 1)["no_help"] == {}
    send(home, pack, "fire", plus(Call("fire", "f1", 10, "B", "blaze")))
    assert sum(counts(home, pack, 2)["all"].values()) == 2  # in another village
    old, new = Call("fire", "f1", 10, "B", "blaze"), Call("fire", "f1", 2, "A", "blaze")
    send(home, pack, "fire", [Signed(-1, old), Signed(1, new)])
    found = counts(home, pack, 3)
    assert found["all"] == found["no_help"] == {("A", FIRST_DAY): 1}
    assert found["crash"] == {}


def test_each_source_still_counts_all_its_own(home: Home) -> None:
    pack = matching_town()
    for call in (CRASH, HELP, RESCUE):
        send(home, pack, call.source, plus(call))
    panel = load_panel(home, pack)
    for name in SOURCES:
        own = panel.counts.sel(measure=fingerprint(measure_of({"count": name})))
        assert int(own.sum()) == 1


def test_a_chain_over_days_is_followed_beyond_what_a_batch_touches(home: Home) -> None:
    """Calls twelve hours apart for a week; the one in the middle comes last."""
    pack = matching_town(minutes=720)
    calls = [Call(("traffic", "police")[n % 2], f"c{n}", 720 * n, "A", "crash") for n in range(15)]
    for name in ("traffic", "police"):
        send(home, pack, name, plus(*(c for c in calls if c.source == name and c.key != "c7")))
    assert sum(counts(home, pack, 2)["all"].values()) == 2
    send(home, pack, "police", plus(calls[7]))
    assert counts(home, pack, 3)["all"] == {("A", FIRST_DAY): 1}
    assert rebuild(home, pack, "clerk").differing == 0


def test_only_files_near_the_days_of_a_batch_are_read(home: Home) -> None:
    pack = matching_town()
    for day in range(7):
        for name, kind in (("traffic", "crash"), ("police", "help")):
            send(home, pack, name, plus(Call(name, f"{name}{day}", 1440 * day, "A", kind)))
    with metered() as read:
        send(home, pack, "police", plus(Call("police", "late", 1440 * 3 + 5, "A", "help")))
    assert read.by_table == {"records/traffic": 3, "records/police": 4}


def test_a_union_that_is_new_is_counted_for_all_old_batches(home: Home, tmp_path: Path) -> None:
    pack = matching_town()
    without = pack.model_copy(update={"unions": (), "indicators": pack.indicators[3:]})
    for call in (RESCUE, CRASH, HELP):
        send(home, without, call.source, plus(call))
    assert [batch.source for batch in backfill(home, pack, "clerk")] == sorted(SOURCES)
    other = Home.create(tmp_path / "other", tmp_path / "pack")
    for call in (RESCUE, CRASH, HELP):
        send(other, pack, call.source, plus(call))
    for known in (1, 2, 3):
        assert counts(home, pack, known) == counts(other, pack, known)
    assert rebuild(home, pack, "clerk").differing == 0


def test_another_way_of_matching_is_another_measure(home: Home) -> None:
    pack, wider = matching_town(), matching_town(minutes=20)
    for call in (CRASH, RESCUE):
        send(home, pack, call.source, plus(call))
    assert named(pack, ALL) != named(wider, ALL)
    with pytest.raises(HomeError, match="not counted"):
        load_panel(home, wider)
    backfill(home, wider, "clerk")
    assert sum(counts(home, pack, 2)["all"].values()) == 2
    assert sum(counts(home, wider, 2)["all"].values()) == 1


def test_a_pack_without_unions_has_the_same_cube(home: Home, tmp_path: Path) -> None:
    pack = matching_town()
    without = pack.model_copy(update={"unions": (), "indicators": pack.indicators[3:]})
    other = Home.create(tmp_path / "other", tmp_path / "pack")
    for call in (CRASH, HELP, RESCUE):
        send(home, pack, call.source, plus(call))
        send(other, without, call.source, plus(call))
    mine, theirs = load_panel(home, without), load_panel(other, without)
    assert mine.counts.equals(theirs.counts)
    assert mine.coverage.equals(theirs.coverage)


def test_what_a_killed_run_left_can_be_counted_without_the_pack() -> None:
    for union in UNIONS:
        measures = measures_of(matching_town(**union)).moved_by("police")
        again = Measures.from_json(measures.to_json())
        assert (again, again.unions, again.columns) == (
            measures,
            measures.unions,
            measures.columns,
        )
