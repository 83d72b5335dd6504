"""What a sender says besides the file (version, days, supplement), held against the contract."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from qingyu.engine.batches import Batch
from qingyu.engine.store import Home
from qingyu.errors import InputError, NotFoundError, PackError, UsageError
from qingyu.i18n import T
from qingyu.intake.bulk import Bulk
from qingyu.pack.model import Pack, Source

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


@dataclass(frozen=True)
class Options:
    """`version` is None where the rows decide it; `extracted` is a local moment of the city."""

    source: Source
    covers: tuple[date, date] | None
    version: int | None
    extracted: datetime | None
    supplement: int | None


def options_of(
    home: Home,
    pack: Pack,
    source: str,
    files: Sequence[Path],
    covers: tuple[date, date] | None,
    version: str | int | None,
    supplement: int | None,
) -> Options:
    """The options, or a `UsageError` that says what to give."""
    contract = source_of(pack, source)
    if supplement is not None:
        _must_be_sendable(contract, files, covers)
        return _supplement(home, pack, contract, covers, version, supplement)
    return terms_of(pack, contract, files, covers, version)


def terms_of(
    pack: Pack,
    source: Source,
    files: Sequence[Path],
    covers: tuple[date, date] | None,
    version: str | int | None,
) -> Options:
    """The options of a send that is no supplement: they need no home to be held against."""
    _must_be_sendable(source, files, covers)
    number, extracted = _version(pack, source, version)
    if covers is None and source.covers == "must_be_given":
        raise UsageError(
            source.id,
            T("no days"),
            T("the days that the file covers"),
            T("Add --covers FIRST..LAST, such as --covers 2026-10-01..2026-10-31."),
        )
    if covers is not None and extracted is not None:
        _refuse_days_to_come(source, covers, extracted)
    return Options(source, covers, number, extracted, None)


def _refuse_days_to_come(source: Source, covers: tuple[date, date], extracted: datetime) -> None:
    """A file tells nothing of days after its making; taken at its word, they would read as calm."""
    if covers[1] <= extracted.date():
        return
    raise UsageError(
        f"{source.id}, {covers[0]}..{covers[1]}",
        T("days after the file was made ({moment})", moment=extracted.isoformat(" ", "minutes")),
        T("days up to {day}", day=extracted.date()),
        T("Mend --covers, or the moment of --version."),
    )


def _must_be_sendable(
    source: Source, files: Sequence[Path], covers: tuple[date, date] | None
) -> None:
    if not files:
        raise UsageError(
            source.id, T("no file"), T("one file or more"), T("Name the files to send.")
        )
    if covers is not None and covers[0] > covers[1]:
        raise UsageError(
            f"{covers[0]}..{covers[1]}",
            T("days that end before they begin"),
            T("first day, then last day"),
            T("Swap the two days."),
        )
    if source.delivery == "snapshot" and source.version.by == "column":
        raise PackError(
            f"sources/{source.id}.yaml",
            T("a snapshot whose rows have versions of their own"),
            T("`version: newest`, `sequence` or `extract` with `delivery: snapshot`"),
            T("A snapshot is as old as its newest fact: give it one version."),
        )


def source_of(pack: Pack, source: str) -> Source:
    """The pack's source of that id; a `UsageError` lists those there are."""
    for known in pack.sources:
        if known.id == source:
            return known
    raise NotFoundError(
        source,
        T("no source of the pack"),
        ", ".join(sorted(known.id for known in pack.sources)),
        T("Name one of the pack's sources."),
    )


def version_of_rows(options: Options, bulk: Bulk) -> int:
    """The version of the send; `InputError` if its rows should tell it and none does.

    Slips in the year are refused first: they would change the version, or the days covered."""
    if options.supplement is None:
        _refuse_slips(options, bulk)
    if options.version is not None:
        return options.version
    if options.source.version.by == "newest":
        found = bulk.newest()
        wanted = options.source.time
    else:
        found = bulk.greatest_version()
        wanted = options.source.version.column or ""
    if found is None:
        raise InputError(
            ", ".join(stage.sheet.name for stage in bulk.stages),
            T("no row with a usable {column}", column=wanted),
            T("at least one: it gives the file its version"),
            T("Check the form of that column against the contract, and send the file again."),
        )
    return found


