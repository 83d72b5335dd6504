"""What a batch changes of a union's events: those after it less those before it.

A function of the signed records alone, whatever came later, so a rebuild gives the same. Only
records near the days that a batch touches are looked at; further days are read as long as an event
that the batch touches comes within the minutes of the edge of what was read.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from qingyu.engine.connect import connected, file_list
from qingyu.engine.counting import SIGNED, select
from qingyu.engine.delta import DataFile, in_groups
from qingyu.engine.matching.distance import Ints
from qingyu.engine.matching.events import Events, events_of, further_days
from qingyu.engine.matching.ledger import Ledger, Reader, beside
from qingyu.engine.matching.pairs import Pairs, matches
from qingyu.engine.measures import Measures

if TYPE_CHECKING:
    from qingyu.engine.store import Home

_ROWS = 2_000_000  # of the source's own rows worked at once: a bound on memory
_STORED = {
    "area": "VARCHAR", "day": "DATE", "batch": "INTEGER", "sign": "BIGINT", "c_kind": "VARCHAR",
}  # fmt: skip
_SCHEMA = pa.schema(
    [
        ("area", pa.string()), ("day", pa.date32()), ("batch", pa.int32()), ("sign", pa.int64()),
        ("c_kind", pa.string()),
    ]
)  # fmt: skip


def united_changes(
    home: Home, source: str, files: Sequence[DataFile], measures: Measures
) -> pa.Table | None:
    """Rows of the cube (measure, area, day, batch, value): what the batches in these files of the
    source's records change of measures over unions; None if there are no such measures."""
    parts = []
    for union in measures.unions:
        asked = measures.of(union)
        if asked and source in measures.unions[union].union.sources:
            signed = [
                _signed(home, source, group, asked, union) for group in in_groups(files, _ROWS)
            ]
            parts.append(_counted(pa.concat_tables(signed), asked))
    return pa.concat_tables(parts) if parts else None


def _counted(signed: pa.Table, measures: Measures) -> pa.Table:
    with connected() as connection:
        connection.register(SIGNED, signed)
        return connection.execute(select(_STORED, measures)).to_arrow_table()


def _signed(
    home: Home, source: str, files: Sequence[DataFile], measures: Measures, union: str
) -> pa.Table:
    """Signed rows of events (`area, day, batch, sign, c_kind`) of the batches in `files`."""
    spans = [file.batches or (file.number, file.number) for file in files]
    first, last = min(low for low, _ in spans), max(high for _, high in spans)
    reader = Reader.of(home, measures, union, last)
    place = reader.matching.union.sources.index(source)
    work = _Work(reader, place, beside(_days_of(files)))
    found = [work.change(batch) for batch in work.batches(first, last)]
    return pa.concat_tables([_SCHEMA.empty_table(), *found])


def _days_of(files: Sequence[DataFile]) -> Ints:
    """The days of these files' rows."""
    listed = file_list([str(file.path) for file in files])
    with connected() as connection:
        found = connection.execute(
            "SELECT DISTINCT datediff('day', DATE '1970-01-01', \"day\") AS d"
            f" FROM read_parquet({listed}, union_by_name=true) ORDER BY d"
        ).fetchnumpy()["d"]
    return np.asarray(found, np.int64)


