"""What a correction changes: every area whose score, rank or colour is another."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from qingyu.errors import DamageError
from qingyu.i18n import T
from qingyu.release.sums import SUMS, digest_of_bytes, read_sums
from qingyu.release.table import Column, Table

_WATCHED = ("score", "grade", "grade_from", "grade_to", "rank", "of")
_COLOURS = ("grade", "grade_from", "grade_to")
_MILLI = 3


def published(folder: Path, table: str) -> pa.Table | None:
    """A table of an edition, held against its sums; None of a withdrawal, which has none."""
    name = f"{table}.parquet"
    listed = read_sums((folder / SUMS).read_bytes()) or {}
    if name not in listed:
        return None
    data = (folder / name).read_bytes()
    if digest_of_bytes(data) != listed[name]:
        raise DamageError(
            str(folder / name),
            T("a file that was changed"),
            T("the bytes published"),
            T("Put the folder back from a copy; an edition is never mended by hand."),
        )
    return pq.read_table(io.BytesIO(data))


def changed(folder: Path, areas: Table) -> list[dict[str, Any]]:
    """Rows for areas that differ from the edition in `folder`, by code."""
    old_table = published(folder, "areas")
    old = {} if old_table is None else {row["area"]: row for row in old_table.to_pylist()}
    new = {row["area"]: row for row in areas.to_arrow().to_pylist()}
    found = []
    for code in sorted(old | new):
        before, after = old.get(code, {}), new.get(code, {})
        if any(before.get(name) != after.get(name) for name in _WATCHED):
            found.append(
                {
                    "area": code,
                    "name": (after or before)["name"],
                    "grade_before": before.get("grade"),
                    "grade": after.get("grade"),
                    "grade_from_before": before.get("grade_from"),
                    "grade_to_before": before.get("grade_to"),
                    "grade_from": after.get("grade_from"),
                    "grade_to": after.get("grade_to"),
                    "score_before": before.get("score"),
                    "score": after.get("score"),
                    "rank_before": before.get("rank"),
                    "rank": after.get("rank"),
                    "colour_changed": any(before.get(n) != after.get(n) for n in _COLOURS),
                }
            )
    return found


def table_of_changes(period: str, rows: list[dict[str, Any]]) -> Table:
    """`changes`: what a correction changes, every colour of it."""

    def of(name: str, kind: pa.DataType) -> pa.Array:
        return pa.array([row[name] for row in rows], kind)

    def score(name: str) -> pa.Array:
        units = [None if (r := row[name]) is None else int(r.scaleb(_MILLI)) for row in rows]
        return pa.array(units, pa.int64())

    text, whole = pa.string(), pa.int64()
    return Table("changes", "what this edition changes", ("period", "area"), (
        Column("period", "text", pa.array([period] * len(rows), text), about="the period"),
        Column("area", "text", of("area", text), about="code"),
        Column("name", "text", of("name", text), about="printed name"),
        Column("grade_before", "text", of("grade_before", text), about="the colour that stood"),
        Column("grade", "text", of("grade", text), about="the colour now"),
        Column("grade_from_before", "text", of("grade_from_before", text), about="worst of several "
               "colours that stood, where a boundary was withheld"),
        Column("grade_to_before", "text", of("grade_to_before", text), about="best of these"),
        Column("grade_from", "text", of("grade_from", text), about="worst of several colours now"),
        Column("grade_to", "text", of("grade_to", text), about="best of these"),
        Column("score_before", "fixed", score("score_before"), _MILLI, about="that stood"),
        Column("score", "fixed", score("score"), _MILLI, about="the score now"),
        Column("rank_before", "whole", of("rank_before", whole), about="the rank that stood"),
        Column("rank", "whole", of("rank", whole), about="the rank now"),
        Column("colour_changed", "flag", of("colour_changed", pa.bool_()), about="whether it did"),
    ))  # fmt: skip
