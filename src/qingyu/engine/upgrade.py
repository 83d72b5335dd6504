"""Moving a home to a newer format: a backup first, the work on a copy, then one swap of names.

A step turns the home of one format into that of the next, in the copy it is given; it replaces
files and never changes one in place, since the copy shares the data files with the backup.
Format 1 is the first, so there is no step yet.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from qingyu.engine import disk
from qingyu.engine.layout import FORMAT, LOCK, check_format, format_of
from qingyu.engine.lock import locked
from qingyu.errors import FormatError, HomeError
from qingyu.i18n import T

Step = Callable[[Path], None]
STEPS: Mapping[int, Step] = {}  # format → the step from it to the next

_DERIVED = ("cache", "staging", "index")


@dataclass(frozen=True)
class Upgraded:
    """From which format to which, and where the home as it was is kept (None: nothing to do)."""

    before: int
    after: int
    backup: Path | None


def upgrade(
    folder: Path, steps: Mapping[int, Step] = STEPS, target: int = FORMAT, wait: float = 30.0
) -> Upgraded:
    """Bring the home in `folder` to format `target`; killed at any moment, it is as before or
    as after, and can be called again. `FormatError` for a newer home or a missing step."""
    folder = folder.absolute()
    _finish_swap(folder, target)
    if format_of(folder) >= target:
        if target == FORMAT:
            check_format(folder)
        return Upgraded(format_of(folder), target, None)
    with locked(folder / LOCK, wait):
        before = format_of(folder)
        if before >= target:  # another process did it while we waited
            return Upgraded(before, target, None)
        _check_clean(folder)
        backup = _free_name(folder.with_name(f"{folder.name}.backup-format-{before}"))
        copy = _copy_beside(folder, target)
        _copy_home(folder, copy)
        _run(copy, steps, before, target)
        _swap(folder, copy, backup)
    return Upgraded(before, target, backup)


def _run(copy: Path, steps: Mapping[int, Step], before: int, target: int) -> None:
    for number in range(before, target):
        if number not in steps:
            raise FormatError(
                str(copy),
                T(
                    "no way from format {number} to {following}",
                    number=number,
                    following=number + 1,
                ),
                T("a home of format {known}", known=target),
                T("Upgrade with an older Qingyu first."),
            )
        steps[number](copy)
    disk.replace(copy / "format", f"{target}\n".encode())


def _check_clean(folder: Path) -> None:
    """What a killed run left is finished by the Qingyu that began it, not by another format's."""
    if (folder / "pending.json").exists():
        raise HomeError(
            str(folder),
            T("a batch that was being received when its run was killed"),
            T("a home at rest"),
            T("Run any writing command with the older Qingyu once, then upgrade."),
        )


def _copy_home(source: Path, target: Path) -> None:
    """A copy that shares the files, which are never changed in place, and so also the lock:
    whoever waits for it waits for both."""
    disk.remove(target)
    disk.make_folder(target)
    for path in sorted(source.rglob("*")):
        inside = path.relative_to(source)
        if inside.parts[0] in _DERIVED and len(inside.parts) > 1:
            continue
        if path.is_dir():
            disk.make_folder(target / inside)
        else:
            disk.link(path, target / inside)
    for path in [target, *sorted(p for p in target.rglob("*") if p.is_dir())]:
        disk.sync_folder(path)


def _swap(folder: Path, copy: Path, backup: Path) -> None:
    """One step where the file system can exchange names; else two, which `upgrade` finishes."""
    if disk.exchange(copy, folder):
        disk.rename(copy, backup)
    else:
        disk.rename(folder, backup)
        disk.rename(copy, folder)
    disk.sync_folder(folder.parent)


def _finish_swap(folder: Path, target: int) -> None:
    """What a kill inside `_swap` left: a finished copy without its name, or an old home under
    the copy's name."""
    copy = _copy_beside(folder, target)
    if not (copy / "format").exists():
        return
    if not folder.exists() and format_of(copy) == target:
        disk.rename(copy, folder)
    elif format_of(folder) == target and format_of(copy) < target:
        kept = folder.with_name(f"{folder.name}.backup-format-{format_of(copy)}")
        disk.rename(copy, _free_name(kept))


def _copy_beside(folder: Path, target: int) -> Path:
    return folder.with_name(f"{folder.name}.upgrading-{target}")


def _free_name(path: Path) -> Path:
    number, free = 1, path
    while free.exists():
        number += 1
        free = path.with_name(f"{path.name}-{number}")
    return free
