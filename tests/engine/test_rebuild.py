"""What is lost or torn is made anew from the records; what cannot be is refused by its name."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from engine_town import CLAIM, FIRE, LOSS, Row, key64, put, receive, town

from qingyu.engine.batches import ANEW
from qingyu.engine.cube import backfill
from qingyu.engine.delta import REBUILT
from qingyu.engine.fingerprints import cube_digest
from qingyu.engine.keyindex import KeyIndex
from qingyu.engine.months import Fresh
from qingyu.engine.panel import load_panel
from qingyu.engine.rebuild import rebuild
from qingyu.engine.snapshots import latest, save
from qingyu.engine.store import Home
from qingyu.engine.upkeep import upkeep
from qingyu.errors import DamageError, HomeError

PACK = town()
THEFT = {"count": "calls", "where": {"kind": {"equals": "theft"}}}
OTHER = town(FIRE, LOSS, CLAIM, THEFT)


def three_batches(home: Home) -> None:
    receive(home, PACK, [(1, "k1", 1, "A", "2020-01-02", "theft", 150)], new=1)
    receive(home, PACK, [(1, "c1", 1, "A", "2020-01-02", "flood", None)], source="claims", new=1)
    rows: list[Row] = [
        (-1, "k1", 1, "A", "2020-01-02", "theft", 150),
        (1, "k1", 2, "B", "2021-01-03", "fire", 175),
    ]
    receive(home, PACK, rows, corrected=1)


def cube_file(home: Home, place: int = 0) -> Path:
    return home.cube_table.files()[place].path


def log_entry(home: Home, number: int) -> Path:
    return home.cube_table.folder / "_delta_log" / f"{number:020d}.json"


def tear(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-9])


def scramble(path: Path) -> None:
    """As long as before, and nothing in it."""
    path.write_bytes(b"\0" * path.stat().st_size)


def scramble_middle(path: Path) -> None:
    """The pages of the first columns; the footer is whole."""
    whole = bytearray(path.read_bytes())
    half = len(whole) // 2
    whole[4:half] = b"\xff" * (half - 4)
    path.write_bytes(whole)


HARMS: dict[str, Callable[[Home], object]] = {
    "a file is missing": lambda home: cube_file(home).unlink(),
    "a file is torn": lambda home: tear(cube_file(home, -1)),
    "a file is empty": lambda home: cube_file(home).write_bytes(b""),
    "a file is scrambled": lambda home: scramble(cube_file(home)),
    "pages are scrambled": lambda home: scramble_middle(cube_file(home)),
    "no file is left": lambda home: [file.path.unlink() for file in home.cube_table.files()],
    "the folder is missing": lambda home: shutil.rmtree(home.cube_table.folder),
    "the log is missing": lambda home: shutil.rmtree(home.cube_table.folder / "_delta_log"),
    "the log is torn": lambda home: tear(log_entry(home, 1)),
    "the log is scrambled": lambda home: log_entry(home, 0).write_bytes(b"{"),
    "the log has no beginning": lambda home: log_entry(home, 0).unlink(),
}


@pytest.mark.parametrize("harm", HARMS.values(), ids=HARMS.keys())
def test_a_lost_cube_is_made_anew(home: Home, harm: Callable[[Home], object]) -> None:
    three_batches(home)
    right, panel = cube_digest(home), load_panel(home, PACK)
    shutil.rmtree(home.folder / "cache")
    harm(home)
    with pytest.raises(DamageError, match="qingyu engine rebuild"):
        load_panel(home, PACK)
    done = rebuild(home, PACK, "clerk")
    assert done.unreadable
    assert done.differing == done.rows > 0
    assert cube_digest(home) == right
    assert load_panel(home, PACK).counts.equals(panel.counts)
    assert home.last == 3
    receive(home, PACK, [(1, "k2", 1, "A", "2020-01-02", "fire", 5)])
    again = rebuild(home, PACK, "clerk")
    assert (again.differing, again.unreadable) == (0, False)


def test_a_compacted_cube_is_made_anew(home: Home) -> None:
    three_batches(home)
    right = cube_digest(home)
    with home.writing():
        upkeep(home, due=1, recent=0)
    tear(cube_file(home, 1))
    assert rebuild(home, PACK, "clerk").unreadable
    assert cube_digest(home) == right
    with home.writing():
        upkeep(home, due=1, recent=0)
    assert cube_digest(home) == right
    assert rebuild(home, PACK, "clerk").differing == 0


@pytest.mark.parametrize("entry", [1, 2, 3])
def test_a_log_with_a_hole(home: Home, entry: int) -> None:
    """Whatever delta-rs makes of it: an older table, or none."""
    three_batches(home)
    right = cube_digest(home)
    log_entry(home, entry).unlink()
    assert rebuild(home, PACK, "clerk").differing > 0
    assert cube_digest(home) == right
    receive(home, PACK, [(1, "k2", 1, "A", "2020-01-02", "fire", 5)])
    assert rebuild(home, PACK, "clerk").differing == 0


def test_measures_of_other_packs_are_given_up_not_taken_for_zero(home: Home) -> None:
    three_batches(home)
    backfill(home, OTHER, "clerk")
    right = load_panel(home, OTHER)
    cube_file(home).unlink()
    rebuild(home, PACK, "clerk")
    assert [(b.kind, b.source, b.delivery) for b in home.batches()[4:]] == [
        ("count", "calls", ANEW)
    ]
    assert load_panel(home, PACK).known == 5
    with pytest.raises(HomeError, match="one measure of the pack that is not counted"):
        load_panel(home, OTHER)
    with pytest.raises(HomeError, match="one measure of the pack that is not counted"):
        load_panel(home, OTHER, known=3)
    backfill(home, OTHER, "clerk")
    assert load_panel(home, OTHER).counts.equals(right.counts)
    assert (
        load_panel(home, OTHER, known=1).counts.sum()
        == load_panel(home, OTHER, known=1).counts.sel(area="A").sum()
    )
    assert rebuild(home, OTHER, "clerk").differing == 0


def test_given_up_once(home: Home) -> None:
    """A rebuild that was killed after it gave measures up need not do so again."""
    three_batches(home)
    backfill(home, OTHER, "clerk")
    for _ in range(2):
        cube_file(home).unlink()
        rebuild(home, PACK, "clerk")
    assert [b.delivery for b in home.batches()].count(ANEW) == 1


def test_a_batch_that_waits_for_its_cube_is_finished(home: Home) -> None:
    three_batches(home)
    shutil.rmtree(home.cube_table.folder)
    with pytest.raises(DamageError, match="qingyu engine rebuild"):
        receive(home, PACK, [(1, "k2", 1, "A", "2020-01-02", "fire", 5)])
    with pytest.raises(DamageError, match="qingyu engine rebuild"), home.writing():
        pass
    rebuild(home, PACK, "clerk")
    assert home.last == 4
    whole = cube_digest(home)
    assert rebuild(home, PACK, "clerk").differing == 0
    assert cube_digest(home) == whole


def test_snapshots_are_made_anew(home: Home) -> None:
    """Also one that is whole and yet wrong."""
    three_batches(home)
    right = load_panel(home, PACK)
    (series,) = {path.name.split(".")[0] for path in (home.folder / "cache").iterdir()}
    kept = latest(home.folder / "cache", series, right.counts.shape[:2], right.known)
    assert kept is not None
    wrong = {month: Fresh(part.whole() + 1) for month, part in kept.parts.items()}
    save(home.folder / "cache", series, replace(kept, parts=wrong))
    assert not load_panel(home, PACK).counts.equals(right.counts)
    assert rebuild(home, PACK, "clerk").differing == 0
    assert load_panel(home, PACK).counts.equals(right.counts)


@pytest.mark.parametrize("name", ["runs.json", "0.key", "1.content"])
@pytest.mark.parametrize("harm", [Path.unlink, tear], ids=["missing", "torn"])
def test_the_key_index_is_made_anew(home: Home, name: str, harm: Callable[[Path], object]) -> None:
    three_batches(home)
    index = home.folder / "index" / "calls"
    keys = np.array([key64("k1"), key64("k2")], np.uint64)
    right = [column.tolist() for column in vars(KeyIndex(home, "calls").probe(keys)).values()]
    harm(index / name)
    rebuild(home, PACK, "clerk")
    again = KeyIndex(home, "calls").probe(keys)
    assert [column.tolist() for column in vars(again).values()] == right
    assert (index / "runs.json").stat().st_size > 50
    assert len(list(index.glob("*.key"))) == 2


def records_file(home: Home) -> Path:
    return Path(home.record_files("calls")[0])


LOST: dict[str, tuple[Callable[[Home], object], str]] = {
    "missing": (lambda home: records_file(home).unlink(), "no file 00000001.parquet"),
    "torn": (lambda home: tear(records_file(home)), "in 00000001.parquet"),
    "scrambled": (lambda home: scramble(records_file(home)), "00000001.parquet: found a file that"),
    "scrambled pages": (
        lambda home: scramble_middle(records_file(home)),
        "00000001.parquet: found a file that",
    ),
    "no folder": (
        lambda home: shutil.rmtree(home.folder / "records" / "calls"),
        "records/calls: found no records of batch 3",
    ),
    "no last entry": (
        lambda home: (home.folder / "records" / "calls" / "_delta_log" / f"{2:020d}.json").unlink(),
        "records/calls: found no records of batch 3",
    ),
}


@pytest.mark.parametrize(("harm", "words"), LOST.values(), ids=LOST.keys())
def test_lost_records_are_refused_by_name(
    home: Home, harm: Callable[[Home], object], words: str
) -> None:
    three_batches(home)
    right = cube_digest(home)
    harm(home)
    with pytest.raises(DamageError) as refused:
        rebuild(home, PACK, "clerk")
    (fault,) = refused.value.faults
    assert words in fault.sentence().render("en")
    assert "Restore the home from a backup" in fault.sentence().render("en")
    assert cube_digest(home) == right  # nothing was replaced


@pytest.mark.parametrize("harm", [Path.unlink, tear, scramble, scramble_middle])
def test_lost_batches_are_refused_by_name(home: Home, harm: Callable[[Path], object]) -> None:
    three_batches(home)
    harm(home.folder / "batches" / "00000002.parquet")
    with pytest.raises(DamageError, match=r"00000002\.parquet"):
        rebuild(Home.open(home.folder), PACK, "clerk")


def test_a_generation_after_a_wrong_one(home: Home) -> None:
    three_batches(home)
    for generation in (1, 2):
        cube_file(home).unlink()
        rebuild(home, PACK, "clerk")
        assert home.cube_table.transaction(REBUILT) == generation


def test_batches_are_counted_in_groups(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    with home.writing() as writer:
        for number in range(1, 6):
            rows: list[Row] = [(1, f"k{number}{n}", 1, "A", "2020-01-02", "fire", 1) for n in "12"]
            put(writer, PACK, rows)
    right = cube_digest(home)
    monkeypatch.setattr("qingyu.engine.rebuild._ROWS", 4)
    cube_file(home).unlink()
    rebuild(home, PACK, "clerk")
    assert cube_digest(home) == right
    assert len(home.cube_table.files()) == 3
