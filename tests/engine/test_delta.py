"""Tables that are damaged, strange files beside them, and rivals."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest
from deltalake import DeltaTable
from engine_town import receive, town

from qingyu.engine.delta import Table, batch_file
from qingyu.engine.fingerprints import cube_digest, records_digest
from qingyu.engine.panel import load_panel
from qingyu.engine.store import Home
from qingyu.engine.upkeep import upkeep
from qingyu.errors import DamageError

PACK = town()


def two_batches(home: Home) -> None:
    for number in (1, 2):
        receive(home, PACK, [(1, f"k{number}", 1, "A", "2020-01-02", "fire", 150)])


def test_foreign_files_are_neither_read_nor_touched(home: Home) -> None:
    two_batches(home)
    right = (records_digest(home, "calls"), cube_digest(home), home.batches())
    strange = []
    for folder in ("records/calls", "cube", "batches", "rejects", "snapshots", "index/calls"):
        strange += [home.folder / folder / "notes.txt", home.folder / folder / "part-0.parquet"]
    for path in strange:
        path.write_text("not ours")
    stranded = home.folder / "cube" / batch_file(3)  # as a killed run would leave it
    stranded.write_text("torn")
    (home.folder / "staging" / "left").write_text("by a killed run")
    assert (records_digest(home, "calls"), cube_digest(home), home.batches()) == right
    with home.writing():
        upkeep(home, due=1, recent=0)
    assert all(path.read_text() == "not ours" for path in strange)
    assert not stranded.exists()
    assert (records_digest(home, "calls"), cube_digest(home), home.batches()) == right


def _truncated(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-1])


def _garbled(path: Path) -> None:
    path.write_bytes(b'{"add":' + path.read_bytes()[:9])


@pytest.mark.parametrize(
    ("place", "harm", "found"),
    [
        ("batches/00000002.parquet", _truncated, "bytes instead of"),
        ("batches/00000001.parquet", Path.unlink, "no file 00000001.parquet"),
        ("batches/_delta_log/00000000000000000002.json", _garbled, "cannot be read"),
        ("cube/00000001.parquet", _truncated, "bytes instead of"),
        ("records/calls/00000002.parquet", Path.unlink, "no file 00000002.parquet"),
        ("records/calls/_delta_log/00000000000000000001.json", _garbled, "cannot be read"),
    ],
)
def test_a_damaged_table_is_named(
    home: Home, place: str, harm: Callable[[Path], None], found: str
) -> None:
    two_batches(home)
    harm(home.folder / place)
    opened = Home.open(home.folder)

    def read() -> None:
        opened.batches()
        load_panel(opened, PACK)
        opened.record_files("calls")

    with pytest.raises(DamageError, match=found) as told:
        read()
    assert place.split("/")[0] in told.value.faults[0].where
    assert told.value.exit_code == 21


def _rewritten(home: Home, sql: str) -> None:
    """Batches with a changed content, registered as if nothing had happened."""
    table = home.batches_table
    files = [str(file.path) for file in table.files()]
    target = table.folder / "all-00000002.parquet"
    duckdb.sql(f"COPY (SELECT * {sql} FROM read_parquet({files}) ORDER BY number) TO '{target}'")
    table.swap(table.files(), [target])


@pytest.mark.parametrize(
    ("sql", "found"),
    [
        ("REPLACE (rows + 1 AS rows)", "batch 1: found contents that do not agree"),
        ("REPLACE (CASE number WHEN 2 THEN 'x' ELSE who END AS who)", "batch 2: found contents"),
        ("REPLACE (number + 1 AS number)", "batch 1: found batch 2 in its place"),
        ("REPLACE ('' AS previous)", "batch 2: found another digest of the batch before"),
        ("REPLACE ('{\"late\": 1}' AS reasons)", "batch 1: found contents"),
    ],
)
def test_a_broken_chain_names_the_row(home: Home, sql: str, found: str) -> None:
    two_batches(home)
    _rewritten(home, sql)
    with pytest.raises(DamageError, match=found):
        Home.open(home.folder).batches()


def test_two_handles_cannot_both_commit(tmp_path: Path) -> None:
    """Delta refuses the second of two rivals; the transaction number we check ourselves."""
    table = Table(tmp_path / "t", "t")
    table.create({"batch": "INTEGER"})
    for number in (1, 2):
        duckdb.sql(
            f"COPY (SELECT {number}::INTEGER AS batch) TO '{table.folder}/{number:08d}.parquet'"
        )
    table.add(table.folder / batch_file(1), 1)
    with pytest.raises(DamageError, match="batch 1 registered already"):
        table.add(table.folder / batch_file(1), 1)
    table.add(table.folder / batch_file(2), 2)
    assert (table.transaction(), len(table.files())) == (2, 2)


def test_a_checkpoint_every_hundred_commits(tmp_path: Path) -> None:
    table = Table(tmp_path / "t", "t")
    table.create({"batch": "INTEGER"})
    for number in range(1, 101):
        path = table.folder / batch_file(number)
        duckdb.sql(f"COPY (SELECT {number}::INTEGER AS batch) TO '{path}'")
        table.add(path, number)
        table.checkpoint_if_due()
    log = table.folder / "_delta_log"
    assert [path.name for path in log.glob("*.checkpoint.parquet")] == [
        f"{100:020d}.checkpoint.parquet"
    ]
    assert len(table.files()) == 100
    assert table.transaction() == 100


def test_other_readers_of_delta_see_the_same_rows(home: Home) -> None:
    two_batches(home)
    with home.writing():
        upkeep(home, due=1, recent=0)
    uris = DeltaTable(home.folder / "cube").file_uris()
    assert len(uris) == 1
    assert duckdb.sql(f"SELECT count(*) FROM read_parquet({uris})").fetchone() == (6,)
