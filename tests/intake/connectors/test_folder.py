"""A watched folder: what is ready, what its name says, where it goes."""

from __future__ import annotations

import os
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from intake_town import still_clock

from qingyu.engine.store import Home
from qingyu.errors import InputError
from qingyu.intake.connectors.folder import Said, arrivals, put_away, said_by_name
from qingyu.intake.connectors.settings import Folder

NOW = still_clock()


@pytest.fixture
def post(tmp_path: Path) -> Path:
    made = tmp_path / "inbox"
    made.mkdir()
    return made


def lay(post: Path, name: str, text: str = "x", age: float = 3600) -> Path:
    path = post / name
    path.write_text(text)
    os.utime(path, (NOW.timestamp() - age,) * 2)
    return path


def names(home: Home, post: Path, **more: Any) -> tuple[list[str], list[str]]:
    found = arrivals(home, "calls", Folder(path=str(post), **more), NOW)
    return [path.name for path in found.ready], list(found.waiting)


def test_what_is_whole_and_what_is_not(home: Home, post: Path) -> None:
    for name in ("b.csv", "a.csv", ".c.csv", "d.csv.part", "e.tmp"):
        lay(post, name)
    lay(post, "young.csv", age=59)
    lay(post, "old.csv", age=61)
    lay(post, "ahead.csv", age=-3600)
    (post / "folder.csv").mkdir()
    (post / "link.csv").symlink_to(post / "a.csv")
    ready, waiting = names(home, post, settle=60)
    assert ready == ["a.csv", "b.csv", "old.csv"]
    assert set(waiting) == {".c.csv", "ahead.csv", "d.csv.part", "e.tmp", "young.csv"}


def test_a_folder_that_is_not_there(home: Home, post: Path) -> None:
    with pytest.raises(InputError, match="cannot be read"):
        names(home, post / "none")


PATTERN = r"^calls_(?P<first>\d{8})(_(?P<last>\d{8}))?(_v(?P<version>\d+))?\.csv$"


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("calls_20200105.csv", Said((date(2020, 1, 5),) * 2, None)),
        ("calls_20200105_20200107.csv", Said((date(2020, 1, 5), date(2020, 1, 7)), None)),
        ("calls_20200105_v17.csv", Said((date(2020, 1, 5),) * 2, "17")),
        ("calls_20240229_20240301_v1.csv", Said((date(2024, 2, 29), date(2024, 3, 1)), "1")),
    ],
)
def test_what_a_name_says(name: str, said: Said) -> None:
    assert said_by_name(Folder(path="/in", name=PATTERN), Path(name)) == said


@pytest.mark.parametrize(
    "name",
    ["calls.csv", "calls_20200231.csv", "calls_20230229.csv", "calls_2020010.csv",
     "calls_20200105_.csv", "xcalls_20200105.csv", "calls_20201301.csv"],
)  # fmt: skip
def test_a_name_that_does_not_tell(name: str) -> None:
    with pytest.raises(InputError, match="does not tell its days or version"):
        said_by_name(Folder(path="/in", name=PATTERN), Path(name))


def test_a_version_alone_and_no_pattern_at_all() -> None:
    only = Folder(path="/in", name=r"_(?P<version>\d+)\.")
    assert said_by_name(only, Path("calls_17.csv")) == Said(None, "17")
    assert said_by_name(Folder(path="/in"), Path("anything")) == Said()
    last = Folder(path="/in", name=r"(?P<last>\d{8})")
    assert said_by_name(last, Path("20200107")).covers == (date(2020, 1, 7),) * 2


def test_taken_and_refused_go_apart_and_replace_nothing(home: Home, post: Path) -> None:
    folder = Folder(path=str(post))
    for taken in (True, True, False):
        put_away(home, "calls", folder, lay(post, "a.tar.csv", str(taken)), taken, "said")
    found = sorted(str(p.relative_to(post)) for p in post.rglob("*") if p.is_file())
    assert found == [
        "done/a-2.tar.csv",
        "done/a-2.tar.csv.txt",
        "done/a.tar.csv",
        "done/a.tar.csv.txt",
        "refused/a.tar.csv",
        "refused/a.tar.csv.txt",
    ]
    assert (post / "refused" / "a.tar.csv.txt").read_text() == "said\n"


def test_a_kept_file_is_known_again_until_it_changes(home: Home, post: Path) -> None:
    folder = Folder(path=str(post), after="keep")
    path = lay(post, "a.csv")
    put_away(home, "calls", folder, path, True, "said")
    assert names(home, post, after="keep") == ([], [])
    lay(post, "a.csv", "y")
    assert names(home, post, after="keep") == (["a.csv"], [])


@pytest.mark.parametrize("text", ["", "{", "[1]", "null"])
def test_a_torn_memory_only_looks_again(home: Home, post: Path, text: str) -> None:
    folder = Folder(path=str(post), after="keep")
    put_away(home, "calls", folder, lay(post, "a.csv"), True, "said")
    (home.folder / "arrivals" / "calls.json").write_text(text)
    assert names(home, post, after="keep") == (["a.csv"], [])


GBK = os.fsdecode("警情.csv".encode("gb18030"))


@pytest.mark.parametrize("after", ["move", "keep"])
def test_a_name_in_another_encoding_is_refused_and_put_away(
    home: Home, post: Path, after: Any
) -> None:
    folder = Folder(path=str(post), after=after)
    path = lay(post, GBK)
    with pytest.raises(InputError, match="no UTF-8") as failure:
        said_by_name(folder, path)
    str(failure.value).encode()
    put_away(home, "calls", folder, path, False, str(failure.value))
    assert names(home, post, after=after) == ([], [])
    young = lay(post, f"2{GBK}", age=0)
    assert "\ufffd" in names(home, post, after=after)[1][0]
    assert young.exists()


def test_names_as_long_as_names_can_be(home: Home, post: Path) -> None:
    folder = Folder(path=str(post))
    for _ in range(3):
        put_away(home, "calls", folder, lay(post, "警" * 83 + "a.csv"), False, "said")
    found = [path.name for path in (post / "refused").iterdir()]
    assert sum(not name.endswith(".txt") for name in found) == 3


@pytest.mark.parametrize(
    "name",
    ["\u202egpj.csv", "a" * 240 + ".csv", "'; rm -rf .csv", "-rf.csv", "$(x).csv", "a\nb.csv"],
)
def test_strange_names_are_only_names(home: Home, post: Path, name: str) -> None:
    put_away(home, "calls", Folder(path=str(post)), lay(post, name), False, "said")
    assert (post / "refused" / name).is_file()
