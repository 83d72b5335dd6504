"""All staged rows of one send as one relation, and what is decided about them.

View `staged`: the stages with `part` (file) and `pos` (row of the stage, from 0), `nth` (row of all
stages one after another, from 0), `fit` (no rule of the contract is broken) and `version`.
Table `late`: rows refused after staging, with the reason's code.
Table `verdicts`: fit rows that are not plainly new.
Counting and fingerprints of the whole send are read from these three.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import IntEnum
from itertools import pairwise
from typing import Any

import duckdb
import numpy as np
import numpy.typing as npt
import pyarrow as pa

from qingyu.engine.runs import ascending, stretches, tied_in
from qingyu.engine.tables import UNPLACED
from qingyu.intake.contract import BITS, Contract
from qingyu.intake.receipt import UNPLACED_PREFIX
from qingyu.intake.stage import Stage, rows_of

BUCKET = 12_000_000  # rows whose keys are matched in memory at once: some 70 bytes of each
SMALL = 1 << 15  # rows of a send that are held in memory
STRETCH = 1 << 19  # rows of these that are worked on at a time
_BLOCK = 1 << 18  # rows digested at once
SILENCE = timedelta(days=92)  # a stretch without rows between a slip in the year and the rest
SLIP_SHARE = 100  # the rows beyond such a silence are a slip if they are 1 in this many at most

Arrays = dict[str, npt.NDArray[np.generic]]


class Verdict(IntEnum):
    """What becomes of a fit row; those without an entry are new."""

    NEW = 0
    REPEATED = 1  # an exact repeat within the send
    UNCHANGED = 2  # known already, or older than what is known, or withdrawn since
    CORRECTED = 3


@dataclass(frozen=True)
class Totals:
    rows: int
    new: int
    repeated: int
    unchanged: int
    corrected: int
    refused: int
    unplaced: int
    reasons: dict[str, int]


class Bulk:
    """The staged rows of one send. `version` is the batch's; None while it is not known yet."""

    def __init__(
        self, connection: duckdb.DuckDBPyConnection, contract: Contract, stages: Sequence[Stage]
    ) -> None:
        self.connection = connection
        self.contract = contract
        self.stages = tuple(stages)
        self.ragged = sum(len(stage.ragged) for stage in stages)
        self.staged_rows = sum(stage.rows for stage in stages)
        self.starts = np.cumsum([0, *(stage.rows for stage in stages[:-1])], dtype=np.int64)
        connection.execute("CREATE TEMP TABLE late (part INTEGER, pos BIGINT, code VARCHAR)")
        connection.execute(
            "CREATE TEMP TABLE verdicts (part INTEGER, pos BIGINT, verdict UTINYINT, times BIGINT,"
            " content64 UBIGINT)"
        )
        self._held = self._hold()
        self._view("0")

    def _hold(self) -> str:
        """SQL: the rows of all stages with `part`, `pos` and `nth`. Those of a small send are held
        in memory, since they are asked a dozen times and each opening of a file takes longer than
        reading them."""
        paths = [stage.path for stage in self.stages]
        start, part = "0", "0"
        if len(paths) > 1:
            part = "file_index"
            start = f"[{', '.join(map(str, self.starts.tolist()))}][file_index::BIGINT + 1]"
        rows = (
            f"(SELECT CAST({part} AS INTEGER) AS part, file_row_number AS pos,"
            f" file_row_number + {start} AS nth,"
            f" * EXCLUDE (file_row_number{', file_index' if len(paths) > 1 else ''})"
            f" FROM {rows_of(*paths)})"
        )
        if self.staged_rows > SMALL:
            return rows
        self.connection.execute(f"CREATE TEMP TABLE held AS FROM {rows}")
        return "held"

    def at_version(self, version: int) -> None:
        """Give all rows the batch's version (rows with a version of their own keep it)."""
        self._view(str(version))

    def _view(self, version: str) -> None:
        masks = " | ".join(f"m{number}" for number in range(self.contract.masks))
        self.connection.execute(
            "CREATE OR REPLACE TEMP VIEW staged AS SELECT *"
            f" REPLACE (coalesce(version, {version}) AS version), ({masks}) = 0 AS fit"
            f" FROM {self._held}"
        )

    # -- version and days ---------------------------------------------------------------------

    def newest(self) -> int | None:
        """The latest event of the send in UTC microseconds, whatever else is wrong with its row."""
        return self._one(
            "SELECT max(moment) FROM staged ANTI JOIN late USING (part, pos)"
            f" WHERE {self._time_is_fit()}"
        )

    def greatest_version(self) -> int | None:
        return self._one("SELECT max(version) FROM staged WHERE fit")

    def days(self) -> tuple[date, date] | None:
        """First and last day of the accepted rows."""
        row = self.connection.execute(
            "SELECT min(day), max(day) FROM staged ANTI JOIN late USING (part, pos) WHERE fit"
        ).fetchone()
        return None if row is None or row[0] is None else (row[0], row[1])

    def refuse_outside(self, first: date, last: date) -> None:
        """Refuse rows outside the days that the sender says the file covers."""
        self.connection.execute(
            "INSERT INTO late SELECT part, pos, 'outside_covers' FROM staged"
            " WHERE day < ? OR day > ?",
            [first, last],
        )

    def refuse_slips(self, *, early: bool) -> None:
        """A few rows months after all others would make every honest later file look old; a few
        months before them (`early`) would make the time between look like days without events."""
        counts = self.connection.execute(
            f"SELECT day, count(*) FROM staged WHERE {self._time_is_fit()} GROUP BY day"
            " ORDER BY day"
        ).fetchall()
        end = _lone_end(counts[::-1])
        if end is not None:
            self._refuse_days("day >= ?", end, "after_silence")
        start = _lone_end(counts) if early else None
        if start is not None:
            self._refuse_days("day <= ?", start, "before_silence")

    def _refuse_days(self, condition: str, day: date, code: str) -> None:
        self.connection.execute(
            f"INSERT INTO late SELECT part, pos, ? FROM staged WHERE {condition}",
            [f"{code}:{self.contract.source.time}", day],
        )

    def _time_is_fit(self) -> str:
        """SQL: no rule about the time itself is broken."""
        name = self.contract.source.time
        clauses = [
            f"(m{number // BITS} >> {number % BITS}) & 1 = 0"
            for number, check in enumerate(self.contract.checks)
            if check.code.endswith(f":{name}")
        ]
        return " AND ".join(["day IS NOT NULL", *clauses])

    # -- keys -----------------------------------------------------------------------------------

    def buckets(self, *, days: bool = False) -> Iterator[Arrays]:
        """All staged rows as arrays, by ranges of the key's fingerprint; ascending by it, then by
        row64. The rows of one key are in one bucket.

        nth, key64 (0 if the row has no key), row64, content64, open (fit and not refused since);
        version, if each row has its own; day, if it is asked for."""
        count = 1
        while self.staged_rows > count * BUCKET:
            count *= 2
        width = (1 << 64) // count
        for number in range(count):
            within = f"coalesce(key64, 0) >= {number * width}::UBIGINT"
            if number + 1 < count:
                within += f" AND coalesce(key64, 0) < {(number + 1) * width}::UBIGINT"
            rows = self._arrays(within if count > 1 else "true", days)
            yield from _in_key_order(rows, BUCKET if days else STRETCH)

    def _arrays(self, within: str, days: bool) -> Arrays:
        own_versions = self.contract.source.version.by == "column"
        is_open, source = "fit", "staged"
        if self._one("SELECT count(*) FROM late"):
            is_open = "fit AND l.part IS NULL"
            source += " LEFT JOIN (SELECT DISTINCT part, pos FROM late) l USING (part, pos)"
        columns = ["nth", "coalesce(key64, 0::UBIGINT) AS key64", "row64", "content64"]
        columns += [f"CAST({is_open} AS UTINYINT) AS open"]
        columns += ["coalesce(version, 0) AS version"] if own_versions else []
        columns += ["coalesce(day, DATE '0001-01-01') AS day"] if days else []
        table = self.connection.execute(
            f"SELECT {', '.join(columns)} FROM {source} WHERE {within}"
        ).to_arrow_table()
        rows: Arrays = {}
        for name in table.column_names:
            rows[name] = table.column(name).to_numpy()
            table = table.drop_columns([name])  # so that no column is held twice for long
        rows["open"] = rows["open"].view(np.bool_)
        return rows

    def judge(
        self,
        rows: Arrays,
        chosen: npt.NDArray[np.intp],
        verdict: Verdict,
        times: npt.NDArray[np.int64] | None = None,
        content: npt.NDArray[np.uint64] | None = None,
    ) -> None:
        """Enter a verdict for the chosen rows of a bucket (an earlier one is replaced by it)."""
        if not len(chosen):
            return
        size = len(chosen)
        table = pa.table(
            {
                **self._address(rows, chosen),
                "verdict": np.full(size, int(verdict), dtype=np.uint8),
                "times": np.ones(size, dtype=np.int64) if times is None else times,
                "content64": rows["content64"][chosen] if content is None else content,
            }
        )
        self._insert("verdicts", table)

    def refuse(self, rows: Arrays, chosen: npt.NDArray[np.intp], code: str) -> None:
        """Refuse the chosen rows of a bucket."""
        if len(chosen):
            table = pa.table(self._address(rows, chosen))
            codes = pa.array([code]).dictionary_encode().take(pa.array(np.zeros(len(chosen), int)))
            self._insert("late", table.append_column("code", codes.cast("string")))

    def _address(self, rows: Arrays, chosen: npt.NDArray[np.intp]) -> dict[str, Any]:
        """`part` and `pos` of the chosen rows."""
        nth = rows["nth"][chosen].astype(np.int64)
        part = np.searchsorted(self.starts, nth, side="right") - 1
        return {"part": part.astype(np.int32), "pos": nth - self.starts[part]}

    def _insert(self, name: str, table: pa.Table) -> None:
        self.connection.register("incoming", table)
        self.connection.execute(f"INSERT INTO {name} SELECT * FROM incoming")
        self.connection.unregister("incoming")

    # -- the whole --------------------------------------------------------------------------------

    def keyless(self) -> bool:
        """Whether some row's key cannot be read, so that no key can be called absent."""
        return bool(self.ragged or self._one("SELECT count(*) FROM staged WHERE key IS NULL"))

    def totals(self) -> Totals:
        """The outcome of every row, and the reasons of the refused and the unplaced."""
        reasons: Counter[str] = Counter()
        masks = ", ".join(f"m{number}" for number in range(self.contract.masks))
        broken = self.connection.execute(
            f"SELECT {masks}, count(*) FROM staged WHERE NOT fit GROUP BY {masks}"
        ).fetchall()
        for *mask, count in broken:
            reasons.update(dict.fromkeys(self.contract.codes(mask), count))
        late = self.connection.execute(
            "SELECT code, count(*) FROM late SEMI JOIN staged USING (part, pos) GROUP BY code"
        ).fetchall()
        reasons.update(dict(late))
        if self.ragged:
            reasons["ragged"] += self.ragged
        refused = self.ragged + (
            self._one(
                "SELECT count(*) FROM staged WHERE NOT fit OR (part, pos) IN"
                " (SELECT (part, pos) FROM late)"
            )
            or 0
        )
        bucketed = self.connection.execute(
            "SELECT trouble, count(*) FROM staged ANTI JOIN late USING (part, pos)"
            f" WHERE fit AND area = '{UNPLACED}' GROUP BY trouble"
        ).fetchall()
        reasons.update({f"{UNPLACED_PREFIX}{trouble}": count for trouble, count in bucketed})
        judged = dict(
            self.connection.execute(
                "SELECT verdict, count(*) FROM verdicts ANTI JOIN late USING (part, pos)"
                " GROUP BY verdict"
            ).fetchall()
        )
        rows = self.staged_rows + self.ragged
        settled = {v: judged.get(int(v), 0) for v in Verdict if v is not Verdict.NEW}
        return Totals(
            rows=rows,
            new=rows - refused - sum(settled.values()),
            repeated=settled[Verdict.REPEATED],
            unchanged=settled[Verdict.UNCHANGED],
            corrected=settled[Verdict.CORRECTED],
            refused=refused,
            unplaced=sum(count for _, count in bucketed),
            reasons=dict(sorted(reasons.items())),
        )

    def _one(self, sql: str) -> int | None:
        row = self.connection.execute(sql).fetchone()
        return None if row is None or row[0] is None else int(row[0])


