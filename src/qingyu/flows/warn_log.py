"""What named persons decided about warnings: an append-only log, each line chained to the last.

`home/warn/decisions.jsonl`: silences (a known cause, with its reason and its end), their lifting,
and notifications, which give an episode its number for good.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from qingyu.digest import digest_of
from qingyu.engine import disk
from qingyu.engine.lock import locked
from qingyu.engine.store import Home
from qingyu.errors import DamageError
from qingyu.i18n import T

FILE = "decisions.jsonl"
_START = "-"


@dataclass(frozen=True)
class Decision:
    """One line. kind: `silence`, `lift` or `notified`; what: its particulars."""

    number: int
    at: str
    who: str
    kind: str
    what: Mapping[str, object]
    previous: str
    digest: str

    @property
    def day(self) -> date:
        """The local day on which it was made (its moment carries the city's offset)."""
        return datetime.fromisoformat(self.at).date()


def read_log(home: Home) -> tuple[Decision, ...]:
    """All decisions in order; `DamageError` where a line was changed, dropped or put between."""
    path = home.folder / "warn" / FILE
    try:
        lines = path.read_text("utf-8").splitlines()
    except FileNotFoundError:
        return ()
    found: list[Decision] = []
    previous = _START
    for number, line in enumerate(lines, start=1):
        try:
            one = Decision(**json.loads(line))
            whole = one.number == number and one.previous == previous and one.digest == _digest(one)
        except (ValueError, TypeError):
            whole = False
        if not whole:
            raise _damaged(path, number)
        found.append(one)
        previous = one.digest
    return tuple(found)


def append(
    home: Home, who: str, at: datetime, entries: list[tuple[str, dict[str, object]]]
) -> tuple[Decision, ...]:
    """The log with these entries at its end, all of them or none. `at` in the city's own time."""
    folder = home.folder / "warn"
    disk.make_folder(folder)
    with locked(folder / "lock", wait=10):
        log = list(read_log(home))
        for kind, what in entries:
            previous = log[-1].digest if log else _START
            bare = Decision(len(log) + 1, at.isoformat(timespec="seconds"), who, kind, what,
                            previous, "")  # fmt: skip
            log.append(Decision(**{**vars(bare), "digest": _digest(bare)}))
        text = "".join(json.dumps(vars(one), ensure_ascii=False, sort_keys=True) + "\n"
                       for one in log)  # fmt: skip
        disk.replace(folder / FILE, text.encode())
    return tuple(log)


def _digest(one: Decision) -> str:
    what = json.dumps(one.what, ensure_ascii=False, sort_keys=True)
    return digest_of([str(one.number), one.at, one.who, one.kind, what, one.previous])


def _damaged(path: Path, line: int) -> DamageError:
    return DamageError(
        f"{path}:{line}",
        T("a line that does not follow from the one before it"),
        T("the log as it was written"),
        T("Put the file back from a backup: decisions are never changed, only added."),
    )
