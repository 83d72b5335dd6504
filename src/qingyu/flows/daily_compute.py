"""Which periods are due, and their scores; and again those that late records may have changed."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from qingyu.engine.store import Home
from qingyu.engine.tables import Panel
from qingyu.flows.daily_changes import Changes, scores_of
from qingyu.flows.daily_state import DailyState
from qingyu.flows.opening import Known
from qingyu.flows.publish import compute_from
from qingyu.flows.show import Shown, shown
from qingyu.pack.model import Pack
from qingyu.periods import Kind, Period, following, parse, period_of, previous

_KEPT = {"day": 7}  # periods that late records may still change
_KEPT_ELSE = 2

Due = dict[Kind, list[Period]]
Told = list[dict[str, object]]


def due_periods(pack: Pack, state: DailyState, today: date) -> Due:
    """Of each kind the whole periods not computed yet, oldest first."""
    due: Due = {}
    for kind in dict.fromkeys(kind for index in pack.indices for kind in index.periods):
        last = previous(period_of(today, kind))
        done = state.done.get(kind)
        due[kind] = list(_from(following(parse(done)) if done else last, last))
    return due


def _from(period: Period, last: Period) -> Iterator[Period]:
    while period.last <= last.last:
        yield period
        period = following(period)


def compute_due(
    home: Home, pack: Pack, panel: Panel, state: DailyState, due: Due, new: bool
) -> tuple[Told, Told]:
    """The due periods, and what has changed in those that were told before (looked at only if
    anything is new). Both go into `state`."""
    computed: Told = []
    changed: Told = []
    known = Known(home.last, None)
    changes = Changes(home, pack, panel, state)
    for kind, fresh in due.items():
        told = [p for p in map(parse, state.scores) if p.kind == kind] if new else []
        if not told and not fresh:
            continue
        published = compute_from(pack, panel, sorted({*told, *fresh}), known)
        for period in told:
            now = scores_of(published, period)
            changed += changes.of(period, state.scores[period.label], now)
            state.scores[period.label] = now
        for period in fresh:
            computed.append(_told(kind, shown(published, period)))
            state.scores[period.label] = scores_of(published, period)
            state.done[kind] = period.label
        _forget(state, kind)
    return computed, changed


def _told(kind: Kind, rows: Shown) -> dict[str, object]:
    return {
        "period": rows.period.label,
        "kind": kind,
        "counts": dict(sorted(rows.counts.items())),
        "worst": None if rows.worst is None else rows.worst.to_json(),
    }


def _forget(state: DailyState, kind: Kind) -> None:
    labels = sorted(p for p in map(parse, state.scores) if p.kind == kind)
    for period in labels[: -_KEPT.get(kind, _KEPT_ELSE)]:
        del state.scores[period.label]
