"""A whole simulated city in a folder: departments' files in the order in which they come, the
faults that are in them, and the truth."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path

from qingyu.errors import UsageError
from qingyu.i18n import T, Text
from qingyu.pack.model import Pack, Source
from qingyu.simulate.city import shapes
from qingyu.simulate.city.faults import KINDS, Injected, Level
from qingyu.simulate.city.places import SIDE, SOUTH, WEST
from qingyu.simulate.city.plan import Delivery, History, deliveries
from qingyu.simulate.city.seen import write_seen
from qingyu.simulate.city.send import Sender
from qingyu.simulate.city.truth import write_truth
from qingyu.simulate.city.world import World, world_of

Progress = Callable[[Text, int, int], None]

DELIVERIES, FAULTS, BOUNDARIES = "deliveries.json", "faults.json", "boundaries.geojson"
TRUTH = "truth"
_NOTICE = (
    "模拟数据：地名为真，数字为虚构。\n"
    "SIMULATED DATA: names of places are real, every figure is made up.\n"
)


@dataclass(frozen=True)
class Written:
    """What was written, in numbers. `departments`: those that send; `faults`: kind → (files with
    it, how much of it)."""

    folder: Path
    first: date
    last: date
    seed: int
    departments: int
    files: int
    rows: int
    bytes: int
    truth_rows: int
    labels: int
    faults: dict[str, tuple[int, int]]

    def public(self) -> dict[str, object]:
        days = {"first": str(self.first), "last": str(self.last)}
        return {"simulated": True} | asdict(self) | {"folder": str(self.folder)} | days


def write_city(
    pack: Pack,
    folder: Path,
    first: date,
    last: date,
    *,
    seed: int = 2014,
    faults: Level = "usual",
    scale: float = 1.0,
    recent: int = 2,
    history: History = "years",
    world: World | None = None,
    progress: Progress | None = None,
) -> Written:
    """Write the city of `pack` from `first` to `last` into the new folder `folder`; the last
    `recent` months as they would have come, day by day, and what is older in one file a source and
    year, or in one `whole` file a source.

    The same pack, days, seed, level and scale give the same bytes on every machine. `UsageError`
    if the folder holds anything, or the days are not in their order.
    """
    _must_be_new(folder, first, last)
    told = progress or _silent
    city = world or world_of(pack, seed, scale)
    (folder / TRUTH).mkdir(parents=True)
    (folder / "README.txt").write_text(_NOTICE, encoding="utf-8")
    sender = Sender(pack, city, folder, faults)
    steps = len(pack.sources) + 2
    for number, (source, plan) in enumerate(
        _by_source(pack, deliveries(pack, first, last, recent, history)), 1
    ):
        told(T("Writing the files of {source}", source=source.id), number, steps)
        sender.send(source, plan)
    told(T("Writing the truth"), steps - 1, steps)
    truth_rows = write_truth(city, folder / TRUTH / "indicators.parquet", first, last)
    labels = write_seen(city, folder / TRUTH / "seen.parquet", first, last)
    _write_model(city, folder / TRUTH)
    write_boundaries(city, folder / BOUNDARIES)
    told(T("Listing what is sent, and its faults"), steps, steps)
    sender.write_lists()
    return Written(
        folder, first, last, city.seed, len({source.department for source in pack.sources}),
        sender.files, sender.rows, sender.bytes, truth_rows, labels,
        _counted(sender.injected),
    )  # fmt: skip


def _must_be_new(folder: Path, first: date, last: date) -> None:
    if first > last:
        raise UsageError(
            f"{first} … {last}", T("days that end before they begin"),
            T("first day, then last day"), T("Swap the two days."),
        )  # fmt: skip
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise UsageError(
            str(folder),
            T("a folder that holds something already"),
            T("a name that is free, or an empty folder"),
            T("Choose another name; nothing is ever written over."),
        )


def _by_source(pack: Pack, plan: list[Delivery]) -> Iterator[tuple[Source, list[Delivery]]]:
    for source in pack.sources:
        yield source, [delivery for delivery in plan if delivery.source == source.id]


def _counted(injected: list[Injected]) -> dict[str, tuple[int, int]]:
    found = {}
    for kind in KINDS:
        mine = [one for one in injected if one.kind is kind]
        if mine:
            found[kind.id] = (len(mine), sum(one.count for one in mine))
    return found


def _write_model(city: World, folder: Path) -> None:
    """All that is declared, for machines."""
    scenario = city.scenario
    model = {
        "seed": city.seed,
        "scale": city.scale,
        "streams": [asdict(stream) for stream in scenario.streams],
        "shares": [asdict(share) for share in scenario.shares],
        "episodes": [
            asdict(e) | {"first": str(e.first), "last": str(e.last)} for e in scenario.episodes
        ],
        "seasons": shapes.SEASONS,
        "weeks": shapes.WEEKS,
        "festivals": shapes.FESTIVALS,
    }
    _write_json(folder / "model.json", model)


def _write_json(path: Path, content: object) -> None:
    text = json.dumps(content, ensure_ascii=False, indent=1)
    path.write_text(text + "\n", encoding="utf-8")


def write_boundaries(city: World, path: Path) -> Path:
    """Each town as the square on the invented grid in which its points lie: no real boundary."""
    _write_json(path, _squares(city))
    return path


def _squares(city: World) -> dict[str, object]:
    found = []
    for number, code in enumerate(city.towns.codes):
        west = (WEST + int(city.towns.column[number]) * SIDE) / 1e6
        south = (SOUTH - int(city.towns.row[number]) * SIDE + 10 * SIDE) / 1e6
        east, north = west + SIDE / 1e6, south + SIDE / 1e6
        ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
        ring = [[round(x, 6), round(y, 6)] for x, y in ring]
        found.append(
            {
                "type": "Feature",
                "properties": {"code": code, "invented": True},
                "geometry": {"type": "Polygon", "coordinates": [ring]},
            }
        )
    return {"type": "FeatureCollection", "name": "simulated, invented", "features": found}


def _silent(step: Text, at: int, of: int) -> None:
    return None
