"""The signed records of a union's sources on some days, as arrays.

A *record* here is one content of one key: a correction takes one away and brings another. Records
are sorted by day, source (in the union's order), key: so a record's place decides ties.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import duckdb
import ibis
import numpy as np
import pyarrow as pa

from qingyu.engine.connect import connected, file_list
from qingyu.engine.counting import IBIS_TYPES, satisfying
from qingyu.engine.delta import DataFile, columns_of
from qingyu.engine.matching.distance import Ints
from qingyu.engine.measures import Kept, Matching, Measures
from qingyu.engine.meter import count_read

if TYPE_CHECKING:
    from qingyu.engine.store import Home

NONE = -(2**62)  # no moment, no coordinate
MINUTE = 60_000_000  # microseconds
DAY = 1440 * MINUTE
_MICRO_PLACES = 6
_EPOCH = "DATE '1970-01-01'"


@dataclass(frozen=True)
class Ledger:
    """Records [n] and their signed rows [m], of `days` (since 1970, ascending).

    at: microseconds since 1970, local; kinds: one bit a kind, in the union's order; x, y:
    millionths of a degree. area: place in `areas`. rows: record, batch, sum of signs.
    """

    days: Ints
    areas: list[str]
    keys: pa.StringArray
    day: Ints
    at: Ints
    source: Ints
    area: Ints
    kinds: Ints
    x: Ints
    y: Ints
    row_record: Ints
    row_batch: Ints
    row_sign: Ints

    def __len__(self) -> int:
        return len(self.day)

    def standing(self, known: int) -> Ints:
        """The records that stand after batch `known`, ascending."""
        rows = self.row_batch <= known
        times = np.zeros(len(self), np.int64)
        np.add.at(times, self.row_record[rows], self.row_sign[rows])
        return np.flatnonzero(times > 0)


@dataclass(frozen=True)
class Reader:
    """Reads ledgers of a union, with batches up to `known`."""

    home: Home
    matching: Matching
    columns: dict[str, dict[str, Kept]]
    known: int

    @classmethod
    def of(cls, home: Home, measures: Measures, union: str, known: int) -> Reader:
        return cls(home, measures.unions[union], measures.columns, known)

    @property
    def reach(self) -> int:
        """Microseconds within which records match."""
        return self.matching.union.minutes * MINUTE

    def load(self, days: Ints) -> Ledger:
        """Every signed row of these days that is of some kind."""
        with connected() as connection:
            selects = [
                one
                for place, source in enumerate(self.matching.union.sources)
                if (one := self._select(connection, place, source, days)) is not None
            ]
            if not selects:
                return _empty(days)
            # One pass sorts; a record's number is how many other contents come before it.
            table = connection.execute(
                f"""WITH summed AS (SELECT day, source, key, moment, area, kinds, x, y, batch,
                    sum(sign)::BIGINT AS sign FROM ({" UNION ALL ".join(selects)})
                    WHERE kinds <> 0 GROUP BY ALL HAVING sum(sign) <> 0)
                SELECT *, dense_rank() OVER (
                    ORDER BY day, source, key, moment, area, kinds, x, y) - 1 AS record
                FROM summed ORDER BY record, batch"""
            ).to_arrow_table()
        return _ledger(days, table)

    def _select(
        self, connection: duckdb.DuckDBPyConnection, place: int, source: str, days: Ints
    ) -> str | None:
        table = self.home.records_table(source)
        files = table.files() if table.exists() and len(days) else ()
        near = [file for file in files if self._concerns(file, days)]
        if not near:
            return None
        for file in near:
            count_read(table.name, file.rows, file.size)
        paths = [file.path for file in near]
        view = f"united_{place}"
        connection.execute(
            f"CREATE TEMP VIEW {view} AS SELECT *, datediff('day', {_EPOCH}, \"day\") AS day_number"
            f" FROM read_parquet({file_list([str(path) for path in paths])}, union_by_name=true)"
            f" WHERE batch <= {self.known} AND ({_spans(days)})"
        )
        stored = columns_of(paths)
        kinds = self._kinds(view, source, stored)
        x, y = (_degrees(stored, *one) for one in self._points(source))
        return (
            f'SELECT day_number AS day, {place} AS source, key, coalesce(epoch_us("at"), {NONE})'
            f" AS moment, area, kinds, {x} AS x, {y} AS y, batch, sign FROM ({kinds})"
        )

    def _concerns(self, file: DataFile, days: Ints) -> bool:
        if (file.batches or (file.number, file.number))[0] > self.known:
            return False
        if file.days is None:
            return True
        first, last = (np.datetime64(day, "D").astype(np.int64) for day in file.days)
        at = int(np.searchsorted(days, first))
        return at < len(days) and int(days[at]) <= int(last)

    def _kinds(self, view: str, source: str, stored: dict[str, str]) -> str:
        """SQL: the rows with a bit for each kind that they may be of."""
        types = {name: IBIS_TYPES[kind] for name, kind in stored.items() if kind in IBIS_TYPES}
        rows = ibis.table(types | {"day_number": "int64"}, name=view)
        bits = ibis.literal(0, "int64")
        kept = self.columns.get(source, {})
        for place, kind in enumerate(self.matching.union.kinds.values()):
            if source in kind:
                holds = satisfying(rows, kind[source], kept)
                bits = bits + ibis.cases((holds, 1 << place), else_=0).cast("int64")
        return str(ibis.to_sql(rows.mutate(kinds=bits), dialect="duckdb"))

    def _points(self, source: str) -> list[tuple[str, int]]:
        """Columns of longitude and latitude and their places; none if nothing asks for them."""
        if self.matching.union.metres is None:
            return [("", 0), ("", 0)]
        names = self.matching.points[source]
        return [(name, self.columns[source][name][1]) for name in names]


def beside(days: Ints) -> Ints:
    """The days with the day before and the day after each: no match reaches further."""
    return np.unique(np.concatenate([days - 1, days, days + 1]))


def _degrees(stored: dict[str, str], name: str, places: int) -> str:
    if f"c_{name}" not in stored:
        return f"{NONE}::BIGINT"
    factor: int = 10 ** (_MICRO_PLACES - places)
    return f'coalesce("c_{name}"::BIGINT * {factor}, {NONE})'


def _spans(days: Ints) -> str:
    """SQL: whether a row's day is one of `days`."""
    breaks = np.flatnonzero(np.diff(days) > 1)
    firsts = days[np.concatenate([[0], breaks + 1])]
    lasts = days[np.concatenate([breaks, [len(days) - 1]])]
    spans = [
        f"\"day\" BETWEEN DATE '{_iso(first)}' AND DATE '{_iso(last)}'"
        for first, last in zip(firsts, lasts, strict=True)
    ]
    return " OR ".join(spans)


