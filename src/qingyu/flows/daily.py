"""A city's day: what arrived is taken, what is due is computed, what changed is told.

Every step may be killed and done again. Files are put away only when they are committed (the same
content again is no new batch); the report is written before the state that calls it written; what
came in is read from the list of batches and not from memory.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from qingyu.engine import disk
from qingyu.engine.coverage import Coverage
from qingyu.engine.lock import locked
from qingyu.engine.panel import load_panel
from qingyu.engine.store import Home
from qingyu.engine.tables import Panel
from qingyu.errors import ConflictError
from qingyu.flows.daily_collect import collect
from qingyu.flows.daily_compute import compute_due, due_periods
from qingyu.flows.daily_stages import Stages
from qingyu.flows.daily_state import DailyState, daily_folder, load_state, save_state
from qingyu.flows.daily_warn import day_warnings
from qingyu.flows.publish import count_new_measures
from qingyu.i18n import T
from qingyu.index.doubts import all_doubts, doubt_of, odd_doubts
from qingyu.index.exact_json import dumps
from qingyu.intake.connectors.settings import load_settings
from qingyu.intake.supply import supply_of
from qingyu.pack.model import Pack

MOST_DAYS = 40  # without a run; beyond them the clock is doubted and the day must be named
_RUNS_KEPT = 60  # days whose reports are counted, so that a later one never replaces an earlier


@dataclass(frozen=True)
class Daily:
    """report: what is kept; seconds, rows, cells: by stage, of this run only; again: nothing was
    new."""

    report: dict[str, object]
    again: bool
    seconds: dict[str, float] = field(default_factory=dict)
    rows: dict[str, int] = field(default_factory=dict)
    cells: dict[str, int] = field(default_factory=dict)

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
            "cells_read": self.cells,
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
    state, stages = load_state(home), Stages()
    today = day or local_day(home, pack)
    if day is None:
        _check_clock(state, today)
    with stages.stage("collect"):
        settings = load_settings(home.folder, pack)
        collected = collect(home, pack, settings, state, who, today)
    with stages.stage("count"):
        count_new_measures(home, pack)
    with stages.stage("panel"):
        panel = load_panel(home, pack)
    with stages.stage("supply"):
        late = _late(home, pack, panel, today)
    report: dict[str, object] = {
        "day": today.isoformat(),
        "pack": pack.id,
        "simulated": pack.simulated,
        "known": home.last,
        "received": _received(home, state.known),
        "refused": list(state.refused),
        "waiting": collected.waiting,
        "empty": collected.empty,
        "late": late,
        "outlying": _outlying(pack, panel),
    }
    due = due_periods(pack, state, today) if home.last else {}
    new = home.last != state.known or pack.digest != state.pack
    with stages.stage("compute"):
        report["periods"], report["changes"] = compute_due(home, pack, panel, state, due, new)
    with stages.stage("warn"):
        warned = day_warnings(home, pack, state, day)
    report["warnings"] = warned.report
    moved_on = today.isoformat() > state.finished or warned.fresh
    quiet = not (new or state.refused or any(due.values()) or moved_on)
    if not quiet:
        with stages.stage("report"):
            state.morning, state.warned = warned.morning, warned.keys
            _finish(home, pack, state, today, report)
    return Daily(report, quiet, stages.seconds, stages.rows, stages.cells)


def _late(home: Home, pack: Pack, panel: Panel, today: date) -> list[str]:
    """Sources whose records should be here and are not, by the states of the panel."""
    sources = [source.id for source in pack.sources]
    states = panel.coverage.sel(source=sources).values
    covered = Coverage(states, panel.outlying)
    rows = supply_of(pack, home.batches(), panel.coverage["day"].values, covered, today)
    return [row.source for row in rows if row.status != "current"]


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


def _outlying(pack: Pack, panel: Panel) -> list[dict[str, object]]:
    """Days far above what is usual, and odd records, that nobody has confirmed or corrected yet."""
    days = [doubt_of(pack.source(one.source).name, one) for one in panel.outlying]
    return [one.to_json() for one in all_doubts([days, odd_doubts(pack, panel.odd)])]


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
