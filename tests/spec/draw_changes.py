"""Splits, merges and renames drawn into a pack that `draw` has drawn."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal

from draw import Drawn
from draw_text import DAY
from hypothesis import strategies as st
from twin_days import Record

AREAS, RESIDENTS = "areas.csv", "exposures/residents.csv"
KINDS = ("split", "carve", "merge", "absorb", "rename", "shift")


@dataclass
class _Map:
    """The towns as they are so far; `rows` of areas.csv by code, still without an end."""

    areas: dict[str, list[list[str]]]
    figures: dict[str, list[list[str]]]
    changes: list[str] = field(default_factory=list)
    moves: list[tuple[date, str, list[str]]] = field(default_factory=list)
    made: int = 0

    def free(self) -> list[str]:
        """Towns that are valid for ever, from which ground may go."""
        return [c for c, rows in self.areas.items() if rows[-1][3] == "town" and not rows[-1][7]]

    def begin(self, like: str, day: date, value: int) -> str:
        self.made += 1
        code = f"x{self.made}"
        row = self.areas[like][-1]
        self.areas[code] = [[code, f"New {code}", "", *row[3:6], day.isoformat(), "", *row[8:]]]
        if like in self.figures:
            self.figures[code] = [[code, day.isoformat(), day.isoformat(), str(value)]]
        return code

    def end(self, code: str, day: date) -> None:
        self.areas[code][-1][7] = (day - DAY).isoformat()

    def keep(self, code: str, day: date, value: int) -> None:
        """A code that goes on with other ground has a new figure."""
        if code in self.figures:
            self.figures[code] = [r for r in self.figures[code] if r[1] < day.isoformat()]
            self.figures[code].append([code, day.isoformat(), day.isoformat(), str(value)])

    def tell(
        self, day: date, kind: str, source: str, heir: str, share: Decimal = Decimal(1)
    ) -> None:
        self.changes.append(f"{day},{kind},{source},{heir},{share},")


@st.composite
def changed(draw: st.DrawFn, given: st.SearchStrategy[Drawn]) -> Drawn:
    """A drawn pack with one to three days of changes; records follow the ground by chance."""
    old = draw(given)
    head, *rows = old.files[AREAS].splitlines()
    town = _Map(_by_code(rows), _by_code(old.files[RESIDENTS].splitlines()[1:]))
    end = old.periods[-1][2]
    begin = min(max(old.first, end - 60 * DAY), end)
    days = draw(st.lists(st.dates(begin, end), min_size=1, max_size=3))
    for day in sorted(set(days)):
        _change(draw, town, day)
    files = old.files | {
        AREAS: "\n".join([head, *_lines(town.areas)]) + "\n",
        RESIDENTS: "\n".join(["area,valid_from,known_from,value", *_lines(town.figures)]) + "\n",
        "changes.csv": "\n".join(["date,kind,from,to,share,reference", *town.changes]) + "\n",
    }
    chance = random.Random(draw(st.integers(0, 2**32 - 1)))
    records = {s: [_moved(r, town, chance) for r in mine] for s, mine in old.records.items()}
    places = (*old.shape.places[:-1], *(f"x{n + 1}" for n in range(town.made)),
              old.shape.places[-1])  # fmt: skip
    return replace(old, files=files, records=records, shape=replace(old.shape, places=places))


def _change(draw: st.DrawFn, town: _Map, day: date) -> None:
    free = [code for code in town.free() if not town.areas[code][-1][6] > (day - DAY).isoformat()]
    kind = draw(st.sampled_from(KINDS))
    # Both sides of a change have figures, or neither has: else the pack is refused, rightly.
    figured = [code for code in free if code in town.figures]
    free = figured if len(figured) > 1 else [code for code in free if code not in town.figures]
    if len(free) < 2:
        return
    one, other = draw(st.permutations(free))[:2]
    value = draw(st.sampled_from([900, 5000, 70_000]))
    share = draw(st.sampled_from(["0.5", "0.6", "0.123456", "0.999999", "0.333333"]).map(Decimal))
    act: dict[str, Callable[[], list[str]]] = {
        "split": lambda: _split(town, one, day, share, value),
        "carve": lambda: _carve(town, one, day, share, value),
        "merge": lambda: _merge(town, one, other, day, value),
        "absorb": lambda: _absorb(town, one, other, day, value),
        "rename": lambda: _rename(town, one, day, value),
        "shift": lambda: _shift(town, one, other, day, share, value),
    }
    heirs = act[kind]()
    town.moves.append((day, one, heirs))
    if kind in ("merge", "absorb"):
        town.moves.append((day, other, heirs))


def _split(town: _Map, one: str, day: date, share: Decimal, value: int) -> list[str]:
    """Into two new ones."""
    heirs = [town.begin(one, day, value), town.begin(one, day, value // 3)]
    town.tell(day, "split", one, heirs[0], share)
    town.tell(day, "split", one, heirs[1], 1 - share)
    town.end(one, day)
    return heirs


def _carve(town: _Map, one: str, day: date, share: Decimal, value: int) -> list[str]:
    """A new one is cut out of one that goes on."""
    heirs = [one, town.begin(one, day, value)]
    town.tell(day, "split", one, one, share)
    town.tell(day, "split", one, heirs[1], 1 - share)
    town.keep(one, day, value)
    return heirs


def _merge(town: _Map, one: str, other: str, day: date, value: int) -> list[str]:
    """Two become a new one."""
    heirs = [town.begin(one if one in town.figures else other, day, value)]
    for code in (one, other):
        town.tell(day, "merge", code, heirs[0])
        town.end(code, day)
    return heirs


def _absorb(town: _Map, one: str, other: str, day: date, value: int) -> list[str]:
    """One goes on with the ground of another."""
    town.tell(day, "merge", one, one)
    town.tell(day, "merge", other, one)
    town.keep(one, day, value)
    town.end(other, day)
    return [one]


def _rename(town: _Map, one: str, day: date, value: int) -> list[str]:
    """Another code."""
    heirs = [town.begin(one, day, value)]
    town.tell(day, "rename", one, heirs[0])
    town.end(one, day)
    return heirs


def _shift(town: _Map, one: str, other: str, day: date, share: Decimal, value: int) -> list[str]:
    """A part of one goes to another, and both go on."""
    town.tell(day, "split", one, one, share)
    town.tell(day, "split", one, other, 1 - share)
    town.tell(day, "merge", other, other)
    town.keep(one, day, value)
    town.keep(other, day, value + 7)
    return [one, other]


def _moved(record: Record, town: _Map, chance: random.Random) -> Record:
    area = record.area
    for day, source, heirs in town.moves:
        if area == source and record.day >= day:
            area = chance.choice(heirs)
    return replace(record, area=area)


def _by_code(lines: list[str]) -> dict[str, list[list[str]]]:
    found: dict[str, list[list[str]]] = {}
    for line in lines:
        cells = line.split(",")
        found.setdefault(cells[0], []).append(cells)
    return found


def _lines(rows: dict[str, list[list[str]]]) -> list[str]:
    return [",".join(cells) for mine in rows.values() for cells in mine]
