"""Canaries: what the contract cuts is in no byte under the home, whatever happens to the file."""

from __future__ import annotations

import contextlib
from pathlib import Path

import pytest
from intake_town import Desk, as_csv, row, source, town

from qingyu.engine import disk
from qingyu.errors import InputError, StorageError

PHONE, IDENTITY, PLATE, STREET = "13912345678", "440402199001011234", "粤C12345", "情侣中路77号"
CANARIES = [PHONE, IDENTITY, PLATE, STREET]

CUT = [
    {"name": "plate", "type": "text", "personal": "cut"},
    {"name": "street", "type": "text", "personal": "cut"},
]
HEADER = "id,when,kind,number,amount,place,name,lon,lat,note,person,phone,plate,street"


def table() -> str:
    """Good rows, refused ones, repeats, rivals and misshapen ones, each with all canaries."""
    rows = [
        row("1"), row("1"), row("2", number="?"), row("3", number="1"), row("3", number="2"),
        row("4", "2030-01-01 10:00:00"), row("5", place="", name="?"), row(""),
    ]  # fmt: skip
    for cells in rows:
        cells |= {"person": IDENTITY, "phone": PHONE, "plate": PLATE, "street": STREET}
    text = as_csv(rows, HEADER)
    return text + f"{PHONE},{IDENTITY},{PLATE},{STREET}\n" + f"9,{PHONE}" + f",{PLATE}" * 20 + "\n"


def silent(folder: Path) -> None:
    for path in folder.rglob("*"):
        for canary in CANARIES:
            assert canary not in path.name
            if path.is_file():
                data = path.read_bytes()
                assert canary.encode() not in data, path
                assert canary.encode("utf-16-le") not in data, path


@pytest.fixture
def town_desk(desk: Desk) -> Desk:
    desk.pack = town(columns=[*source()["columns"], *CUT], delivery="snapshot")
    return desk


def test_the_canaries_would_be_found(town_desk: Desk) -> None:
    """The same table under a contract that cuts nothing: the search does find them."""
    columns = [{**c, "personal": "keep"} for c in [*source()["columns"], *CUT]]
    town_desk.pack = town(columns=columns)
    town_desk.receive(table())
    with pytest.raises(AssertionError):
        silent(town_desk.home.folder)


def test_received_refused_tried_and_withdrawn(town_desk: Desk, capfd: object) -> None:
    receipt = town_desk.receive(table(), dry_run=True)
    silent(town_desk.home.folder)
    receipt = town_desk.receive(table(), covers=None)
    assert receipt.refused >= 5
    assert receipt.new >= 2
    silent(town_desk.home.folder)
    text = f"{receipt}{receipt.sentence()}{receipt.public()}"
    assert not any(canary in text for canary in CANARIES)
    town_desk.withdraw(1)
    silent(town_desk.home.folder)
    out = capfd.readouterr()  # type: ignore[attr-defined]
    assert not any(canary in out.out + out.err for canary in CANARIES)


def test_a_file_refused_whole_says_none_of_it(town_desk: Desk) -> None:
    broken = table().replace("," + PLATE, ',"' + PLATE, 1)
    for content in (
        broken,
        table().encode("gbk"),
        table() + HEADER,
        table().replace("kind", "sort"),
    ):
        with pytest.raises(InputError) as caught:
            town_desk.receive(content)
        text = f"{caught.value}{caught.value!r}{caught.value.public()}"
        assert not any(canary in text for canary in CANARIES)
        silent(town_desk.home.folder)


@pytest.mark.slow
def test_nor_does_a_crash_leave_any(town_desk: Desk) -> None:
    """Stopped at each write in turn: what lies about then is searched before any clearing up."""
    path = town_desk.file(table())
    stopped = 0
    for fatal in range(1, 200):

        def gate(number: int, name: str, place: Path, fatal: int = fatal) -> None:
            if number == fatal:
                raise OSError(28, "No space left on device")

        with contextlib.suppress(StorageError), disk.watched(gate):
            town_desk.receive(path)
        stopped += town_desk.home.last == 0
        silent(town_desk.home.folder)
        if town_desk.home.last:
            break
    assert stopped > 10
