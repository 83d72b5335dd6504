"""What a killed run left is finished, or swept away; done at the start of every `writing`.

The moment a batch is decided is the registration of its records (for a batch without records: the
pending note). Before it everything is swept, after it everything is finished.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

from qingyu.engine import disk, pending
from qingyu.engine.delta import OUR_FILE, Table
from qingyu.engine.layout import FOLDERS
from qingyu.engine.writer import complete

if TYPE_CHECKING:
    from qingyu.engine.store import Home

_KEPT = re.compile(r"(\d+)(?:\..*)?")


def recover(home: Home) -> None:
    """Finish or sweep, and leave the home as after a clean end. Cheap if the end was clean."""
    for name in FOLDERS:  # derived ones may be deleted, and many backups keep no empty ones
        disk.make_folder(home.folder / name)
    note = pending.found(home.folder)
    if note is None and not any((home.folder / "staging").iterdir()):
        return
    if note is not None and note.batch.number > home.last and _decided(home, note):
        complete(home, note)
    sweep(home)
    pending.settle(home.folder)
    for path in sorted((home.folder / "staging").iterdir()):
        disk.remove(path)


def sweep(home: Home) -> None:
    """Remove what belongs to no committed batch. Only files of our own naming are touched."""
    last = home.last
    for table in tables(home):
        for path in table.unregistered():
            if number_of_file(path) > last:
                disk.remove(path)
        table.remove_torn_log()
    for name in ("rejects", "snapshots"):
        for path in sorted((home.folder / name).iterdir()):
            if number_of(path) > last:
                disk.remove(path)


def tables(home: Home) -> list[Table]:
    """All tables of a home that exist."""
    sources = sorted(path.name for path in (home.folder / "records").iterdir() if path.is_dir())
    found = [home.batches_table, home.cube_table, *(home.records_table(s) for s in sources)]
    return [table for table in found if table.exists()]


def number_of(path: Path) -> int:
    """The batch number in the name of a kept file; 0 for a file that is not ours."""
    named = _KEPT.fullmatch(path.name)
    return int(named.group(1)) if named else 0


def number_of_file(path: Path) -> int:
    named = OUR_FILE.fullmatch(path.name)
    return int(named.group(1)) if named else 0


def _decided(home: Home, note: pending.Pending) -> bool:
    if not note.has_records:
        return True
    table = home.records_table(note.batch.source)
    return table.exists() and table.transaction() >= note.batch.number
