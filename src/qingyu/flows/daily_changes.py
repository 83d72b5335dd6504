"""What late records, or a new pack, changed in periods that were told before, and why.

Each area whose colour is another than was told comes with the exact split of what its score lost
or gained (arithmetic.md, section 9), between the ingredients as known at the run before and as
known now. Both are of the same period, so `world` is its own late records, `peers` and `baseline`
are those of others and of earlier times, `exposure` a people counted anew, `availability` what has
come in whole, `method` a changed pack.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from qingyu.engine.panel import load_panel
from qingyu.engine.store import Home
from qingyu.engine.tables import Panel
from qingyu.flows.daily_state import DailyState, Scores
from qingyu.flows.opening import Known
from qingyu.flows.publish import Published
from qingyu.index.causes import LATE_DATA, Line, score_of, split_change
from qingyu.index.exact_json import milli
from qingyu.index.ingredients import Ingredients
from qingyu.index.rows import is_shown
from qingyu.index.spot import spot
from qingyu.index.steps import gather
from qingyu.index.story import grade_in_force
from qingyu.pack.model import Pack
from qingyu.periods import Period


def scores_of(published: Published, period: Period) -> Scores:
    """What is remembered of a period: of each area that is shown, its score and grade. (Without
    the sentences of `show`, which cost ten times as much.)"""
    found: Scores = {}
    for area in published.results.labels.areas:
        place = spot(
            published.pack, published.panel, published.ingredients, published.results, area, period
        )
        if is_shown(place):
            grade = grade_in_force(place)
            score = place.score(published.results.score)
            found[area] = (score, None if grade is None else grade.id)
    return found


class Changes:
    """Compares what was told with what is known now. The past is only looked up when a colour
    has changed, and then once."""

    def __init__(self, home: Home, pack: Pack, panel: Panel, state: DailyState) -> None:
        self._home, self._pack, self._panel = home, pack, panel
        # The very same pack knew the same exposures; another one is asked what it knew that day.
        same = pack.digest == state.pack
        day = None if same or not state.finished else date.fromisoformat(state.finished)
        self._then = Known(state.known, day)
        self._old: Panel | None = None

    def of(self, period: Period, told: Scores, now: Scores) -> list[dict[str, object]]:
        """Areas whose colour is another than was told, by code."""
        found: list[dict[str, object]] = []
        pair: tuple[Ingredients, Ingredients] | None = None
        for area in sorted(set(told) & set(now)):
            (old, was), (score, grade) = told[area], now[area]
            if was == grade:
                continue
            amount: int | None = None
            lines: tuple[Line, ...] = ()
            if old is not None and score is not None:
                pair = pair or self._ingredients(period)
                amount, lines = score - old, self._lines(*pair, area, old, score)
            found.append(
                {
                    "period": period.label,
                    "area": area,
                    "was": was,
                    "grade": grade,
                    "amount": milli(amount),
                    "causes": [line.to_json() for line in lines],
                }
            )
        return found

    def _ingredients(self, period: Period) -> tuple[Ingredients, Ingredients]:
        """Of the period: as known at the run before, and as known now."""
        if self._old is None:
            self._old = load_panel(self._home, self._pack, self._then.batch)
        then = gather(self._pack, self._old, [period], self._then.day)
        return then, gather(self._pack, self._panel, [period], None)

    def _lines(
        self, then: Ingredients, now: Ingredients, area: str, told: int, score: int
    ) -> tuple[Line, ...]:
        """Lines that add up to the change; what the new pack makes of the old records comes
        under `method`, as do areas that it could not have scored then."""
        place = now.labels.areas.index(area)
        lines = split_change(self._pack, None, then, now, place)
        start = score_of(self._pack, then, place)
        if not lines or start is None:
            return (Line("method", score - told),)
        return tuple(
            replace(line, amount=line.amount + start - told, joined=False)
            if line.cause == "method" and start != told
            else line
            for line in lines
            if line.cause != LATE_DATA
        )
