"""`make demo CITY=montco`: made-up where no file is at hand, marked as such; quicker and the same
again."""

from __future__ import annotations

import shlex
from pathlib import Path

import pytest

from qingyu.cli.main import run
from qingyu.engine.store import Home
from qingyu.simulate.montco import FILE_NAME

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder to stand in, without shared data beside it."""
    folder = tmp_path / "checkout"
    folder.mkdir()
    monkeypatch.chdir(folder)
    return folder


def demo(capsys: pytest.CaptureFixture[str], *words: object) -> str:
    capsys.readouterr()
    said = ["demo", "--city", "montco", *[str(word) for word in words], "--lang", "en"]
    assert run(said) == 0
    return capsys.readouterr().out


def test_without_a_file_it_says_that_all_is_simulated(
    place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    first = demo(capsys)
    assert (place / "demo-home" / "montco" / "simulated" / FILE_NAME).is_file()
    assert "SIMULATED. The real file is not here" in first
    assert "SIMULATED DATA: no facts about any place." in first
    assert "mchirico/montcoalert" in first
    assert "12 refused" in first
    assert "another row of the same file has the same key" in first
    assert "LOWER MERION" in first
    assert "Worst of 2016-10: " in first
    assert "Worst of 2016-11-29: " in first
    further = first[first.index("Look further:") :].splitlines()[1:]
    assert [line.split()[1] for line in further] == ["explain", "show", "now", "supply"]
    for line in further:  # whoever types them gets an answer
        assert run([*shlex.split(line)[1:], "--lang", "en"]) == 0
        assert capsys.readouterr().out

    again = demo(capsys)
    assert "from an earlier run" in again
    assert "received before" in again
    assert len(Home.open(place / "demo-home" / "montco").batches()) == 1
    assert table_of(again) == table_of(first)

    # A file of one's own takes the place of the made-up one, and the other way round.
    own = place / "mine.csv"
    lines = (
        (place / "demo-home" / "montco" / "simulated" / FILE_NAME).read_text("utf-8").splitlines()
    )
    own.write_text("\n".join(lines[:30_000]) + "\n", encoding="utf-8")
    mine = demo(capsys, "--data", own)
    assert "Took back batch 1" in mine
    assert "SIMULATED" not in mine


def table_of(text: str) -> list[str]:
    return [line for line in text.splitlines() if "[" in line]


def test_a_wrong_path_is_one_sentence(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["demo", "--city", "montco", "--data", "nowhere.csv", "--lang", "en"]) == 9
    assert "Error: nowhere.csv: found no file" in capsys.readouterr().err


def test_another_pack_needs_a_file(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["new", "town", "--name", "Springfield"]) == 0
    assert run(["demo", "--city", "town", "--lang", "en"]) == 2
    assert "--data" in capsys.readouterr().err


@pytest.mark.shared
@pytest.mark.slow
def test_the_real_file_is_taken_where_it_is(
    place: Path, shared: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (place.parent / "shared").symlink_to(shared)
    said = demo(capsys)
    assert "138114 rows: 138077 new, 37 repeated" in said
    assert "SIMULATED" not in said
