"""Tables of an edition with everything left out that rests on protected counts.

What is left out is decided by the pack and never by a value: whole columns, and whole rows of
parts that `Protected` names. Only colours depend on more (cuts.py). All else that an edition has,
files, sizes, sentences and order, is made from what this returns.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from qingyu.pack.protected import Protected
from qingyu.release.table import Column, Table

WITHHELD: Mapping[str, tuple[str, ...]] = {
    "areas": ("score", "before_caps", "cap", "veto", "grade", "rank", "of", "before", "change",
              "completeness", "state"),
    "dimensions": ("before_deductions", "points"),
    "indicators": ("count", "exposure", "days", "span", "window", "points", "state", "fill",
                   "bridged_since"),
    "comparisons": ("available", "count", "exposure", "kappa", "expected", "compared", "points"),
}  # fmt: skip


@dataclass(frozen=True)
class Shown:
    """What is shown of an area instead of its score: the worst and the best colour, least and
    greatest score in thousandths; all None where not even a colour is shown, or there is none.
    sure: whether it is shown if there is a score at all."""

    grade_from: str | None
    grade_to: str | None
    band_from: int | None
    band_to: int | None
    sure: bool


def withhold(
    tables: Sequence[Table], protected: Protected, shown: Mapping[str, Shown]
) -> list[Table]:
    """`tables` of an index with protected parts, as the public may have them."""
    found = []
    for table in tables:
        if table.name == "areas":
            table = _areas(table, protected, shown)
        elif table.name == "charges":
            table = _open_charges(table, protected)
        elif table.name == "dimensions":
            table = _rows(table, "dimension", protected.dimensions)
        elif table.name in ("indicators", "comparisons"):
            table = _rows(table, "indicator", protected.indicators)
        found.append(table)
    return found


def _areas(table: Table, protected: Protected, shown: Mapping[str, Shown]) -> Table:
    given = [shown[code] for code in table.column("area").values.to_pylist()]
    every = pa.array([True] * table.rows, pa.bool_())
    single = pa.array([one.grade_from == one.grade_to for one in given], pa.bool_())
    said = pa.array([one.sure and not protected.states_tell for one in given], pa.bool_())
    instead = {
        "grade_from": pa.array([one.grade_from for one in given], pa.string()),
        "grade_to": pa.array([one.grade_to for one in given], pa.string()),
        "band_from": pa.array([one.band_from for one in given], pa.int64()),
        "band_to": pa.array([one.band_to for one in given], pa.int64()),
        "grade": pa.array([one.grade_from for one in given], pa.string()),
        "withheld": every,
    }
    instead["grade"] = pc.if_else(single, instead["grade"], None)
    columns = []
    for column in table.columns:
        if column.name in instead:
            column = replace(column, values=instead[column.name])
        elif column.name == "state":
            column = _emptied(column, pc.invert(said))
        elif column.name in WITHHELD["areas"]:
            column = _emptied(column, every)
        columns.append(column)
    return replace(table, columns=tuple(columns))


def _rows(table: Table, key: str, names: Iterable[str]) -> Table:
    """Rows of protected names lose what is in them."""
    mine = pc.is_in(table.column(key).values, pa.array(sorted(names), pa.string()))
    columns = []
    for column in table.columns:
        if column.name == "withheld":
            column = replace(column, values=mine)
        elif column.name in WITHHELD[table.name]:
            column = _emptied(column, mine)
        columns.append(column)
    return replace(table, columns=tuple(columns))


def _open_charges(table: Table, protected: Protected) -> Table:
    """Without the rows of protected rules: that there is one would say that something happened."""
    names = [rule_name(kind, dimension, name) for kind, dimension, name in charges_of(table)]
    keep = pa.array(np.flatnonzero([name not in protected.rules for name in names]), pa.int64())
    columns = tuple(replace(column, values=column.values.take(keep)) for column in table.columns)
    return replace(table, columns=columns)


def charges_of(table: Table) -> list[tuple[str, str | None, str]]:
    """(kind, dimension, id) of each row."""
    parts = (table.column(name).values.to_pylist() for name in ("kind", "dimension", "id"))
    return list(zip(*parts, strict=True))


def rule_name(kind: str, dimension: str | None, name: str) -> tuple[str, str]:
    return kind, name if dimension is None else f"{dimension}/{name}"


def _emptied(column: Column, where: pa.Array) -> Column:
    return replace(column, values=pc.if_else(where, pa.scalar(None, column.values.type),
                                             column.values))  # fmt: skip
