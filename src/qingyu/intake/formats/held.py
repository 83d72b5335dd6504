"""The plain copy of a sender's file: private, without a name, gone with the process.

The copy has rows of personal data in it, so it must not outlive a kill: the file's name is taken
away as soon as it is open, and its disk space goes when the last reader closes it.
"""

from __future__ import annotations

import csv
import io
import os
import tempfile
from bisect import bisect_right
from collections.abc import Sequence
from pathlib import Path
from typing import IO

from qingyu.engine import disk

_BLOCK = 1 << 20


class Held:
    """A file without a name. `path` can be opened for reading as long as this object lives."""

    def __init__(self) -> None:
        folder = Path(tempfile.gettempdir())
        self._file: IO[bytes] = disk.act("open", folder, lambda: _unnamed(folder))
        self._folder = folder

    @property
    def path(self) -> Path:
        return Path(f"/proc/{os.getpid()}/fd/{self._file.fileno()}")

    def write(self, data: bytes) -> None:
        disk.act("write", self._folder, lambda: self._file.write(data))

    def flush(self) -> None:
        disk.act("write", self._folder, self._file.flush)

    def __del__(self) -> None:
        if hasattr(self, "_file"):
            self._file.close()


def _unnamed(folder: Path) -> IO[bytes]:
    return tempfile.TemporaryFile(dir=folder, prefix="qingyu-")


class OwnRows:
    """The sender's row number of each row of the copy, kept as stretches that count up by one."""

    def __init__(self) -> None:
        self._starts: list[int] = []  # positions (from 0) at which a stretch begins
        self._numbers: list[int] = []  # the sender's number there
        self._count = 0

    def add(self, number: int) -> None:
        if not self._starts or number != self._following():
            self._starts.append(self._count)
            self._numbers.append(number)
        self._count += 1

    def of(self, pos: int) -> int:
        at = bisect_right(self._starts, pos) - 1
        return self._numbers[at] + pos - self._starts[at]

    def __len__(self) -> int:
        return self._count

    def _following(self) -> int:
        return self._numbers[-1] + self._count - self._starts[-1]


class PlainCsv:
    """Writes the copy: a header, then rows of as many cells. `row(number, None)` enters a row whose
    cells do not match the header, in the shape that the reader refuses as such."""

    def __init__(self, header: Sequence[str]) -> None:
        self.held = Held()
        self.own_rows = OwnRows()
        self._text = io.StringIO()
        # With both line ends in the terminator, a cell that holds either is quoted.
        self._writer = csv.writer(self._text, lineterminator="\r\n")
        self._misshapen = '""' if len(header) > 1 else '"",""'
        self._writer.writerow(header)

    def row(self, number: int, cells: Sequence[str] | None) -> None:
        self.own_rows.add(number)
        if cells is None:
            self._text.write(self._misshapen + "\r\n")
        else:
            self._writer.writerow(cells)
        if self._text.tell() > _BLOCK:
            self._spill()

    def close(self) -> Held:
        self._spill()
        self.held.flush()
        return self.held

    def _spill(self) -> None:
        self.held.write(self._text.getvalue().encode("utf-8", "surrogatepass"))
        self._text.seek(0)
        self._text.truncate()
