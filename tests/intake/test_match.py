"""The outcome of a key is a pure function of the batches in force: arrivals and withdrawals in any
order come to what a plain model of the contract says."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from intake_town import Desk, days, row, still_clock, town

from qingyu.engine.fingerprints import state_digest
from qingyu.engine.store import Home

KEYS, DAYS = "abcd", 4


@dataclass(frozen=True)
class Said:
    """One drawn row: its key, day, contents (a number), and whether it breaks a rule."""

    key: str
    day: int
    number: int
    bad: bool = False

    def cells(self) -> dict[str, str]:
        number = "?" if self.bad else str(self.number)
        return row(self.key, f"2020-01-0{self.day} 10:00:00", number=number)


@dataclass(frozen=True)
class Drawn:
    """One drawn batch."""

    version: int
    covers: tuple[int, int]
    rows: tuple[Said, ...]

    def inside(self) -> list[Said]:
        return [said for said in self.rows if self.covers[0] <= said.day <= self.covers[1]]

    def good(self) -> dict[str, Said]:
        """The rows put in force: no broken rule, no rival of the same key in the file."""
        by_key: dict[str, set[Said]] = {}
        for said in self.inside():
            if not said.bad:
                by_key.setdefault(said.key, set()).add(said)
        return {key: next(iter(rows)) for key, rows in by_key.items() if len(rows) == 1}

    def refused(self) -> set[str]:
        """Keys of which some row is refused."""
        fine = self.good()
        return {
            said.key
            for said in self.rows
            if said.bad or said.key not in fine or said not in self.inside()
        }


def model(batches: list[tuple[int, Drawn]], *, snapshot: bool) -> set[tuple[str, int, int]]:
    """The contract in plain Python: (key, day, number) in force. `batches`: (arrival, batch)."""
    found = set()
    for key in KEYS:
        rows = [
            (batch.version, -arrival, said)
            for arrival, batch in batches
            if (said := batch.good().get(key))
        ]
        if not rows:
            continue
        version, _, said = max(rows, key=lambda entry: entry[:2])
        gone = snapshot and any(
            batch.version > version
            and batch.covers[0] <= said.day <= batch.covers[1]
            and key not in batch.refused()
            for _, batch in batches
        )
        if not gone:
            found.add((key, said.day, said.number))
    return found


def drawn_batches(most: int) -> st.SearchStrategy[list[Drawn]]:
    said = st.builds(
        Said,
        key=st.sampled_from(KEYS),
        day=st.integers(1, DAYS),
        number=st.integers(0, 2),
        bad=st.sampled_from([False] * 5 + [True]),
    )
    covers = st.tuples(st.integers(1, DAYS), st.integers(1, DAYS)).map(
        lambda pair: (min(pair), max(pair))
    )
    batch = st.builds(
        Drawn,
        version=st.integers(1, 3),
        covers=covers,
        rows=st.lists(said, min_size=1, max_size=5).map(tuple),
    )
    return st.lists(batch, min_size=2, max_size=most)


def send(desk: Desk, batch: Drawn) -> Any:
    return desk.send(
        [said.cells() for said in batch.rows], version=batch.version, covers=days(*batch.covers)
    )


def in_force(desk: Desk) -> set[tuple[str, int, int]]:
    rows = desk.alive("key, day, c_number")
    assert all(count == 1 for *_, count in rows)
    return {(key, day.day, number) for key, day, number, _ in rows}


def fresh_desk(folder: str, delivery: str) -> Desk:
    home = Home.create(Path(folder) / "home", Path(folder) / "pack")
    home.clock = still_clock
    return Desk(home, Path(folder), town(delivery=delivery))


@pytest.mark.slow
@pytest.mark.parametrize("delivery", ["increment", "snapshot"])
@settings(max_examples=25)
@given(batches=drawn_batches(4), choice=st.randoms(use_true_random=False))
def test_arrivals_and_withdrawals_come_to_the_model(
    delivery: str, batches: list[Drawn], choice: Any
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        desk = fresh_desk(folder, delivery)
        standing: dict[int, Drawn] = {}
        for batch in batches:
            receipt = send(desk, batch)
            if not receipt.again:
                standing[receipt.number] = batch
            told = receipt.new + receipt.repeated + receipt.unchanged + receipt.corrected
            assert told + receipt.refused == receipt.rows == len(batch.rows)
            assert in_force(desk) == model(
                sorted(standing.items()), snapshot=delivery != "increment"
            )
        for number in choice.sample(sorted(standing), len(standing)):
            desk.withdraw(number)
            del standing[number]
            assert in_force(desk) == model(
                sorted(standing.items()), snapshot=delivery != "increment"
            )
        assert in_force(desk) == set()


@pytest.mark.slow
@settings(max_examples=10)
@given(batches=drawn_batches(3), choice=st.randoms(use_true_random=False))
def test_any_order_of_arrival_ends_the_same(batches: list[Drawn], choice: Any) -> None:
    """With a version of its own for each batch, arrival decides nothing at all."""
    numbered = [Drawn(n, b.covers, b.rows) for n, b in enumerate(batches, start=1)]
    ends = []
    for order in (numbered, choice.sample(numbered, len(numbered))):
        with tempfile.TemporaryDirectory() as folder:
            desk = fresh_desk(folder, "snapshot")
            for batch in order:
                send(desk, batch)
            ends.append(in_force(desk))
    assert ends[0] == ends[1]


def test_a_correction_is_minus_one_and_plus_one(desk: Desk) -> None:
    desk.send([row("1", number="1", place="00012")], version=1)
    receipt = desk.send([row("1", "2020-01-06 10:00:00", number="2")], version=2)
    assert (receipt.corrected, receipt.new, receipt.withdrawn) == (1, 0, 0)
    assert desk.alive() == [("1", "B", date(2020, 1, 6), "fire", 2, 1)]
    import duckdb

    (file,) = desk.home.record_files("calls")[1:]
    rows = duckdb.sql(f"SELECT sign, area, c_number, batch FROM '{file}' ORDER BY sign").fetchall()
    assert rows == [(-1, "00012", 1, 2), (1, "B", 2, 2)]


def test_an_older_batch_after_a_correction_changes_nothing(desk: Desk) -> None:
    """An old file replayed under another name must not undo the correction."""
    desk.send([row("1", number="1")], version=1)
    desk.send([row("1", number="2")], version=3)
    late = desk.send([row("1", number="7"), row("2")], version=2)
    assert (late.unchanged, late.new, late.corrected) == (1, 1, 0)
    again = desk.send([row("1", number="1")], version=1)
    assert (again.again, again.number) == (True, 1)
    assert [r[4] for r in desk.alive()] == [2, 1]


def test_a_late_day_is_new_and_touches_no_other(desk: Desk) -> None:
    desk.send([row("1"), row("3", "2020-01-07 10:00:00")], version=1)
    receipt = desk.send([row("2", "2020-01-06 10:00:00")], version=2)
    assert (receipt.new, receipt.unchanged, receipt.corrected, receipt.withdrawn) == (1, 0, 0, 0)
    assert (receipt.covers_first, receipt.covers_last) == (date(2020, 1, 6), date(2020, 1, 6))


def test_the_same_version_with_other_contents_is_a_conflict(desk: Desk) -> None:
    desk.send([row("1", number="1")])
    receipt = desk.send([row("1", number="2"), row("2")])
    assert (receipt.reasons, receipt.new) == ({"conflict": 1}, 1)
    assert [r[4] for r in desk.alive()] == [1, 1]
    desk.withdraw(1)  # with the first gone, what the second said holds
    assert [(r[0], r[4]) for r in desk.alive()] == [("1", 2), ("2", 1)]


def test_rivals_in_one_file_are_both_refused(desk: Desk) -> None:
    receipt = desk.send([row("1", number="1"), row("1", number="2"), row("2"), row("2")])
    assert receipt.reasons == {"conflict_in_file": 2}
    assert (receipt.new, receipt.repeated) == (1, 1)
    assert [r["qingyu_row"] for r in desk.rejects(receipt)] == ["2", "3"]


def test_repeats_may_count(desk: Desk) -> None:
    desk.pack = town(repeats="each")
    desk.send([row("1"), row("1"), row("1"), row("2")], version=1)
    assert [(r[0], r[-1]) for r in desk.alive()] == [("1", 3), ("2", 1)]
    receipt = desk.send([row("1"), row("1"), row("2")], version=2)
    assert (receipt.corrected, receipt.repeated, receipt.unchanged) == (1, 1, 1)
    assert [(r[0], r[-1]) for r in desk.alive()] == [("1", 2), ("2", 1)]
    desk.withdraw(2)
    assert [(r[0], r[-1]) for r in desk.alive()] == [("1", 3), ("2", 1)]


def test_a_snapshot_withdraws_what_it_does_not_name(desk: Desk) -> None:
    desk.pack = town(delivery="snapshot")
    rows = [row(key, f"2020-01-0{n} 10:00:00") for n, key in enumerate("abc", start=1)]
    desk.send(rows, version=1)
    receipt = desk.send(rows[2:], version=2, covers=days(2, 3))
    assert (receipt.withdrawn, receipt.unchanged, receipt.delivery) == (1, 1, "snapshot")
    assert [r[0] for r in desk.alive()] == ["a", "c"]


def test_a_refused_row_is_not_absent(desk: Desk) -> None:
    desk.pack = town(delivery="snapshot")
    desk.send([row("a"), row("b")], version=1)
    receipt = desk.send([row("a", number="?")], version=2, covers=days(5, 5))
    assert (receipt.withdrawn, receipt.refused) == (1, 1)
    assert [r[0] for r in desk.alive()] == ["a"]


@pytest.mark.parametrize("versions", [(1, 2), (2, 1)])
def test_nor_is_it_absent_for_an_older_batch_that_comes_later(
    desk: Desk, versions: tuple[int, int]
) -> None:
    """The newer snapshot refused a row of `a` and does not name `b`; in either order of arrival
    `a` stands as the older one tells it, and `b` does not."""
    desk.pack = town(delivery="snapshot")
    files = {1: [row("a"), row("b")], 2: [row("a", number="?"), row("c")]}
    for version in versions:
        desk.send(files[version], version=version, covers=days(5, 5))
    assert [r[0] for r in desk.alive()] == ["a", "c"]


def test_a_snapshot_with_a_nameless_row_withdraws_nothing(desk: Desk) -> None:
    """Whose row it is cannot be told, so of no record can it be said that it is absent."""
    desk.pack = town(delivery="snapshot")
    desk.send([row("a"), row("b")], version=1)
    receipt = desk.send([row("a"), row("")], version=2)
    assert (receipt.withdrawn, receipt.delivery) == (0, "increment")
    assert [r[0] for r in desk.alive()] == ["a", "b"]


def test_rows_may_have_versions_of_their_own(desk: Desk) -> None:
    desk.pack = town(version={"by": "column", "column": "number"})
    first = desk.send(
        [row("1", number="5", amount="1"), row("1", number="4", amount="9"), row("2")]
    )
    assert (first.new, first.unchanged, first.version) == (2, 1, 5)
    second = desk.send(
        [row("1", number="4", amount="3"), row("2", number="1", amount="8"), row("3")]
    )
    assert (second.new, second.unchanged, second.reasons) == (1, 1, {"conflict": 1})
    third = desk.send([row("1", number="6", amount="2")])
    assert third.corrected == 1
    assert desk.alive("key, c_amount") == [("1", 200, 1), ("2", None, 1), ("3", None, 1)]
    desk.withdraw(3)
    desk.withdraw(1)
    assert desk.alive("key, c_amount") == [("1", 300, 1), ("2", 800, 1), ("3", None, 1)]


def test_work_by_buckets_comes_to_the_same(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    from qingyu.intake import bulk

    rows = [row(str(n)) for n in (*range(90), *range(40))]
    rows += [row(str(n), number="2") for n in range(50, 60)]
    whole = desk.send(rows, dry_run=True)
    monkeypatch.setattr(bulk, "BUCKET", 70)
    monkeypatch.setattr(bulk, "STRETCH", 3)
    parts = desk.send(rows, dry_run=True)
    assert (parts.content_digest, parts.reasons) == (whole.content_digest, whole.reasons)
    assert (parts.new, parts.repeated, parts.refused) == (whole.new, whole.repeated, whole.refused)
    assert whole.refused
    assert whole.repeated


def test_a_lone_slip_in_the_year_does_not_make_later_files_old(desk: Desk) -> None:
    desk.pack = town(version={"by": "newest"})
    rows = [row(str(n), f"2020-01-{n % 28 + 1:02d} 10:00:00") for n in range(150)]
    receipt = desk.send([*rows, row("slip", "2030-01-01 10:00:00")])
    assert receipt.reasons == {"after_silence:when": 1}
    assert receipt.covers_last == date(2020, 1, 28)


@pytest.mark.parametrize("by", ["newest", "sequence"])
def test_a_lone_slip_before_all_others_does_not_stretch_the_days_that_are_covered(
    desk: Desk, by: str
) -> None:
    """Else the years between would count as days on which nothing happened."""
    desk.pack = town(version={"by": by})
    rows = [row(str(n), f"2020-01-{n % 28 + 1:02d} 10:00:00") for n in range(150)]
    slips = [row("old", "1999-01-01 10:00:00"), row("new", "2030-01-01 10:00:00")]
    receipt = desk.send([*rows, *slips])
    assert receipt.reasons == {"after_silence:when": 1, "before_silence:when": 1}
    assert (receipt.covers_first, receipt.covers_last) == (date(2020, 1, 1), date(2020, 1, 28))
    mended = desk.send([slips[0], row("new", "2020-01-30 10:00:00")], supplement=1)
    assert (mended.new, mended.covers_first) == (2, None)  # right after all, and put right


def test_old_rows_are_no_slips_where_they_are_many_or_the_days_are_given(desk: Desk) -> None:
    desk.pack = town(version={"by": "newest"})
    rows = [row(str(n), f"2020-01-{n % 28 + 1:02d} 10:00:00") for n in range(150)]
    old = [row(f"old{n}", "1999-01-01 10:00:00") for n in range(2)]
    assert desk.send([*rows, *old]).covers_first == date(1999, 1, 1)
    given = desk.send([*rows, old[0]], covers=(date(2020, 1, 1), date(2020, 1, 31)))
    assert given.reasons == {"outside_covers": 1}


def test_an_unchanged_row_sent_again_newer_ends_in_the_same_state(
    tmp_path: Path,
) -> None:
    """Its version depends on which send came first; nothing that is counted does."""
    older = [row("1"), row("2"), row("3", number="7")]
    newer = [row("1"), row("2", number="9"), row("4")]
    found = []
    for name, sends in (("up", [(older, 1), (newer, 2)]), ("down", [(newer, 2), (older, 1)])):
        home = Home.create(tmp_path / name, tmp_path / "pack")
        post = tmp_path / f"{name}-post"
        post.mkdir()
        desk = Desk(home, post)
        for rows, version in sends:
            desk.send(rows, version=version)
        found.append((state_digest(home, "calls"), desk.alive("key, version")))
    assert found[0][0] == found[1][0]
    assert found[0][1] != found[1][1]


def test_stages_with_every_column_are_read_like_those_that_repeat_none(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    from qingyu.intake import stage, statement

    with monkeypatch.context() as patch:
        for module in (stage, statement):
            patch.setattr(module, "repeated", lambda contract: {})
        desk.send([row("1"), row("2"), row("3")], version=1)
    desk.send([row("2", number="5"), row("3", number="6")], version=2)
    desk.withdraw(2)
    assert desk.alive("key, c_number") == [("1", 1, 1), ("2", 1, 1), ("3", 1, 1)]
    desk.send([row("1", number="9"), row("4")], version=0)
    desk.withdraw(1)
    assert desk.alive("key, c_number") == [("1", 9, 1), ("4", 1, 1)]
