"""Results with a digest, kept as a cache that nobody needs to trust."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest
from flows_county import MERION, County, all_kinds

from qingyu.flows import compute as computing
from qingyu.flows.compute import compute
from qingyu.flows.show import show
from qingyu.flows.tables import COLUMNS


@pytest.fixture(scope="module")
def county(tmp_path_factory: pytest.TempPathFactory) -> County:
    found = County(tmp_path_factory.mktemp("county"))
    found.take(all_kinds())
    return found


def table(folder: Path | None, name: str, where: str) -> list[tuple[object, ...]]:
    assert folder is not None
    columns = ", ".join(f'"{column}"' for column in COLUMNS[name])
    path = folder / f"{name}.parquet"
    return duckdb.sql(
        f"SELECT {columns} FROM read_parquet('{path}') WHERE {where} ORDER BY ALL"
    ).fetchall()


def test_all_whole_periods_of_all_kinds(county: County) -> None:
    steps: list[tuple[int, int]] = []
    found = compute(county.home, county.pack, progress=lambda done, of: steps.append((done, of)))
    labels = [period.label for period in found.periods]
    # The first and the last day of the file are partial: 2 January to 31 March are full.
    assert labels[0] == "2016-01-02"
    assert sum(period.kind == "day" for period in found.periods) == 90
    assert {label for label in labels if len(label) == 7} == {"2016-02", "2016-03"}
    assert steps[-1] == (len(steps) - 1, len(steps) - 1)
    assert found.scores > 0
    assert set(found.to_json()) == {
        "pack", "known", "digest", "folder", "periods", "scores", "again",
    }  # fmt: skip


def test_the_table_says_what_show_says(county: County) -> None:
    found = compute(county.home, county.pack, "2016-03")
    shown = show(county.home, county.pack, "2016-03")
    row = next(row for row in shown.rows if row.name == MERION)
    (said,) = table(found.folder, "areas", f"area = '{row.area}'")
    assert said == (
        "2016-03", row.area, row.score, row.score, row.change, row.grade, row.rank, row.of,
        row.completeness, row.state,
    )  # fmt: skip
    (crash,) = table(
        found.folder, "indicators", f"area = '{row.area}' AND indicator = 'traffic_crash'"
    )
    assert crash[3:7] == (62, 57_825 * 31, 31, 31)
    kinds = table(
        found.folder, "comparisons", f"area = '{row.area}' AND indicator = 'traffic_crash'"
    )
    assert [kind[4] for kind in kinds] == ["trailing", "peers", "previous"]
    assert len(table(found.folder, "dimensions", f"area = '{row.area}'")) == 3


def test_again_is_read_from_the_cache(county: County, monkeypatch: pytest.MonkeyPatch) -> None:
    first = compute(county.home, county.pack, "2016-02")
    monkeypatch.setattr(computing, "compute_from", None)
    again = compute(county.home, county.pack, "2016-02")
    assert (again.digest, again.scores, again.again) == (first.digest, first.scores, True)
    assert not list(county.home.folder.glob("results/*.new"))


@pytest.mark.parametrize("name", ["areas.parquet", "manifest.json"])
def test_a_damaged_cache_is_made_anew(county: County, name: str) -> None:
    first = compute(county.home, county.pack, "2016-02")
    assert first.folder is not None
    (first.folder / name).write_bytes(b"half")
    again = compute(county.home, county.pack, "2016-02")
    assert (again.digest, again.again) == (first.digest, False)
    assert compute(county.home, county.pack, "2016-02").again


def test_a_cache_that_cannot_be_written_stops_nobody(
    county: County, monkeypatch: pytest.MonkeyPatch
) -> None:
    results = county.home.folder / "results"
    from qingyu.engine import disk
    from qingyu.errors import StorageError

    def full(path: Path) -> None:
        raise StorageError(str(path), "no space", "space", "make some")

    monkeypatch.setattr(disk, "make_folder", full)
    found = compute(county.home, county.pack, "2016-01-20")
    assert found.folder is None
    assert found.digest
    assert results.exists()


def test_the_digest_knows_what_was_known(tmp_path: Path) -> None:
    county = County(tmp_path)
    county.take([call for call in all_kinds() if "#1" not in call.desc or call.at.month < 3])
    first = compute(county.home, county.pack, "2016-03")
    county.take(all_kinds())
    second = compute(county.home, county.pack, "2016-03")
    assert first.digest != second.digest
    assert compute(county.home, county.pack, "2016-03", "1").digest == first.digest
