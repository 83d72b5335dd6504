"""`qingyu new`: a pack that passes its own check, under the name that was asked for."""

from __future__ import annotations

from pathlib import Path

import pytest

from qingyu.errors import StorageError, UsageError
from qingyu.pack.check import check_pack
from qingyu.pack.load import load_pack
from qingyu.pack.new import identifier, new_pack


@pytest.mark.parametrize(
    ("folder", "name", "identity"),
    [
        ("ferryton", "Ferryton", "ferryton"),
        ("New Town 2", "New Town", "new_town_2"),
        ("2 rivers", 'The "Two" Rivers: {a} #1', "city_2_rivers"),
        ("平安", "晴雨市", "city"),
    ],
)
def test_a_new_pack_passes_its_check(tmp_path: Path, folder: str, name: str, identity: str) -> None:
    new_pack(tmp_path / folder, name)
    pack = load_pack(tmp_path / folder)
    assert (pack.id, pack.name.zh, pack.name.en) == (identity, name, name)
    assert len(pack.cases) >= 3
    assert {indicator.nature for indicator in pack.indicators} == {"harm", "voice"}


def test_an_empty_folder_will_do(tmp_path: Path) -> None:
    (tmp_path / "city").mkdir()
    new_pack(tmp_path / "city", "City")
    assert check_pack(tmp_path / "city") == []


def test_nothing_is_written_over(tmp_path: Path) -> None:
    (tmp_path / "city").mkdir()
    (tmp_path / "city" / "pack.yaml").write_text("mine")
    with pytest.raises(UsageError, match="a new or empty folder"):
        new_pack(tmp_path / "city", "City")
    assert (tmp_path / "city" / "pack.yaml").read_text() == "mine"
    assert [path.name for path in (tmp_path / "city").iterdir()] == ["pack.yaml"]


def test_a_file_is_no_folder(tmp_path: Path) -> None:
    (tmp_path / "city").write_text("")
    with pytest.raises(UsageError, match="a new or empty folder"):
        new_pack(tmp_path / "city", "City")


def test_a_pack_needs_a_name(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="the printed name of the city"):
        new_pack(tmp_path / "city", "  ")


def test_a_place_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StorageError, match="cannot be written"):
        new_pack(tmp_path / "file" / "city", "City")


@pytest.mark.parametrize(
    ("name", "word"), [("A-B", "a_b"), ("_x_", "x"), ("9", "city_9"), ("", "city"), ("é", "city")]
)
def test_identifier(name: str, word: str) -> None:
    assert identifier(name) == word
