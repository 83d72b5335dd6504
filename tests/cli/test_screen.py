"""Tables keep their names whole, marks read without colour, and nothing depends on the machine."""

from __future__ import annotations

import io
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from qingyu.cli import screen
from qingyu.cli.screen import MARKS, Column, count, fitting, mark, print_table

COLUMNS = [
    Column("Area"),
    Column("Score", right=True),
    Column("Complete", right=True, drop=1),
    Column("State", drop=2),
]
ROWS = [["LOWER PROVIDENCE", "71.250", "100 %", "complete"], ["蒙哥马利县", "-", "0 %", "无数据"]]


def test_columns_give_way_in_their_stated_order() -> None:
    assert fitting(COLUMNS, ROWS, 80) == (0, 1, 2, 3)
    assert fitting(COLUMNS, ROWS, 43) == (0, 1, 3)
    assert fitting(COLUMNS, ROWS, 30) == (0, 1)
    assert fitting(COLUMNS, ROWS, 5) == (0, 1)  # those without `drop` stay, whatever the screen


def test_columns_of_one_rank_give_way_together_and_are_named_once(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    columns = [Column("Area"), Column("Change", drop=1), Column("Month"), Column("Change", drop=1)]
    rows = [["唐家湾镇", "+1.250", "2026-10", "-0.400"]]
    assert fitting(columns, rows, 8 + 6 + 7 + 6 + 9) == (0, 1, 2, 3)
    assert fitting(columns, rows, 8 + 6 + 7 + 6 + 8) == (0, 2)
    monkeypatch.setattr(screen, "WIDTH_OFF_TERMINAL", 30)
    print_table(columns, rows)
    assert "screen: Change." in capsys.readouterr().err


@given(st.lists(st.integers(1, 12), min_size=1, max_size=6), st.integers(10, 120))
def test_what_fits_is_not_cut(widths: list[int], width: int) -> None:
    """`fitting` counts what a table takes as the table itself does."""
    columns = [Column("x" * size, right=bool(n % 2)) for n, size in enumerate(widths)]
    rows = [["y" * size for size in widths]]
    taken = sum(widths) + 3 * (len(widths) - 1)
    with pytest.MonkeyPatch.context() as patched:
        stream = io.StringIO()
        patched.setattr(sys, "stdout", stream)
        patched.setattr(screen, "WIDTH_OFF_TERMINAL", max(width, taken))
        print_table(columns, rows)
    lines = stream.getvalue().splitlines()
    assert len(lines) == 3
    assert max(cell_len(line.rstrip()) for line in lines) == taken


@given(st.integers(1, 200), st.lists(st.text("ab 蒙哥", max_size=20), min_size=4, max_size=4))
def test_a_wider_screen_never_shows_less(width: int, row: list[str]) -> None:
    assert set(fitting(COLUMNS, [row], width)) <= set(fitting(COLUMNS, [row], width + 1))


def test_a_table_off_a_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    print_table(COLUMNS, ROWS)
    out = capsys.readouterr().out.splitlines()
    assert out[0].split() == ["Area", "Score", "Complete", "State"]
    assert set(out[1]) <= {"-", " "}
    assert out[2].split() == ["LOWER", "PROVIDENCE", "71.250", "100", "%", "complete"]
    assert all(cell_len(line) <= 120 for line in out)
    ends = {
        cell_len(line[: line.index(score) + len(score)])
        for line, score in zip(out[2:], ("71.250", "-"), strict=True)
    }
    assert len(ends) == 1  # figures are aligned on the right, Chinese names or not
    assert "\x1b" not in "".join(out)


def test_a_narrow_terminal_wraps_names_and_says_what_it_left_out(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(screen, "WIDTH_OFF_TERMINAL", 20)
    print_table(COLUMNS, ROWS)
    said = capsys.readouterr()
    assert "PROVIDENCE" in said.out.replace("\n", "")
    assert "Complete" not in said.out
    assert "Complete, State" in said.err


@pytest.mark.parametrize("grade", ["blue", "yellow", "orange", "red", None, "unheard of"])
def test_marks_say_the_grade_without_colour(grade: str | None) -> None:
    assert mark(grade).plain == MARKS.get(grade, "[?]")
    assert all(len(text) == 3 for text in MARKS.values())
    assert len(set(MARKS.values())) == 5


def test_no_color_is_obeyed(monkeypatch: pytest.MonkeyPatch) -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    for variable, colours in (("NO_COLOR", False), ("FORCE_NOTHING", True)):
        written = Terminal()
        with monkeypatch.context() as patch:
            patch.setattr(sys, "stdout", written)
            patch.setenv("TERM", "xterm-256color")
            patch.setenv(variable, "1")
            screen.out().print(mark("red"))
        assert ("48;" in written.getvalue()) is colours


def test_counts_read_alike_in_both_languages() -> None:
    assert count(1234567) == "1,234,567"
    assert count(0) == "0"
