"""`trace`: one record from the file it came in to the colour it helped to make."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from qingyu.engine.batches import Batch
from qingyu.engine.connect import connected, file_list, quoted
from qingyu.engine.counting import SIGNED
from qingyu.engine.cube import batch_rows, fingerprint, measures_of
from qingyu.engine.store import Home
from qingyu.engine.tables import UNPLACED
from qingyu.errors import NotFoundError
from qingyu.flows.cells import cells_of
from qingyu.flows.keys import keys_named
from qingyu.flows.life import Counted, RecordTrace, Step
from qingyu.flows.rejected import Rejection, rejections_of
from qingyu.flows.united import InEvent, events_around
from qingyu.i18n import Message, T
from qingyu.intake.declared import Correction, correction_of
from qingyu.intake.place import folded
from qingyu.pack.model import Area, Measure, Pack, Source
from qingyu.pack.unions import counts_kind


@dataclass(frozen=True)
class _Row:
    """One signed row of the records table."""

    batch: int
    sign: int
    version: int
    area: str
    day: date
    at: datetime | None
    values: Mapping[str, str]


def trace_record(home: Home, pack: Pack, text: str) -> RecordTrace:
    """The record that `text` names: its full key, its digest (`sha256:…`), or the value of its
    key column (of several, joined by `|`). A `NotFoundError` if no batch ever held it."""
    for source in pack.sources:
        for key in keys_named(source, text):
            rows = _rows(home, source, key)
            rejections = rejections_of(home, source, key)
            if rows or rejections:
                return _traced(home, pack, source, key, rows, rejections)
    raise NotFoundError(
        T("record").render("en"),
        T("no record with this key"),
        T("a key as the source sends it, or its digest `sha256:…`"),
        T("Copy the key from the file or from a reject file, all of it."),
    )


# -- the records table ----------------------------------------------------------------------------


def _rows(home: Home, source: Source, key: str) -> list[_Row]:
    """All signed rows of a key in committed batches, in the order of batches (−1 first)."""
    files = home.record_files(source.id)
    if not files:
        return []
    with connected() as connection:
        found = connection.execute(
            f"SELECT * FROM read_parquet({file_list(files)}, union_by_name=true) "
            f"WHERE key = {quoted(key)} AND batch <= {home.last} ORDER BY batch, sign, version"
        )
        names = [column[0] for column in found.description or []]
        return [_row(dict(zip(names, row, strict=True))) for row in found.fetchall()]


def _row(values: Mapping[str, object]) -> _Row:
    kept = {n[2:]: str(v) for n, v in values.items() if n.startswith("c_") and v is not None}
    day, at = values["day"], values["at"]
    assert isinstance(day, date)
    return _Row(
        batch=int(str(values["batch"])),
        sign=int(str(values["sign"])),
        version=int(str(values["version"])),
        area=str(values["area"]),
        day=day,
        at=at if isinstance(at, datetime) else None,
        values=kept,
    )


def _traced(
    home: Home,
    pack: Pack,
    source: Source,
    key: str,
    rows: Sequence[_Row],
    rejections: tuple[Rejection, ...],
) -> RecordTrace:
    stands = sum(row.sign for row in rows)
    now = next((row for row in reversed(rows) if row.sign > 0), None) if stands > 0 else None
    last = now or (rows[-1] if rows else None)
    united = events_around(home, pack, source.id, key, now.day) if now is not None else ()
    own = _counted(home, pack, source, key) if stands > 0 else ()
    of_events = [(one, _counted_event(pack, one)) for one in united]
    area = None if last is None else last.area
    return RecordTrace(
        source=source.id,
        key=key,
        stands=stands,
        steps=tuple(_steps(home, rows, key)),
        rejections=rejections,
        area=area,
        area_name=_area_name(pack, area),
        placed_by=None if last is None else placed_by(pack, source, last.area, last.values),
        day=None if last is None else last.day,
        at=None if last is None else last.at,
        values={} if last is None else last.values,
        united=united,
        counted=(*own, *(counted for _, found in of_events for counted in found)),
        cells=()
        if now is None
        else (
            *cells_of(home, pack, now.area, now.day, _used_by(own)),
            *(
                cell
                for one, found in of_events
                for cell in cells_of(home, pack, one.united.area, one.united.day, _used_by(found))
            ),
        ),
    )


def _steps(home: Home, rows: Sequence[_Row], key: str) -> Iterator[Step]:
    batches = home.batches()
    stood = 0
    for number in dict.fromkeys(row.batch for row in rows):
        mine = [row for row in rows if row.batch == number]
        plus = sum(row.sign for row in mine if row.sign > 0)
        minus = -sum(row.sign for row in mine if row.sign < 0)
        batch = batches[number - 1]
        shown = mine[-1]
        what = _what(batch, plus, minus, stood, number > rows[0].batch)
        declared = _declared(home, batch, key)
        what = _in_words(declared) if declared is not None else what
        yield Step(batch, plus, minus, shown.version, shown.area, shown.day, what, declared)
        stood += plus - minus


def _declared(home: Home, batch: Batch, key: str) -> Correction | None:
    """What the index office declared of this record in the batch, and nothing of others."""
    if batch.kind != "correct":
        return None
    found = correction_of(home, batch)
    return replace(found, entries=found.of(key))


def _in_words(found: Correction) -> Message:
    changes = "; ".join(f"{one.field} {one.old or '-'} → {one.new or '-'}" for one in found.entries)
    return T("Corrected by declaration {number} of {who}: {changes}.",
             number=found.batch.number, who=found.batch.who, changes=changes)  # fmt: skip


def _what(batch: Batch, plus: int, minus: int, stood: int, seen_before: bool) -> Message:
    number = batch.number
    if batch.kind == "withdraw":
        if plus:
            return T("Batch {number} took back batch {other}: the state before stands again.",
                     number=number, other=batch.refers_to)  # fmt: skip
        return T("Withdrawn: batch {number} took back batch {other}.",
                 number=number, other=batch.refers_to)  # fmt: skip
    if plus and minus:
        return T("Corrected by batch {number}.", number=number)
    if plus and seen_before and not stood:
        return T("Back again with batch {number}.", number=number)
    if plus:
        return T("Came with batch {number}.", number=number)
    return T("Withdrawn: batch {number} covers its day and does not hold it.", number=number)


# -- place ----------------------------------------------------------------------------------------


def placed_by(pack: Pack, source: Source, area: str, values: Mapping[str, str]) -> str | None:
    """The first rule of the contract that gives this area from what was kept of the record;
    `point` if only that is left; None if a column it needs was not kept."""
    if area == UNPLACED:
        return None
    place = source.place
    for way in place.by:
        if way == "point":
            return way
        column = place.code if way == "code" else place.name
        if column is None:
            continue
        if source.column(column).personal in ("cut", "use"):
            return None
        value = values.get(column)
        if value is not None and _answers(pack, way, value, area):
            return way
    return None


def _answers(pack: Pack, way: str, value: str, code: str) -> bool:
    rows = [area for area in pack.areas if area.code == code]
    if way == "code":
        return value == code
    return any(folded(value) in {folded(name) for name in _names(area)} for area in rows)


def _names(area: Area) -> list[str]:
    return [name for name in (area.name, area.name_zh, *area.aliases) if name]


def _area_name(pack: Pack, code: str | None) -> str | None:
    return next((area.name for area in pack.areas if area.code == code), None)


# -- measures -------------------------------------------------------------------------------------


def _counted(home: Home, pack: Pack, source: Source, key: str) -> tuple[Counted, ...]:
    """The measures to which the record adds now, by the cube's own expression."""
    measures = measures_of(pack).of(source.id)
    table = home.records_table(source.id)
    files = [file for file in table.files() if file.number <= home.last]
    changes = batch_rows(table, files, measures)
    if changes is None:
        return ()
    mine = _rows_of(source, changes.rows, home.record_files(source.id), key)
    with connected() as connection:
        connection.execute(
            f"CREATE TEMP VIEW {SIGNED} AS SELECT * FROM ({mine}) WHERE batch <= {home.last}"
        )
        # A case that is closed has left the stock it was in: what it added on the way counts.
        sums = connection.execute(
            "SELECT measure, CAST(CASE WHEN sum(value) <> 0 THEN sum(value)"
            " ELSE sum(greatest(value, 0)) END AS BIGINT) AS value FROM ("
            f' SELECT measure, area, "day", sum(value) AS value FROM ({changes.counted})'
            ' GROUP BY measure, area, "day") GROUP BY measure HAVING bool_or(value <> 0)'
            " ORDER BY measure"
        ).fetchall()
    return tuple(_counted_in(pack, name, measures[name], int(value)) for name, value in sums)


