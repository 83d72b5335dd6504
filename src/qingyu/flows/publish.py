"""From record to grade: what `show`, `explain` and `compute` stand on.

The walk: the records of all batches known are counted in the cube (a measure that the pack has
just brought is counted for old batches first), the cube becomes a dense panel, the panel becomes
ingredients, and these become every station of every score.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np

from qingyu.engine.cube import backfill
from qingyu.engine.panel import load_panel
from qingyu.engine.store import Home
from qingyu.engine.tables import DayState, Panel
from qingyu.errors import NotFoundError
from qingyu.flows.opening import Known, sources_of_index
from qingyu.flows.replaced import with_moved
from qingyu.i18n import T
from qingyu.index.ingredients import Ingredients
from qingyu.index.results import Results
from qingyu.index.steps import evaluate, gather
from qingyu.pack.model import Pack
from qingyu.periods import Kind, Period, period_of, periods_between, previous

WHO = "qingyu"  # who counted a new measure for old batches: the house itself


@dataclass(frozen=True)
class Published:
    """The arithmetic of some periods, with all that went into it."""

    pack: Pack
    panel: Panel
    ingredients: Ingredients
    results: Results


def publish(home: Home, pack: Pack, periods: Sequence[Period], known: Known) -> Published:
    """All areas in `periods` (of one kind), as known then."""
    panel = panel_of(home, pack, known)
    return compute_from(pack, panel, periods, known)


def compute_from(pack: Pack, panel: Panel, periods: Sequence[Period], known: Known) -> Published:
    """The same from a panel at hand."""
    ingredients = gather(pack, panel, periods, known.day)
    return Published(pack, panel, ingredients, evaluate(pack, ingredients))


def panel_of(home: Home, pack: Pack, known: Known) -> Panel:
    """Counts and coverage as known then."""
    count_new_measures(home, pack)
    return with_moved(home, pack, load_panel(home, pack, known.batch))


def count_new_measures(home: Home, pack: Pack) -> None:
    """Count for old batches what the pack did not ask for when they came."""
    backfill(home, pack, WHO)


def full_days(pack: Pack, panel: Panel, kind: Kind) -> tuple[date, date]:
    """The first and the last day on which some source of the index is full."""
    sources = sources_of_index(pack, kind)
    known = [source for source in panel.coverage["source"].values if source in sources]
    full = (panel.coverage.sel(source=known).values == DayState.FULL).any(axis=0)
    days = panel.coverage["day"].values[full]
    if not len(days):
        raise NotFoundError(
            pack.id,
            T("no day that is fully covered"),
            T("at least one whole day of records"),
            T("Receive a file first: `qingyu receive SOURCE FILE`."),
        )
    return _day(days[0]), _day(days[-1])


def computable(pack: Pack, panel: Panel, kind: Kind) -> list[Period]:
    """All whole periods of a kind between the first and the last full day."""
    first, last = full_days(pack, panel, kind)
    return periods_between(first, last, kind)


def last_period(pack: Pack, panel: Panel, kind: Kind) -> Period:
    """The last period of a kind that lies before or ends with the last full day (the first
    that has begun if none has ended)."""
    first, last = full_days(pack, panel, kind)
    period = period_of(last, kind)
    if period.last > last and previous(period).last >= first:
        return previous(period)
    return period


def _day(value: np.datetime64) -> date:
    found: date = value.astype("datetime64[D]").astype(object)
    return found
