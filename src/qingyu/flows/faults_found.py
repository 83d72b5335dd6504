"""Faults put into a simulated city's files, held against what the home says of them.

Read are the receipts in the home (batches, reasons, days that are suspect) and what became of each
delivery; never the files. So this shows what an office would have been told.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from qingyu.engine.batches import Batch
from qingyu.engine.store import Home
from qingyu.flows.deliver import Outcome, read_outcomes
from qingyu.flows.listed import listed
from qingyu.intake.receipt import split_reasons, unusual_in
from qingyu.intake.supply import SupplyRow, supply
from qingyu.pack.model import Pack
from qingyu.simulate.city.city import FAULTS
from qingyu.simulate.city.faults import KINDS


@dataclass(frozen=True)
class Fault:
    """One entry of `faults.json`."""

    number: int
    fault: str
    source: str
    file: str
    day: date
    where: str
    code: str
    count: int


@dataclass(frozen=True)
class FaultsFound:
    """One kind of fault. `injected`, `found`: rows (or files, of faults that are whole files);
    `missed`: entries that were not found; `surplus`: rows beyond those put in that were refused
    for the same reason in the same files: false alarms."""

    fault: str
    files: int
    injected: int
    found: int
    surplus: int
    missed: tuple[Fault, ...]

    @property
    def whole(self) -> bool:
        return self.found == self.injected and not self.surplus


def faults_found(home: Home, pack: Pack, folder: Path) -> list[FaultsFound]:
    """Injected and found of each kind that was put in, in the published order."""
    faults = [_fault(entry) for entry in listed(folder / FAULTS, "faults")]
    outcomes = read_outcomes(folder)
    judge = _Judge(home, pack, outcomes)
    found = []
    for kind in KINDS:
        mine = [fault for fault in faults if fault.fault == kind.id]
        if mine:
            found.append(_of_kind(kind.id, mine, judge))
    return found


def _fault(entry: Mapping[str, object]) -> Fault:
    by = entry["found_by"]
    assert isinstance(by, dict)
    return Fault(
        number=int(str(entry["number"])),
        fault=str(entry["fault"]),
        source=str(entry["source"]),
        file=str(entry["file"]),
        day=date.fromisoformat(str(entry["day"])),
        where=str(by["where"]),
        code=str(by["code"]),
        count=int(str(by["count"])),
    )


def _of_kind(name: str, faults: Sequence[Fault], judge: _Judge) -> FaultsFound:
    found = {fault: judge.found(fault) for fault in faults}
    return FaultsFound(
        fault=name,
        files=len(faults),
        injected=sum(fault.count for fault in faults),
        found=sum(min(count, fault.count) for fault, count in found.items()),
        surplus=sum(max(0, count - fault.count) for fault, count in found.items()),
        missed=tuple(fault for fault, count in found.items() if count < fault.count),
    )


class _Judge:
    """What a home says, looked up by file."""

    def __init__(self, home: Home, pack: Pack, outcomes: Sequence[Outcome]) -> None:
        batches = {batch.number: batch for batch in home.batches()}
        self.withdrawn = {b.refers_to for b in batches.values() if b.kind == "withdraw"}
        self.outcomes: dict[str, list[Outcome]] = {}
        self.batches: dict[str, Batch] = {}
        for outcome in outcomes:
            self.outcomes.setdefault(outcome.file, []).append(outcome)
            batch = batches.get(outcome.batch or 0)
            if batch is not None and batch.kind == "receive" and not outcome.again:
                self.batches.setdefault(outcome.file, batch)
        covered = [b.covers_last for b in batches.values() if b.covers_last is not None]
        rows = supply(home, pack, max(covered)) if covered else []
        self.supply: dict[str, SupplyRow] = {row.source: row for row in rows}

    def found(self, fault: Fault) -> int:
        """How much of a fault the home tells of."""
        if fault.where == "suspect":
            row = self.supply.get(fault.source)
            spans = row.suspect if row is not None else ()
            return sum(first <= fault.day <= last for first, last in spans)
        if fault.where in ("refused", "again", "missing", "outlying"):
            return self._by_outcome(fault)
        batch = self.batches.get(fault.file)
        if batch is None:
            return 0
        return self._by_batch(fault, batch)

    def _by_outcome(self, fault: Fault) -> int:
        mine = self.outcomes.get(fault.file, [])
        if fault.where == "refused":
            return int(any(o.refused is not None and o.batch is None for o in mine))
        if fault.where == "again":
            return int(bool(mine) and mine[-1].again)
        if fault.where == "outlying":
            return int(any(bool(o.was_outlying) for o in mine))
        return int(any(bool(o.was_missing) for o in mine))

    def _by_batch(self, fault: Fault, batch: Batch) -> int:
        refused, unplaced = split_reasons(batch.reasons)
        if fault.where == "reasons":
            return refused.get(fault.code, 0)
        if fault.where == "unplaced":
            return unplaced.get(fault.code, 0)
        if fault.where == "unusual":
            return unusual_in(batch.reasons).get(fault.code, 0)
        if fault.where == "repeated":
            return batch.repeated
        if fault.where == "changes_nothing":
            return int(not (batch.new or batch.corrected or batch.withdrawn))
        return int(batch.number in self.withdrawn)
