"""What the intake of the pack zhuhai does with bad days of an office: a restored backup, a number
left out or given twice, records that only their point can place."""

from __future__ import annotations

import json
import shutil
from datetime import date
from pathlib import Path

import duckdb
import pytest

from qingyu.engine.store import Home
from qingyu.flows.deliver import OUTCOMES, deliver, read_deliveries
from qingyu.flows.opening import as_known
from qingyu.flows.publish import compute_from, panel_of
from qingyu.flows.tables import results_digest
from qingyu.intake.receipt import Receipt
from qingyu.intake.receive import receive
from qingyu.intake.supply import supply
from qingyu.pack.load import load_pack
from qingyu.pack.model import Pack
from qingyu.periods import parse
from qingyu.simulate.city.city import write_boundaries, write_city
from qingyu.simulate.city.events import DAY
from qingyu.simulate.city.forms import Sheet, as_bytes
from qingyu.simulate.city.records.books import MAKERS
from qingyu.simulate.city.shapes import number_of
from qingyu.simulate.city.world import World, world_of

PACK = Path(__file__).resolve().parents[2] / "packs" / "zhuhai"
WHO = "test"


@pytest.fixture(scope="module")
def pack() -> Pack:
    return load_pack(PACK)


@pytest.fixture(scope="module")
def world(pack: Pack) -> World:
    return world_of(pack, seed=7, scale=0.5)


# -- a restored backup -----------------------------------------------------------------------------


def digest(home: Home, pack: Pack) -> str:
    known = as_known(home, pack, None)
    days = [parse(f"2026-10-{day:02d}") for day in range(1, 4)]
    return results_digest(compute_from(pack, panel_of(home, pack, known), days, known).results)


def records(home: Home) -> list[tuple[object, ...]]:
    files = ", ".join(f"'{file}'" for file in home.record_files("urban_management"))
    with duckdb.connect() as connection:
        return connection.execute(
            "SELECT key, version, area, day, sum(sign)::BIGINT AS n"
            f" FROM read_parquet([{files}]) GROUP BY ALL HAVING n <> 0 ORDER BY ALL"
        ).fetchall()


def test_last_nights_backup_and_all_sent_again(pack: Pack, tmp_path: Path) -> None:
    """The home of the accident, restored and sent everything once more, says what the other one
    says; what had been received before the backup gets its first receipt."""
    folder = tmp_path / "city"
    write_city(pack, folder, date(2026, 10, 1), date(2026, 10, 3), seed=3, scale=0.2, recent=1)
    path = folder / "deliveries.json"
    content = json.loads(path.read_text("utf-8"))
    chosen = [e for e in content["deliveries"] if e["source"] == "urban_management"]
    path.write_text(json.dumps({**content, "deliveries": chosen}), encoding="utf-8")
    arrive = [date.fromisoformat(d.arrives[:10]) for d in read_deliveries(folder)]

    calm = Home.create(tmp_path / "calm", PACK)
    deliver(calm, pack, folder, WHO)

    lost = Home.create(tmp_path / "lost", PACK)
    deliver(lost, pack, folder, WHO, until=arrive[0])
    backup = tmp_path / "backup"
    shutil.copytree(lost.folder, backup)
    deliver(lost, pack, folder, WHO)  # and on the morning after, the disk is gone
    shutil.rmtree(lost.folder)
    shutil.copytree(backup, lost.folder)

    restored = Home.open(lost.folder)
    before = len(restored.batches())
    (folder / OUTCOMES).unlink()  # departments know nothing of the backup: they send all
    deliver(restored, pack, folder, WHO)
    assert records(restored) == records(calm) != []
    assert digest(restored, pack) == digest(calm, pack)
    assert len(restored.batches()) == len(calm.batches()) > before


# -- numbers left out, and given twice -------------------------------------------------------------


def month_of(world: World, pack: Pack, month: int, seed: int = 0) -> bytes:
    """The file of `ratings` of a month of 2026."""
    other = world_of(pack, seed=seed or world.seed, scale=0.2)
    first = number_of(date(2026, month, 1))
    last = number_of(date(2026, month + 1, 1)) - 1
    book = MAKERS["ratings"].book(other, first, last)
    sheet = Sheet.of(book.told(first, last, (last + 5) * DAY))
    return as_bytes(sheet, pack.source("ratings"))


def send(home: Home, pack: Pack, file: Path, data: bytes, month: int) -> Receipt:
    file.write_bytes(data)
    days = date(2026, month, 1), date.fromordinal(date(2026, month + 1, 1).toordinal() - 1)
    return receive(home, pack, "ratings", [file], covers=days, version=202600 + month, who=WHO)


