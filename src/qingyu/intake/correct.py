"""A declared correction: a department's slip that it cannot mend itself.

    correct(home, pack, "calls", [Declaration("C-17", "kind", "fire", "theft")],
            reason="letter 2026-118 of the fire brigade", who="Li Min")

Each line names a record, a field, what stands there and what is right. The guard refuses a line
whose record no longer shows what it says, a field that a person or the record's identity hangs
on, and more records than the source's contract lets an office touch. The batch is sealed in the
chain like any other, can be taken back (`withdraw`), and gives way when the department speaks.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import duckdb
import numpy as np

from qingyu.digest import digest_of
from qingyu.engine import disk
from qingyu.engine.batches import Draft
from qingyu.engine.connect import connect, connected, file_list, quoted
from qingyu.engine.keyindex import KeyIndex
from qingyu.engine.measures import fingerprint, measures_of
from qingyu.engine.store import Home, Writer
from qingyu.errors import InputError, UsageError
from qingyu.i18n import T, Text
from qingyu.intake.amend import Field, fields_of
from qingyu.intake.declared import (
    NOTE,
    Declared,
    Entry,
    corrections_of,
    declared,
    digest_of_note,
    note_of,
)
from qingyu.intake.kept import FOLD
from qingyu.intake.match import Olds
from qingyu.intake.receipt import Receipt, receipt_of
from qingyu.intake.records import find_olds, write_signed
from qingyu.pack.model import MICRO, Measure, Pack, Source


@dataclass(frozen=True)
class Declaration:
    """One line: record (its full key as stored), field (a column, `area` or `day`), what stands
    there and what is right, as text; empty: nothing."""

    record: str
    field: str
    old: str
    new: str


def correct(
    home: Home,
    pack: Pack,
    source: str,
    lines: Sequence[Declaration],
    *,
    reason: str,
    who: str,
    dry_run: bool = False,
) -> Receipt:
    """Declare `lines`, all or none, and give the receipt; the same declaration again gives the
    first. Raises UsageError, InputError (the guard), LockedError, StorageError, DamageError."""
    of = pack.source(source)
    _must_be_whole(of, lines, reason)
    entries = _entries(lines)
    with home.writing() as writer:
        for earlier in corrections_of(home, source):
            if earlier.batch.content_digest == digest_of_note(reason.strip(), entries):
                return receipt_of(earlier.batch, None, again=True)
        draft = _draft(home, pack, of, entries, reason.strip(), who, writer)
        if dry_run:
            return receipt_of(replace(draft, records=None, snapshot=None), None)
        done = writer.commit(draft)
    return receipt_of(done, None)


def _entries(lines: Sequence[Declaration]) -> tuple[Entry, ...]:
    return tuple(Entry(one.record, one.field, one.old or None, one.new or None) for one in lines)


def _must_be_whole(source: Source, lines: Sequence[Declaration], reason: str) -> None:
    if not reason.strip():
        raise UsageError(
            "--reason", T("nothing"), T("why the record is wrong, and who says so"),
            T("Name the letter, call or decision that the correction rests on."),
        )  # fmt: skip
    if not lines:
        raise UsageError(
            source.id, T("no correction"), T("at least one record and field"),
            T("Name a record, a field, what stands there and what is right."),
        )  # fmt: skip
    seen: set[tuple[str, str]] = set()
    for one in lines:
        if (one.record, one.field) in seen:
            raise _refused(one, T("the same record and field twice"), T("each of them once"),
                           T("Take one of the two lines away."))  # fmt: skip
        seen.add((one.record, one.field))


def _draft(
    home: Home,
    pack: Pack,
    source: Source,
    entries: tuple[Entry, ...],
    reason: str,
    who: str,
    writer: Writer,
) -> Draft:
    folder, records = writer.staging / "snapshot", writer.staging / "records.parquet"
    spill = writer.staging / "spill"
    disk.make_folder(folder)
    disk.make_folder(spill)
    touched = sorted({entry.record for entry in entries})
    of = declared(home, source.id)
    with connect(spill) as connection:
        _find(connection, home, source, touched)
        _within_share(home, source, of, touched)
        _amend(connection, pack, source, entries, of)
        number = writer.next_number
        _keep(connection, folder)
        plus = (
            "SELECT * EXCLUDE (base64, base_day) REPLACE"
            f" (CAST({number} AS INTEGER) AS batch) FROM amended"
        )
        write_signed(connection, plus, number, records)
    with disk.NewFile(folder / NOTE) as file:
        file.write(note_of(reason, entries))
    return Draft(
        kind="correct",
        source=source.id,
        who=who,
        version=0,
        measures=measures_of(pack),
        pack_digest=pack.digest,
        rows=len(touched),
        corrected=len(touched),
        file_name=reason,
        content_digest=digest_of_note(reason, entries),
        records=records,
        snapshot=folder,
    )


def _find(
    connection: duckdb.DuckDBPyConnection, home: Home, source: Source, touched: Sequence[str]
) -> None:
    """Table `olds`: the records in force, one a key; InputError for a key that has none."""
    files = home.record_files(source.id)
    keys = np.zeros(0, np.uint64)
    if files:
        listed = ", ".join(quoted(key) for key in touched)
        found = connection.execute(
            f"SELECT DISTINCT key64 FROM read_parquet({file_list(files)}, union_by_name=true)"
            f" WHERE key IN ({listed})"
        ).fetchnumpy()
        keys = np.ma.getdata(found["key64"]).astype(np.uint64)
    hits = KeyIndex(home, source.id).probe(keys)
    alive = hits.found & (hits.content != 0)
    olds = Olds()
    olds.add(keys[alive], hits.batch[alive])
    find_olds(connection, home, source.id, olds)
    there = {row[0] for row in connection.execute("SELECT key FROM olds").fetchall()}
    for key in touched:
        if key not in there:
            raise InputError(
                key, T("no record of {source} in force with this key", source=source.id),
                T("the full key of a record as `qingyu trace` shows it"),
                T("Look the record up with `qingyu trace`."),
            )  # fmt: skip


def _within_share(home: Home, source: Source, of: Declared, touched: Sequence[str]) -> None:
    """With those that stand, so many records may be corrected by hand and no more."""
    whole = _in_force(home, source)
    with connected() as connection:
        keys = f"SELECT key FROM {of.rows}" if len(of) else "SELECT NULL WHERE false"
        before = {row[0] for row in connection.execute(keys).fetchall()}
    asked = len(before | set(touched))
    most = max(1, source.corrections.at_most * whole // MICRO)
    if asked > most:
        raise InputError(
            source.id,
            T("{asked} corrected records of {whole}", asked=asked, whole=whole),
            T("at most {most}: the share in `corrections` of its contract", most=most),
            T("Ask the department for a new file: so much is not a slip."),
        )


def _in_force(home: Home, source: Source) -> int:
    """How many records of the source stand, from the cube's plain count."""
    files = [str(file.path) for file in home.cube_table.files()]
    if not files:
        return 0
    measure = quoted(fingerprint(Measure(count=source.id)))
    with connected() as connection:
        row = connection.execute(
            f"SELECT coalesce(sum(value), 0)::BIGINT FROM read_parquet({file_list(files)})"
            f" WHERE measure = {measure} AND batch <= {home.last}"
        ).fetchone()
    return int(row[0]) if row else 0


