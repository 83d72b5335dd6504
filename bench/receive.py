"""`receive` of a large CSV into a home that already holds as many, against DuckDB's bare `COPY`.

Goal: a quarter of the rows per second of `COPY (SELECT * FROM read_csv(...)) TO parquet (zstd)`,
with the merging of key runs outside the batch, in under 3 GB. One row in a hundred cannot be
accepted, one in a hundred corrects a stored record; half of the areas come by code, half by point.
"""

from __future__ import annotations

import shutil
import time
from pathlib import Path
from typing import Any

from bench import city
from bench.harness import Contestant, compete

TOWNS = 64


def main(work: Path, rows: int) -> None:
    print(f"receive: {rows:,} rows of CSV into a home of {rows:,} records")
    argument: dict[str, Any] = {"work": str(work), "rows": rows}
    _prepare(work, rows)
    ours = Contestant("receive", "bench.receive:ours", argument, before="bench.receive:restore")
    bare = Contestant("bare COPY", "bench.receive:bare", argument)
    compete(ours, bare)
    print("  goal: at most 4 times, under 3 GB")


def _prepare(work: Path, rows: int) -> None:
    from qingyu.engine.store import Home
    from qingyu.intake.receive import receive
    from qingyu.pack.load import load_pack

    shutil.rmtree(work, ignore_errors=True)
    work.mkdir(parents=True)
    pack_folder = city.write_pack(work / "pack", TOWNS)
    boundaries = city.write_boundaries(work / "towns.geojson", TOWNS)
    # Ids are every third number, so that corrections hit records spread over the whole home.
    held = city.write_events(work / "held.parquet", rows, towns=TOWNS, corrected=rows)
    city.write_events(
        work / "sent.csv",
        rows,
        first_id=3 * rows + 1,
        towns=TOWNS,
        corrected=rows // 100,
        bad=0.01,
        shift=1,
    )
    home = Home.create(work / "template", pack_folder)
    receive(
        home,
        load_pack(pack_folder),
        "events",
        [held],
        version="1",
        who="bench",
        boundaries=boundaries,
    )


def restore(work: str, rows: int) -> None:
    shutil.rmtree(Path(work) / "home", ignore_errors=True)
    shutil.copytree(Path(work) / "template", Path(work) / "home", symlinks=True)


def ours(work: str, rows: int) -> dict[str, Any]:
    from qingyu.engine.store import Home
    from qingyu.intake.receive import receive
    from qingyu.pack.load import load_pack

    folder = Path(work)
    pack = load_pack(folder / "pack")
    home = Home.open(folder / "home")
    clock = _Clock()
    receipt = receive(
        home,
        pack,
        "events",
        [folder / "sent.csv"],
        version="2",
        who="bench",
        boundaries=folder / "towns.geojson",
        progress=clock.step,
    )
    stages = clock.stages()
    counted = receipt.new + receipt.repeated + receipt.unchanged + receipt.corrected
    return {
        "seconds": sum(stages.values()),
        "rows": rows,
        "stages": stages,
        "digest": f"{counted + receipt.refused} rows accounted for",
    }


class _Clock:
    """When each step began, as `receive` tells it."""

    def __init__(self) -> None:
        self._begun = [("Opening", time.perf_counter())]

    def step(self, name: Any, at: int, of: int) -> None:
        if at > 1:
            self._begun.append((name.render("en"), time.perf_counter()))

    def stages(self) -> dict[str, float]:
        ends = [moment for _, moment in self._begun[1:]] + [time.perf_counter()]
        return {name: end - at for (name, at), end in zip(self._begun, ends, strict=True)}


def bare(work: str, rows: int) -> dict[str, Any]:
    import duckdb

    folder = Path(work)
    started = time.perf_counter()
    with duckdb.connect() as connection:
        connection.execute(
            f"COPY (SELECT * FROM read_csv('{folder / 'sent.csv'}', all_varchar = true))"
            f" TO '{folder / 'bare.parquet'}' (FORMAT parquet, COMPRESSION zstd)"
        )
        seconds = time.perf_counter() - started
        found = connection.execute(
            f"SELECT count(*) FROM read_parquet('{folder / 'bare.parquet'}')"
        ).fetchone()
    return {"seconds": seconds, "rows": rows, "digest": f"{found[0]} rows accounted for"}
