"""The walk of `make demo` for a whole simulated city: sixteen departments' files, what became of
each, the faults that were put into them, and the two indices.

Everything is made up and says so. Run again, it goes on where it was: files that are written are
not written again, and what was received is not received again.
"""

from __future__ import annotations

import shutil
from collections import Counter
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from qingyu.engine.store import Home
from qingyu.errors import CaseError
from qingyu.flows.deliver import Outcome, deliver
from qingyu.flows.demo_steps import Progress, Tell, about, days_in, glances, home_of
from qingyu.flows.faults_found import FaultsFound, faults_found
from qingyu.flows.show import Shown
from qingyu.flows.simulate import FIRST, simulate_city
from qingyu.i18n import TN, T
from qingyu.intake.receipt import split_reasons
from qingyu.intake.supply import supply
from qingyu.pack.load import load_pack
from qingyu.pack.model import Pack
from qingyu.simulate.city.city import DELIVERIES, FAULTS
from qingyu.simulate.city.faults import kind_of
from qingyu.simulate.city.records.books import MAKERS

FOLDER = "simulated"  # in the home
RECENT = 1  # months that come day by day


@dataclass(frozen=True)
class Reception:
    """What became of all deliveries, in rows and in files.

    files: deliveries; batches: those that were taken; again: those that had been received before;
    refused_whole: files of which nothing was taken; taken_back: batches withdrawn. reasons,
    unplaced_reasons: code → rows.
    """

    files: int
    batches: int
    again: int
    refused_whole: int
    taken_back: int
    rows: int
    new: int
    repeated: int
    unchanged: int
    corrected: int
    withdrawn: int
    refused: int
    unplaced: int
    reasons: dict[str, int] = field(hash=False)
    unplaced_reasons: dict[str, int] = field(hash=False)


@dataclass(frozen=True)
class CityDemo:
    """What the walk found. `files`: the folder of the departments' files; `glances`: the last whole
    day (of the daily index) and month (of the monthly one)."""

    pack: Pack
    home: Home
    files: Path
    reception: Reception
    faults: tuple[FaultsFound, ...]
    glances: tuple[Shown, ...]

    @property
    def missed(self) -> tuple[FaultsFound, ...]:
        """Kinds of faults that were not found whole, or beside which something was refused that
        was in order."""
        return tuple(fault for fault in self.faults if not fault.whole)

    @property
    def unexplained(self) -> int:
        """Rows refused, or without a place, that no fault put in explains (below zero: fewer)."""
        return unexplained(self.reception, self.faults)

    def must_have_found_all(self) -> None:
        """`CaseError` if a fault was missed, or something else was refused."""
        if self.missed or not self.faults or self.unexplained:
            names = ", ".join(one.fault for one in self.missed)
            raise CaseError(
                str(self.files / FAULTS),
                T("faults that were put in and not found as they should be: {names}", names=names)
                if names
                else T("no faults at all")
                if not self.faults
                else T(
                    "{rows} rows refused or without a place, less those that the faults explain",
                    rows=self.unexplained,
                ),
                T("each fault found, and nothing refused beside them"),
                T("This is an error in Qingyu: please report it with the home as it is."),
            )

    def to_json(self) -> dict[str, object]:
        day, month = self.glances
        return {
            "simulated": self.pack.simulated,
            "pack": self.pack.id,
            "files": str(self.files),
            "received": dict(vars(self.reception)),
            "faults": [
                {
                    "fault": one.fault,
                    "files": one.files,
                    "injected": one.injected,
                    "found": one.found,
                    "surplus": one.surplus,
                }
                for one in self.faults
            ],
            "day": {"period": day.period.label, "rows": day.to_json()},
            "month": {"period": month.period.label, "rows": month.to_json()},
        }


def unexplained(reception: Reception, faults: tuple[FaultsFound, ...]) -> int:
    """Rows refused, or without a place, less those of the faults that are found so."""
    by_rows = [one for one in faults if kind_of(one.fault).where in ("reasons", "unplaced")]
    return reception.refused + reception.unplaced - sum(one.injected for one in by_rows)


def is_city(pack_folder: Path) -> bool:
    """Whether the simulator can write the files of all sources of the pack."""
    pack = load_pack(pack_folder)
    return pack.simulated and {source.id for source in pack.sources} <= set(MAKERS)


def demo_city(
    folder: Path, pack_folder: Path, who: str, tell: Tell, progress: Progress
) -> CityDemo:
    """Walk from departments' files to the grades of a city in the home `folder`."""
    pack = load_pack(pack_folder)
    tell(about(pack))
    home = home_of(folder, pack_folder, tell)
    files = _files(folder / FOLDER, pack_folder, tell, progress)
    before = home.last
    reception = _received(home, deliver(home, pack, files, who, progress=progress))
    _tell_received(reception, before, tell)
    _tell_days(home, pack, tell)
    progress(T("Looking for the faults"), 0, 0)
    faults = tuple(faults_found(home, pack, files))
    _tell_faults(faults, unexplained(reception, faults), tell)
    return CityDemo(pack, home, files, reception, faults, glances(home, pack, tell, progress))


