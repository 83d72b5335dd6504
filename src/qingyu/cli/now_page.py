"""How a day so far looks in a terminal."""

from __future__ import annotations

from collections.abc import Sequence

from rich.text import Text

from qingyu.cli.screen import Cell, Column, listed, mark, print_table, say
from qingyu.cli.words import area_name, grade_words, level_name, marked
from qingyu.flows.now import AreaNow, Now, Part
from qingyu.i18n import T, pick
from qingyu.index.exact_json import Fixed
from qingyu.pack.model import MICRO, Pack

MOST = 10  # areas of a level


def print_now(pack: Pack, found: Now) -> None:
    """What is known until when; then the areas, level by level, the worst first."""
    name = pick(pack.name.model_dump())
    title = T("{name}, {day} so far, as known after batch {known}. Provisional.",
              name=name, day=found.day.isoformat(), known=found.known)  # fmt: skip
    say(marked(pack, title))
    for moment, names in _reach(pack, found):
        say(T("Until {moment}: {names}", moment=moment, names=listed(names)))
    if found.silent:
        silent = [_name(pack, indicator) for indicator in found.silent]
        say(T("Nothing of this day has come in yet: {names}", names=listed(silent)))
    for level in dict.fromkeys(one.area.level for one in found.areas):
        inside = [one for one in found.areas if one.area.level == level]
        if not any(one.parts for one in inside):
            continue
        say("")
        caption = T("{level}: the worst {shown} of {total}", level=level_name(pack, level),
                    shown=min(MOST, len(inside)), total=len(inside))  # fmt: skip
        say(marked(pack, caption))
        print_table(_columns(), [_cells(pack, one) for one in inside[:MOST]])


def _reach(pack: Pack, found: Now) -> list[tuple[str, list[str]]]:
    """Moments up to which something has come in, each with the indicators it holds for."""
    moments: dict[str, list[str]] = {}
    for part in found.areas[0].parts if found.areas else ():
        moment = part.until.strftime("%H:%M")
        moments.setdefault(moment, []).append(_name(pack, part.indicator))
    return sorted(moments.items())


def _columns() -> list[Column]:
    return [
        Column(str(T("Area"))),
        Column(str(T("So far"))),
        Column(str(T("Points")), right=True),
        Column(str(T("Farthest from usual"))),
    ]


def _cells(pack: Pack, one: AreaNow) -> list[Cell]:
    grade = Text.assemble(mark(one.grade), f" {grade_words(pack, one.grade)}")
    points = "-" if one.points is None else str(Fixed(one.points // (MICRO // 10), 1))
    worst = _worst(one.parts)
    return [
        area_name(one.area.name, one.area.name_zh),
        grade,
        points,
        "" if worst is None else str(_sentence(pack, worst)),
    ]


def _worst(parts: Sequence[Part]) -> Part | None:
    told = [part for part in parts if part.points is not None]
    return min(told, key=lambda part: (part.points, part.indicator), default=None)


def _sentence(pack: Pack, part: Part) -> object:
    return T(
        "{name}: {count}, usual by this hour {expected} ({least} to {most} on {days} days)",
        name=_name(pack, part.indicator),
        count=part.count,
        expected=part.expected,
        least=part.least,
        most=part.most,
        days=part.days,
    )


def _name(pack: Pack, indicator: str) -> str:
    return pick(pack.indicator(indicator).name.model_dump())
