"""A nation of any size: a pack that holds, files that fit it, towns that do not know each other."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import duckdb
import pytest

from qingyu.errors import UsageError
from qingyu.pack.load import load_pack
from qingyu.simulate.city.nation import KINDS, write_nation


def test_a_small_nation(tmp_path: Path) -> None:
    done = write_nation(tmp_path / "n", towns=60, happenings=20_000, files=6)
    assert (done.towns, done.files) == (60, 6)
    assert done.rows == pytest.approx(20_000, rel=0.1)
    pack = load_pack(tmp_path / "n" / "pack")
    assert pack.simulated
    assert sum(area.level == "town" for area in pack.areas) == 60
    with duckdb.connect() as connection:
        rows = connection.execute(
            f'SELECT count(*), count(DISTINCT record_no), count(DISTINCT town), min("at")::VARCHAR,'
            f" list(DISTINCT kind) FROM read_csv('{tmp_path}/n/files/*.csv', all_varchar=true)"
        ).fetchone()
    assert rows is not None
    assert rows[0] == rows[1] == done.rows
    assert rows[2] == 60
    assert rows[3].startswith("2026-10-31")
    assert set(rows[4]) == set(KINDS)


def test_other_files_do_not_change_what_happens(tmp_path: Path) -> None:
    one, two = tmp_path / "one", tmp_path / "two"
    write_nation(one, towns=30, happenings=5000, files=1)
    write_nation(two, towns=30, happenings=5000, files=10)

    def lines(folder: Path) -> list[str]:
        found = [f.read_text("utf-8").splitlines()[1:] for f in sorted(folder.glob("files/*"))]
        return sorted(line for part in found for line in part)

    assert lines(one) == lines(two)


def test_impossible_wishes_are_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError):
        write_nation(tmp_path / "a", towns=3, files=4)
    with pytest.raises(UsageError):
        write_nation(tmp_path / "b", first=date(2026, 2, 2), last=date(2026, 2, 1))
    (tmp_path / "c").mkdir()
    (tmp_path / "c" / "x").write_text("x")
    with pytest.raises(UsageError):
        write_nation(tmp_path / "c", towns=3, files=1)
