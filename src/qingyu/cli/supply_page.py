"""How the state of the sources looks in a terminal, and as JSON."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from qingyu.cli.screen import Cell, Column, count, listed, print_sections, say
from qingyu.cli.words import marked
from qingyu.i18n import Message, T, pick
from qingyu.index.doubts import Doubt, doubt_of, odd_doubt, usual_of
from qingyu.intake.standing import Standing
from qingyu.intake.supply import Span, SupplyRow
from qingyu.pack.model import Pack

_STATUS = {
    "current": T("up to date"),
    "late": T("late"),
    "never": T("never received"),
}


def print_supply(pack: Pack, rows: Sequence[SupplyRow]) -> None:
    """One section a source: its days by state, then its rows."""
    if pack.simulated:
        say(marked(pack, pick(pack.name.model_dump())))
    print_sections(
        [
            Column(str(T("Days that are"))),
            Column(str(T("Days")), right=True),
            Column(str(T("Stretches"))),
        ],
        [(_heading(pack, row), _stretches(row)) for row in rows],
    )
    for row in rows:
        say("")
        say(_counted(row))
        for one in row.outlying:
            say(_outlying(row.source, doubt_of(pack.source(row.source).name, one)))
        for odd in row.odd:
            doubt = odd_doubt(pack, row.source, odd.column, odd.day, odd.records)
            say(_outlying(row.source, doubt))
        for standing in row.corrections:
            if standing.state != "in_force":
                say(_lost(standing))


def _outlying(source: str, doubt: Doubt) -> Message:
    """What was far from usual, and what a person is to do about it."""
    return T(
        "{sentence} Confirm the day in sources/{source}.yaml if it is right, else send it again.",
        sentence=doubt.sentence.text,
        source=source,
    )


def _lost(one: Standing) -> Message:
    """A correction that no longer shows: the department has the last word."""
    number, record = one.correction.batch.number, one.record
    if one.state == "gone":
        return T("Correction {number} of record {record}: the record is withdrawn.",
                 number=number, record=record)  # fmt: skip
    return T("Correction {number} of record {record} has given way to batch {other}.",
             number=number, record=record, other=one.by)  # fmt: skip


def to_plain(row: SupplyRow) -> dict[str, object]:
    """The row as JSON; stretches are objects with `first` and `last`."""
    plain: dict[str, object] = {}
    for name, value in vars(row).items():
        if name in ("full", "suspect", "partial", "gap", "missing"):
            plain[name] = [_plain(span) for span in value]
        elif name == "outlying":
            plain[name] = [
                {"day": one.day, "total": one.total, "usual": usual_of(one)} for one in value
            ]
        elif name == "odd":
            plain[name] = [
                {"day": one.day, "column": one.column.name, "total": one.records} for one in value
            ]
        elif name == "corrections":
            plain[name] = [one.to_json() for one in value]
        elif name == "late":
            plain[name] = None if value is None else _plain(value)
        else:
            plain[name] = value
    return plain


def _heading(pack: Pack, row: SupplyRow) -> str:
    return str(
        T(
            "{name} ({source}), {department}: {status}; due to {due}",
            name=pick(pack.source(row.source).name.model_dump()),
            source=row.source,
            department=row.department,
            status=_STATUS[row.status],
            due=row.due,
        )
    )


def _stretches(row: SupplyRow) -> list[list[Cell]]:
    kinds: list[tuple[Message, Sequence[Span]]] = [
        (T("full"), row.full),
        (T("suspect"), row.suspect),
        (T("outlying"), [(one.day, one.day) for one in row.outlying]),
        (T("partial"), row.partial),
        (T("a declared gap"), row.gap),
        (T("missing"), row.missing),
        (T("late"), () if row.late is None else (row.late,)),
    ]
    return [
        [f"  {kind}", count(sum(_days(span) for span in spans)), listed([_span(s) for s in spans])]
        for kind, spans in kinds
        if spans
    ]


def _counted(row: SupplyRow) -> Message:
    if row.last_received is None:
        return T("{source}: nothing received yet.", source=row.source)
    text = T(
        "{source}: {accepted} rows accepted, {refused} refused and not mended, {unplaced} without "
        "a place; batches {batches}; last received {received}.",
        source=row.source,
        accepted=count(row.accepted),
        refused=count(row.refused),
        unplaced=count(row.unplaced),
        batches=listed([str(number) for number in row.batches]),
        received=f"{row.last_received[:19]}Z",
    )
    if not row.withdrawn:
        return text
    gone = listed([str(number) for number in row.withdrawn])
    return T("{text} Withdrawn: {batches}.", text=text, batches=gone)


def _days(span: Span) -> int:
    return (span[1] - span[0]).days + 1


def _span(span: Span) -> str:
    return str(span[0]) if span[0] == span[1] else f"{span[0]}..{span[1]}"


def _plain(span: Span) -> dict[str, date]:
    return {"first": span[0], "last": span[1]}
