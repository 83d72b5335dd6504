"""`explain`: everything behind one score, and why it moved."""

from __future__ import annotations

from dataclasses import replace

from qingyu.engine.store import Home
from qingyu.engine.tables import Panel
from qingyu.errors import NotFoundError
from qingyu.flows.corrected import with_corrections
from qingyu.flows.first_known import first_known
from qingyu.flows.odds import odds_by_area
from qingyu.flows.opening import Known, area_code, as_known, known_after
from qingyu.flows.publish import Published, compute_from, last_period, panel_of
from qingyu.flows.united import with_united
from qingyu.i18n import T
from qingyu.index.causes import before_and_now, score_of, split_change
from qingyu.index.explanation import Change, Explanation
from qingyu.index.ingredients import MISSING, Ingredients, State
from qingyu.index.odds.said import say_width
from qingyu.index.spot import Spot, spot
from qingyu.index.trace import explain as explained
from qingyu.index.trace import no_change
from qingyu.pack.model import Pack
from qingyu.periods import Period, parse, previous


def explain(
    home: Home,
    pack: Pack,
    area: str,
    period: str | None = None,
    known: str | None = None,
    odds: bool = True,
) -> Explanation:
    """The explanation of an area (code or printed name) in a period (the last whole one of the
    pack's first kind if None), as known then, with how sure it is."""
    code = area_code(pack, area)
    seen = as_known(home, pack, known)
    panel = panel_of(home, pack, seen)
    wanted = parse(period) if period else last_period(pack, panel, pack.indices[0].periods[0])
    return explain_cell(home, pack, panel, code, wanted, seen, odds)


def explain_cell(
    home: Home,
    pack: Pack,
    panel: Panel,
    code: str,
    period: Period,
    seen: Known,
    odds: bool = False,
) -> Explanation:
    """The same from a panel at hand."""
    before = previous(period)
    published = compute_from(pack, panel, [before, period], seen)
    place = spot(pack, panel, published.ingredients, published.results, code, period)
    if place.area_state is State.NOT_SHOWN:
        raise NotFoundError(
            f"{code}, {period.label}",
            T("an area that is not valid on the last day of the period"),
            T("a period within the area's dates of validity"),
            T("See the columns `from` and `to` of areas.csv."),
        )
    change = _change(home, pack, place, published.ingredients, before, seen)
    found = with_united(home, pack, panel, explained(place, change))
    found = with_corrections(home, pack, seen.batch, found)
    return _with_odds(home, published, seen, found) if odds else found


def _with_odds(home: Home, published: Published, seen: Known, found: Explanation) -> Explanation:
    moment, by_area = odds_by_area(home, published, seen)
    odds = by_area.get(found.area)
    return found if odds is None else replace(found, odds=odds, width=say_width(moment, odds))


def _change(
    home: Home, pack: Pack, place: Spot, ingredients: Ingredients, before: Period, seen: Known
) -> Change:
    """The lines of the change from the period before, or why there are none."""
    if place.score(place.results.score) is None:
        return no_change(before, T("This period has no score."))
    earlier, now = before_and_now(ingredients)
    if score_of(pack, earlier, place.area) is None:
        return no_change(before, T("The period before has no score."))
    batch = first_known(home, pack, before, seen.batch)
    score = _score_after(home, pack, place, before, batch) if batch is not None else None
    lines = split_change(pack, score, earlier, now, place.area)
    start = score if score is not None else score_of(pack, earlier, place.area)
    return Change(before.label, start, batch if score is not None else seen.batch, lines, None)


def _score_after(home: Home, pack: Pack, place: Spot, period: Period, batch: int) -> int | None:
    """The score of the period before as it was known after `batch`."""
    if batch == place.panel.known:
        return None
    seen = known_after(home, pack, batch)
    published = compute_from(pack, panel_of(home, pack, seen), [period], seen)
    score = int(published.results.score[place.area, -1])
    return None if score == MISSING else score