def _counted_event(pack: Pack, found: InEvent) -> tuple[Counted, ...]:
    """The measures that count the event a record is a part of: once, however many records."""
    return tuple(
        _counted_in(pack, name, measure, 1)
        for name, measure in measures_of(pack).of(found.union).items()
        if counts_kind(measure, found.united.kind)
    )


def _rows_of(source: Source, rows: str, files: list[str], key: str) -> str:
    """SQL: the rows of one record; of a reading, those of its instrument's day."""
    if source.reading is None:
        return f"SELECT * FROM ({rows}) WHERE key = {quoted(key)}"
    place = ", ".join(["area", '"day"', *(f'"c_{name}"' for name in source.reading.entity)])
    return (
        f"SELECT * FROM ({rows}) SEMI JOIN (SELECT {place} FROM read_parquet({file_list(files)},"
        f" union_by_name=true) WHERE key = {quoted(key)} GROUP BY {place} HAVING sum(sign) > 0)"
        f" USING ({place})"
    )


def _counted_in(pack: Pack, name: str, measure: Measure, value: int) -> Counted:
    users = []
    for indicator in pack.indicators:
        if fingerprint(indicator.measure) == name:
            users.append((indicator.id, "measure"))
        if indicator.per.measure is not None and fingerprint(indicator.per.measure) == name:
            users.append((indicator.id, "per"))
    plain = measure.model_dump(mode="json", by_alias=True, exclude_defaults=True)
    return Counted(name, plain, value, tuple(users))


def _used_by(counted: Sequence[Counted]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(name for one in counted for name, _ in one.indicators))
