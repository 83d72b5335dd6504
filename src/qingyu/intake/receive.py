"""A department's file becomes records: read, check, place, match, stage, commit.

    receipt = receive(home, pack, "calls", [Path("calls.csv")], who="the duty officer")

The send is taken whole or not at all; its bad rows are kept apart with their reasons. The same
content again changes nothing and gives the first receipt.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

import duckdb

from qingyu.engine import disk
from qingyu.engine.batches import Batch, Draft
from qingyu.engine.connect import connect
from qingyu.engine.measures import measures_of
from qingyu.engine.store import Home, Writer
from qingyu.i18n import T, Text
from qingyu.intake.boundaries import Boundaries, read_boundaries
from qingyu.intake.bulk import Bulk
from qingyu.intake.contract import Contract, compile_contract
from qingyu.intake.declared import Uncorrected, declared
from qingyu.intake.digests import content_digest, file_digest, received_before, sent_before
from qingyu.intake.kept import standing
from qingyu.intake.match import Olds, match
from qingyu.intake.newer import newer_than
from qingyu.intake.options import Options, options_of, version_of_rows
from qingyu.intake.place import Placer
from qingyu.intake.read import open_sheet
from qingyu.intake.receipt import UNUSUAL_PREFIX, Receipt, receipt_of
from qingyu.intake.records import (
    find_absent,
    find_olds,
    refuse_collisions,
    write_fold,
    write_records,
)
from qingyu.intake.rejects import write_rejects
from qingyu.intake.sheet import Sheet
from qingyu.intake.stage import stage_sheets
from qingyu.intake.unusual import first_rows, how_many
from qingyu.pack.model import Pack, Source

Progress = Callable[[Text, int, int], None]  # what is being done, step, of how many
Covers = tuple[date, date]

STEPS = 5


@dataclass
class Send:
    """One send on its way in."""

    home: Home
    pack: Pack
    source: Source
    files: tuple[Path, ...]
    options: Options
    who: str
    file_digest: str
    sheets: tuple[Sheet, ...]
    boundaries: Boundaries | None

    @property
    def file_name(self) -> str:
        return ", ".join(file.name for file in self.files)

    @property
    def ignored(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(name for sheet in self.sheets for name in sheet.extra))

    @property
    def read_as(self) -> tuple[Text, ...]:
        return tuple(words for sheet in self.sheets for words in sheet.found)


def receive(
    home: Home,
    pack: Pack,
    source: str,
    files: Sequence[Path],
    *,
    covers: Covers | None = None,
    version: str | int | None = None,
    supplement: int | None = None,
    dry_run: bool = False,
    boundaries: Path | None = None,
    who: str,
    progress: Progress | None = None,
) -> Receipt:
    """Take `files` in as one send of `source`, and give the receipt.

    `covers`: first and last day that the send speaks for (default: the contract's).
    `version`: number or moment, where the contract takes it from the command.
    `supplement`: the batch whose refused rows are sent mended; withdraws nothing.
    `dry_run`: the same numbers, and not a byte written to the home.
    Raises UsageError, InputError (the file is refused whole), LockedError, StorageError.
    """
    told = progress or _silent
    contract_of = options_of(home, pack, source, files, covers, version, supplement)
    told(T("Opening"), 1, STEPS)
    send = Send(
        home=home,
        pack=pack,
        source=contract_of.source,
        files=tuple(files),
        options=contract_of,
        who=who,
        file_digest=file_digest(files) if all(file.is_file() for file in files) else "",
        sheets=tuple(open_sheet(file, contract_of.source) for file in files),
        boundaries=read_boundaries(boundaries) if boundaries else None,
    )
    if dry_run:
        return _try(send, told)
    with home.writing() as writer:
        return _take(send, writer, told)


def _try(send: Send, told: Progress) -> Receipt:
    """All the work in a private folder outside the home, and nothing of it kept."""
    same = _sent_before(send)
    if same is not None:
        return _first_receipt(send, same)
    with (
        tempfile.TemporaryDirectory(prefix="qingyu-") as folder,
        connect(Path(folder)) as connection,
    ):
        bulk = _stage(send, connection, Path(folder), told)
        draft = _match(send, bulk, told)
        first = received_before(send.home.batches(), send.source.id, draft.content_digest)
        if first is not None:
            return _first_receipt(send, first)
        return receipt_of(
            draft,
            None,
            ignored_columns=send.ignored,
            read_as=send.read_as,
            newer=newer_than(send.home.batches(), send.source, draft),
            unusual_rows=first_rows(bulk),
        )


def _take(send: Send, writer: Writer, told: Progress) -> Receipt:
    home = send.home
    same = _sent_before(send)
    if same is not None:
        return _first_receipt(send, same)
    folder = writer.staging / "snapshot"
    disk.make_folder(folder)
    with _spilling(writer) as connection:
        bulk = _stage(send, connection, folder, told)
        draft = _match(send, bulk, told)
        same = received_before(home.batches(), send.source.id, draft.content_digest)
        if same is not None:
            return _first_receipt(send, same)
        told(T("Writing records"), 4, STEPS)
        draft = _with_files(draft, bulk, writer, folder)
        unusual = first_rows(bulk)
    told(T("Committing"), 5, STEPS)
    batch = writer.commit(draft)
    rejects = home.rejects_of(batch.number)
    return receipt_of(
        batch,
        rejects,
        ignored_columns=send.ignored,
        read_as=send.read_as,
        newer=newer_than(home.batches(), send.source, batch),
        unusual_rows=unusual,
    )


def _sent_before(send: Send) -> Batch | None:
    options = send.options
    return sent_before(
        send.home.batches(),
        send.source,
        send.file_digest,
        covers=options.covers,
        version=options.version,
        supplement=options.supplement,
    )


@contextmanager
def _spilling(writer: Writer) -> Iterator[duckdb.DuckDBPyConnection]:
    spill = writer.staging / "spill"
    disk.make_folder(spill)
    with connect(spill) as connection:
        yield connection


def _stage(send: Send, connection: duckdb.DuckDBPyConnection, folder: Path, told: Progress) -> Bulk:
    """Read, check and place: the files become one staged relation."""
    told(T("Reading and checking"), 2, STEPS)
    parquet = any(sheet.kind == "parquet" for sheet in send.sheets)
    workbook = any(sheet.workbook for sheet in send.sheets)
    contract: Contract = compile_contract(
        send.pack, send.source, send.options.extracted, nul=parquet, workbook=workbook
    )
    placer = Placer(send.pack, send.source, send.boundaries)
    placer.register(connection)
    return Bulk(
        connection, contract, stage_sheets(connection, contract, placer, send.sheets, folder)
    )


def _match(send: Send, bulk: Bulk, told: Progress) -> Draft:
    """Judge every row; leaves `late`, `verdicts` and `olds` in the connection."""
    told(T("Matching with earlier batches"), 3, STEPS)
    options = send.options
    if options.covers is not None and not _sends_changes(send.source):
        bulk.refuse_outside(*options.covers)
    version = version_of_rows(options, bulk)
    bulk.at_version(version)
    kept = standing(send.home, send.source.id)
    of = declared(send.home, send.source.id)
    index = Uncorrected(send.home, send.source.id, of)
    olds = Olds()
    rows = match(bulk, index, kept, version=version, olds=olds)
    covers = _covers(send, bulk)
    withdraws = send.source.delivery == "snapshot" and options.supplement is None
    if withdraws and covers is not None and not bulk.keyless():
        rivals = [batch for batch in kept if batch.version >= version]
        find_absent(bulk, send.home, covers, rivals, olds, index)
        delivery = "snapshot"
    else:
        delivery = "increment"
    find_olds(bulk.connection, send.home, send.source.id, olds)
    refuse_collisions(bulk)
    content = content_digest(
        send.source,
        version=version,
        covers=covers,
        supplement=options.supplement,
        rows=rows,
        ragged=bulk.ragged,
    )
    return _draft(send, bulk, version, covers, delivery, content)


def _sends_changes(source: Source) -> bool:
    """What changed in some days: cases that were opened long before are told again. (Not where
    the time of a record is that of its change.)"""
    changes = source.kind == "case" and source.delivery == "increment"
    return changes and source.time != source.version.column


def _covers(send: Send, bulk: Bulk) -> Covers | None:
    """The days the send speaks for: as given, else first to last day of its accepted rows. A
    supplement speaks for none: it adds to what its batch covers."""
    if send.options.supplement is not None:
        return None
    return send.options.covers or bulk.days()


def _olds(bulk: Bulk) -> int:
    row = bulk.connection.execute("SELECT count(*) FROM olds").fetchone()
    assert row is not None
    return int(row[0])


def _draft(
    send: Send, bulk: Bulk, version: int, covers: Covers | None, delivery: str, content: str
) -> Draft:
    """What the send comes to, without its files."""
    totals = bulk.totals()
    unusual = {f"{UNUSUAL_PREFIX}{name}": count for name, count in how_many(bulk).items()}
    first, last = covers or (None, None)
    return Draft(
        kind="supplement" if send.options.supplement is not None else "receive",
        source=send.source.id,
        who=send.who,
        version=version,
        measures=measures_of(send.pack),
        pack_digest=send.pack.digest,
        covers_first=first,
        covers_last=last,
        delivery=delivery,
        refers_to=send.options.supplement,
        rows=totals.rows,
        new=totals.new,
        repeated=totals.repeated,
        unchanged=totals.unchanged,
        corrected=totals.corrected,
        withdrawn=_olds(bulk) - totals.corrected,
        refused=totals.refused,
        unplaced=totals.unplaced,
        reasons=totals.reasons | unusual,
        file_name=send.file_name,
        file_digest=send.file_digest,
        content_digest=content,
    )


def _with_files(draft: Draft, bulk: Bulk, writer: Writer, folder: Path) -> Draft:
    """Write what goes in with the batch."""
    records = writer.staging / "records.parquet"
    rejects = writer.staging / "rejects.csv"
    of = declared(writer.home, draft.source)
    changed = write_records(bulk, writer.next_number, records, of)
    write_fold(bulk, folder / "fold.parquet")
    if draft.refused:
        write_rejects(bulk, rejects)
    return replace(
        draft,
        records=records if changed else None,
        rejects=rejects if draft.refused else None,
        snapshot=folder,
    )


def _first_receipt(send: Send, batch: Batch) -> Receipt:
    rejects = send.home.rejects_of(batch.number)
    return receipt_of(
        batch, rejects, again=True, ignored_columns=send.ignored, read_as=send.read_as
    )


def _silent(step: Text, at: int, of: int) -> None:
    return None
