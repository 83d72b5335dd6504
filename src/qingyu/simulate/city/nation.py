"""A nation: tens of thousands of towns, one feed of happenings, hundreds of files; and a pack that
reads them. The same model as the city's, with fewer streams; memory does not grow with the towns of
other files."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet as pq

from qingyu.errors import UsageError
from qingyu.i18n import T
from qingyu.simulate.city.chance import Ints
from qingyu.simulate.city.city import Progress
from qingyu.simulate.city.counts import expected, units
from qingyu.simulate.city.events import recorded
from qingyu.simulate.city.model import Scenario, Stream
from qingyu.simulate.city.nation_pack import write_pack
from qingyu.simulate.city.places import ACTUAL, Towns, made_up
from qingyu.simulate.city.records import cells
from qingyu.simulate.city.shapes import Days
from qingyu.simulate.city.truth import MICRO
from qingyu.simulate.city.world import World

# Shares of all happenings, in thousandths; each is an indicator of the nation's pack.
KINDS = {"theft": 180, "affray": 60, "accident": 260, "fire": 20, "street": 480}
_STREAMS = tuple(
    Stream(
        name, 500 + number, ACTUAL, share / 1000, 1.5, 0.35, 0.10, season, week, festival, 0.0,
        0.95, ((name, 1),),
    )
    for number, ((name, share), season, week, festival) in enumerate(
        zip(
            KINDS.items(),
            ("theft", "theft", "road", "fire", "street"),
            ("home", "night", "road", "home", "even"),
            ("empty", "empty", "road", "fire", "empty"),
            strict=True,
        )
    )
)  # fmt: skip
NATION = Scenario(_STREAMS, ())

# A day is only judged where four weeks before its month are known; a thin sample of them will do,
# since places are held against a goal and their county.
HISTORY_DAYS, HISTORY_SHARE = 28, 0.001


@dataclass(frozen=True)
class WrittenNation:
    """What was written, in numbers."""

    folder: Path
    towns: int
    first: date
    last: date
    seed: int
    files: int
    rows: int
    bytes: int

    def public(self) -> dict[str, object]:
        days = {"first": str(self.first), "last": str(self.last)}
        return {"simulated": True} | asdict(self) | {"folder": str(self.folder)} | days


def write_nation(
    folder: Path,
    *,
    towns: int = 40_000,
    happenings: int = 10_000_000,
    files: int = 400,
    first: date = date(2026, 10, 31),
    last: date = date(2026, 10, 31),
    seed: int = 2014,
    progress: Progress | None = None,
) -> WrittenNation:
    """Write a nation of so many towns with about so many records over the days, in so many files
    (one a county), a thin history of the four weeks before in `folder/history`, to be received
    first, and a pack in `folder/pack`."""
    _must_be_possible(folder, towns, files, first, last)
    told = progress or (lambda step, at, of: None)
    nation = made_up(towns, seed)
    world, days = _world(nation, seed, happenings, first, last)
    (folder / "files").mkdir(parents=True)
    (folder / "truth").mkdir()
    county = np.arange(towns) * files // towns
    chosen = [np.flatnonzero(county == number) for number in range(files)]
    write_pack(folder / "pack", nation, county, _goals(world))
    rows = size = 0
    for number in range(files):
        told(T("Writing file {number} of {files}", number=number + 1, files=files), number, files)
        table = _table(_part(world, chosen[number]), days)
        path = folder / "files" / f"events_{number:04d}.csv"
        pa.csv.write_csv(table, path, pa.csv.WriteOptions(quoting_style="none"))
        rows, size = rows + len(table), size + path.stat().st_size
    _write_history(world, chosen, first, folder / "history")
    _write_truth(world, days, folder / "truth" / "expected.json")
    return WrittenNation(folder, towns, first, last, seed, files, rows, size)


def _must_be_possible(folder: Path, towns: int, files: int, first: date, last: date) -> None:
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise UsageError(
            str(folder),
            T("a folder that holds something already"),
            T("a name that is free, or an empty folder"),
            T("Choose another name; nothing is ever written over."),
        )
    if not 1 <= files <= towns or first > last:
        raise UsageError(
            f"{files} / {towns}",
            T("more files than towns, or days in the wrong order"),
            T("at least one town a file, first day before last day"),
            T("Give fewer files or more towns."),
        )


def _world(towns: Towns, seed: int, happenings: int, first: date, last: date) -> tuple[World, Days]:
    """The world whose expected number of records is `happenings`."""
    bare = World(towns, NATION, seed)
    days = bare.days(first, last)
    whole = 0.0
    for stream in NATION.streams:
        whole += float(np.sum(bare.mean(stream, days))) * stream.recorded
    # To six places: what is summed must not decide what happens by its last digit.
    scale = round(happenings / whole, 6)
    return World(towns, NATION, seed, scale), days


def _goals(world: World) -> dict[str, str]:
    """The declared rate of each kind's records in the mean town, to four places."""
    return {s.id: f"{s.rate * world.scale * s.recorded:.4f}" for s in world.scenario.streams}


def _part(world: World, chosen: Ints) -> World:
    """The same world, seen only at some towns that lie together: what happens there is the same."""
    all_, start, end = world.towns, int(chosen[0]), int(chosen[-1]) + 1
    part = Towns(
        codes=all_.codes[start:end],
        names=all_.names[start:end],
        short=all_.short[start:end],
        village=(),
        first_village=np.zeros(end - start + 1, np.int64),
        column=all_.column[start:end],
        row=all_.row[start:end],
        exposures={
            name: type(steps)(steps.since, steps.value[:, start:end])
            for name, steps in all_.exposures.items()
        },
    )
    return World(part, world.scenario, world.seed, world.scale)


def _write_history(world: World, counties: list[Ints], first: date, folder: Path) -> None:
    """Four weeks before the month of the first day, a happening in a thousand."""
    folder.mkdir()
    thin = World(world.towns, world.scenario, world.seed, world.scale * HISTORY_SHARE)
    end = first.replace(day=1) - timedelta(days=1)
    days = thin.days(end - timedelta(days=HISTORY_DAYS - 1), end)
    schema = _table(_part(thin, counties[0]), days).schema
    with pq.ParquetWriter(folder / "events_history.parquet", schema, compression="zstd") as writer:
        for chosen in counties:
            writer.write_table(_table(_part(thin, chosen), days))


def _table(world: World, days: Days) -> pa.Table:
    """All records of some towns, sorted by stream."""
    parts = []
    for stream in world.scenario.streams:
        found = recorded(world, stream, days)
        many = np.zeros(len(found), np.int64)
        parts.append(
            pa.table(
                {
                    "record_no": cells.keys(
                        "N", world.towns, found.town, found.day, stream.code, found.number
                    ),
                    "at": cells.moment(found.second()),
                    "kind": cells.words(many, (stream.id,)),
                    "town": cells.town_codes(world.towns, found.town),
                }
            )
        )
    return pa.concat_tables(parts)


def _write_truth(world: World, days: Days, path: Path) -> None:
    """Expected happenings of each kind in each town over all days, in millionths."""
    found = {"unit": "1/1000000 happenings over all days", "towns": list(world.towns.codes)}
    rates = {
        stream.id: np.rint(
            expected(units(world.mean(stream, days), stream.dispersion), stream.dispersion).sum(1)
            * MICRO
        ).astype(np.int64).tolist()
        for stream in world.scenario.streams
    }  # fmt: skip
    path.write_text(json.dumps(found | {"expected": rates}), encoding="utf-8")
