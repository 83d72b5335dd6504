"""Text that a spreadsheet would run, disarmed, and read back as it was.

The rule, which docs/explanation/editions.md states: a text cell that begins with one of
`= + - @`, their full-width forms, a tab, a carriage return, a line feed or an apostrophe gets an
apostrophe in front; whoever reads the file takes one leading apostrophe away. Columns of numbers
are left alone, so that negative numbers stay numbers.
"""

from __future__ import annotations

_ARMED = ("=", "+", "-", "@", "＝", "＋", "－", "＠", "\t", "\r", "\n", "'")


def disarmed(text: str) -> str:
    return "'" + text if text.startswith(_ARMED) else text


def as_it_was(cell: str) -> str:
    """The text behind a cell of a published CSV file."""
    return cell.removeprefix("'")
