"""A city in a folder: the same bytes everywhere, nothing written over, all of it marked."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections import Counter
from datetime import date
from pathlib import Path

import duckdb
import pytest
from numpy._core._multiarray_umath import (
    __cpu_dispatch__,
    __cpu_features__,
)

from qingyu.errors import UsageError
from qingyu.pack.model import Pack
from qingyu.simulate.city.city import Written, write_city
from qingyu.simulate.city.faults import KINDS, sentence
from qingyu.simulate.city.records.cells import MARK
from qingyu.simulate.city.truth import TRUTHS

HERE = Path(__file__).parent
PACK = HERE.parents[2] / "packs" / "zhuhai"
FIRST, LAST = date(2026, 8, 25), date(2026, 10, 10)


@pytest.fixture(scope="module")
def written(zhuhai: Pack, tmp_path_factory: pytest.TempPathFactory) -> Written:
    folder = tmp_path_factory.mktemp("simulated") / "city"
    return write_city(zhuhai, folder, FIRST, LAST, seed=77, faults="many", scale=0.3, recent=1)


def made_elsewhere(folder: Path, **environment: str) -> str:
    """The digest of the same city, made by another process in another environment."""
    done = subprocess.run(
        [sys.executable, HERE / "make_city.py", PACK, folder],
        env={**os.environ, **environment}, capture_output=True, text=True, check=True,
    )  # fmt: skip
    return done.stdout.strip()


def test_the_same_bytes_in_every_environment(tmp_path: Path, written: Written) -> None:
    """Other hash order, zone, language; and a processor without all its newer instructions."""
    plain = made_elsewhere(tmp_path / "one", PYTHONHASHSEED="1", TZ="America/New_York")
    newer = [name for name in __cpu_dispatch__ if __cpu_features__.get(name)]
    old = made_elsewhere(
        tmp_path / "two", NPY_DISABLE_CPU_FEATURES=" ".join(newer), PYTHONHASHSEED="2",
        LANG="zh_CN.UTF-8", OMP_NUM_THREADS="1",
    )  # fmt: skip
    assert plain == old
    assert len(plain) == 64
    here = {p.relative_to(written.folder): p.read_bytes() for p in files(written.folder)}
    there = {p.relative_to(tmp_path / "one"): p.read_bytes() for p in files(tmp_path / "one")}
    assert here == there


def files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file())


def test_the_lists_name_every_file(written: Written) -> None:
    listed = json.loads((written.folder / "deliveries.json").read_text("utf-8"))
    assert listed["simulated"] is True
    sent = listed["deliveries"]
    named = {entry["file"] for entry in sent}
    there = {str(p.relative_to(written.folder)) for p in files(written.folder / "files")}
    assert named == there
    assert [entry["number"] for entry in sent] == list(range(1, len(sent) + 1))
    assert [entry["arrives"] for entry in sent] == sorted(entry["arrives"] for entry in sent)
    kinds = Counter(entry["kind"] for entry in sent)
    assert kinds["history"] == 20
    assert kinds["daily"] == 7 * 10
    assert "simulated" in (written.folder / "README.txt").read_text("utf-8").lower()


def test_faults_are_counted_as_they_are_listed(written: Written) -> None:
    listed = json.loads((written.folder / "faults.json").read_text("utf-8"))["faults"]
    files_of = Counter(entry["fault"] for entry in listed)
    rows_of: Counter[str] = Counter()
    for entry in listed:
        rows_of[entry["fault"]] += entry["found_by"]["count"]
        assert (written.folder / entry["file"]).is_file()
    assert written.faults == {name: (files_of[name], rows_of[name]) for name in files_of}
    assert len(files_of) > 15
    spoilt = [entry["file"] for entry in listed]
    assert len(set(spoilt)) == len(spoilt)


def test_none_means_none(zhuhai: Pack, tmp_path: Path) -> None:
    done = write_city(
        zhuhai, tmp_path / "calm", date(2026, 10, 1), date(2026, 10, 4), faults="none", scale=0.2
    )
    assert done.faults == {}
    assert json.loads((tmp_path / "calm" / "faults.json").read_text("utf-8"))["faults"] == []


def test_every_fault_has_its_words() -> None:
    assert len({str(sentence(kind.id)) for kind in KINDS}) == len(KINDS)


def test_nothing_is_written_over(zhuhai: Pack, tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("mine")
    with pytest.raises(UsageError):
        write_city(zhuhai, tmp_path, FIRST, LAST)
    with pytest.raises(UsageError):
        write_city(zhuhai, tmp_path / "new", LAST, FIRST)
    assert (tmp_path / "mine.txt").read_text() == "mine"


def test_personal_columns_hold_nothing_but_dummies(written: Written) -> None:
    text = next((written.folder / "files" / "police_122").glob("*.csv")).read_text("utf-8")
    assert MARK in text
    assert MARK not in (written.folder / "deliveries.json").read_text("utf-8")


def test_the_truth_of_all_indicators(zhuhai: Pack, written: Written) -> None:
    truth = str(written.folder / "truth" / "indicators.parquet")
    assert {one.indicator for one in TRUTHS} == {one.id for one in zhuhai.indicators}
    with duckdb.connect() as connection:
        rows = connection.execute(
            "SELECT indicator, count(*), count(DISTINCT area), min(day), max(day),"
            f" sum(expected), sum(happened), sum(recorded) FROM '{truth}' GROUP BY 1"
        ).fetchall()
    days = (LAST - FIRST).days + 1
    assert len(rows) == 28
    for name, many, areas, first, last, expected, happened, recorded in rows:
        assert (many, areas, first, last) == (31 * days, 31, FIRST, LAST), name
        assert recorded <= happened
        if expected > 400e6:
            assert happened == pytest.approx(expected / 1e6, rel=0.2), name


def test_labels_say_which_records_are_one_event(written: Written) -> None:
    seen = str(written.folder / "truth" / "seen.parquet")
    with duckdb.connect() as connection:
        sizes = dict(
            connection.execute(
                f"SELECT n, count(*) FROM (SELECT count(*) AS n FROM '{seen}' GROUP BY event)"
                " GROUP BY n"
            ).fetchall()
        )
    assert sizes[1] > sizes[2] > sizes[3] > 0
    assert set(sizes) == {1, 2, 3}


def test_the_model_is_written_out(written: Written) -> None:
    model = json.loads((written.folder / "truth" / "model.json").read_text("utf-8"))
    names = {stream["id"] for stream in model["streams"]}
    assert {"theft", "accidents", "fires"} <= names
    surge = next(e for e in model["episodes"] if e["id"] == "tangjiawan_2026")
    assert surge["towns"] == ["440402100000"]
    assert surge["last"] > surge["first"]


@pytest.mark.parametrize("name", ["streams", "shares", "episodes", "faults"])
def test_the_manual_has_the_tables_that_are_declared(name: str) -> None:
    """`python tests/simulate/city/doc_tables.py` prints them anew."""
    printed = subprocess.run(
        [sys.executable, HERE / "doc_tables.py"], capture_output=True, text=True, check=True
    ).stdout
    table = printed.split(f"<!-- {name} -->\n")[1].split("<!--")[0]
    page = (HERE.parents[2] / "docs" / "explanation" / "simulator.md").read_text("utf-8")
    assert table in page
