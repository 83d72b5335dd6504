"""What leaves the house is the file less what its contract cuts, and reads as the file itself."""

from __future__ import annotations

import csv
import io
import zipfile
from datetime import date
from pathlib import Path

import duckdb
import pytest
from bundle_town import COLUMNS, Gap, as_csv, row, two_sources

from qingyu import disk
from qingyu.errors import InputError, UsageError
from qingyu.flows.bundle_make import Send

PHONE, IDENTITY, PLATE, STREET = "13912345678", "440402199001011234", "粤C12345", "情侣中路77号"
CANARIES = [PHONE, IDENTITY, PLATE, STREET]
HEADER = "id,when,kind,number,amount,place,name,lon,lat,note,person,phone,plate,street"


@pytest.fixture
def gap(tmp_path: Path) -> Gap:
    return Gap(tmp_path)


def table() -> str:
    """Good rows, refused ones, repeats, rivals, misshapen ones, cells with line breaks and quotes;
    all canaries in each."""
    rows = [
        row("1"), row("1"), row("2", number="?"), row("3", number="1"), row("3", number="2"),
        row("4", "2030-01-01 10:00:00"), row("5", place="", name="?"), row(""),
        row("6", note='said "no",\nthen left'), row(" 7 ", place="", name=" birch "),
    ]  # fmt: skip
    for cells in rows:
        cells |= {"person": IDENTITY, "phone": PHONE, "plate": PLATE, "street": STREET}
    text = as_csv(rows, HEADER)
    return text + f"{PHONE},{IDENTITY},{PLATE},{STREET}\n" + f"9,{PHONE}" + f",{PLATE}" * 20 + "\n"


def member(path: Path, name: str = "item-1-file-1.csv") -> bytes:
    with zipfile.ZipFile(path) as archive:
        return archive.read(name)


def rows_of(data: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline="")))


def test_columns_that_are_cut_stay_behind(gap: Gap) -> None:
    sent = gap.send([row("1", person=IDENTITY, phone=PHONE, lon="113.5", note="seen")])
    header, first = rows_of(member(sent.path))
    assert header == [
        "qingyu_row", "id", "when", "kind", "number", "amount", "place", "name", "lon", "lat",
        "note", "person",
    ]  # fmt: skip
    cells = dict(zip(header, first, strict=True))
    assert cells["qingyu_row"] == "2"
    assert cells["note"] == "seen"
    assert cells["lon"] == "113.5"  # it places the record, on the other side
    assert cells["person"].startswith("sha256:")
    assert sent.manifest.items[0].cut == ("phone",)
    assert sent.manifest.items[0].rows == 1


def test_what_only_places_a_record_stays_where_nothing_is_placed_by_it(tmp_path: Path) -> None:
    place = {"by": ["code"], "code": "place"}
    gap = Gap(tmp_path, two_sources(place=place))
    sent = gap.send([row("1", lon="113.512345")])
    assert b"113.512345" not in member(sent.path)
    assert sent.manifest.items[0].cut == ("lon", "lat", "phone")


def test_by_bundle_or_directly_it_is_the_same_batch(gap: Gap) -> None:
    """Rows, refusals, versions, misshapen lines: the content's digest agrees, so that whichever
    comes second is a repeat."""
    path = gap.file(table())
    sent = gap.send(path)
    direct = gap.receive(path, gap.home)
    opening = gap.open(sent)
    node = opening.files[0].node
    assert node is not None
    assert node.taken is not None
    (outcome,) = node.taken.items
    assert (outcome.batch, outcome.again) == (direct.number, True)
    other = gap.new_home("other")
    through = gap.open(sent, home=other).files[0].node
    assert through is not None
    assert through.taken is not None
    receipt = through.taken.items[0].receipt
    assert receipt is not None
    for name in ("rows", "new", "repeated", "refused", "unplaced", "reasons", "content_digest"):
        assert receipt[name] == direct.public()[name], name
    assert gap.state(other) == gap.state(gap.home)


def test_parquet_too(gap: Gap) -> None:
    path = gap.folder / "given.parquet"
    csv_file = gap.file([row("1", phone=PHONE), row("2", amount="1.5")])
    duckdb.sql(f"COPY (FROM read_csv('{csv_file}', all_varchar=true)) TO '{path}' (FORMAT parquet)")
    sent = gap.send(path)
    direct = gap.receive(path, gap.home)
    node = gap.open(sent).files[0].node
    assert node is not None
    assert node.taken is not None
    assert (node.taken.items[0].batch, node.taken.items[0].again) == (direct.number, True)


