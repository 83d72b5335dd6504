"""Only the names that are ours become parameters."""

from __future__ import annotations

import pytest

from qingyu.intake.connectors.query import names_in, with_parameters


@pytest.mark.parametrize(
    ("query", "wanted"),
    [
        ("SELECT :first, :last", "SELECT %(first)t, %(last)t"),
        ("SELECT a::date, :first::date", "SELECT a::date, %(first)t::date"),
        ("SELECT ':first', :first", "SELECT ':first', %(first)t"),
        ("SELECT 'it''s :first'", "SELECT 'it''s :first'"),
        (r"SELECT E'\':first', :last", r"SELECT E'\':first', %(last)t"),
        ('SELECT "a:first"', 'SELECT "a:first"'),
        ("SELECT $$:first$$, $x$ $$ :last $x$", "SELECT $$:first$$, $x$ $$ :last $x$"),
        ("SELECT 1 -- :first\n, :last", "SELECT 1 -- :first\n, %(last)t"),
        ("SELECT 1 /* :first\n */", "SELECT 1 /* :first\n */"),
        ("SELECT 7 % 2, 'x' LIKE 'a%'", "SELECT 7 %% 2, 'x' LIKE 'a%%'"),
        ("SELECT a[1:2], :first ; ", "SELECT a[1:2], %(first)t "),
    ],
)
def test_parameters(query: str, wanted: str) -> None:
    assert with_parameters(query) == wanted


def test_names() -> None:
    assert names_in("SELECT ':no', x::date -- :nor\n WHERE a >= :first AND b < :last") == {
        "first",
        "last",
    }