def _iso(day: np.int64) -> str:
    return str(np.datetime64(int(day), "D"))


def _ledger(days: Ints, table: pa.Table) -> Ledger:
    columns = {
        name: table.column(name).to_numpy().astype(np.int64, copy=False)
        for name in ("record", "day", "moment", "source", "kinds", "x", "y", "batch", "sign")
    }
    record = columns["record"]
    first = np.flatnonzero(np.diff(record, prepend=-1))
    areas = table.column("area").take(pa.array(first)).combine_chunks().dictionary_encode()
    keys = table.column("key").take(pa.array(first)).combine_chunks()
    return Ledger(
        days=days,
        areas=areas.dictionary.to_pylist(),
        keys=keys,
        area=areas.indices.to_numpy().astype(np.int64),
        row_record=record,
        row_batch=columns["batch"],
        row_sign=columns["sign"],
        at=columns["moment"][first],
        **{name: columns[name][first] for name in ("day", "source", "kinds", "x", "y")},
    )


def _empty(days: Ints) -> Ledger:
    none = np.zeros(0, np.int64)
    nothing = dict.fromkeys(
        ("day", "at", "source", "area", "kinds", "x", "y", "row_record", "row_batch", "row_sign"),
        none,
    )
    return Ledger(days=days, areas=[], keys=pa.array([], pa.string()), **nothing)
