"""A ZIP archive opened with suspicion: what its headers say is held against what comes out.

Limits are on bytes that are really produced. Nothing is unpacked to disk, no name of an entry is
used as a path, and archives inside the archive are never opened.
"""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from qingyu.errors import InputError
from qingyu.i18n import T, Text

MOST_ENTRIES = 5_000
MOST_BYTES = 4 << 30  # of one entry
MOST_RATIO = 250  # bytes out for one byte in, once RATIO_FROM bytes have come out
RATIO_FROM = 32 << 20
_BLOCK = 1 << 18

_BROKEN = (
    zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, RuntimeError,
    ValueError, KeyError, OverflowError,
)  # fmt: skip


class Archive:
    """The entries of a ZIP file by name; use inside `with`."""

    def __init__(self, path: Path) -> None:
        self.title = path.name
        self._bytes = path.open("rb")  # ours to close, whatever still reads an entry
        try:
            with self.reading():
                self._file = zipfile.ZipFile(self._bytes)
            self._refuse_odd_entries()
        except InputError:
            self._bytes.close()
            raise

    def __enter__(self) -> Archive:
        return self

    def __exit__(self, *rest: object) -> None:
        self._file.close()
        self._bytes.close()

    @property
    def names(self) -> set[str]:
        return {entry.filename for entry in self._file.infolist()}

    def read(self, name: str, most: int) -> bytes:
        """A whole small entry."""
        return b"".join(self.stream(name, most))

    def stream(self, name: str, most: int = MOST_BYTES) -> Iterator[bytes]:
        """An entry's bytes in blocks; `InputError` past `most` bytes or past the ratio."""
        with self.reading():
            entry = self._file.getinfo(name)
            produced = 0
            with self._file.open(entry) as file:
                while block := file.read(_BLOCK):
                    produced += len(block)
                    packed = max(entry.compress_size, 1)
                    if produced > most or (
                        produced > RATIO_FROM and produced > packed * MOST_RATIO
                    ):
                        raise self.refused(T("more than {count} bytes in it", count=produced))
                    yield block

    @contextmanager
    def reading(self) -> Iterator[None]:
        """What the archive's own faults become."""
        try:
            yield
        except _BROKEN as error:
            raise self.refused(T("a damaged or cut-off file")) from error

    def refused(self, found: Text) -> InputError:
        return InputError(
            self.title,
            found,
            T("a whole workbook (.xlsx) of a usual size"),
            T("Save it again from the spreadsheet program, or export the table as CSV (UTF-8)."),
        )

    def _refuse_odd_entries(self) -> None:
        entries = self._file.infolist()
        if len(entries) > MOST_ENTRIES:
            raise self.refused(T("{count} parts", count=len(entries)))
        if any(entry.flag_bits & 1 for entry in entries):
            raise self.refused(T("a workbook with a password"))
        if len({entry.filename for entry in entries}) < len(entries):
            raise self.refused(T("two parts of one name"))
        end = 0
        for entry in sorted(entries, key=lambda entry: entry.header_offset):
            if entry.header_offset < end:
                raise self.refused(T("parts that lie upon each other"))
            end = entry.header_offset + entry.compress_size
