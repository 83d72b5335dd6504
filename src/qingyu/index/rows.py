"""The rows of `show`: one per area and period, worst first or by rank."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

from qingyu.index.charges import charges_of
from qingyu.index.doubted import charge_doubts_of
from qingyu.index.doubts import Doubt, all_doubts
from qingyu.index.exact_json import micro, milli
from qingyu.index.ingredients import State
from qingyu.index.odds.said import AreaOdds
from qingyu.index.sentence import Sentence
from qingyu.index.spot import Spot, area_of
from qingyu.index.story import grade_in_force, sentence_of
from qingyu.index.trace import parts_of

Order = Literal["worst", "rank", "area"]


@dataclass(frozen=True)
class Row:
    """One area in one period. score, change: milli-points; completeness: micros; None = none.

    grade_place: 0 = best, in the scale in force. sentence: what is unusual, or why no data.
    bridged_since: the last split or merge of areas that any number behind the score reaches across.
    doubts: the outlying days that it rests on. odds: how sure all this is; None if not asked for.
    """

    area: str
    name: str
    name_zh: str | None
    level: str
    parent: str | None
    period: str
    score: int | None
    grade: str | None
    grade_place: int | None
    rank: int | None
    of: int
    change: int | None
    completeness: int
    state: str
    sentence: Sentence
    bridged_since: date | None = None
    doubts: tuple[Doubt, ...] = ()
    odds: AreaOdds | None = None

    def to_json(self) -> dict[str, object]:
        return {
            "area": self.area,
            "name": self.name,
            "level": self.level,
            "parent": self.parent,
            "period": self.period,
            "score": milli(self.score),
            "grade": self.grade,
            "rank": self.rank,
            "of": self.of,
            "change": milli(self.change),
            "completeness": micro(self.completeness),
            "state": self.state,
            "sentence": self.sentence.to_json(),
            "bridged_since": self.bridged_since,
            "doubts": [doubt.to_json() for doubt in self.doubts],
            "odds": None if self.odds is None else self.odds.to_json(),
        }


def is_shown(spot: Spot) -> bool:
    """Whether the area is valid on the period's last day."""
    return spot.area_state is not State.NOT_SHOWN


def row_of(spot: Spot) -> Row:
    results = spot.results
    area = area_of(spot.pack, spot.code, spot.period)
    grade = grade_in_force(spot)
    parts = parts_of(spot)
    return Row(
        area=spot.code,
        name=area.name,
        name_zh=area.name_zh,
        level=area.level,
        parent=area.parent,
        period=spot.period.label,
        score=spot.score(results.score),
        grade=None if grade is None else grade.id,
        grade_place=None if grade is None else spot.found(results.grade),
        rank=spot.found(results.rank) or None,
        of=spot.found(results.of),
        change=spot.score(results.change),
        completeness=spot.found(results.completeness),
        state=spot.area_state.word,
        sentence=sentence_of(spot, parts, charges_of(spot)),
        bridged_since=spot.bridged_since,
        doubts=all_doubts([*(part.doubts for part in parts), charge_doubts_of(spot)]),
    )


def in_order(rows: Sequence[Row], order: Order, levels: Sequence[str]) -> tuple[Row, ...]:
    """Level by level from the top (`levels`), areas without a score last; then `worst` first,
    by `rank`, or by `area` code. Ties by code."""
    return tuple(sorted(rows, key=lambda row: (levels.index(row.level), *_place(row, order))))


def _place(row: Row, order: Order) -> tuple[bool, int, str]:
    if order == "area":
        return False, 0, row.area
    if row.score is None:
        return True, 0, row.area
    return False, row.score if order == "worst" else -row.score, row.area
