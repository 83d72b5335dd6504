"""What a home remembers of its days: `HOME/daily/state.json`, replaced atomically.

A missing or torn file costs nothing but the memory: only the last whole periods are due then.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from datetime import date
from pathlib import Path

from pydantic import TypeAdapter

from qingyu.engine import disk
from qingyu.engine.store import Home
from qingyu.errors import UserError
from qingyu.periods import parse

Scores = dict[str, tuple[int | None, str | None]]  # area → milli-points, grade


@dataclass
class DailyState:
    """done: kind → label of the last period computed; known: last batch told of; scores: those of
    the last periods, which late records may still change; refused: told in the next report;
    morning, warned: the last morning told of, and the keys of the episodes that spoke then."""

    finished: str = ""  # the local day of the last finished run
    known: int = 0
    pack: str = ""
    runs: dict[str, int] = field(default_factory=dict)  # day → its reports
    done: dict[str, str] = field(default_factory=dict)
    scores: dict[str, Scores] = field(default_factory=dict)
    refused: list[dict[str, str]] = field(default_factory=list)
    morning: str = ""
    warned: list[str] = field(default_factory=list)


_FORM = TypeAdapter(DailyState)


def daily_folder(home: Home) -> Path:
    return home.folder / "daily"


def load_state(home: Home) -> DailyState:
    try:
        found = _FORM.validate_json((daily_folder(home) / "state.json").read_bytes(), strict=True)
        for label in (*found.done.values(), *found.scores):
            parse(label)
        if found.finished:
            date.fromisoformat(found.finished)
    except (OSError, ValueError, UserError):
        return DailyState()
    return found


def save_state(home: Home, state: DailyState) -> None:
    data = json.dumps(asdict(state), ensure_ascii=False, sort_keys=True)
    disk.replace(daily_folder(home) / "state.json", data.encode())
