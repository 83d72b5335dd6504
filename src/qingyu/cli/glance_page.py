"""The last day and the last month of a city, side by side."""

from __future__ import annotations

from collections.abc import Sequence

from rich.text import Text

from qingyu.cli.screen import Cell, Column, colour_word, mark, out, print_table, say
from qingyu.cli.show_page import counted, headline, score_text
from qingyu.cli.words import marked, name_of_area, signed
from qingyu.flows.show import Shown
from qingyu.i18n import T
from qingyu.index.rows import Row
from qingyu.pack.model import Pack


def print_roots(pack: Pack, glance: Shown) -> None:
    """The lines of areas that have none above them: the city as a whole."""
    for row in glance.rows:
        if row.parent is None:
            out().print(Text.assemble(f"{glance.period.label}  ", headline(pack, row)))


def print_counts(pack: Pack, glance: Shown, level: str) -> None:
    """`2026-10  town: 31 areas: 30 yellow good, …`."""
    inside = [row for row in glance.rows if row.level == level]
    say(marked(pack, f"{glance.period.label}  {counted(pack, level, inside)}"))


def print_areas(pack: Pack, day: Shown, month: Shown, level: str) -> None:
    """One table of the areas of a level, in the order of the month's."""
    by_day = {row.area: row for row in day.rows}
    rows = [
        [name_of_area(pack, row.area), *_cells(by_day.get(row.area)), *_cells(row)]
        for row in month.rows
        if row.level == level
    ]
    titles = [Column(str(T("Area"))), *_columns(day.period.label), *_columns(month.period.label)]
    print_table(titles, rows)


def print_worst(pack: Pack, glances: Sequence[Shown], level: str) -> None:
    """Of each period the area with the least score of the level, and why."""
    for glance in glances:
        scored = [row for row in glance.rows if row.level == level and row.score is not None]
        worst = min(scored, key=lambda row: (row.score, row.area), default=None)
        if worst is not None:
            say(
                T(
                    "Worst of {period}: {name}. {sentence}",
                    period=glance.period.label,
                    name=name_of_area(pack, worst.area),
                    sentence=worst.sentence.text,
                )
            )


def _columns(period: str) -> list[Column]:
    return [
        Column(period),
        Column(str(T("Score")), right=True),
        Column(str(T("Rank")), right=True),
        Column(str(T("Change")), right=True, drop=1),
    ]


def _cells(row: Row | None) -> list[Cell]:
    if row is None:
        return ["", "", "", ""]
    return [
        Text.assemble(mark(row.grade), f" {colour_word(row.grade)}"),
        score_text(row.score),
        "-" if row.rank is None else str(row.rank),
        signed(row.change),
    ]
