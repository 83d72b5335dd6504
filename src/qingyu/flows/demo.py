"""The walk of `make demo`: a file, a home, a receipt, and the county at a glance.

Run again, it finds the home and the receipt of the first time and only computes. A home that holds
the made-up file lets go of it before it takes the real one (and the other way round), since both
tell the same days.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from qingyu.engine.store import Home
from qingyu.errors import NotFoundError, UsageError
from qingyu.flows.demo_steps import Progress, Tell, about, days_in, glances, home_of
from qingyu.flows.show import Shown
from qingyu.i18n import T
from qingyu.intake.receipt import Receipt
from qingyu.intake.receive import receive
from qingyu.intake.supply import supply
from qingyu.intake.withdraw import withdraw
from qingyu.pack.load import load_pack
from qingyu.pack.model import Pack
from qingyu.simulate.montco import FILE_NAME, PUBLIC_FILE, write_calls

SIMULATED_CITY = "montco"
_SHARED = ("montco911", "911_2015-12-10_2016-11-30.parquet")


@dataclass(frozen=True)
class Demo:
    """What the walk found. `glances`: the last whole day and month that can be told."""

    pack: Pack
    home: Home
    simulated: bool
    receipt: Receipt
    glances: tuple[Shown, ...]

    def to_json(self) -> dict[str, object]:
        day, month = self.glances
        return {
            "simulated": self.simulated,
            "pack": self.pack.id,
            "receipt": self.receipt.public(),
            "day": {"period": day.period.label, "rows": day.to_json()},
            "month": {"period": month.period.label, "rows": month.to_json()},
        }


def demo(
    folder: Path,
    pack_folder: Path,
    data: Path | None,
    beside: Path,
    who: str,
    tell: Tell,
    progress: Progress,
) -> Demo:
    """Walk from a file to grades in the home `folder`.

    data: the file to take; else the one in `beside` (the folder of shared data); else, for
    `montco`, a made-up one is written.
    """
    pack = load_pack(pack_folder)
    tell(about(pack))
    home = home_of(folder, pack_folder, tell)
    file, simulated = _file(folder, pack, data, beside, tell)
    _let_go_of_other(home, pack, simulated, who, tell)
    receipt = _receive(home, pack, file, who, tell, progress)
    return Demo(pack, home, simulated, receipt, glances(home, pack, tell, progress))


def _file(home: Path, pack: Pack, data: Path | None, beside: Path, tell: Tell) -> tuple[Path, bool]:
    """The file to take, and whether it is made up."""
    if data is not None:
        if not data.is_file():
            raise NotFoundError(
                str(data),
                T("no file"),
                T("a CSV or Parquet file of {source}", source=pack.sources[0].id),
                T("Check the path after DATA= or --data."),
            )
        tell(T("Records: your file {file}.", file=data))
        return data, False
    if pack.id != SIMULATED_CITY:
        raise UsageError(
            "--data",
            T("no file for the pack {pack}", pack=pack.id),
            T("a CSV or Parquet file of {source}", source=pack.sources[0].id),
            T("Name it with DATA= or --data."),
        )
    real = beside.joinpath(*_SHARED)
    if real.is_file():
        tell(T("Records: the real calls in {file}.", file=real))
        return real, False
    return _simulated(home, pack, tell), True


def _simulated(home: Path, pack: Pack, tell: Tell) -> Path:
    folder = home / "simulated"
    folder.mkdir(exist_ok=True)
    written = write_calls(pack, folder / FILE_NAME)
    tell(
        T(
            "Records: SIMULATED. The real file is not here, so {rows} made-up calls in its layout "
            "were written to {file}. These are no facts about any place.",
            rows=f"{written.rows:,}",
            file=written.path,
        )
    )
    tell(
        T(
            "The public file: {where}; then `make demo DATA=911.csv`.",
            where=PUBLIC_FILE,
        )
    )
    return written.path


def _let_go_of_other(home: Home, pack: Pack, simulated: bool, who: str, tell: Tell) -> None:
    batches = home.batches()
    gone = {batch.refers_to for batch in batches if batch.kind == "withdraw"}
    for batch in batches:
        other = (batch.file_name == FILE_NAME) != simulated
        if batch.kind == "receive" and batch.number not in gone and other:
            withdraw(home, pack, batch.number, who)
            tell(
                T(
                    "Took back batch {number} ({file}), which is of another kind.",
                    number=batch.number,
                    file=batch.file_name,
                )
            )


def _receive(
    home: Home, pack: Pack, file: Path, who: str, tell: Tell, progress: Progress
) -> Receipt:
    receipt = receive(home, pack, pack.sources[0].id, [file], who=who, progress=progress)
    tell(receipt.sentence())
    _tell_days(home, pack, receipt, tell)
    return receipt


def _tell_days(home: Home, pack: Pack, receipt: Receipt, tell: Tell) -> None:
    if receipt.covers_last is None:
        return
    states = supply(home, pack, receipt.covers_last)[0]
    tell(
        T(
            "Days: {full} count; {partial} are partial, {gap} a declared gap, {suspect} suspect: "
            "these count for nothing.",
            full=days_in(states.full),
            partial=days_in(states.partial),
            gap=days_in(states.gap),
            suspect=days_in(states.suspect),
        )
    )
