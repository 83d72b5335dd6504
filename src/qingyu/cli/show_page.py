"""How the rows of a period look in a terminal."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from rich.text import Text

from qingyu.cli.odds_cells import interval_text, odds_cells
from qingyu.cli.odds_cells import odds_columns as _odds_columns
from qingyu.cli.screen import Cell, Column, listed, mark, out, print_table, say
from qingyu.cli.words import (
    area_name,
    direction,
    grade_words,
    level_name,
    marked,
    signed,
    state_word,
)
from qingyu.i18n import TN, Message, T
from qingyu.index.doubts import Doubt, all_doubts
from qingyu.index.exact_json import Fixed
from qingyu.index.rows import Row
from qingyu.pack.model import Pack

_DOUBTS = 5  # that are told one by one


def print_shown(
    pack: Pack, rows: Sequence[Row], most: int | None = None, why: bool = False
) -> None:
    """Level by level: a heading that counts the colours, then the areas, at most `most` of each.

    The lines of the top levels, which hold one area, stand as headings by themselves.
    """
    for level in dict.fromkeys(row.level for row in rows):
        inside = [row for row in rows if row.level == level]
        if len(inside) == 1:
            _print_one(pack, inside[0])
            continue
        say("")
        say(marked(pack, counted(pack, level, inside)))
        chosen = inside if most is None else inside[:most]
        odds = any(row.odds is not None for row in rows)
        cells = [_cells(pack, row, why, odds) for row in chosen]
        print_table(_columns(why, odds), cells)
        left = len(inside) - len(chosen)
        if left:
            say(TN("… and {count} more: `qingyu show`", "… and {count} more: `qingyu show`", left))
    if any(_outside(row) for row in rows):
        say(T("Nine in ten: where the score lies at the true rates, as far as they can be told. A "
              "score outside it is chance, or something new."))  # fmt: skip
    print_doubts(all_doubts(row.doubts for row in rows))


def _outside(row: Row) -> bool:
    """Whether the score lies outside the interval of the score at the true rates, both in
    thousandths and in tenths as they are printed."""
    if row.odds is None or row.score is None:
        return False
    return not row.odds.lower * 100 - 50 <= row.score <= row.odds.upper * 100 + 50


def print_doubts(doubts: Sequence[Doubt]) -> None:
    """The days far above what is usual on which scores rest, the newest of them."""
    for doubt in doubts[-_DOUBTS:]:
        say(T("Provisional: {why}", why=doubt.sentence.text))
    left = len(doubts[:-_DOUBTS])
    if left:
        say(TN("… and {count} such day more: `qingyu supply`",
               "… and {count} such days more: `qingyu supply`", left))  # fmt: skip


def headline(pack: Pack, row: Row) -> Text:
    """`[#] red poor  66.208  MONTGOMERY COUNTY`."""
    line = Text()
    line.append_text(mark(row.grade))
    line.append(f" {grade_words(pack, row.grade)}  ")
    line.append(f"{score_text(row.score)}  {area_name(row.name, row.name_zh)}")
    return line


def score_text(score: int | None) -> str:
    return "-" if score is None else str(Fixed(score, 3))


def _print_one(pack: Pack, row: Row) -> None:
    line = headline(pack, row)
    if row.change is not None:
        line.append(f"  {signed(row.change).strip()} {direction(row.change)}")
    out().print(line)
    say(row.sentence.text)
    if row.odds is not None:
        say(T("{interval}: {odds}", interval=interval_text(row.odds), odds=row.odds.sentence.text))


def counted(pack: Pack, level: str, rows: Sequence[Row]) -> Message:
    """`62 × township: 30 blue excellent, 20 yellow good, …`; the counts add up."""
    counts = Counter(row.grade for row in rows)
    order = [grade.id for grade in pack.grades.scales[-1].grades]
    parts = [f"{counts[g]} {grade_words(pack, g)}" for g in [*order, None] if counts[g]]
    return T(
        "{level}: {total} areas: {parts}",
        level=level_name(pack, level),
        total=len(rows),
        parts=listed(parts),
    )


def _columns(why: bool, odds: bool) -> list[Column]:
    columns = [
        Column(str(T("Rank")), right=True),
        Column(str(T("Area"))),
        Column(str(T("Grade"))),
        Column(str(T("Score")), right=True),
        *(_odds_columns() if odds else []),
        Column(str(T("Complete")), right=True, drop=1),
        Column(str(T("State")), drop=2),
        Column(str(T("Change")), right=True),
    ]
    # What may hold an arrow or a mark of doubtful width stands last.
    return [*columns, Column(str(T("Why"))) if why else Column(str(T("Trend")), drop=3)]


def _cells(pack: Pack, row: Row, why: bool, odds: bool) -> list[Cell]:
    grade = mark(row.grade)
    grade = Text.assemble(grade, f" {grade_words(pack, row.grade)}")
    cells: list[Cell] = [
        "-" if row.rank is None else str(row.rank),
        area_name(row.name, row.name_zh),
        grade,
        score_text(row.score),
        *(odds_cells(pack, row) if odds else []),
        f"{round(row.completeness / 10_000)} %",
        _state(row),
        signed(row.change),
    ]
    return [*cells, str(row.sentence) if why else direction(row.change)]


def _state(row: Row) -> str:
    """The state, with a word where a part of the numbers stands for areas of before a change."""
    word = str(state_word(row.state))
    return word if row.bridged_since is None else f"{word}, {T('bridged')}"
