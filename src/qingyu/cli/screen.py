"""What a person sees in a terminal: two consoles, plain tables, the marks of the grades.

Data goes to standard output, everything said about the work to standard error. Marks grow in ink
as the grades worsen, and colour stands only behind a mark, so that grey paper, pipes and any theme
say the same. Off a terminal the width is fixed, so that a log reads alike everywhere.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from rich.box import Box
from rich.cells import cell_len
from rich.console import Console
from rich.style import Style
from rich.table import Table
from rich.text import Text

from qingyu.i18n import Message, T, language_in_use

WIDTH_OFF_TERMINAL = 120
_GUTTER = 2
_BETWEEN = _GUTTER + 1  # a box has a divider besides, here a blank one

# A rule under the header and nothing else; in ASCII, since Chinese terminals may draw box
# characters two cells wide.
HEADER_RULE = Box("    \n    \n -- \n    \n    \n    \n    \n    \n", ascii=True)

MARKS: dict[str | None, str] = {
    "blue": "[.]",
    "yellow": "[:]",
    "orange": "[=]",
    "red": "[#]",
    None: "[?]",
}
_FILLS = {
    "blue": Style(color="#1A2023", bgcolor="#BCD8F4"),
    "yellow": Style(color="#1A2023", bgcolor="#EBC333"),
    "orange": Style(color="#1A2023", bgcolor="#EA8F43"),
    "red": Style(color="#FFFFFF", bgcolor="#B3271E"),
}


@dataclass(frozen=True)
class Column:
    """One column: `drop` says when it gives way to a narrow screen (1 first, 0 never)."""

    title: str
    right: bool = False
    drop: int = 0


Cell = str | Text


def out() -> Console:
    """Standard output: what was asked for."""
    return _console(sys.stdout)


def err() -> Console:
    """Standard error: progress, remarks, errors."""
    return _console(sys.stderr)


def mark(grade: str | None) -> Text:
    """`[#]` and the like, with the grade's colour behind it where colours are shown."""
    key = grade if grade in _FILLS else None
    return Text(MARKS[key], style=_FILLS.get(key or "", Style()))


def colour_word(grade: str | None) -> Message:
    """The colour of a grade in words, since a mark never stands alone."""
    words = {
        "blue": T("blue"),
        "yellow": T("yellow"),
        "orange": T("orange"),
        "red": T("red"),
    }
    return words.get(grade or "", T("no data"))


def say(text: object, style: str = "") -> None:
    """A line on standard output, as it is: no markup, no colours of its own."""
    out().print(Text(str(text), style=style), soft_wrap=not sys.stdout.isatty())


def note(text: object, style: str = "") -> None:
    """A line about the work, on standard error."""
    err().print(Text(str(text), style=style), soft_wrap=not sys.stderr.isatty())


def print_table(columns: Sequence[Column], rows: Sequence[Sequence[Cell]]) -> None:
    """A table without boxes. Columns that do not fit give way in their stated order, and a line
    below says which; what stays is never cut, but wrapped."""
    print_sections(columns, [(None, rows)])


def print_sections(
    columns: Sequence[Column], sections: Sequence[tuple[str | None, Sequence[Sequence[Cell]]]]
) -> None:
    """One table in sections, each under a heading of its own that may run across all columns."""
    console = out()
    every = [row for _, rows in sections for row in rows]
    kept = fitting(columns, every, console.width)
    wide = _widths(columns, every)
    narrow = _taken(wide, kept) > console.width
    for place, (heading, rows) in enumerate(sections):
        table = Table(
            box=HEADER_RULE,
            show_header=place == 0,
            show_edge=False,
            pad_edge=False,
            padding=(0, _GUTTER, 0, 0),
        )
        for number in kept:
            table.add_column(
                Text(columns[number].title),
                justify="right" if columns[number].right else "left",
                overflow="fold",
                no_wrap=columns[number].right,
                min_width=None if narrow else wide[number],
            )
        if place == 0 and heading is not None:
            console.print(table)  # the header alone, above the first heading
            table.show_header = False
        if heading is not None:
            console.print(Text(heading))
        for row in rows:
            table.add_row(*[_text(row[number]) for number in kept])
        if rows:
            console.print(table)
    left = {column.title: None for number, column in enumerate(columns) if number not in kept}
    if left:
        titles = listed(list(left))
        note(T("Left out on this narrow screen: {titles}. --json has all.", titles=titles), "dim")


def fitting(
    columns: Sequence[Column], rows: Sequence[Sequence[Cell]], width: int
) -> tuple[int, ...]:
    """The columns that fit side by side, by number; those with `drop` 1 go first, together, then
    those with 2, …"""
    wide = _widths(columns, rows)
    kept = list(range(len(columns)))
    for least in sorted({column.drop for column in columns if column.drop}):
        if _taken(wide, kept) <= width:
            break
        kept = [number for number in kept if columns[number].drop != least]
    return tuple(kept)


def _taken(wide: Sequence[int], kept: Sequence[int]) -> int:
    """How many cells wide these columns are, side by side."""
    return sum(wide[number] for number in kept) + _BETWEEN * (len(kept) - 1)


def print_json(text: str) -> None:
    """JSON on standard output, never wrapped or coloured."""
    sys.stdout.write(text.rstrip("\n") + "\n")


def to_json(value: object) -> str:
    """Plain values as JSON; messages become words in the language in use."""
    return json.dumps(value, ensure_ascii=False, indent=2, default=_plain)


def count(number: int) -> str:
    """1234567 → 1,234,567: the same in both languages."""
    return f"{number:,}"


def _widths(columns: Sequence[Column], rows: Sequence[Sequence[Cell]]) -> list[int]:
    return [
        max([cell_len(column.title), *(cell_len(_text(row[number]).plain) for row in rows)])
        for number, column in enumerate(columns)
    ]


def near(path: Path) -> Path:
    """A path as one would type it from here: relative inside the folder one stands in."""
    return path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path


def listed(parts: Sequence[str]) -> str:
    """A list within a sentence, with the language's own comma."""
    return ("，" if language_in_use() == "zh" else ", ").join(parts)


def _plain(value: Any) -> object:
    if hasattr(value, "isoformat"):
        return value.isoformat()
    return str(value)


def _console(stream: IO[str]) -> Console:
    width = None if stream.isatty() else WIDTH_OFF_TERMINAL
    return Console(file=stream, width=width, highlight=False, markup=False, emoji=False)


def _text(cell: Cell) -> Text:
    return cell if isinstance(cell, Text) else Text(cell)
