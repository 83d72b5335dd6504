"""How odds look in a terminal: columns of a table, lines of an explanation."""

from __future__ import annotations

from qingyu.cli.screen import Column, colour_word, listed, say
from qingyu.cli.words import picked
from qingyu.i18n import Message, T
from qingyu.index.exact_json import Fixed
from qingyu.index.explanation import Explanation
from qingyu.index.odds.said import WORTH_SAYING, AreaOdds
from qingyu.index.rows import Row
from qingyu.pack.model import Pack


def odds_columns() -> list[Column]:
    return [
        Column(str(T("Nine in ten")), right=True, drop=5),
        Column(str(T("Could be")), drop=4),
        Column(str(T("Ranks")), right=True, drop=2),
        Column(str(T("Standing")), drop=2),
    ]


def odds_cells(pack: Pack, row: Row) -> list[str]:
    """The interval of the score, other colours with their chances, ranks, surely top or bottom."""
    odds = row.odds
    if odds is None:
        return ["-", "", "-", ""]
    return [
        interval_text(odds),
        other_colours(odds, row.grade),
        "-" if odds.rank is None else f"{odds.rank[0]}-{odds.rank[1]}",
        str(standing_word(odds.standing)),
    ]


def interval_text(odds: AreaOdds) -> str:
    return f"{Fixed(odds.lower, 1)}-{Fixed(odds.upper, 1)}"


def other_colours(odds: AreaOdds, grade: str | None) -> str:
    """`yellow 30 %`, likeliest first; empty where nothing else is worth saying."""
    others = [(share, name) for name, share in odds.grades.items() if name != grade]
    worth = [(share, name) for share, name in others if share >= WORTH_SAYING]
    ordered = sorted(worth, key=lambda one: -one[0])
    return listed([f"{colour_word(name)} {share} %" for share, name in ordered])


def standing_word(standing: str | None) -> Message | str:
    words = {"top": T("surely top"), "bottom": T("surely bottom"), "between": T("between")}
    return words[standing] if standing else ""


def print_odds(pack: Pack, found: Explanation) -> None:
    """The odds of an explanation in sentences."""
    odds = found.odds
    if odds is None:
        return
    say(odds.sentence.text)
    if found.width is not None:
        say(found.width)
    if odds.rank is not None:
        low, high = odds.rank
        say(
            T(
                "Rank {low} to {high} of {of}; {standing}.",
                low=low,
                high=high,
                of=found.of,
                standing=standing_word(odds.standing) or "-",
            )
        )
    if odds.held:
        names = [picked(pack.indicator(one).name.model_dump()) for one in odds.held]
        say(T("Taken as published, not drawn: {names}.", names=listed(names)), "dim")
