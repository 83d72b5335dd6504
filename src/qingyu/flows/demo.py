"""The walk of `make demo`: a file, a home, a receipt, and the county at a glance.

Run again, it finds the home and the receipt of the first time and only computes. A home that holds
the made-up file lets go of it before it takes the real one (and the other way round), since both
tell the same days.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from qingyu.engine.store import Home
from qingyu.errors import NotFoundError, UsageError
from qingyu.flows.opening import as_known
from qingyu.flows.publish import compute_from, last_period, panel_of
from qingyu.flows.show import Shown, shown
from qingyu.i18n import T, Text, pick
from qingyu.intake.receipt import Receipt
from qingyu.intake.receive import receive
from qingyu.intake.supply import Span, supply
from qingyu.intake.withdraw import withdraw
from qingyu.pack.load import load_pack
from qingyu.pack.model import Pack
from qingyu.periods import Kind
from qingyu.simulate.montco import FILE_NAME, PUBLIC_FILE, write_calls

Tell = Callable[[Text], None]
Progress = Callable[[Text, int, int], None]

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
    tell(_about(pack))
    home = _home(folder, pack_folder, tell)
    file, simulated = _file(folder, pack, data, beside, tell)
    _let_go_of_other(home, pack, simulated, who, tell)
    receipt = _receive(home, pack, file, who, tell, progress)
    glances = _glances(home, pack, tell, progress)
    return Demo(pack, home, simulated, receipt, glances)


def _about(pack: Pack) -> Text:
    return T(
        "Method: {name} ({id} {version}): {areas} areas, {indicators} indicators.",
        name=pick(pack.name.model_dump()),
        id=pack.id,
        version=pack.version,
        areas=len(pack.areas),
        indicators=len(pack.indicators),
    )


def _home(folder: Path, pack_folder: Path, tell: Tell) -> Home:
    if (folder / "format").exists():
        home = Home.open(folder)
        if home.pack_folder.resolve() != pack_folder.resolve():
            raise UsageError(
                str(folder),
                T("a home of the pack {folder}", folder=home.pack_folder),
                T("one of the pack {folder}", folder=pack_folder),
                T("Move this home away or delete it, then run the demo again."),
            )
        tell(T("Home: {folder}, from an earlier run.", folder=folder))
        return home
    home = Home.create(folder, pack_folder)
    tell(T("Home: made {folder}; everything of the demo is kept in it.", folder=folder))
    return home


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
            full=_days(states.full),
            partial=_days(states.partial),
            gap=_days(states.gap),
            suspect=_days(states.suspect),
        )
    )


def _days(spans: Sequence[Span]) -> int:
    return sum((last - first).days + 1 for first, last in spans)


def _glances(home: Home, pack: Pack, tell: Tell, progress: Progress) -> tuple[Shown, ...]:
    known = as_known(home, pack, None)
    progress(T("Counting"), 0, 0)
    panel = panel_of(home, pack, known)
    found = []
    kinds: tuple[Kind, ...] = ("day", "month")
    for kind in kinds:
        period = last_period(pack, panel, kind)
        progress(T("Computing {period}", period=period.label), 0, 0)
        found.append(shown(compute_from(pack, panel, [period], known), period))
    tell(
        T(
            "Computed {day} and {month}, the last whole day and month, in exact arithmetic.",
            day=found[0].period.label,
            month=found[1].period.label,
        )
    )
    return tuple(found)
