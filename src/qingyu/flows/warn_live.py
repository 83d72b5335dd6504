"""The live answer: what each morning said of the days that had just become known.

Every morning, from the first receipt on, is gone through in order: the panel as known by the
pack's `morning` hour, the days (and periods) that it knows and no earlier morning knew, one verdict
for each. A verdict never changes afterwards, whatever is corrected later; that is what hindsight is
for. Nothing depends on when, or how often, this was run. What was found is kept in
`home/warn/live-*.npz`, which may be deleted at any time.
"""

from __future__ import annotations

import io
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np

from qingyu.digest import digest_of_tree
from qingyu.engine import disk
from qingyu.engine.store import Home
from qingyu.engine.tables import DayState, Panel
from qingyu.engine.vintages import vintages
from qingyu.errors import StorageError
from qingyu.flows.opening import Known, sources_of_index
from qingyu.flows.warn_judge import (
    FIELDS,
    Cells,
    DayJudge,
    Watch,
    judge_period,
    watches,
)
from qingyu.flows.warn_series import Series, sources_of
from qingyu.index.hierarchy import day_number
from qingyu.pack.model import Pack
from qingyu.periods import Period, period_of, previous
from qingyu.warn.rules import CALM
from qingyu.warn.scan import Scan
from qingyu.warn.verdict import Floats

SCHEMA = 1
FOLDER = "warn"


@dataclass(frozen=True)
class Morning:
    """A local day, and the last batch received by its `morning` hour."""

    day: date
    batch: int


@dataclass
class Sheet:
    """What one watch found: days (day numbers of days, or of the last days of periods), the morning
    that judged each, and their cells."""

    days: list[int] = field(default_factory=list)
    mornings: list[int] = field(default_factory=list)
    cells: list[Floats] = field(default_factory=list)  # [field, area] each

    def add(self, day: int, morning: int, cells: Cells) -> None:
        self.days.append(day)
        self.mornings.append(morning)
        self.cells.append(np.stack([cells[name] for name in FIELDS]))

    def judged(self) -> set[int]:
        """Days of which at least one area has an answer (too short a history is none)."""
        states = [cells[FIELDS.index("state")] for cells in self.cells]
        return {d for d, s in zip(self.days, states, strict=True) if np.isin(s, CALM).any()}

    def table(self) -> tuple[np.ndarray, np.ndarray]:
        """(days, cells [field, area, day]) in the order of the days."""
        order = sorted(range(len(self.days)), key=lambda n: self.days[n])
        days = np.array([self.days[n] for n in order], np.int64)
        return days, np.stack([self.cells[n] for n in order], axis=-1) if order else np.zeros(
            (len(FIELDS), 0, 0)
        )


@dataclass(frozen=True)
class Found:
    """All sheets by the key of their watch. areas: the axis of the cells."""

    areas: tuple[str, ...]
    mornings: tuple[Morning, ...]
    sheets: dict[str, Sheet]


def judged_days(pack: Pack, found: Found, first: date, last: date) -> int:
    """Days of the stretch that at least one rule over counts judged; of a pack without such
    rules, any rule."""
    start, end = day_number(first), day_number(last)
    every = watches(pack)
    keys = [one.key for one in every if one.daily] or [one.key for one in every]
    sheets = [found.sheets[key] for key in keys if key in found.sheets]
    return len({day for sheet in sheets for day in sheet.judged() if start <= day <= end})


def mornings_of(home: Home, pack: Pack, now: datetime) -> tuple[Morning, ...]:
    """Every morning since the first receipt whose hour has come by `now`."""
    assert pack.warnings is not None
    zone = ZoneInfo(pack.time_zone)
    hour = time.fromisoformat(pack.warnings.morning)
    received = [datetime.fromisoformat(one.received) for one in home.batches()]
    if not received:
        return ()
    found, batch = [], 0
    day = received[0].astimezone(zone).date()
    last = now.astimezone(zone).date()
    while day <= last:
        moment = datetime.combine(day, hour, zone)
        while batch < len(received) and received[batch] <= moment:
            batch += 1
        if moment <= now and batch:
            found.append(Morning(day, batch))
        day += timedelta(days=1)
    return tuple(found)


def live(home: Home, pack: Pack, mornings: Sequence[Morning]) -> Found:
    """What these mornings said."""
    path = home.folder / FOLDER / f"live-{_meaning(pack)}.npz"
    stamps = _stamps(home, mornings)
    found, done = _kept(path, stamps)
    if done == len(mornings):
        return Found(found.areas, tuple(mornings), found.sheets)
    walk = _Walk(pack, found.sheets)
    for morning, panel in _panels(home, pack, mornings[done:]):
        walk.morning(morning, panel)
    answer = Found(walk.areas, tuple(mornings), walk.sheets)
    if len(mornings) > 0:
        _keep(path, stamps, answer)
    return answer


def _panels(home: Home, pack: Pack, mornings: Sequence[Morning]) -> Iterator[tuple[Morning, Panel]]:
    """Each morning with what was known on it."""
    numbers = sorted({one.batch for one in mornings})
    panels = vintages(home, pack, numbers)
    panel = None
    for one in mornings:
        if panel is None or panel.known != one.batch:
            panel = next(panels)
        yield one, panel