@dataclass
class _Work:
    """Batch after batch of one source (`place` among the union's), over a ledger that grows if it
    must."""

    reader: Reader
    place: int
    days: Ints

    def __post_init__(self) -> None:
        self._load(self.days)

    def _load(self, days: Ints) -> None:
        self.ledger: Ledger = self.reader.load(days)
        self.pairs: Pairs = matches(self.ledger, self.reader.matching)
        own = np.flatnonzero(self.ledger.source[self.ledger.row_record] == self.place)
        self._own = own[np.argsort(self.ledger.row_batch[own], kind="stable")]
        self._batch = self.ledger.row_batch[self._own]

    def batches(self, first: int, last: int) -> list[int]:
        """The batches of the source that have rows of some kind."""
        return [int(b) for b in np.unique(self._batch) if first <= b <= last]

    def change(self, batch: int) -> pa.Table:
        """The signed events of a batch."""
        days = beside(np.unique(self.ledger.day[self._touched(batch)]))
        while True:
            if not np.isin(days, self.ledger.days).all():
                self._load(np.union1d(days, self.ledger.days))
            touched, part = self._touched(batch), _Part.of(self.ledger, self.pairs, days)
            before, after = part.events(batch - 1), part.events(batch)
            further = [self._edges(one, touched, days) for one in (before, after)]
            if not any(len(one) for one in further):
                kinds = list(self.reader.matching.union.kinds)
                return _difference(self.ledger, ((-1, before), (1, after)), batch, kinds)
            days = np.unique(np.concatenate([days, *further]))

    def _touched(self, batch: int) -> Ints:
        low, high = np.searchsorted(self._batch, [batch, batch + 1])
        return np.unique(self.ledger.row_record[self._own[low:high]])

    def _edges(self, events: Events, touched: Ints, days: Ints) -> Ints:
        """Days outside `days` on which a record might match one of a touched event."""
        hit = np.zeros(len(events), np.bool_)
        hit[events.event[np.isin(events.records, touched)]] = True
        return further_days(self.ledger, events, hit, days, self.reader.reach)


@dataclass(frozen=True)
class _Part:
    """The records of some days, their pairs and rows: what one batch has to look at."""

    ledger: Ledger
    records: Ints
    pairs: Pairs
    rows: Ints

    @classmethod
    def of(cls, ledger: Ledger, pairs: Pairs, days: Ints) -> _Part:
        records = _ranges(ledger.day, days)
        among = np.searchsorted(pairs[0], _bounds(records))
        cut = slice(int(among[0]), int(among[1]))
        rows = np.searchsorted(ledger.row_record, _bounds(records))
        chosen = np.arange(int(rows[0]), int(rows[1]))
        inside = np.isin(ledger.row_record[chosen], records)
        return cls(ledger, records, (pairs[0][cut], pairs[1][cut]), chosen[inside])

    def events(self, known: int) -> Events:
        rows = self.rows[self.ledger.row_batch[self.rows] <= known]
        at = np.searchsorted(self.records, self.ledger.row_record[rows])
        times = np.zeros(len(self.records), np.int64)
        np.add.at(times, at, self.ledger.row_sign[rows])
        return events_of(self.ledger, self.pairs, self.records[times > 0])


def _bounds(records: Ints) -> Ints:
    if not len(records):
        return np.array([0, 0], np.int64)
    return np.array([records[0], records[-1] + 1], np.int64)


def _ranges(sorted_days: Ints, days: Ints) -> Ints:
    """The places at which `sorted_days` has one of the days."""
    low, high = (np.searchsorted(sorted_days, days, side=side) for side in ("left", "right"))
    return np.concatenate(
        [np.zeros(0, np.int64), *(np.arange(a, b) for a, b in zip(low, high, strict=True))]
    )


def _difference(
    ledger: Ledger, signed: Sequence[tuple[int, Events]], batch: int, kinds: Sequence[str]
) -> pa.Table:
    """Rows (`area, day, batch, sign, c_kind`) of events that are not the same before and after."""
    first = int(ledger.days[0])
    span, many = int(ledger.days[-1]) - first + 1, len(kinds)
    cells, signs = [], []
    for sign, e in signed:
        cells.append((ledger.area[e.lead] * span + ledger.day[e.lead] - first) * many + e.kind)
        signs.append(np.full(len(e), sign))
    places, at = np.unique(np.concatenate(cells), return_inverse=True)
    total = np.zeros(len(places), np.int64)
    np.add.at(total, at, np.concatenate(signs))
    moved = total != 0
    place, kind = np.divmod(places[moved], many)
    area, day = np.divmod(place, span)
    return pa.table(
        [
            pa.array([ledger.areas[one] for one in area.tolist()], pa.string()),
            pa.array((day + first).astype(np.int32), pa.date32()),
            pa.array(np.full(len(area), batch, np.int32)),
            pa.array(total[moved]),
            pa.array([kinds[one] for one in kind.tolist()], pa.string()),
        ],
        schema=_SCHEMA,
    )