def _amend(
    connection: duckdb.DuckDBPyConnection,
    pack: Pack,
    source: Source,
    entries: Sequence[Entry],
    of: Declared,
) -> None:
    """Table `amended`: the records as declared, each old value checked against what stands."""
    connection.execute("CREATE TABLE amended AS SELECT *, content64 AS base64, day AS base_day"
                       " FROM olds")  # fmt: skip
    if len(of):  # corrected before: what the department said is still the ground
        connection.execute(
            "UPDATE amended SET base64 = d.base64, base_day = d.base_day FROM"
            f" (SELECT key64, content64, base64, base_day FROM {of.grounds}) d"
            " WHERE amended.key64 = d.key64 AND amended.content64 = d.content64"
        )
    known = fields_of(pack, source)
    # The day before the area: whether an area exists is asked of the day that is right.
    for entry in sorted(entries, key=lambda one: (one.record, one.field != "day", one.field)):
        field = _allowed(known, source, entry)
        for column, kind in field.types.items():
            connection.execute(f"ALTER TABLE amended ADD COLUMN IF NOT EXISTS {column} {kind}")
        _must_stand(connection, field, entry)
        _set(connection, field, entry)
    for key in sorted({entry.record for entry in entries}):
        mine = [entry for entry in entries if entry.record == key]
        parts = [part for one in mine for part in (one.field, one.new)]
        row = connection.execute("SELECT content64 FROM amended WHERE key = ?", [key]).fetchone()
        assert row is not None
        content = int(digest_of(["corrected", row[0], *parts])[:16], 16) | 1
        connection.execute("UPDATE amended SET content64 = ? WHERE key = ?", [content, key])


