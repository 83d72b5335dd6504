"""What a file's bytes say before anybody reads a row: encoding, NUL bytes, other formats.

Another encoding is taken only where the contract declares it (`formats.unicode`). Guessing it can
change a name silently; saying which byte is wrong, in which row, and what it looks like cannot.
"""

from __future__ import annotations

import codecs
import mmap
from pathlib import Path

from qingyu.errors import InputError
from qingyu.i18n import T, Text

CSV_HEAD = 1 << 16  # bytes looked at for the header
_BLOCK = 1 << 20
_SAMPLE = 1 << 16

_OTHERS: tuple[tuple[bytes, str], ...] = (
    (b"PK\x03\x04", "XLSX / ZIP"),
    (b"\xd0\xcf\x11\xe0", "XLS"),
    (b"PAR1", "Parquet"),
    (b"\x1f\x8b", "gzip"),
    (b"%PDF", "PDF"),
)


def refuse_other_formats(path: Path) -> None:
    """`InputError` for what is named CSV and is not, by its first bytes."""
    with path.open("rb") as file:
        start = file.read(8)
    for mark, name in _OTHERS:
        if start.startswith(mark):
            raise _not_utf8(path.name, T("{format} contents", format=name))


def refuse_nul(path: Path) -> None:
    """`InputError` for a NUL byte, with its row."""
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as view:
        at = view.find(b"\0")
        if at >= 0:
            row = view[:at].count(b"\n") + 1
            raise _not_utf8(
                T("{file}, row {row}", file=path.name, row=row).render("en"),
                T("a NUL byte at position {at}", at=at),
            )


def head_of(path: Path) -> str:
    """The first 64 KiB as text without the byte-order mark."""
    with path.open("rb") as file:
        data = file.read(CSV_HEAD)
    decoder = codecs.getincrementaldecoder("utf-8-sig")()
    try:
        return decoder.decode(data, final=len(data) < CSV_HEAD)
    except UnicodeDecodeError as error:
        raise bad_bytes(path) from error


def bad_bytes(path: Path, row: int | None = None) -> InputError:
    """Where the first byte stands that is no UTF-8, and what the file looks like instead."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    before, lines = 0, 1
    with path.open("rb") as file:
        while True:
            block = file.read(_BLOCK)
            held = len(decoder.getstate()[0])
            try:
                decoder.decode(block, final=not block)
            except UnicodeDecodeError as error:
                at = before - held + error.start
                whole = error.object
                lines += whole[: error.start].count(b"\n")
                byte = whole[error.start]
                return _not_utf8(
                    T("{file}, row {row}", file=path.name, row=lines).render("en"),
                    T(
                        "byte 0x{byte} at position {at}, which is no UTF-8{guess}",
                        byte=f"{byte:02X}",
                        at=at,
                        guess=_guess(path, at),
                    ),
                )
            lines += block.count(b"\n")
            before += len(block)
            if not block:
                break
    where = T("{file}, row {row}", file=path.name, row=row or 1).render("en")
    return _not_utf8(where, T("bytes that are no UTF-8"))


def _guess(path: Path, at: int) -> Text:
    """ "; it looks like GBK", when the bytes around the place read as Chinese in it."""
    with path.open("rb") as file:
        file.seek(at)
        sample = file.read(_SAMPLE)
    try:
        text = codecs.getincrementaldecoder("gb18030")().decode(sample)
    except UnicodeDecodeError:
        return ""
    chinese = sum("\u4e00" <= letter <= "\u9fff" for letter in text)
    return T("; it looks like GBK") if chinese else ""


def _not_utf8(where: str, found: Text) -> InputError:
    return InputError(
        where,
        found,
        T("CSV text in UTF-8"),
        T("Save the file as “CSV UTF-8” and send it again: no row of it was taken."),
    )
