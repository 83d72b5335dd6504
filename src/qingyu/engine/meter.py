"""How much was read: the cost of a day must not grow with history, so it is counted.

with metered() as reading:
    load_panel(home, pack)
print(reading.rows, reading.bytes, reading.cells)
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field


@dataclass
class Reading:
    """Rows and bytes of table files opened while it was in force, in all and by table; and of what
    is derived from them and kept (snapshots, the key index) the cells taken from it, by kind, and
    the bytes looked at for the first time."""

    rows: int = 0
    bytes: int = 0
    by_table: Counter[str] = field(default_factory=Counter)
    cells: Counter[str] = field(default_factory=Counter)
    cell_bytes: Counter[str] = field(default_factory=Counter)


_readings: ContextVar[tuple[Reading, ...]] = ContextVar("qingyu_readings", default=())


@contextmanager
def metered() -> Iterator[Reading]:
    """Count what is read inside the block; blocks may be nested."""
    reading = Reading()
    token = _readings.set((*_readings.get(), reading))
    try:
        yield reading
    finally:
        _readings.reset(token)


def count_read(table: str, rows: int, size: int) -> None:
    """Note that `rows` rows in `size` bytes of `table`'s files were read."""
    for reading in _readings.get():
        reading.rows += rows
        reading.bytes += size
        reading.by_table[table] += rows


def count_cells(kind: str, cells: int, size: int = 0) -> None:
    """Note that `cells` numbers were taken from a derived file of this kind, `size` bytes of which
    had not been looked at before."""
    for reading in _readings.get():
        reading.cells[kind] += cells
        reading.cell_bytes[kind] += size