def _allowed(known: dict[str, Field], source: Source, entry: Entry) -> Field:
    field = known.get(entry.field)
    if field is None:
        raise _refused(
            entry, T("no field {field} that may be declared", field=entry.field),
            T("one of {fields}", fields=", ".join(known)),
            T("Keys, versions, places and what is personal are not corrected by hand; name an area"
              " or a day instead."),
        )  # fmt: skip
    return field


def _must_stand(connection: duckdb.DuckDBPyConnection, field: Field, entry: Entry) -> None:
    row = connection.execute(
        f"SELECT {field.printed} FROM amended WHERE key = ?", [entry.record]
    ).fetchone()
    assert row is not None
    if row[0] != entry.old:
        shown: Text = T("nothing") if row[0] is None else f"“{row[0]}”"
        raise _refused(
            entry, T("{found} where {old} is said to stand", found=shown,
                     old=T("nothing") if entry.old is None else f"“{entry.old}”"),
            T("the value that the record shows now"),
            T("The record has changed: look at it with `qingyu trace`, and declare again if it is"
              " still wrong."),
        )  # fmt: skip
    if entry.old == entry.new:
        raise _refused(entry, T("the same value twice"), T("another value than before"),
                       T("Take the line away."))  # fmt: skip


def _set(connection: duckdb.DuckDBPyConnection, field: Field, entry: Entry) -> None:
    day = connection.execute("SELECT day FROM amended WHERE key = ?", [entry.record]).fetchone()
    assert day is not None
    complaint = field.complaint(entry.new, day[0])
    if complaint is not None:
        raise _refused(entry, f"“{entry.new or ''}”", complaint, T("Mend the new value."))
    for column, value in field.assigned.items():
        connection.execute(
            f"UPDATE amended SET {column} = {value} WHERE key = ?", [entry.new, entry.record]
        )


def _keep(connection: duckdb.DuckDBPyConnection, folder: Path) -> None:
    """The corrected records as a stage, so that they can be put in force again."""
    part, fold = folder / "part-0.parquet", folder / FOLD
    stage = (
        "COPY (SELECT * EXCLUDE (batch, sign), NULL::VARCHAR AS raw FROM amended ORDER BY key)"
        f" TO {quoted(str(part))} (FORMAT parquet, USE_TMP_FILE false)"
    )
    disk.act("copy", part, lambda: connection.execute(stage))
    times = (
        "COPY (SELECT CAST(0 AS INTEGER) AS part, row_number() OVER (ORDER BY key) - 1 AS pos,"
        " NULL::VARCHAR AS fate, CAST(sign AS BIGINT) AS times, content64 FROM amended)"
        f" TO {quoted(str(fold))} (FORMAT parquet, USE_TMP_FILE false)"
    )
    disk.act("copy", fold, lambda: connection.execute(times))


def _refused(one: Declaration | Entry, found: Text, expected: Text, remedy: Text) -> InputError:
    return InputError(f"{one.record}, {one.field}", found, expected, remedy)
