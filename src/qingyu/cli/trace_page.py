"""How the way of one record looks in a terminal, from its file to its colours."""

from __future__ import annotations

from rich.text import Text

from qingyu.cli.screen import Cell, Column, colour_word, mark, print_table, say
from qingyu.cli.show_page import score_text
from qingyu.cli.united_page import print_events
from qingyu.cli.words import marked, name_of_area, state_word
from qingyu.flows.cells import Cell as Counted
from qingyu.flows.life import RecordTrace
from qingyu.i18n import T, pick
from qingyu.index.exact_json import Fixed
from qingyu.pack.model import Pack

_WAYS = {
    "code": T("by its code"),
    "name": T("by its name"),
    "point": T("by its point"),
}


def print_trace(pack: Pack, found: RecordTrace) -> None:
    """Where it came from, where it lies, what it counts in."""
    say(marked(pack, T("Record {key} of {source}", key=found.key, source=found.source)))
    for step in found.steps:
        say(
            T(
                "  {what} File {file}, received {received}.",
                what=step.what,
                file=step.batch.file_name,
                received=step.batch.received,
            )
        )
    for rejection in found.rejections:
        say(
            T(
                "  Refused by batch {batch} (row {row} of {file}): {why}",
                batch=rejection.batch,
                row=rejection.row,
                file=rejection.file,
                why=rejection.reasons,
            )
        )
    if found.stands <= 0:
        say(T("It does not count now."))
    if found.area is not None:
        _print_place(pack, found)
    print_events(pack, found.united)
    if found.cells:
        say("")
        say(T("It counts in:"))
        _print_cells(pack, found)


def _print_place(pack: Pack, found: RecordTrace) -> None:
    way = _WAYS.get(found.placed_by or "")
    place = name_of_area(pack, found.area)
    if way is None:
        say(T("On {at}, in {place}.", at=found.at or found.day, place=place))
    else:
        say(T("On {at}, in {place}, placed {way}.", at=found.at or found.day, place=place, way=way))
    for name, value in found.values.items():
        say(f"  {name}: {value}")


def _print_cells(pack: Pack, found: RecordTrace) -> None:
    print_table(
        [
            Column(str(T("Period"))),
            Column(str(T("Area"))),
            Column(str(T("Indicator"))),
            Column(str(T("Counted")), right=True),
            Column(str(T("Points")), right=True),
            Column(str(T("Score")), right=True),
            Column(str(T("Grade"))),
            Column(str(T("State")), drop=1),
        ],
        [_row(pack, cell) for cell in found.cells],
    )


def _row(pack: Pack, cell: Counted) -> list[Cell]:
    grade = None if cell.grade is None else cell.grade.id
    return [
        cell.period,
        name_of_area(pack, cell.area),
        pick(pack.indicator(cell.indicator).name.model_dump()),
        str(cell.count),
        "-" if cell.points is None else str(Fixed(cell.points, 6)),
        score_text(cell.score),
        Text.assemble(mark(grade), f" {colour_word(grade)}"),
        str(state_word(cell.state)),
    ]
