"""Fewer rows before many sums: rows that no condition can tell apart are added up first.

Most conditions of a pack ask one column for one of a few named texts. Rows of one area, day and
batch whose columns have the same named text (all others count as one) are folded into a single
row; the measures are then sums over what is left, a small part of the rows. Every sum is of
integers, so the result is the same to the last digit.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

import ibis

from qingyu.engine.measures import Measures
from qingyu.pack.model import Condition, Measure

AT_LEAST = 4  # measures that make folding worth its while
_MOST = 1024  # named texts of all columns together, multiplied: as many rows per cell at most
_KINDS = ("text", "code", "integer")


# DuckDB looks it up once for each text of a Parquet dictionary, not for each row.
@ibis.udf.scalar.builtin(name="array_position")  # type: ignore[untyped-decorator]
def _place_among(texts: list[str], text: str) -> int: ...  # type: ignore[empty-body]


def foldable(asked: Iterable[Measure], measures: Measures) -> dict[str, list[str]]:
    """Columns by which to fold, and the texts that conditions name in each; the columns that
    most measures ask come first, as long as they do not multiply the rows too much."""
    uses: Counter[str] = Counter()
    texts: dict[str, set[str]] = {}
    for measure in asked:
        kept = measures.columns.get(measure.source, {})
        named = {name: _named(condition) for name, condition in measure.where.items()}
        if all(named.values()):
            for name, listed in named.items():
                if kept.get(name, ("text", 0))[0] in _KINDS:
                    uses[name] += 1
                    texts.setdefault(name, set()).update(listed)
    found: dict[str, list[str]] = {}
    rows = 1
    for name in sorted(uses, key=lambda column: (-uses[column], column)):
        if rows * (len(texts[name]) + 1) <= _MOST:
            rows *= len(texts[name]) + 1
            found[name] = sorted(texts[name])
    return found


def can_fold(measure: Measure, columns: Mapping[str, Sequence[str]]) -> bool:
    """Whether the measure asks nothing but these columns for named texts."""
    return measure.stock is None and all(
        name in columns and _named(condition) for name, condition in measure.where.items()
    )


def folded(
    rows: ibis.Table,
    cell: Sequence[str],
    columns: Mapping[str, Sequence[str]],
    amounts: Mapping[str, ibis.Value],
) -> ibis.Table:
    """Rows with the columns of `cell`, the sums of `amounts`, and `c_<name>` for each of
    `columns` that the rows have: one of the named texts, or empty."""
    there = {name: texts for name, texts in columns.items() if f"c_{name}" in rows.columns}
    places = {
        f"c_{name}": _place_among(_array(texts), rows[f"c_{name}"].cast("string"))
        for name, texts in there.items()
    }
    sums = {name: value.sum() for name, value in amounts.items()}
    few = rows.group_by(*cell, **places).aggregate(**sums)
    return few.mutate(
        **{f"c_{name}": _array(texts)[few[f"c_{name}"] - 1] for name, texts in there.items()}
    )


def _named(condition: Condition) -> tuple[str, ...]:
    """The texts that a condition asks for; none if it asks for something else."""
    if condition.negated is not None:
        return _named(condition.negated)
    if condition.equals is not None:
        return (condition.equals,)
    return tuple(condition.among or ())


def _array(texts: Sequence[str]) -> ibis.expr.types.ArrayValue:
    return ibis.literal(list(texts), type="array<string>")