def test_a_month_left_out_is_named_and_an_old_one_changes_nothing(
    pack: Pack, world: World, tmp_path: Path
) -> None:
    home = Home.create(tmp_path / "home", PACK)
    send(home, pack, tmp_path / "06.csv", month_of(world, pack, 6), 6)
    send(home, pack, tmp_path / "08.csv", month_of(world, pack, 8), 8)
    row = next(r for r in supply(home, pack, date(2026, 9, 12)) if r.source == "ratings")
    assert row.missing == ((date(2026, 7, 1), date(2026, 7, 31)),)
    late = send(home, pack, tmp_path / "07.csv", month_of(world, pack, 7), 7)
    assert late.new == late.rows > 0
    row = next(r for r in supply(home, pack, date(2026, 9, 12)) if r.source == "ratings")
    assert row.missing == ()
    # Sent again in other order under another name: first receipts, whatever the number in the name.
    again = send(home, pack, tmp_path / "again.csv", month_of(world, pack, 6), 6)
    assert again.again
    assert again.number == 1


def test_two_files_of_one_number_do_not_overwrite_each_other(
    pack: Pack, world: World, tmp_path: Path
) -> None:
    """A fork: the same month and number, other contents. What came first stands; rows that
    contradict it are set aside, with their reason, for a person to decide."""
    home = Home.create(tmp_path / "home", PACK)
    data = month_of(world, pack, 9).decode("utf-8-sig")
    first = send(home, pack, tmp_path / "09.csv", data.encode(), 9)
    head, *lines = data.splitlines()
    column = _score_at(pack, head)
    cells = lines[0].split(",")
    cells[column] = "1" if cells[column] != "1" else "5"
    fork = "\n".join([head, ",".join(cells), *lines[1:]]) + "\n"
    second = send(home, pack, tmp_path / "09b.csv", fork.encode(), 9)
    assert second.number != first.number
    assert second.reasons == {"conflict": 1}
    assert (second.new, second.corrected, second.withdrawn) == (0, 0, 0)
    assert second.unchanged == first.rows - 1
    assert second.rejects is not None
    assert second.rejects.read_text("utf-8-sig").count("\n") == 2  # header, and the one row


def _score_at(pack: Pack, head: str) -> int:
    names = {name.name for name in pack.source("ratings").column("score").names} | {"score"}
    return next(n for n, cell in enumerate(head.split(",")) if cell in names)


# -- records that only their point can place -------------------------------------------------------


@pytest.mark.parametrize("source", ["police_110", "police_122", "fire_119"])
def test_a_call_without_a_usable_code_is_placed_by_its_point(
    source: str, pack: Pack, world: World, tmp_path: Path
) -> None:
    """In the department's own datum, by the squares of the tile map; towns come out as written."""
    day = number_of(date(2026, 10, 5))
    book = MAKERS[source].book(world, day, day)
    sheet = Sheet.of(book.told(day, day, (day + 1) * DAY + DAY // 4))
    boundaries = write_boundaries(world, tmp_path / "boundaries.geojson")
    placed = {}
    for name in ("as written", "without"):
        if name == "without":
            at = [n for n, head in enumerate(sheet.header) if head in _place_words(pack, source)]
            for number, row in enumerate(sheet.rows):
                for cell in at:  # empty, or of a town that nobody knows
                    row[cell] = None if number % 2 or source != "fire_119" else "999999999000"
        file = tmp_path / f"{name}.csv"
        file.write_bytes(as_bytes(sheet, pack.source(source)))
        home = Home.create(tmp_path / f"home {name}", PACK)
        receipt = receive(
            home, pack, source, [file], covers=(date(2026, 10, 5), date(2026, 10, 5)),
            version="2026-10-06T06:00:00", boundaries=boundaries, who=WHO,
        )  # fmt: skip
        assert receipt.refused == 0
        placed[name] = towns(home, source)
    assert len(placed["as written"]) > 5
    assert placed["without"] == placed["as written"]
    # The simulator's numbers hold the town in which it happened: one letter, the day, the town.
    assert all(town == f"{key[9:18]}000" for key, town in placed["without"].items())


def _place_words(pack: Pack, source: str) -> set[str]:
    place = pack.source(source).place
    columns = [pack.source(source).column(n) for n in (place.code, place.name) if n is not None]
    return {column.names[0].name if column.names else column.name for column in columns}


def towns(home: Home, source: str) -> dict[str, str]:
    """Key → town; a village's records are its town's."""
    files = ", ".join(f"'{file}'" for file in home.record_files(source))
    with duckdb.connect() as connection:
        rows = connection.execute(
            f"SELECT key, left(area, 9) || '000' FROM read_parquet([{files}])"
        ).fetchall()
    return dict(rows)
