"""What the day's warnings are: episodes that speak, as known on the last morning that has come.

Verdicts stand in `home/warn/live-*.npz` and cost nothing the second time; what was told is kept in
the state, so that a report can say which episodes are new.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from qingyu.engine.store import Home
from qingyu.flows.daily_state import DailyState
from qingyu.flows.warn import Told, Warned, warn
from qingyu.flows.warn_sentence import sentence_of
from qingyu.pack.model import Pack

Shown = dict[str, object]


@dataclass(frozen=True)
class DayWarnings:
    """report: for the day's report, None for a pack without rules; morning: the last one looked at;
    keys: episodes that speak; fresh: a morning has come since the last report."""

    report: Shown | None
    morning: str
    keys: list[str]
    fresh: bool


def day_warnings(home: Home, pack: Pack, state: DailyState, day: date | None) -> DayWarnings:
    """As known now, or on the morning of `day`, if that has come."""
    if pack.warnings is None:
        return DayWarnings(None, "", [], False)
    found = warn(home, pack, now=_moment(home, pack, day), reasons=False)
    speaking = [one for one in found.episodes if one.speaks]
    morning = "" if found.morning is None else found.morning.isoformat()
    report: Shown = {
        "morning": morning or None,
        "judged": found.judged,
        "days": found.days,
        "episodes": [_shown(pack, one, one.raised.key not in state.warned) for one in speaking],
        "told_by_another": sum(one.told_by is not None for one in found.episodes),
        "silenced": sum(one.silence is not None for one in found.episodes),
        "not_judged": _not_judged(found),
    }
    keys = [one.raised.key for one in speaking]
    return DayWarnings(report, morning, keys, morning != state.morning)


def _moment(home: Home, pack: Pack, day: date | None) -> datetime:
    assert pack.warnings is not None
    zone = ZoneInfo(pack.time_zone)
    now = home.clock().astimezone(zone)
    if day is None:
        return now
    hour = time.fromisoformat(pack.warnings.morning)
    return min(now, datetime.combine(day, hour, zone))


def _shown(pack: Pack, one: Told, new: bool) -> Shown:
    return {
        "key": one.raised.key,
        "number": None if one.number is None else one.number.number,
        "area": one.raised.area,
        "subject": one.raised.subject,
        "severity": one.raised.severity,
        "rules": [watch.rule.id for watch in one.raised.watches],
        "state": one.state,
        "first": one.first.isoformat(),
        "last": one.last.isoformat(),
        "new": new,
        "sentence": sentence_of(pack, one).to_json(),
    }


def _not_judged(found: Warned) -> list[Shown]:
    """Sources of which nothing came of late: for them no news is no calm."""
    return [
        {"source": one.source, "what": one.what, "subjects": list(one.subjects)}
        for one in found.unsaid
        if one.what in ("never", "late")
    ]
