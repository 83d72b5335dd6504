"""Rows that are taken although a number of theirs lies where it seldom does (`usually`).

Told are those that are new or corrected: what was sent before was told then. Days that the contract
confirms are not asked."""

from __future__ import annotations

from itertools import chain

from qingyu.intake.bulk import Bulk, Verdict
from qingyu.intake.contract import Contract, printed
from qingyu.intake.receipt import UnusualRow
from qingyu.intake.sheet import RowNumbers, identifier
from qingyu.pack.model import MICRO, Column

TOLD = 20  # rows that a receipt names


def how_many(bulk: Bulk) -> dict[str, int]:
    """Column → accepted rows of the send with an unusual number in it."""
    columns = _columns(bulk.contract)
    if not columns:
        return {}
    sums = ", ".join(f"count(*) FILTER ({_beyond(column)})" for column in columns)
    row = bulk.connection.execute(f"SELECT {sums} FROM {_news(bulk.contract)}").fetchone()
    assert row is not None
    return {column.name: int(n) for column, n in zip(columns, row, strict=True) if n}


def first_rows(bulk: Bulk, most: int = TOLD) -> tuple[UnusualRow, ...]:
    """The first of them, file by file, column by column of a row."""
    columns = _columns(bulk.contract)
    if not columns:
        return ()
    any_of = " OR ".join(_beyond(column) for column in columns)
    shown = ", ".join(
        f"CASE WHEN {_beyond(column)} THEN {printed(column, _name(column))} END"
        for column in columns
    )
    found = bulk.connection.execute(
        f"SELECT part, pos, {shown} FROM {_news(bulk.contract)} AND ({any_of})"
        f" ORDER BY part, pos LIMIT {most}"
    ).fetchall()
    numbers = [RowNumbers(stage.ragged, stage.sheet.own_rows) for stage in bulk.stages]
    names = [stage.sheet.name for stage in bulk.stages]
    rows = (
        [
            UnusualRow(names[part], at, column.name, value)
            for at in (numbers[part].of(pos),)
            for column, value in zip(columns, values, strict=True)
            if value is not None
        ]
        for part, pos, *values in found
    )
    return tuple(chain.from_iterable(rows))[:most]


def _news(contract: Contract) -> str:
    """SQL: the accepted rows that say something new, but of days that are confirmed."""
    days = ", ".join(f"DATE '{day.isoformat()}'" for day in contract.source.confirmed)
    known = f"verdict IN ({int(Verdict.REPEATED)}, {int(Verdict.UNCHANGED)})"
    return (
        "staged ANTI JOIN late USING (part, pos)"
        f" ANTI JOIN (SELECT part, pos FROM verdicts WHERE {known}) USING (part, pos)"
        f" WHERE fit{f' AND day NOT IN ({days})' if days else ''}"
    )


def _columns(contract: Contract) -> list[Column]:
    return [column for column in contract.kept if column.usually is not None]


def _name(column: Column) -> str:
    return identifier(f"c_{column.name}")


def _beyond(column: Column) -> str:
    """SQL, never NULL. The ends are millionths; values are units of the last kept place."""
    assert column.usually is not None
    exact = f"CAST({_name(column)} AS HUGEINT) * {MICRO // 10**column.places}"
    least, most = column.usually.least, column.usually.most
    ends = ([f"{exact} < {least}"] if least is not None else []) + (
        [f"{exact} > {most}"] if most is not None else []
    )
    return f"coalesce({' OR '.join(ends)}, false)"
