"""A simulated city's files are received in the order in which they come, as its departments would
send them; what became of each is kept beside them in `delivered.json`.

Run again on the same home it goes on where it was, and receives nothing twice.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path

from qingyu.engine.store import Home
from qingyu.errors import InputError, NotFoundError
from qingyu.flows.listed import listed
from qingyu.i18n import T, Text
from qingyu.intake.receive import receive
from qingyu.intake.supply import supply
from qingyu.intake.withdraw import withdraw
from qingyu.pack.model import Pack
from qingyu.simulate.city.city import BOUNDARIES, DELIVERIES

Progress = Callable[[Text, int, int], None]

OUTCOMES = "delivered.json"


@dataclass(frozen=True)
class Listed:
    """One delivery of `deliveries.json`."""

    number: int
    source: str
    kind: str
    file: str
    covers: tuple[date, date] | None
    version: str | None
    arrives: str
    boundaries: bool
    withdraws: str | None
    late: date | None
    crowded: date | None


@dataclass(frozen=True)
class Outcome:
    """What became of a delivery. `batch`: the batch that tells of it (of the first receipt, if
    `again`); `refused`: the sentence with which the file was refused whole; `was_missing`: whether
    the supply named the day missing or late before the file came; `was_outlying`: whether it named
    the crowded day far above what is usual once the file had come."""

    number: int
    file: str
    batch: int | None = None
    again: bool = False
    refused: str | None = None
    was_missing: bool | None = None
    was_outlying: bool | None = None


def read_deliveries(folder: Path) -> list[Listed]:
    """All deliveries, in the order of arrival."""
    return [_listed(entry) for entry in listed(folder / DELIVERIES, "deliveries")]


def _listed(entry: dict[str, object]) -> Listed:
    covers, late, crowded = entry["covers"], entry["late"], entry.get("crowded")
    days = [date.fromisoformat(str(day)) for day in covers] if isinstance(covers, list) else None
    return Listed(
        number=int(str(entry["number"])),
        source=str(entry["source"]),
        kind=str(entry["kind"]),
        file=str(entry["file"]),
        covers=(days[0], days[1]) if days else None,
        version=None if entry["version"] is None else str(entry["version"]),
        arrives=str(entry["arrives"]),
        boundaries=bool(entry["boundaries"]),
        withdraws=None if entry["withdraws"] is None else str(entry["withdraws"]),
        late=None if late is None else date.fromisoformat(str(late)),
        crowded=None if crowded is None else date.fromisoformat(str(crowded)),
    )


def deliver(
    home: Home,
    pack: Pack,
    folder: Path,
    who: str,
    *,
    until: date | None = None,
    progress: Progress | None = None,
) -> list[Outcome]:
    """Receive what the folder lists, up to the files that come on the day `until`; gives what
    became of each, those of earlier runs on this home included.

    A file that is refused whole is noted, and the rest goes on; errors of the home or the machine
    are raised.
    """
    due = [d for d in read_deliveries(folder) if until is None or _day(d) <= until]
    told = progress or _silent
    found = _kept(home, folder, due)
    for at, delivery in enumerate(due[len(found) :], len(found) + 1):
        told(T("Receiving {file}", file=Path(delivery.file).name), at, len(due))
        found.append(_take(home, pack, folder, delivery, who, found))
        _keep(home, folder, found)
    return found


def read_outcomes(folder: Path) -> list[Outcome]:
    """What became of each delivery."""
    path = folder / OUTCOMES
    if not path.is_file():
        raise NotFoundError(
            str(path),
            T("no such file"),
            T("what became of the deliveries"),
            T("Deliver the simulated city's files first."),
        )
    return [Outcome(**entry) for entry in json.loads(path.read_text(encoding="utf-8"))["outcomes"]]


def _keep(home: Home, folder: Path, outcomes: Sequence[Outcome]) -> None:
    """Beside the files, with the last batch of the home that they tell of."""
    batches = home.batches()
    content = {
        "home": batches[-1].digest if batches else "",
        "outcomes": [asdict(outcome) for outcome in outcomes],
    }
    text = json.dumps(content, ensure_ascii=False, indent=1) + "\n"
    fresh = folder / (OUTCOMES + ".new")
    fresh.write_text(text, encoding="utf-8")
    fresh.replace(folder / OUTCOMES)


def _kept(home: Home, folder: Path, due: Sequence[Listed]) -> list[Outcome]:
    """The outcomes of earlier runs for the first of the deliveries; none if they were another
    home's, whose batches this one does not have."""
    path = folder / OUTCOMES
    if not path.is_file():
        return []
    content = json.loads(path.read_text(encoding="utf-8"))
    if content["home"] not in {batch.digest for batch in home.batches()}:
        return []
    return [Outcome(**entry) for entry in content["outcomes"]][: len(due)]


def _day(delivery: Listed) -> date:
    return date.fromisoformat(delivery.arrives[:10])


def _take(
    home: Home, pack: Pack, folder: Path, delivery: Listed, who: str, before: list[Outcome]
) -> Outcome:
    if delivery.withdraws is not None:
        return _withdraw(home, pack, delivery, who, before)
    missing = _is_missing(home, pack, delivery) if delivery.late is not None else None
    boundaries = folder / BOUNDARIES if delivery.boundaries else None
    try:
        receipt = receive(
            home, pack, delivery.source, [folder / delivery.file], covers=delivery.covers,
            version=_version(delivery), boundaries=boundaries, who=who,
        )  # fmt: skip
    except InputError as error:
        return Outcome(delivery.number, delivery.file, refused=str(error), was_missing=missing)
    # A run killed before it could note this file finds it received; it is new to the notes.
    again = receipt.again and any(outcome.batch == receipt.number for outcome in before)
    outlying = _is_outlying(home, pack, delivery) if delivery.crowded is not None else None
    return Outcome(
        delivery.number, delivery.file, receipt.number, again, was_missing=missing,
        was_outlying=outlying,
    )  # fmt: skip


def _version(delivery: Listed) -> str | int | None:
    version = delivery.version
    return int(version) if version is not None and version.isdigit() else version


def _withdraw(home: Home, pack: Pack, delivery: Listed, who: str, before: list[Outcome]) -> Outcome:
    meant = next(o for o in before if o.file == delivery.withdraws and o.batch is not None)
    assert meant.batch is not None
    gone = {batch.refers_to: batch for batch in home.batches() if batch.kind == "withdraw"}
    if meant.batch in gone:
        return Outcome(delivery.number, delivery.file, gone[meant.batch].number, again=True)
    receipt = withdraw(home, pack, meant.batch, who)
    return Outcome(delivery.number, delivery.file, receipt.number)


def _is_missing(home: Home, pack: Pack, delivery: Listed) -> bool:
    """Whether the supply, asked on the day of arrival, says that the late day is not there."""
    row = next(r for r in supply(home, pack, _day(delivery)) if r.source == delivery.source)
    spans = [*row.missing, *((row.late,) if row.late is not None else ())]
    late = delivery.late
    return late is not None and any(first <= late <= last for first, last in spans)


def _is_outlying(home: Home, pack: Pack, delivery: Listed) -> bool:
    """Whether the supply says that the crowded day is far above what is usual."""
    row = next(r for r in supply(home, pack, _day(delivery)) if r.source == delivery.source)
    return delivery.crowded in {one.day for one in row.outlying}


def _silent(step: Text, at: int, of: int) -> None:
    return None
