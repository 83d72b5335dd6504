"""Small files and many files take other ways through the same statements: to the same rows."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import duckdb
import pytest
from intake_town import Desk, as_csv, row

from qingyu.engine.store import Home
from qingyu.errors import InputError
from qingyu.intake import bulk, stage
from qingyu.intake.receive import receive
from qingyu.intake.stage import rows_of

ROWS = [
    row("a", "2020-01-05 10:00:00"),
    row("b", "not a time"),
    row("a", "2020-01-05 10:00:00"),
    row("c", "2020-01-06 11:00:00"),
    row("", "2020-01-06 12:00:00"),
]


def outcome(tmp_path: Path, name: str) -> tuple[Any, ...]:
    """Everything that six faulty files of one batch come to."""
    home = Home.create(tmp_path / name, tmp_path / "pack")
    post = tmp_path / f"{name}-post"
    post.mkdir()
    desk = Desk(home, post)
    files = [
        desk.file(as_csv([*ROWS, row(f"k{number}", "2020-01-07 08:00:00")]), f"{number}.csv")
        for number in range(6)
    ]
    receipt = receive(home, desk.pack, "calls", files, version=1, who="clerk")
    kept = home.snapshot_of(1)
    assert kept is not None
    parts = sorted(kept.glob("part-*.parquet"))
    staged = [duckdb.sql(f"FROM {rows_of(part)} ORDER BY file_row_number").fetchall()
              for part in parts]  # fmt: skip
    rejects = home.rejects_of(1)
    assert rejects is not None
    counts = (receipt.rows, receipt.new, receipt.repeated, receipt.refused, receipt.reasons)
    return staged, counts, receipt.content_digest, rejects.read_bytes(), desk.alive()


@pytest.mark.parametrize(
    "ways",
    [
        {"stage.SMALL": 0},
        {"bulk.SMALL": 0},
        {"stage.MANY": 99},
        {"stage.SIDE_BY_SIDE": 0},
        {"stage.SMALL": 0, "bulk.SMALL": 0, "stage.MANY": 99},
    ],
    ids=lambda ways: " ".join(ways),
)
def test_all_ways_lead_to_the_same_rows(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, ways: dict[str, int]
) -> None:
    usual = outcome(tmp_path, "usual")
    for name, value in ways.items():
        module, _, constant = name.partition(".")
        monkeypatch.setattr({"stage": stage, "bulk": bulk}[module], constant, value)
    assert outcome(tmp_path, "other") == usual


def test_the_first_of_many_files_that_cannot_be_taken_is_named(desk: Desk) -> None:
    good = [desk.file(as_csv(ROWS), f"good{n}.csv") for n in range(4)]
    header = as_csv(ROWS[:1])
    bad = [desk.file(as_csv(ROWS) + header, f"bad{n}.csv") for n in range(2)]
    with pytest.raises(InputError, match=r"bad0\.csv, row 7"):
        receive(desk.home, desk.pack, "calls", [*good, *bad], version=1, who="clerk")
    assert desk.home.last == 0
