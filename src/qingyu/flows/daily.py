"""A city's day: what arrived is taken, what is due is computed, what changed is told.

Every step may be killed and done again. Files are put away only when they are committed (the same
content again is no new batch); the report is written before the state that calls it written; what
came in is read from the list of batches and not from memory.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from qingyu.engine import disk
from qingyu.engine.lock import locked
from qingyu.engine.meter import metered
from qingyu.engine.store import Home
from qingyu.errors import ConflictError
from qingyu.flows.daily_collect import collect
from qingyu.flows.daily_state import DailyState, Scores, daily_folder, load_state, save_state
from qingyu.flows.opening import Known
from qingyu.flows.publish import compute_from, panel_of
from qingyu.flows.show import Shown, shown
from qingyu.i18n import T
from qingyu.index.exact_json import dumps, milli
from qingyu.intake.connectors.settings import load_settings
from qingyu.intake.supply import supply
from qingyu.pack.model import Pack
from qingyu.periods import Kind, Period, following, parse, period_of, previous

MOST_DAYS = 40  # without a run; beyond them the clock is doubted and the day must be named
_KEPT = {"day": 7}  # periods that late records may still change
_KEPT_ELSE = 2
_RUNS_KEPT = 60  # days whose reports are counted, so that a later one never replaces an earlier


@dataclass(frozen=True)
class Daily:
    """report: what is kept; seconds, rows: by stage, of this run only; again: nothing was new."""

    report: dict[str, object]
    again: bool
    seconds: dict[str, float] = field(default_factory=dict)
    rows: dict[str, int] = field(default_factory=dict)

    @property
    def attention(self) -> bool:
        return bool(self.report["refused"])

    def to_json(self) -> dict[str, object]:
        seconds = {name: round(value * 1000) for name, value in self.seconds.items()}
        return {
            **self.report,
            "again": self.again,
            "milliseconds": seconds,
            "rows_read": self.rows,
        }


def daily(home: Home, pack: Pack, who: str, day: date | None = None) -> Daily:
    """One day's work; `day` stands for today. `LockedError` names another run at work."""
    folder = daily_folder(home)
    disk.make_folder(folder)
    disk.make_folder(folder / "reports")
    with locked(folder / "lock", wait=0):
        return _run(home, pack, who, day)


def local_day(home: Home, pack: Pack) -> date:
    """Today in the city, whatever the zone of the machine."""
    return home.clock().astimezone(ZoneInfo(pack.time_zone)).date()


def _run(home: Home, pack: Pack, who: str, day: date | None) -> Daily:
    state, stages = load_state(home), _Stages()
    today = day or local_day(home, pack)
    if day is None:
        _check_clock(state, today)
    with stages.stage("collect"):
        waiting = collect(home, pack, load_settings(home.folder, pack), state, who)
    with stages.stage("supply"):
        late = [row.source for row in supply(home, pack, today) if row.status != "current"]
    report: dict[str, object] = {
        "day": today.isoformat(),
        "pack": pack.id,
        "simulated": pack.simulated,
        "known": home.last,
        "received": _received(home, state.known),
        "refused": list(state.refused),
        "waiting": waiting,
        "late": late,
    }
    due = _due(pack, state, today) if home.last else {}
    new = home.last != state.known or pack.digest != state.pack
    with stages.stage("compute"):
        report["periods"], report["changes"] = _compute(home, pack, state, due, new)
    moved_on = today.isoformat() > state.finished
    quiet = not (new or state.refused or any(due.values()) or moved_on)
    if not quiet:
        _finish(home, pack, state, today, report)
    return Daily(report, quiet, stages.seconds, stages.rows)


def _check_clock(state: DailyState, today: date) -> None:
    if not state.finished:
        return
    last = date.fromisoformat(state.finished)
    if last <= today <= last + timedelta(days=MOST_DAYS):
        return
    raise ConflictError(
        today.isoformat(),
        T("a clock that says {today}, while the last run was on {last}",
          today=today.isoformat(), last=state.finished),
        T("a day not before the last run and at most {most} days after it", most=MOST_DAYS),
        T("Set the clock right; if it is right, run once with --date {today}.",
          today=today.isoformat()),
    )  # fmt: skip


def _received(home: Home, known: int) -> list[dict[str, object]]:
    """What was committed since the last run, by whatever way it came."""
    return [
        {
            "batch": batch.number,
            "kind": batch.kind,
            "source": batch.source,
            "rows": batch.rows,
            "new": batch.new,
            "corrected": batch.corrected,
            "withdrawn": batch.withdrawn,
            "refused": batch.refused,
        }
        for batch in home.batches()
        if batch.number > known and batch.kind != "count"
    ]


