"""A wrong batch is taken back: its keys fall to what the other batches say of them."""

from __future__ import annotations

from pathlib import Path

from qingyu.engine import disk
from qingyu.engine.batches import Batch, Draft
from qingyu.engine.connect import connect
from qingyu.engine.measures import measures_of
from qingyu.engine.store import Home, Writer
from qingyu.errors import UsageError
from qingyu.i18n import T
from qingyu.intake.declared import (
    Uncorrected,
    corrected,
    correction_of,
    corrections_of,
    declared,
)
from qingyu.intake.kept import kept_of, standing
from qingyu.intake.match import Olds
from qingyu.intake.receipt import Receipt, receipt_of
from qingyu.intake.records import UNSEEN, find_olds, write_signed
from qingyu.intake.state import find_changes, find_desired, find_touched, restored
from qingyu.pack.model import Pack


def withdraw(home: Home, pack: Pack, batch: int, who: str) -> Receipt:
    """Take batch number `batch` back and give the receipt; the second time the first receipt.

    Its supplements are batches of their own and stay (they are named in the receipt). Raises
    NotFoundError, UsageError (no batch that sent rows), LockedError, StorageError, DamageError.
    """
    with home.writing() as writer:
        given = home.batch(batch)
        _must_have_sent_rows(given)
        for earlier in home.batches():
            if earlier.kind == "withdraw" and earlier.refers_to == batch:
                return receipt_of(earlier, None, again=True)
        _must_be_newest_correction(home, given)
        draft = _draft(home, pack, given, who, writer)
        done = writer.commit(draft)
    return receipt_of(done, None, also_standing=_supplements(home, batch))


def _draft(home: Home, pack: Pack, given: Batch, who: str, writer: Writer) -> Draft:
    records = writer.staging / "records.parquet"
    came, gone = _write_changes(home, given, writer, records)
    return Draft(
        kind="withdraw",
        source=given.source,
        who=who,
        version=given.version,
        measures=measures_of(pack),
        pack_digest=pack.digest,
        refers_to=given.number,
        new=came,
        withdrawn=gone,
        records=records if records.exists() else None,
    )


def _write_changes(home: Home, given: Batch, writer: Writer, path: Path) -> tuple[int, int]:
    """The signed records that undo the batch; how many records come into force, and how many
    go for good."""
    remaining = standing(home, given.source, without=given.number)
    spill = writer.staging / "spill"
    disk.make_folder(spill)
    olds = Olds()
    with connect(spill) as connection:
        find_touched(connection, kept_of(home, given), remaining)
        find_desired(connection, remaining)
        of = declared(home, given.source, without=given.number)
        gone = find_changes(connection, Uncorrected(home, given.source, of), olds)
        find_olds(connection, home, given.source, olds)
        # Nothing is remembered of a key that no batch in force has: any version is new to it.
        connection.execute(
            f"UPDATE olds SET version = {UNSEEN} WHERE key64 NOT IN (SELECT key64 FROM desired)"
        )
        row = connection.execute("SELECT count(*) FROM desired").fetchone()
        came = int(row[0]) if row else 0
        nothing = "SELECT * FROM olds WHERE false"
        plus = restored(remaining, writer.next_number) if came else nothing
        plus = corrected(plus, of, writer.next_number) if came else plus
        write_signed(connection, plus, writer.next_number, path)
    return came, gone


def _must_have_sent_rows(given: Batch) -> None:
    if given.kind not in ("receive", "supplement", "correct"):
        raise UsageError(
            str(given.number),
            T("a batch of kind {kind}", kind=given.kind),
            T("a batch that received rows"),
            T("See `qingyu supply` for the batches of each source."),
        )


def _must_be_newest_correction(home: Home, given: Batch) -> None:
    """A later correction of the same record was declared on top of this one."""
    if given.kind != "correct":
        return
    mine = {entry.record for entry in correction_of(home, given).entries}
    for later in corrections_of(home, given.source):
        if later.batch.number > given.number and mine & {one.record for one in later.entries}:
            raise UsageError(
                str(given.number),
                T("a correction on which batch {number} rests", number=later.batch.number),
                T("the newest correction of its records"),
                T("Take batch {number} back first.", number=later.batch.number),
            )


def _supplements(home: Home, number: int) -> tuple[int, ...]:
    batches = home.batches()
    gone = {batch.refers_to for batch in batches if batch.kind == "withdraw"}
    return tuple(
        batch.number
        for batch in batches
        if batch.kind == "supplement" and batch.refers_to == number and batch.number not in gone
    )
