"""Whoever touches a published edition is found out, and told by the member's name."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from release_office import Publisher, founded

from qingyu.errors import Fault
from qingyu.i18n import render
from qingyu.minisign import Public, Secret
from qingyu.release.feeds.derived import derived
from qingyu.release.keyring import trusted_keys
from qingyu.release.shelf import Shelf
from qingyu.release.sums import SIGNATURE, SUMS, digest_of_member, members_in, text_of
from qingyu.release.verify import verify, verify_chain


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An office with two editions: a month, and its correction."""
    folder = tmp_path_factory.mktemp("touched")
    (folder / "founded").mkdir()
    founded(folder / "founded")
    publisher = Publisher(folder / "founded", folder / "office")
    publisher.publish()
    publisher.receive_more()
    publisher.publish("late calls")
    return publisher.shelf


@pytest.fixture
def shelf(whole: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(whole, tmp_path / "shelf", symlinks=True))


def edit(name: str, change: Callable[[bytes], bytes]) -> Callable[[Path], None]:
    def work(edition: Path) -> None:
        path = edition / name
        old = path.read_bytes()
        assert change(old) != old
        path.write_bytes(change(old))

    return work


def a_row_less(data: bytes) -> bytes:
    lines = data.splitlines(keepends=True)
    return b"".join(lines[:5] + lines[6:])


def areas_swapped(data: bytes) -> bytes:
    lines = data.decode().splitlines()
    one, other = (lines[n].split(",") for n in (3, 4))
    one[1], other[1] = other[1], one[1]
    lines[3], lines[4] = ",".join(one), ",".join(other)
    return ("\n".join(lines) + "\n").encode()


TOUCHED = {
    "a digit": ("areas.csv", edit("areas.csv", lambda d: d.replace(b"85.", b"95.", 1))),
    "a row": ("indicators.csv", edit("indicators.csv", a_row_less)),
    "two areas": ("areas.csv", edit("areas.csv", areas_swapped)),
    "a caveat": ("method.json", edit("method.json", lambda d: d.replace(b"caveat", b"cavaet", 1))),
    "the pack": ("pack/grades.yaml", edit("pack/grades.yaml", lambda d: d + b"\n")),
    "the reason": ("manifest.json", edit("manifest.json", lambda d: d.replace(b'"n', b'"N', 1))),
    "a badge": ("badges/4209100156.svg", edit("badges/4209100156.svg", lambda d: d + b" ")),
    "a page": (
        "dictionary/traffic_crash.html",
        edit("dictionary/traffic_crash.html", lambda d: d.replace(b"<h2>", b"<h3>", 1))),
    "a cell of Parquet": ("areas.parquet", edit("areas.parquet", lambda d: d[:50] + b"x" + d[51:])),
    "a file gone": ("areas.json", lambda e: (e / "areas.json").unlink()),
    "a file more": ("extra.csv", lambda e: (e / "extra.csv").write_text("x")),
    "a link": ("traces.jsonl", lambda e: (
        (e / "traces.jsonl").unlink(), (e / "traces.jsonl").symlink_to("areas.csv"))),
    "an approval": (
        "approvals/editor.minisig",
        lambda e: shutil.copy(e / "approvals" / "analyst.minisig",
                              e / "approvals" / "editor.minisig")),
}  # fmt: skip


@pytest.mark.parametrize("what", TOUCHED)
def test_the_member_is_named(shelf: Path, what: str) -> None:
    name, work = TOUCHED[what]
    edition = shelf / "editions" / "1"
    work(edition)
    faults = verify(edition, trusted_keys(shelf, None)).faults
    assert {member_of(fault.where) for fault in faults} == {name}
    chain = [fault for one in verify_chain(shelf) for fault in one.faults]
    assert {member_of(fault.where) for fault in chain} == {f"editions/1/{name}"}


def member_of(where: str) -> str:
    """Without the row."""
    return where.partition(":")[0]


def told(shelf: Path, what: str) -> list[tuple[str, str, str]]:
    """Rows that are named: where, found, expected."""
    TOUCHED[what][1](shelf / "editions" / "1")
    faults = verify(shelf / "editions" / "1", trusted_keys(shelf, None)).faults
    return [
        (fault.where.partition(": ")[2], render(fault.found, "en"), render(fault.expected, "en"))
        for fault in faults
        if ": " in fault.where
    ]


def test_the_row_and_column_of_a_changed_digit_are_named(shelf: Path) -> None:
    lines = (shelf / "editions" / "1" / "areas.csv").read_text("utf-8-sig").splitlines()
    place = next(n for n, line in enumerate(lines) if "85." in line)
    area, column = lines[place].split(",")[1], lines[0].split(",")
    ((where, found, expected),) = told(shelf, "a digit")
    row, name = where.split(", ")
    assert row == f"2016-03 {area}"
    assert name in column
    assert found.startswith("95.")
    assert expected == found.replace("95.", "85.", 1)


def test_a_dropped_row_is_named(shelf: Path) -> None:
    line = (shelf / "editions" / "1" / "indicators.csv").read_text("utf-8-sig").splitlines()[5]
    period, area, indicator = line.split(",")[:3]
    assert told(shelf, "a row") == [
        (f"{period} {area} {indicator}", "no such row", "a row that indicators.json has")
    ]


