"""Many files in one go: each its own batch, and a refused one stops no other."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.append(str(Path(__file__).parents[1] / "intake"))

from intake_town import Desk, as_csv, row, still_clock

from qingyu.engine.store import Home
from qingyu.errors import NotFoundError
from qingyu.flows.receive_each import receive_each
from qingyu.i18n import Text


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    home = Home.create(tmp_path / "home", tmp_path / "pack")
    home.clock = still_clock
    (tmp_path / "post").mkdir()
    return Desk(home, tmp_path / "post")


def test_a_refused_file_stops_no_other(desk: Desk) -> None:
    files = [
        desk.file(as_csv([row("a", "2020-01-05 10:00:00")]), "one.csv"),
        desk.file("nothing like it\n1\n", "bad.csv"),
        desk.file(as_csv([row("b", "2020-01-06 10:00:00")]), "two.csv"),
        desk.folder / "nowhere.csv",
    ]
    told: list[tuple[str, int, int]] = []

    def tell(words: Text, at: int, of: int) -> None:
        told.append((words.render("en"), at, of))

    found = receive_each(desk.home, desk.pack, "calls", files, version=1, who="h", progress=tell)
    assert [one.file for one in found] == files
    assert [one.receipt.number if one.receipt else None for one in found] == [1, None, 2, None]
    assert [batch.file_name for batch in desk.home.batches()] == ["one.csv", "two.csv"]
    assert told == [
        ("one.csv: batch 1", 1, 4),
        ("bad.csv: refused", 2, 4),
        ("two.csv: batch 2", 3, 4),
        ("nowhere.csv: refused", 4, 4),
    ]
    plain = [one.public() for one in found]
    assert [sorted(name for name, value in one.items() if value is None) for one in plain] == [
        ["refused"], ["receipt"], ["refused"], ["receipt"],
    ]  # fmt: skip
    again = receive_each(desk.home, desk.pack, "calls", files[:1], version=1, who="h")
    assert again[0].receipt is not None
    assert again[0].receipt.again


def test_what_no_file_could_satisfy_is_raised(desk: Desk) -> None:
    with pytest.raises(NotFoundError):
        receive_each(desk.home, desk.pack, "no such source", [desk.folder / "x.csv"], who="h")