class _Walk:
    """Goes from morning to morning."""

    def __init__(self, pack: Pack, sheets: dict[str, Sheet]) -> None:
        assert pack.warnings is not None
        self.pack = pack
        self.watches = watches(pack)
        self.sheets = {one.key: sheets.get(one.key, Sheet()) for one in self.watches}
        self.judged = {key: set(sheet.days) for key, sheet in self.sheets.items()}
        self.areas: tuple[str, ...] = ()
        self.zones = Scan(0, frozenset())

    def morning(self, morning: Morning, panel: Panel) -> None:
        series = Series(self.pack, panel, morning.day)
        if not self.areas:
            self.areas = series.areas
            self.zones = Scan.between(self.areas, neighbours(self.pack, self.areas))
        counting = [one for one in self.watches if one.daily]
        judge = DayJudge(series, self.zones, counting)
        for one in counting:
            self._days(one, morning, series, judge)
        self._periods(morning, series)

    def _days(self, watch: Watch, morning: Morning, series: Series, judge: DayJudge) -> None:
        full = series.full(sources_of(self.pack, self.pack.indicator(watch.subject)))
        today = day_number(morning.day)
        for day in range(today - watch.rule.within.days, today):
            column = day - series.first
            if not 0 <= column < len(full) or not full[column] or day in self.judged[watch.key]:
                continue
            self._add(watch, day, today, judge.judge(watch, column))

    def _periods(self, morning: Morning, series: Series) -> None:
        known = Known(morning.batch, morning.day)
        ready: dict[Period, list[Watch]] = {}
        for one in self.watches:
            if not one.daily:
                for period in self._due(one, morning, series):
                    ready.setdefault(period, []).append(one)
        for period in sorted(ready):
            cells = judge_period(series, known, period, ready[period])
            for one in ready[period]:
                day = day_number(period.last)
                self._add(one, day, day_number(morning.day), cells[one.key])

    def _due(self, watch: Watch, morning: Morning, series: Series) -> list[Period]:
        """Periods that have come in since the last morning: all their sources have, or it is later
        than the pack waits for any of them."""
        kind = watch.rule.period
        wait = max(
            (one.missing.after.days for one in self.pack.indicators
             if one.dimension in self.pack.index_for(kind).dimensions), default=0,
        )  # fmt: skip
        found = []
        period = previous(period_of(morning.day, kind))
        while (morning.day - period.last).days <= max(watch.rule.within.days, wait + 1):
            if day_number(period.last) not in self.judged[watch.key] and (
                (morning.day - period.last).days > wait or self._settled(period, series)
            ):
                found.append(period)
            period = previous(period)
        return found

    def _settled(self, period: Period, series: Series) -> bool:
        days = series.panel.coverage["day"].values
        if not len(days) or np.datetime64(period.last, "D") > days[-1]:
            return False
        names = sorted(sources_of_index(self.pack, period.kind))
        states = series.panel.coverage.sel(
            source=names, day=slice(np.datetime64(period.first, "D"),
                                    np.datetime64(period.last, "D")),
        ).values  # fmt: skip
        return bool((states >= DayState.GAP).all())

    def _add(self, watch: Watch, day: int, morning: int, cells: Cells) -> None:
        self.sheets[watch.key].add(day, morning, cells)
        self.judged[watch.key].add(day)


def neighbours(pack: Pack, codes: Sequence[str]) -> list[tuple[str, str]]:
    """The declared pairs; without any, the areas of one parent."""
    assert pack.warnings is not None
    if pack.warnings.neighbours:
        return list(pack.warnings.neighbours)
    parents: dict[str, list[str]] = {}
    for area in pack.areas:
        if area.code in codes and area.parent is not None:
            parents.setdefault(area.parent, []).append(area.code)
    return [(a, b) for mine in parents.values() for a in mine for b in mine if a < b]


# -- what is kept ---------------------------------------------------------------------------------


def _meaning(pack: Pack) -> str:
    """What the answer is a function of, besides the batches."""
    assert pack.warnings is not None
    return digest_of_tree([SCHEMA, pack.digest, pack.warnings.model_dump(mode="json")])[:32]


def _stamps(home: Home, mornings: Sequence[Morning]) -> list[str]:
    batches = home.batches()
    return [f"{one.day.isoformat()} {batches[one.batch - 1].digest}" for one in mornings]


def _kept(path: Path, stamps: list[str]) -> tuple[Found, int]:
    """The longest beginning of these mornings that was kept, and how many they are."""
    nothing = Found((), (), {})
    try:
        with np.load(path, allow_pickle=False) as held:
            meta = json.loads(str(held["meta"]))
            if meta["stamps"] != stamps[: len(meta["stamps"])]:
                return nothing, 0
            sheets = {}
            for number, key in enumerate(meta["sheets"]):
                days, mornings, cells = (held[f"{part}{number}"] for part in "dmc")
                sheets[key] = Sheet(days.tolist(), mornings.tolist(), list(cells))
    except (OSError, ValueError, KeyError, EOFError):
        return nothing, 0
    return Found(tuple(meta["areas"]), (), sheets), len(meta["stamps"])


def _keep(path: Path, stamps: list[str], found: Found) -> None:
    meta = {"stamps": stamps, "areas": found.areas, "sheets": list(found.sheets)}
    arrays: dict[str, Any] = {"meta": np.array(json.dumps(meta))}
    for number, sheet in enumerate(found.sheets.values()):
        arrays[f"d{number}"] = np.array(sheet.days, np.int64)
        arrays[f"m{number}"] = np.array(sheet.mornings, np.int64)
        arrays[f"c{number}"] = np.array(sheet.cells, np.float64)
    held = io.BytesIO()
    np.savez_compressed(held, **arrays)
    try:
        disk.make_folder(path.parent)
        disk.replace(path, held.getvalue())
    except StorageError:
        return  # a cache: a full or read-only disk must not stop a reader


__all__ = ["FOLDER", "Found", "Morning", "Sheet", "live", "mornings_of"]
