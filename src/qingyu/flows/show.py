"""`show`: the rows of one period, worst first."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace

from qingyu.engine.store import Home
from qingyu.errors import NotFoundError
from qingyu.flows.odds import odds_by_area
from qingyu.flows.opening import Known, as_known
from qingyu.flows.publish import Published, compute_from, last_period, panel_of
from qingyu.i18n import T
from qingyu.index.rows import Order, Row, in_order, is_shown, row_of
from qingyu.index.spot import spot
from qingyu.pack.model import Pack
from qingyu.periods import Period, parse


@dataclass(frozen=True)
class Shown:
    """The rows of one period. counts: grade (or `no_data`) → areas of the lowest level shown;
    worst: the row with the least score of that level."""

    pack: str
    simulated: bool
    period: Period
    known: int
    rows: tuple[Row, ...]
    counts: Mapping[str, int]
    worst: Row | None

    def to_json(self) -> list[dict[str, object]]:
        """Only the rows: their names are the contract. Each says whether it is made up."""
        return [row.to_json() | {"simulated": self.simulated} for row in self.rows]


def show(
    home: Home,
    pack: Pack,
    period: str | None = None,
    level: str | None = None,
    known: str | None = None,
    order: Order = "worst",
    odds: bool = False,
) -> Shown:
    """The areas of `level` (all levels if None) in `period` (the last whole one of the first
    kind of the first index if None), as known then. odds: how sure each score, rank and colour
    is, too."""
    seen = as_known(home, pack, known)
    panel = panel_of(home, pack, seen)
    wanted = parse(period) if period else last_period(pack, panel, pack.indices[0].periods[0])
    published = compute_from(pack, panel, [wanted], seen)
    found = shown(published, wanted, level, order)
    return _with_odds(home, published, seen, found) if odds else found


def _with_odds(home: Home, published: Published, seen: Known, found: Shown) -> Shown:
    _, odds = odds_by_area(home, published, seen)
    return replace(found, rows=tuple(replace(row, odds=odds.get(row.area)) for row in found.rows))


def shown(
    published: Published, period: Period, level: str | None = None, order: Order = "worst"
) -> Shown:
    """The rows of one of the published periods."""
    pack = published.pack
    levels = [one.id for one in pack.levels if one.graded]
    if level is not None and level not in levels:
        raise NotFoundError(
            level,
            T("no level of this name"),
            T("one of {levels}", levels=", ".join(levels)),
            T("Ask for one of these levels, or leave it out."),
        )
    rows = [row for row in rows_of(published, period) if level is None or row.level == level]
    ordered = in_order(rows, order, levels)
    lowest = [row for row in ordered if row.level == (level or _lowest(rows, levels))]
    scored = [row for row in lowest if row.score is not None]
    return Shown(
        pack=pack.id,
        simulated=pack.simulated,
        period=period,
        known=published.panel.known,
        rows=ordered,
        counts=Counter(row.grade or "no_data" for row in lowest),
        worst=min(scored, key=lambda row: (row.score, row.area), default=None),
    )


def rows_of(published: Published, period: Period) -> list[Row]:
    """All areas that are valid on the period's last day."""
    labels = published.results.labels
    spots = [
        spot(published.pack, published.panel, published.ingredients, published.results, a, period)
        for a in labels.areas
    ]
    return [row_of(one) for one in spots if is_shown(one)]


def _lowest(rows: list[Row], levels: list[str]) -> str | None:
    present = [level for level in levels if any(row.level == level for row in rows)]
    return present[-1] if present else None


__all__ = ["Known", "Shown", "rows_of", "show", "shown"]