def _due(pack: Pack, state: DailyState, today: date) -> dict[Kind, list[Period]]:
    """Of each kind the whole periods not computed yet, oldest first."""
    due: dict[Kind, list[Period]] = {}
    for kind in dict.fromkeys(kind for index in pack.indices for kind in index.periods):
        last = period_of(today, kind)
        last = previous(last)
        done = state.done.get(kind)
        period = following(parse(done)) if done else last
        due[kind] = []
        while period.last <= last.last:
            due[kind].append(period)
            period = following(period)
    return due


def _compute(
    home: Home, pack: Pack, state: DailyState, due: dict[Kind, list[Period]], new: bool
) -> tuple[list[dict[str, object]], list[dict[str, object]]]:
    """The due periods, and what has changed in those that were told before."""
    computed: list[dict[str, object]] = []
    changes: list[dict[str, object]] = []
    if not any(due.values()) and not (new and state.scores):
        return computed, changes
    known = Known(home.last, None)
    panel = panel_of(home, pack, known)
    for kind, fresh in due.items():
        told = [p for p in map(parse, state.scores) if p.kind == kind] if new else []
        if not told and not fresh:
            continue
        published = compute_from(pack, panel, sorted({*told, *fresh}), known)
        for period in told:
            rows = shown(published, period)
            changes += _changes(period, state.scores[period.label], _scores(rows))
            state.scores[period.label] = _scores(rows)
        for period in fresh:
            rows = shown(published, period)
            computed.append(_told(kind, rows))
            state.scores[period.label] = _scores(rows)
            state.done[kind] = period.label
        _forget(state, kind)
    return computed, changes


def _told(kind: Kind, rows: Shown) -> dict[str, object]:
    return {
        "period": rows.period.label,
        "kind": kind,
        "counts": dict(sorted(rows.counts.items())),
        "worst": None if rows.worst is None else rows.worst.to_json(),
    }


def _scores(rows: Shown) -> Scores:
    return {row.area: [row.score, row.grade] for row in rows.rows}


def _changes(period: Period, before: Scores, now: Scores) -> list[dict[str, object]]:
    """Areas whose colour is another than was told."""
    found = []
    for area in sorted(set(before) & set(now)):
        (old, was), (score, grade) = before[area], now[area]
        if was == grade:
            continue
        amount = score - old if isinstance(score, int) and isinstance(old, int) else None
        found.append({"period": period.label, "area": area, "was": was, "grade": grade,
                      "amount": milli(amount)})  # fmt: skip
    return found


def _forget(state: DailyState, kind: Kind) -> None:
    labels = sorted(p for p in map(parse, state.scores) if p.kind == kind)
    for period in labels[: -_KEPT.get(kind, _KEPT_ELSE)]:
        del state.scores[period.label]


def _finish(
    home: Home, pack: Pack, state: DailyState, today: date, report: dict[str, object]
) -> None:
    """The report first, then the state: killed between the two, the next run writes both again."""
    label = today.isoformat()
    run = state.runs.get(label, 0) + 1
    state.runs = dict(sorted({**state.runs, label: run}.items())[-_RUNS_KEPT:])
    name = f"{label}.json" if run == 1 else f"{label}.{run}.json"
    kept = {**report, "ran_at": home.clock().isoformat()}
    disk.replace(daily_folder(home) / "reports" / name, f"{dumps(kept)}\n".encode())
    # the batches told of: those of the report, and any count that this run itself committed
    state.known, state.pack = home.last, pack.digest
    state.finished = max(state.finished, label)
    state.refused = []
    save_state(home, state)
    disk.remove(daily_folder(home) / "NOT-RUN")


class _Stages:
    """Seconds and rows read, stage by stage."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}
        self.rows: dict[str, int] = {}

    def stage(self, name: str) -> _Stage:
        return _Stage(self, name)


class _Stage:
    def __init__(self, stages: _Stages, name: str) -> None:
        self._stages, self._name, self._meter = stages, name, metered()

    def __enter__(self) -> None:
        self._begin = time.perf_counter()
        self._reading = self._meter.__enter__()

    def __exit__(self, *failure: object) -> None:
        self._meter.__exit__(None, None, None)
        self._stages.seconds[self._name] = time.perf_counter() - self._begin
        self._stages.rows[self._name] = self._reading.rows