def _refuse_slips(options: Options, bulk: Bulk) -> None:
    rows_tell_days = options.covers is None
    if options.source.version.by == "newest" or (rows_tell_days and options.source.kind != "case"):
        bulk.refuse_slips(early=rows_tell_days)


def _version(
    pack: Pack, source: Source, given: str | int | None
) -> tuple[int | None, datetime | None]:
    by = source.version.by
    if by in ("newest", "column"):
        if given is not None:
            raise UsageError(
                f"--version {given}",
                T("a version that the contract takes from the rows"),
                T("no --version for the source {source}", source=source.id),
                T("Leave --version away."),
            )
        return None, None
    if by == "sequence":
        return _sequence(source, given), None
    moment = _moment(pack, source, given)
    return to_micros(moment), moment.astimezone(ZoneInfo(pack.time_zone)).replace(tzinfo=None)


def _sequence(source: Source, given: str | int | None) -> int:
    if given is not None and re.fullmatch("[0-9]{1,18}", str(given)):
        return int(given)
    raise UsageError(
        source.id,
        T("no version") if given is None else T("the version “{given}”", given=given),
        T("the sender's running number of this file"),
        T("Add --version with that number, such as --version 17."),
    )


def _moment(pack: Pack, source: Source, given: str | int | None) -> datetime:
    try:
        moment = datetime.fromisoformat(str(given))
    except ValueError:
        moment = None
    if moment is None or given is None or len(str(given)) < len("2026-10-31"):
        raise UsageError(
            source.id,
            T("no version") if given is None else T("the version “{given}”", given=given),
            T("the moment at which the file was extracted"),
            T("Add --version with that moment, such as --version 2026-10-31T06:00."),
        )
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=ZoneInfo(source.zone or pack.time_zone))
    return moment.astimezone(UTC)


def to_micros(moment: datetime) -> int:
    """Microseconds since 1970 in UTC, exactly."""
    return (moment.astimezone(UTC) - EPOCH) // _MICROSECOND


def from_micros(version: int) -> datetime:
    """The UTC moment of a version made by `to_micros`."""
    return EPOCH + version * _MICROSECOND


def _supplement(
    home: Home,
    pack: Pack,
    source: Source,
    covers: tuple[date, date] | None,
    version: str | int | None,
    number: int,
) -> Options:
    """A supplement has its batch's version, and the days it is said to cover."""
    parent = _parent(home, source, number)
    if covers is not None or version is not None:
        raise UsageError(
            f"--supplement {number}",
            T("--covers or --version beside it"),
            T("neither: a supplement has those of its batch"),
            T("Leave them away."),
        )
    extracted = None
    if source.version.by == "extract":
        local = from_micros(parent.version).astimezone(ZoneInfo(pack.time_zone))
        extracted = local.replace(tzinfo=None)
    days = None
    if source.covers == "must_be_given" and parent.covers_first and parent.covers_last:
        days = (parent.covers_first, parent.covers_last)
    return Options(source, days, parent.version, extracted, number)


def _parent(home: Home, source: Source, number: int) -> Batch:
    parent = home.batch(number)
    if parent.kind == "supplement" and parent.refers_to is not None:
        first = home.batch(parent.refers_to)
        hint = T("Name batch {number}, which it supplements.", number=first.number)
    else:
        hint = T("See `qingyu supply` for the batches of each source.")
    gone = {batch.refers_to for batch in home.batches() if batch.kind == "withdraw"}
    if parent.source != source.id or parent.kind != "receive" or number in gone:
        raise UsageError(
            f"--supplement {number}",
            T("a batch that is withdrawn") if number in gone
            else T("no batch that received {source}", source=source.id),
            T("the batch whose refused rows are sent mended"),
            hint,
        )  # fmt: skip
    return parent
