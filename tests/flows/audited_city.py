"""A home with thirteen months of one department of a simulated city: a year as history, a month as
it was counted, the days after it, and the month once more as it stands at last."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path

from qingyu.engine.store import Home
from qingyu.intake.receive import receive
from qingyu.pack.load import load_pack
from qingyu.pack.model import Pack
from qingyu.simulate.city.events import DAY
from qingyu.simulate.city.forms import write_table
from qingyu.simulate.city.plan import written
from qingyu.simulate.city.records.books import MAKERS
from qingyu.simulate.city.shapes import day_of, number_of
from qingyu.simulate.city.world import World, world_of
from qingyu.simulate.manipulate import Act, Kind, printed, tampered

ZHUHAI = Path(__file__).parents[2] / "packs" / "zhuhai"
SOURCE, TOWN = "police_110", "440402003000"  # 前山街道, a large one
PAST, FIRST, LAST, AFTER = map(
    number_of, (date(2024, 3, 1), date(2025, 3, 1), date(2025, 3, 31), date(2025, 4, 10))
)
AT_LAST = LAST + 40


class Audited:
    """`home` and `pack`; the batches are 1 the year, 2 the month, 3 the days after, 4 the month
    anew."""

    def __init__(
        self, folder: Path, acts: Sequence[tuple[Kind, float]] = (), seed: int = 3
    ) -> None:
        self.pack: Pack = load_pack(ZHUHAI)
        self.home = Home.create(folder / "home", ZHUHAI)
        world = world_of(self.pack, seed)
        book = MAKERS[SOURCE].book(world, PAST, AFTER)
        book = tampered(book, SOURCE, [_act(world, *one) for one in acts])
        sends = ((PAST, FIRST - 1, FIRST), (FIRST, LAST, LAST + 1), (LAST + 1, AFTER, AFTER + 1),
                 (FIRST, LAST, AT_LAST))  # fmt: skip
        for number, (first, last, day) in enumerate(sends, 1):
            moment = day * DAY + 6 * 3600
            file = folder / f"{number}.parquet"
            write_table(file, book.told(first, last, moment))
            receive(self.home, self.pack, SOURCE, [file], covers=(day_of(first), day_of(last)),
                    version=written(moment), who="clerk")  # fmt: skip


def _act(world: World, kind: Kind, strength: float) -> Act:
    return Act(kind, printed(world.towns, TOWN), FIRST, LAST, strength)
