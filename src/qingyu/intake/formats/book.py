"""The parts of a workbook beside its sheets: names of the sheets, styles, shared texts."""

from __future__ import annotations

import posixpath
import re
from dataclasses import dataclass

from qingyu.i18n import T
from qingyu.intake.formats import xml
from qingyu.intake.formats.serials import Style, style_of
from qingyu.intake.formats.zipped import Archive

_SMALL = 32 << 20  # bytes of a part that is no table
_TEXTS = 512 << 20
_ESCAPE = re.compile("_x([0-9A-Fa-f]{4})_")
_WORKBOOK = "xl/workbook.xml"


@dataclass(frozen=True)
class SheetEntry:
    name: str
    part: str
    hidden: bool


@dataclass(frozen=True)
class Book:
    """Sheets in their order; `styles[n]` of cells with style n; `texts[n]` is shared text n."""

    sheets: tuple[SheetEntry, ...]
    since_1904: bool
    styles: tuple[Style, ...]
    texts: list[str]


def read_book(archive: Archive) -> Book:
    names = archive.names
    if _WORKBOOK not in names:
        raise archive.refused(T("a ZIP archive that is no workbook"))
    targets = _targets(archive)
    sheets, since_1904 = _sheets(archive, targets)
    styles = _styles(archive) if "xl/styles.xml" in names else ()
    texts = _texts(archive) if "xl/sharedStrings.xml" in names else []
    return Book(tuple(s for s in sheets if s.part in names), since_1904, styles, texts)


def unescaped(text: str) -> str:
    """Text with the workbook's own escapes (_x000D_) resolved."""
    return _ESCAPE.sub(lambda m: chr(int(m[1], 16)), text) if "_x" in text else text


def _targets(archive: Archive) -> dict[str, str]:
    """Parts that are worksheets, by the workbook's id for them."""
    found: dict[str, str] = {}

    def start(name: str, attributes: dict[str, str]) -> None:
        kind = attributes.get("Type", "")
        if name == "Relationship" and kind.endswith("/worksheet"):
            target = attributes.get("Target", "")
            part = target.lstrip("/") if target.startswith("/") else posixpath.join("xl", target)
            found[attributes.get("Id", "")] = posixpath.normpath(part)

    part = "xl/_rels/workbook.xml.rels"
    with archive.reading():
        xml.parse(archive, archive.stream(part, _SMALL), start, _nothing, _nothing)
    return found


def _sheets(archive: Archive, targets: dict[str, str]) -> tuple[list[SheetEntry], bool]:
    found: list[SheetEntry] = []
    flags: list[str] = []

    def start(name: str, attributes: dict[str, str]) -> None:
        if name == "workbookPr":
            flags.append(attributes.get("date1904", "0"))
        if name == "sheet":
            key = next((v for k, v in attributes.items() if k.endswith("}id")), "")
            hidden = attributes.get("state", "visible") != "visible"
            if key in targets:
                found.append(SheetEntry(attributes.get("name", ""), targets[key], hidden))

    xml.parse(archive, archive.stream(_WORKBOOK, _SMALL), start, _nothing, _nothing)
    return found, any(flag in ("1", "true") for flag in flags)


def _styles(archive: Archive) -> tuple[Style, ...]:
    codes: dict[int, str] = {}
    found: list[Style] = []
    inside: list[str] = []

    def start(name: str, attributes: dict[str, str]) -> None:
        if name == "numFmt" and "numFmts" in inside:
            codes[int(attributes["numFmtId"])] = attributes.get("formatCode", "")
        if name == "xf" and inside[-1:] == ["cellXfs"]:
            number = int(attributes.get("numFmtId", "0"))
            found.append(style_of(number, codes.get(number)))
        inside.append(name)

    def end(name: str) -> None:
        inside.pop()

    with archive.reading():
        xml.parse(archive, archive.stream("xl/styles.xml", _SMALL), start, end, _nothing)
    return tuple(found)


def _texts(archive: Archive) -> list[str]:
    """Shared texts; those of the reading aid above Chinese characters are left out."""
    found: list[str] = []
    runs: list[str] = []
    state = {"t": False, "aid": False}

    def start(name: str, attributes: dict[str, str]) -> None:
        if name == "si":
            runs.clear()
        elif name == "rPh":
            state["aid"] = True
        elif name == "t":
            state["t"] = not state["aid"]

    def end(name: str) -> None:
        if name == "si":
            found.append(unescaped("".join(runs)))
        elif name == "rPh":
            state["aid"] = False
        elif name == "t":
            state["t"] = False

    def text(data: str) -> None:
        if state["t"]:
            runs.append(data)

    xml.parse(archive, archive.stream("xl/sharedStrings.xml", _TEXTS), start, end, text)
    return found


def _nothing(*_: object) -> None:
    return None