def _files(
    folder: Path, pack_folder: Path, tell: Tell, progress: Progress, first: date = FIRST
) -> Path:
    """The folder of the departments' files; written under another name first, so that a folder of
    this name is whole."""
    if (folder / DELIVERIES).is_file():
        tell(T("Files: SIMULATED, in {folder}, from an earlier run.", folder=folder))
        return folder
    half = folder.with_name(folder.name + ".part")
    if half.exists():
        shutil.rmtree(half)
    written = simulate_city(
        pack_folder, half, first=first, recent=RECENT, history="whole", progress=progress
    )
    half.rename(folder)
    tell(
        T(
            "Files: SIMULATED. {rows} made-up rows in {files} files of {departments} departments, "
            "{first} to {last}, were written to {folder}. These are no facts about any place.",
            rows=f"{written.rows:,}",
            files=written.files,
            departments=written.departments,
            first=written.first,
            last=written.last,
            folder=folder,
        )
    )
    return folder


def _received(home: Home, outcomes: list[Outcome]) -> Reception:
    batches = [batch for batch in home.batches() if batch.kind == "receive"]
    reasons: Counter[str] = Counter()
    for batch in batches:
        reasons.update(batch.reasons)
    refused, unplaced = split_reasons(reasons)
    return Reception(
        files=len(outcomes),
        batches=len(batches),
        again=sum(outcome.again for outcome in outcomes),
        refused_whole=sum(outcome.refused is not None for outcome in outcomes),
        taken_back=sum(batch.kind == "withdraw" for batch in home.batches()),
        rows=sum(batch.rows for batch in batches),
        new=sum(batch.new for batch in batches),
        repeated=sum(batch.repeated for batch in batches),
        unchanged=sum(batch.unchanged for batch in batches),
        corrected=sum(batch.corrected for batch in batches),
        withdrawn=sum(batch.withdrawn for batch in batches),
        refused=sum(batch.refused for batch in batches),
        unplaced=sum(batch.unplaced for batch in batches),
        reasons=refused,
        unplaced_reasons=unplaced,
    )


def _tell_received(found: Reception, before: int, tell: Tell) -> None:
    if before:
        tell(
            T(
                "Received earlier: as far as batch {before}; nothing is received twice.",
                before=before,
            )
        )
    tell(
        T(
            "Received: {files} deliveries made {batches} batches of {rows} rows: {new} new, "
            "{repeated} repeated, {unchanged} unchanged, {corrected} corrected, {refused} refused; "
            "{withdrawn} records withdrawn, {unplaced} rows without a place.",
            files=found.files,
            batches=found.batches,
            rows=f"{found.rows:,}",
            new=f"{found.new:,}",
            repeated=f"{found.repeated:,}",
            unchanged=f"{found.unchanged:,}",
            corrected=f"{found.corrected:,}",
            refused=f"{found.refused:,}",
            withdrawn=f"{found.withdrawn:,}",
            unplaced=f"{found.unplaced:,}",
        )
    )
    tell(
        T(
            "Of these, files refused whole (and then sent mended): {whole}; files received before: "
            "{again}; batches taken back: {back}.",
            whole=found.refused_whole,
            again=found.again,
            back=found.taken_back,
        )
    )


def _tell_days(home: Home, pack: Pack, tell: Tell) -> None:
    covered = [batch.covers_last for batch in home.batches() if batch.covers_last is not None]
    rows = supply(home, pack, max(covered))
    tell(
        T(
            "Days of {sources} sources: {full} count; {partial} are partial, {gap} declared gaps, "
            "{suspect} suspect: these count for nothing.",
            sources=len(rows),
            full=f"{sum(days_in(row.full) for row in rows):,}",
            partial=sum(days_in(row.partial) for row in rows),
            gap=sum(days_in(row.gap) for row in rows),
            suspect=sum(days_in(row.suspect) for row in rows),
        )
    )


def _tell_faults(faults: tuple[FaultsFound, ...], rest: int, tell: Tell) -> None:
    missed = [fault for fault in faults if not fault.whole]
    if missed:
        tell(
            TN(
                "{count} kind of fault was NOT found as it should be.",
                "{count} kinds of faults were NOT found as they should be.",
                len(missed),
            )
        )
        return
    if rest:
        tell(
            T(
                "{rows} rows refused or without a place, less those that the faults explain",
                rows=rest,
            )
        )
        return
    tell(
        T(
            "Faults: {kinds} kinds in {files} files, all found, and nothing refused beside them.",
            kinds=len(faults),
            files=sum(fault.files for fault in faults),
        )
    )
