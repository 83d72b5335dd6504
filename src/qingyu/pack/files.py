"""Reading a pack's text files: UTF-8 (with or without BOM), of a size that a person writes."""

from __future__ import annotations

from pathlib import Path

from qingyu.errors import Fault
from qingyu.i18n import T

MOST_BYTES = (
    64 * 1024 * 1024
)  # exposures of a nation fit; a data file sent here by mistake does not


def read_text(path: Path, shown: str) -> str | Fault:
    """The file's text without BOM, or the one fault that keeps it from being read."""
    try:
        size = path.stat().st_size
        data = path.read_bytes() if size <= MOST_BYTES else b""
    except FileNotFoundError:
        return Fault(
            shown,
            T("no such file"),
            T("a file of the pack"),
            T("Write it; `qingyu new` makes a pack to start from."),
        )
    except OSError as error:
        return Fault(
            shown,
            T("a file that cannot be read ({reason})", reason=error.strerror or str(error)),
            T("a readable file"),
            T("Check its permissions."),
        )
    if size > MOST_BYTES:
        return Fault(
            shown,
            T("a file of {size} bytes", size=size),
            T("at most {most} bytes", most=MOST_BYTES),
            T("A pack holds the method; records go in with `qingyu receive`."),
        )
    return _decoded(data, shown)


def _decoded(data: bytes, shown: str) -> str | Fault:
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        return Fault(
            f"{shown}:{line}",
            T("bytes that are not UTF-8"),
            T("UTF-8 text"),
            T("Save the file as UTF-8 (in a spreadsheet: “CSV UTF-8”)."),
        )
    if "\0" in text:
        line = text[: text.index("\0")].count("\n") + 1
        return Fault(
            f"{shown}:{line}",
            T("a NUL character"),
            T("UTF-8 text"),
            T("Save the file as UTF-8 (in a spreadsheet: “CSV UTF-8”)."),
        )
    return text
