"""What could not be judged, and why: told beside the episodes, never among them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from qingyu.engine.tables import DayState, Panel
from qingyu.flows.warn_judge import watches
from qingyu.flows.warn_series import sources_of
from qingyu.pack.model import Pack

_LOOKED_AT = 28  # days
_SORTS = (
    ("suspect", (DayState.SUSPECT,)),
    ("missing", (DayState.NONE, DayState.PARTIAL, DayState.GAP)),
)


@dataclass(frozen=True)
class Unsaid:
    """One source that rules over counts read. what: `never` (nothing was ever received), `late`
    (nothing after `last`, and it is due), `suspect` or `missing` (such days in the last four
    weeks, from `first` to `last`). subjects: indicators that are blind for it."""

    source: str
    what: str
    first: date | None
    last: date | None
    days: int
    subjects: tuple[str, ...]


def unsaid(pack: Pack, panel: Panel, today: date) -> list[Unsaid]:
    """In the order of the pack's sources."""
    readers: dict[str, list[str]] = {}
    for watch in watches(pack):
        if watch.daily:
            for name in sources_of(pack, pack.indicator(watch.subject)):
                readers.setdefault(name, []).append(watch.subject)
    found: list[Unsaid] = []
    days = panel.coverage["day"].values
    for source in pack.sources:
        if source.id not in readers:
            continue
        subjects = tuple(dict.fromkeys(readers[source.id]))
        due = today - timedelta(days=source.rhythm.after.days)
        states = panel.coverage.sel(source=source.id).values
        full = days[states == DayState.FULL]
        full = full[full <= np.datetime64(due, "D")]
        if not len(full):
            found.append(Unsaid(source.id, "never", None, None, 0, subjects))
            continue
        last = full[-1].astype("datetime64[D]").astype(object)
        if last < due:
            found.append(
                Unsaid(
                    source.id, "late", last + timedelta(days=1), due, (due - last).days, subjects
                )
            )
        for what, kinds in _SORTS:
            recent = (days > np.datetime64(today - timedelta(days=_LOOKED_AT), "D")) & (
                days <= np.datetime64(last, "D")
            )
            mine = days[recent & np.isin(states, kinds)].astype("datetime64[D]").astype(object)
            if len(mine):
                found.append(Unsaid(source.id, what, mine[0], mine[-1], len(mine), subjects))
    return found