def test_whatever_form_the_department_writes(tmp_path: Path) -> None:
    """A title above the header, GB18030, full-width digits with a unit, another name of a column:
    the bundle reads as the file itself."""
    number = {"name": "number", "type": "integer", "least": 0, "most": 1000,
              "names": ["起数"], "written": {"width": "fold", "unit": ["起"]}}  # fmt: skip
    columns = [number if c["name"] == "number" else c for c in COLUMNS]
    layout = {"encoding": ["gb18030"], "skip": 1}
    gap = Gap(tmp_path, two_sources(columns=columns, file=layout))
    rows = as_csv(
        [row("1", number="３起"), row("2", number="三起"), row("3", name="桤木", place="")]
    )
    text = "十月警情表\n" + rows.replace("kind,number", "kind,起数")
    path = gap.file(text.encode("gb18030"))
    sent = gap.send(path)
    assert "３起".encode() in member(sent.path)
    direct = gap.receive(path, gap.home)
    assert (direct.new, direct.refused) == (2, 1)
    node = gap.open(sent).files[0].node
    assert node is not None
    assert node.taken is not None
    assert (node.taken.items[0].batch, node.taken.items[0].again) == (1, True)
    other = gap.new_home("other")
    node = gap.open(sent, home=other).files[0].node
    assert node is not None
    assert node.taken is not None
    receipt = node.taken.items[0].receipt
    assert receipt is not None
    assert receipt["refused_rows"] == ["4"]  # below the title and the header, as the sender counts


def test_nothing_personal_is_in_any_byte_of_the_box_or_the_bundle(gap: Gap) -> None:
    folder = gap.folder / "given"
    folder.mkdir()
    path = folder / "calls.csv"
    path.write_text(table(), "utf-8")
    sent = gap.make(Send("calls", (path,), version="1"))
    carrier = gap.folder / "usb"
    carrier.mkdir()
    gap.box.copy([1], carrier)
    gap.open(carrier / sent.path.name)
    found = [gap.box.folder, carrier, gap.home.folder]
    for file in (path for place in found for path in place.rglob("*") if path.is_file()):
        for canary in CANARIES:
            assert canary.encode() not in file.read_bytes(), file


def test_nor_is_it_when_the_sender_is_killed(gap: Gap) -> None:
    class Killed(BaseException):
        pass

    path = gap.folder / "calls.csv"
    path.write_text(table(), "utf-8")
    at, done = 0, False
    while not done:
        at += 1

        def gate(number: int, name: str, where: Path, at: int = at) -> None:
            if number >= at:
                raise Killed

        try:
            with disk.watched(gate):
                gap.make(Send("calls", (path,), version="1"))
            done = True
        except Killed:
            pass
        for file in (path for path in gap.box.folder.rglob("*") if path.is_file()):
            assert not any(canary.encode() in file.read_bytes() for canary in CANARIES), file
    assert at > 20


def test_several_files_and_sources_in_one_bundle(gap: Gap) -> None:
    one, two, three = (gap.file([row(str(n))]) for n in (1, 2, 3))
    days = (date(2020, 1, 1), date(2020, 1, 31))
    sent = gap.make(
        Send("calls", (one, two), version="7"),
        Send("posts", (three,), version="2020-02-01T08:00", covers=days),
    )
    items = sent.manifest.items
    assert [item.source for item in items] == ["calls", "posts"]
    assert [len(item.files) for item in items] == [2, 1]
    assert (items[0].version, items[0].covers, items[0].delivery) == ("7", None, "increment")
    assert items[1].covers == ("2020-01-01", "2020-01-31")
    # 08:00 of the source's zone (Asia/Shanghai), said in a form that needs no zone.
    assert items[1].version == "2020-02-01T00:00:00+00:00"
    gap.open(sent)
    batches = gap.home.batches()
    assert [(b.source, b.rows, b.who) for b in batches] == [
        ("calls", 2, "officer"), ("posts", 1, "officer"),
    ]  # fmt: skip
    assert batches[0].version == 7
    assert (batches[1].covers_first, batches[1].covers_last) == days
    # A batch's file name tells which bundle it came from.
    assert batches[0].file_name == "police-000001-1-1.csv, police-000001-1-2.csv"


def test_what_the_other_side_would_refuse_whole_is_refused_here(gap: Gap) -> None:
    good = as_csv([row("1")])
    for text, words in (
        ("id,when\n1,2020-01-05 10:00:00\n", "no column"),
        (good + good, "the header a second time"),
        (good.split("\n", 1)[0] + "\n", "a header and no row"),
    ):
        with pytest.raises(InputError, match=words) as caught:
            gap.send(gap.file(text, "sent by mail.csv"))
        assert "sent by mail" in str(caught.value)
    for options in ({"version": None}, {"version": "x"}, {"source": "posts"}):
        with pytest.raises(UsageError):
            gap.send([row("1")], **options)  # type: ignore[arg-type]
    assert gap.box.sent() == ()
    assert not list((gap.box.folder / "work").iterdir())


def test_the_same_files_make_the_same_bytes(tmp_path: Path) -> None:
    made = []
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        gap = Gap(tmp_path / name)
        made.append(member(gap.send(table()).path))
    assert made[0] == made[1]


def test_a_supplement_names_a_bundle_of_its_own_source(gap: Gap) -> None:
    gap.send([row("1")])
    for parent in ((2, 1), (1, 2), (0, 1)):
        with pytest.raises(UsageError, match="no such item"):
            gap.send([row("2")], None, supplement=parent)
    with pytest.raises(UsageError, match="beside it"):
        gap.send([row("2")], "3", supplement=(1, 1))
    sent = gap.send([row("2")], None, supplement=(1, 1))
    assert sent.manifest.needs == {1}