def _lone_end(counts: Sequence[tuple[date, int]]) -> date | None:
    """Of days with their rows, from one end on: the last of the few before a long silence."""
    total, few = sum(count for _, count in counts), 0
    for (day, count), (following, _) in pairwise(counts):
        few += count
        if few * SLIP_SHARE > total:
            return None
        if abs(following - day) > SILENCE:
            return day
    return None


def _in_key_order(rows: Arrays, size: int) -> Iterator[Arrays]:
    """The rows ascending by key64 and row64 (equal ones by their place, which tells nothing)."""
    order, joined = ascending(rows["key64"].astype(np.uint64, copy=False))
    for block in stretches(joined, size):
        found = {name: values.take(order[block]) for name, values in rows.items()}
        tied = tied_in(joined, block)
        fields = (found["nth"][tied], found["row64"][tied], found["key64"][tied])
        ranked = tied[np.lexsort(fields)]
        for values in found.values():
            values[tied] = values[ranked]
        yield found


class RowsDigest:
    """A fingerprint of a multiset of rows, whatever their order and the number of buckets."""

    def __init__(self) -> None:
        self._hasher = hashlib.sha256()

    def add(self, rows: Arrays) -> None:
        """The next bucket, in the order in which `Bulk.buckets` gives its rows."""
        for start in range(0, len(rows["key64"]), _BLOCK):
            block = slice(start, start + _BLOCK)
            pairs = np.stack([rows["key64"][block], rows["row64"][block]], axis=1)
            self._hasher.update(pairs.astype(">u8").data)

    def hexdigest(self) -> str:
        return self._hasher.hexdigest()
