"""Files that are no UTF-8: read strictly under a declared encoding, or refused whole.

Only a byte-order mark speaks for itself. Any other encoding is declared, and then the whole file
has to be text in it: one byte that is not, one character that is none, or bytes that are plainly
UTF-8 after all refuse the file. So no name can become another one.
"""

from __future__ import annotations

import codecs
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from qingyu.errors import InputError
from qingyu.i18n import T, Text
from qingyu.intake.formats.held import Held
from qingyu.intake.header import REJECT_COLUMNS
from qingyu.pack.written import Layout

_BLOCK = 1 << 20
_MARKS = ((codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))
_CHINESE = ("gb18030", "gbk", "big5")
# Text under the wrong encoding shows in characters that no table has: controls, private use,
# characters that are none, and the mark of a failed conversion.
_NO_TEXT = ("Cc", "Co", "Cn")
_ALLOWED = "\t\n\r\x1a"


@dataclass(frozen=True)
class Encoded:
    """A file's encoding as a codec, without its byte-order mark; `found` says so to a person."""

    codec: str
    mark: int  # bytes of the byte-order mark
    found: Text | None

    @property
    def plain(self) -> bool:
        return self.codec == "utf-8"


def encoding_of(path: Path, layout: Layout) -> Encoded:
    """The encoding under which the file can be read as a whole. UTF-8 that was declared alone is
    not looked at here: the fast reader says where it is broken."""
    start = _start(path)
    for mark, codec in _MARKS:
        if start.startswith(mark):
            encoded = Encoded(codec, len(mark), T("{file}: UTF-16", file=path.name))
            _refuse_unreadable(path, encoded)
            return encoded
    if layout.encoding == ("utf-8",) or start.startswith(codecs.BOM_UTF8):
        return Encoded("utf-8", 0, None)
    # A reject file is ours, in UTF-8; the program in which it was mended may have chosen another.
    ours = start.startswith(REJECT_COLUMNS[0].encode())
    complaints = []
    for name in (*(("utf-8",) if ours else ()), *layout.encoding):
        if name == "utf-16":  # without a mark nobody can say which of the two it is
            complaints.append(_refused(path, 1, T("UTF-16 without its byte-order mark"), name))
            continue
        encoded = Encoded(_codec(name), 0, T("{file}: {encoding}", file=path.name, encoding=name))
        try:
            _refuse_utf8(path, encoded)
            _refuse_unreadable(path, encoded)
        except InputError as error:
            complaints.append(error)
            continue
        return Encoded("utf-8", 0, None) if name == "utf-8" else encoded
    raise complaints[0]


def recoded(path: Path, encoded: Encoded) -> Held:
    """A copy of the file in UTF-8."""
    held = Held()
    for text in texts(path, encoded):
        held.write(text.encode("utf-8"))
    held.flush()
    return held


def texts(path: Path, encoded: Encoded) -> Iterator[str]:
    """The file's text in blocks; `InputError` names the first place that is none."""
    decoder = codecs.getincrementaldecoder(encoded.codec)()
    line = 1
    with path.open("rb") as file:
        file.seek(encoded.mark)
        while True:
            block = file.read(_BLOCK)
            try:
                text = decoder.decode(block, final=not block)
            except UnicodeDecodeError as error:
                line += _lines_before(error, encoded.codec)
                found = T("bytes that are no text in it: 0x{bytes}", bytes=_hex(error))
                raise _refused(path, line, found, encoded.codec) from None
            if not encoded.plain:
                _refuse_no_text(path, text, line, encoded.codec)
            line += text.count("\n")
            yield text
            if not block:
                return


def _refuse_unreadable(path: Path, encoded: Encoded) -> None:
    for _ in texts(path, encoded):
        pass


def _refuse_no_text(path: Path, text: str, line: int, codec: str) -> None:
    if text.isascii() and text.isprintable():
        return
    strange = {letter for letter in set(text) if _is_no_text(letter)}
    if strange:
        at = min(text.index(letter) for letter in strange)
        found = T("the character U+{code}, which no text has", code=f"{ord(text[at]):04X}")
        raise _refused(path, line + text.count("\n", 0, at), found, codec)


@cache
def _is_no_text(letter: str) -> bool:
    if letter in _ALLOWED:
        return False
    return letter == "\ufffd" or unicodedata.category(letter) in _NO_TEXT


def _refuse_utf8(path: Path, encoded: Encoded) -> None:
    """UTF-8 can often be decoded as something else, into wrong characters."""
    if encoded.plain or encoded.codec.startswith("utf-16"):
        return
    # Two bytes that look like UTF-8 do occur in Chinese encodings (联通 is the famous pair).
    least = 0x800 if encoded.codec in _CHINESE else 0x80
    decoder = codecs.getincrementaldecoder("utf-8")()
    tell_tale = False
    with path.open("rb") as file:
        while True:
            block = file.read(_BLOCK)
            try:
                text = decoder.decode(block, final=not block)
            except UnicodeDecodeError:
                return
            tell_tale = tell_tale or (not text.isascii() and ord(max(text)) >= least)
            if not block:
                break
    if tell_tale:
        raise _refused(path, 1, T("text that is UTF-8"), encoded.codec)


def _start(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(16)


def _codec(name: str) -> str:
    return {"windows-1252": "cp1252"}.get(name, name)


def _lines_before(error: UnicodeDecodeError, codec: str) -> int:
    return error.object[: error.start].decode(codec, "replace").count("\n")


def _hex(error: UnicodeDecodeError) -> str:
    return error.object[error.start : min(error.end, error.start + 4)].hex().upper()


def _refused(path: Path, line: int, found: Text, encoding: str) -> InputError:
    return InputError(
        T("{file}, row {row}", file=path.name, row=line).render("en"),
        found,
        T("a file that is {encoding} as a whole", encoding=encoding),
        T(
            "Save the file as “CSV UTF-8”, or declare its encoding in the contract (`file:"
            " encoding:`): no row of it was taken."
        ),
    )