def test_areas_that_changed_places_are_named(shelf: Path) -> None:
    lines = (shelf / "editions" / "1" / "areas.csv").read_text("utf-8-sig").splitlines()
    codes = [lines[place].split(",")[1] for place in (3, 4)]
    found = told(shelf, "two areas")
    assert all(any(code in where for where, *_ in found) for code in codes)
    assert any(where.endswith(", name") for where, *_ in found)


def test_a_cell_of_parquet_is_named_by_the_other_forms(shelf: Path) -> None:
    path = shelf / "editions" / "1" / "areas.parquet"
    table = pq.read_table(path)
    grades = table["grade"].to_pylist()
    place = grades.index("yellow")
    grades[place] = "blue"
    at = table.column_names.index("grade")
    pq.write_table(table.set_column(at, "grade", pa.array(grades)), path)
    faults = verify(shelf / "editions" / "1", trusted_keys(shelf, None)).faults
    area = table["area"].to_pylist()[place]
    assert [fault.where for fault in faults] == [
        "areas.parquet", f"areas.parquet: 2016-03 {area}, grade",
    ]  # fmt: skip
    assert (faults[1].found, faults[1].expected) == ("blue", "yellow")


def test_where_every_form_was_changed_the_members_alone_are_named(shelf: Path) -> None:
    edition = shelf / "editions" / "1"
    for suffix in ("csv", "json", "parquet"):
        path = edition / f"areas.{suffix}"
        path.write_bytes(path.read_bytes() + b" ")
    faults = verify(edition, trusted_keys(shelf, None)).faults
    assert [fault.where for fault in faults] == ["areas.csv", "areas.json", "areas.parquet"]


def test_sums_written_anew_are_not_what_was_signed(shelf: Path) -> None:
    edition = shelf / "editions" / "1"
    TOUCHED["a digit"][1](edition)
    new_sums(edition)
    assert SUMS in places(verify(edition, trusted_keys(shelf, None)).faults)


def test_another_key_is_unknown(shelf: Path) -> None:
    """With sums and signature made anew by whoever has a key of their own."""
    edition, thief = shelf / "editions" / "2", Secret.draw()
    TOUCHED["a digit"][1](edition)
    new_sums(edition)
    signature = thief.sign((edition / SUMS).read_bytes(), "mine").text()
    (edition / SIGNATURE).write_text(signature)
    known = Public.read(shelf / "qingyu.pub")
    assert SIGNATURE in places(verify(edition, trusted_keys(shelf, known)).faults)


def test_even_the_offices_key_cannot_replace_what_was_approved_in_silence(shelf: Path) -> None:
    """Approvals are over the contents, and the next edition names the digest."""
    edition = shelf / "editions" / "1"
    TOUCHED["a digit"][1](edition)
    new_sums(edition)
    found = places(verify(edition, trusted_keys(shelf, None)).faults)
    assert {"approvals/analyst.minisig", "approvals/editor.minisig"} <= found
    chain = places([fault for one in verify_chain(shelf) for fault in one.faults])
    assert "editions/2/chain.json" in chain


def test_editions_that_changed_places_are_named(shelf: Path) -> None:
    place = shelf / "editions"
    (place / "1").rename(place / "3")
    (place / "2").rename(place / "1")
    (place / "3").rename(place / "2")
    found = places([fault for one in verify_chain(shelf) for fault in one.faults])
    assert {"editions/1/chain.json", "editions/2/chain.json"} <= found


def test_a_hole_in_the_chain_is_named(shelf: Path) -> None:
    shutil.rmtree(shelf / "editions" / "1")
    found = places([fault for one in verify_chain(shelf) for fault in one.faults])
    assert "editions/1" in found


def test_a_chain_rolled_back_is_seen_by_who_saw_more(shelf: Path) -> None:
    second = Shelf(shelf).editions()[1]
    seen = (2, second.digest)
    assert not any(one.faults for one in verify_chain(shelf, seen=seen))
    shutil.rmtree(second.folder)
    (shelf / "latest" / "month").unlink()
    (shelf / "latest" / "month").symlink_to("../editions/1")
    for name, data in derived(Shelf(shelf).editions()).items():
        (shelf / name).write_bytes(data)
    assert not any(one.faults for one in verify_chain(shelf))  # nothing here remembers
    found = [fault for one in verify_chain(shelf, seen=seen) for fault in one.faults]
    assert places(found) == {"editions/2"}


@pytest.mark.parametrize(
    "name",
    [
        "editions.json",
        "errata.json",
        "errata.csv",
        "errata.html",
        "feeds/editions.en.atom",
        "feeds/errata.en.atom",
        "latest/month",
    ],
)
def test_what_is_derived_must_agree(shelf: Path, name: str) -> None:
    path = shelf / name
    if path.is_symlink():
        path.unlink()
        path.symlink_to("../editions/1")
    else:
        path.write_text(path.read_text("utf-8").replace("late calls", "typing error"), "utf-8")
    found = places([fault for one in verify_chain(shelf) for fault in one.faults])
    assert found == {name}


def new_sums(edition: Path) -> None:
    digests = {name: digest_of_member(edition / name) for name in members_in(edition)}
    (edition / SUMS).write_bytes(text_of(digests))


def places(faults: list[Fault] | tuple[Fault, ...]) -> set[str]:
    return {fault.where for fault in faults}
