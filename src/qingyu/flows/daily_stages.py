"""Seconds, rows and cells read of a day's work, stage by stage."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

from qingyu.engine.meter import metered


class Stages:
    """seconds; rows read of tables; cells read of what is derived from them: by stage, in the
    order of the work."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}
        self.rows: dict[str, int] = {}
        self.cells: dict[str, int] = {}

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        begin = time.perf_counter()
        with metered() as reading:
            yield
        self.seconds[name] = time.perf_counter() - begin
        self.rows[name] = reading.rows
        self.cells[name] = reading.cells.total()
