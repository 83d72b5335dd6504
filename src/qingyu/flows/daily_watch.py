"""The dead-man: says so when today's run has not finished by its hour."""

from __future__ import annotations

import subprocess
from datetime import date, datetime
from datetime import time as clock_time
from pathlib import Path
from zoneinfo import ZoneInfo

from qingyu.engine import disk
from qingyu.engine.store import Home
from qingyu.errors import UsageError
from qingyu.flows.daily_state import daily_folder, load_state
from qingyu.i18n import Message, T
from qingyu.intake.connectors.settings import load_settings
from qingyu.pack.model import Pack

_TOLD = "told"
_PATIENCE = 60  # seconds that the notice command may take


def not_run(home: Home, pack: Pack, hour: str) -> Message | None:
    """None if today's run has finished or `hour` has not come. Else the notice, which also stands
    in `daily/NOT-RUN` and is given to the configured command as its last argument, once a day."""
    now = home.clock().astimezone(ZoneInfo(pack.time_zone))
    due = _hour(hour)
    today, finished = now.date().isoformat(), load_state(home).finished
    if now.time() < due or finished == today:
        return None
    notice = T(
        "The daily run of {today} has not finished by {hour}; the last one that did was {last}.",
        today=today,
        hour=due.strftime("%H:%M"),
        last=finished or T("never"),
    )
    disk.make_folder(daily_folder(home))
    path = daily_folder(home) / "NOT-RUN"
    if _told(path, today):
        return notice
    # The file stands first: a command that fails must not hide what it was to tell.
    disk.replace(path, f"{today}\n{notice}\n".encode())
    failure = _notify(load_settings(home.folder, pack).notify, str(notice))
    if failure:
        return T("{notice} The command that tells of it failed: {words}.",
                 notice=notice, words=failure)  # fmt: skip
    disk.replace(path, f"{today}\n{notice}\n{_TOLD}\n".encode())
    return notice


def _told(path: Path, today: str) -> bool:
    lines = path.read_text("utf-8").splitlines() if path.exists() else []
    return lines[:1] == [today] and lines[-1:] == [_TOLD]


def _notify(command: tuple[str, ...], notice: str) -> str:
    """Run the command; what went wrong, or nothing. It is tried again at the next check."""
    if not command:
        return ""
    try:
        done = subprocess.run([*command, notice], timeout=_PATIENCE, check=False)
    except (OSError, subprocess.TimeoutExpired) as error:
        return str(error)
    return "" if done.returncode == 0 else f"exit code {done.returncode}"


def _hour(text: str) -> clock_time:
    try:
        return datetime.strptime(text, "%H:%M").time()  # noqa: DTZ007 - an hour of the city
    except ValueError:
        raise UsageError(
            "--check", text, T("an hour such as 08:30"), T("Write the hour in this form.")
        ) from None


def day_named(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise UsageError(
            "--date",
            text,
            T("a day such as 2026-10-15"),
            T("Write the day in this form."),
        ) from None
