"""One published table in three forms that say the same: CSV, JSON and Parquet.

Columns are formatted once, whole, and joined by Arrow: the price of a row is that of its bytes.
Numbers are exact decimals in every form; no float is ever made.
"""

from __future__ import annotations

import io
import json
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from qingyu.release.spreadsheet import disarmed

Kind = Literal["text", "whole", "fixed", "flag", "date"]
_TYPES = {"text": "string", "whole": "integer", "fixed": "number", "flag": "boolean",
          "date": "date"}  # fmt: skip
_MOST_DIGITS = 38  # of Arrow's decimals


@dataclass(frozen=True)
class Column:
    """values: string, int64, bool or date32; null where there is nothing to say. A `fixed` one
    holds whole numbers of 10^−places; `trim`: its trailing zeros are not printed."""

    name: str
    kind: Kind
    values: pa.Array
    places: int = 0
    trim: bool = False
    about: str = ""


@dataclass(frozen=True)
class Table:
    """Rows in a fixed order; `key` names the columns that tell rows apart."""

    name: str
    about: str
    key: tuple[str, ...]
    columns: tuple[Column, ...]

    @property
    def rows(self) -> int:
        return len(self.columns[0].values)

    def column(self, name: str) -> Column:
        return next(column for column in self.columns if column.name == name)

    def to_csv(self) -> bytes:
        """With a header line and a mark that it is UTF-8, so that spreadsheets know; text that a
        spreadsheet would take for a formula is disarmed (spreadsheet.py)."""
        head = ",".join(column.name for column in self.columns)
        cells = [_filled(_in_csv(column), "") for column in self.columns]
        lines = _joined(pc.binary_join_element_wise(*cells, ","), "\n")
        return b"\xef\xbb\xbf" + f"{head}\n{lines}".encode() + (b"\n" if self.rows else b"")

    def to_json(self) -> bytes:
        """A list of objects, one a line."""
        cells = []
        for column in self.columns:
            name = json.dumps(column.name) + ":"
            value = _filled(_in_json(column), "null")
            cells.append(pc.binary_join_element_wise(name, value, ""))
        objects = pc.binary_join_element_wise("{", pc.binary_join_element_wise(*cells, ","), "}",
                                              "")  # fmt: skip
        lines = _joined(objects, ",\n")
        return f"[\n{lines}\n]\n".encode()

    def to_arrow(self) -> pa.Table:
        return pa.table({column.name: _in_arrow(column) for column in self.columns})

    def to_parquet(self) -> bytes:
        """The same bytes from the same release of Arrow (the lock file pins it)."""
        sink = io.BytesIO()
        pq.write_table(self.to_arrow(), sink, compression="zstd", store_schema=False)
        return sink.getvalue()

    def schema(self) -> dict[str, object]:
        """A Table Schema, as Data Packages have it."""
        fields = [
            {"name": column.name, "type": _TYPES[column.kind], "description": column.about}
            for column in self.columns
        ]
        return {"fields": fields, "primaryKey": list(self.key), "missingValues": [""]}


# -- one column -------------------------------------------------------------------------------


def _in_csv(column: Column) -> pa.Array:
    if column.kind == "text":
        return _mapped(column.values, _cell)
    return _plain(column)


def _in_json(column: Column) -> pa.Array:
    if column.kind == "text":
        return _mapped(column.values, _quoted)
    if column.kind == "date":
        return pc.binary_join_element_wise('"', _plain(column), '"', "")
    return _plain(column)


def printed(column: Column) -> pa.Array:
    """Every cell as text, as CSV has it before spreadsheets are thought of; null where empty."""
    return column.values if column.kind == "text" else _plain(column)


def _plain(column: Column) -> pa.Array:
    """Numbers, flags and dates as both forms print them."""
    if column.kind != "fixed" or column.places == 0:
        return column.values.cast(pa.string())
    found = decimals(column.values, column.places)
    if not column.trim:
        return found
    return pc.utf8_rtrim(pc.utf8_rtrim(found, "0"), ".")


def decimals(units: pa.Array, places: int) -> pa.Array:
    """Whole numbers of 10^−places as text with all their places."""
    known = units.fill_null(0).to_numpy(zero_copy_only=False)
    whole, part = np.divmod(np.abs(known), 10**places)
    padded = pc.utf8_lpad(pa.array(part).cast(pa.string()), places, "0")
    sign = pa.array(np.where(known < 0, "-", ""), pa.string())
    text = pc.binary_join_element_wise(
        pc.binary_join_element_wise(sign, pa.array(whole).cast(pa.string()), ""), padded, "."
    )
    return pc.if_else(units.is_null(), None, text)


def _in_arrow(column: Column) -> pa.Array:
    if column.kind != "fixed":
        return column.values
    return as_decimal(column.values, column.places)


def as_decimal(units: pa.Array, places: int) -> pa.Array:
    """Whole numbers of 10^−places as Arrow's decimals: the same integers in wider cells."""
    wide = np.empty((len(units), 2), "<i8")
    wide[:, 0] = units.fill_null(0).to_numpy(zero_copy_only=False)
    wide[:, 1] = wide[:, 0] >> 63
    valid = None if not units.null_count else pa.array(units.is_valid()).buffers()[1]
    kind = pa.decimal128(_MOST_DIGITS, places)
    return pa.Array.from_buffers(kind, len(units), [valid, pa.py_buffer(wide.tobytes())])


def _cell(text: str) -> str:
    """A text as a cell of a CSV file."""
    safe = disarmed(text)
    quote = any(mark in safe for mark in ',"\r\n')
    return '"' + safe.replace('"', '""') + '"' if quote else safe


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def _mapped(values: pa.Array, change: Any) -> pa.Array:
    """`change` of every text, worked out once for each that is different."""
    coded = values.dictionary_encode()
    words = pa.array([change(word) for word in coded.dictionary.to_pylist()], pa.string())
    return words.take(coded.indices)


def _filled(values: pa.Array, text: str) -> pa.Array:
    return values.fill_null(text) if values.null_count else values


def _joined(lines: pa.Array, between: str) -> str:
    whole = pa.ListArray.from_arrays(pa.array([0, len(lines)], pa.int32()), lines)
    return pc.binary_join(whole, between)[0].as_py() or ""
