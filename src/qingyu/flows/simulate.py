"""`qingyu simulate`: a city of a pack, or a nation, in a folder."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

from qingyu.i18n import Text
from qingyu.pack.load import load_pack
from qingyu.simulate.city.city import Written, write_city
from qingyu.simulate.city.faults import Level
from qingyu.simulate.city.plan import History

Progress = Callable[[Text, int, int], None]

FIRST, LAST = date(2021, 11, 1), date(2026, 10, 31)  # of the city that the manual shows
SEED = 2014  # the year in which the index it follows began


def simulate_city(
    pack_folder: Path,
    folder: Path,
    *,
    first: date = FIRST,
    last: date = LAST,
    seed: int = SEED,
    faults: Level = "usual",
    scale: float = 1.0,
    recent: int = 2,
    history: History = "years",
    progress: Progress | None = None,
) -> Written:
    """Write the simulated city of the pack in `pack_folder` into `folder`."""
    pack = load_pack(pack_folder)
    return write_city(
        pack, folder, first, last, seed=seed, faults=faults, scale=scale, recent=recent,
        history=history, progress=progress,
    )  # fmt: skip
