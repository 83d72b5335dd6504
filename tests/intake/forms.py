"""The small town's source with declared forms, and files in the forms that departments send."""

from __future__ import annotations

import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from intake_town import COLUMNS, town
from openpyxl import Workbook

from qingyu.pack.model import Pack


def forms(file: dict[str, Any] | None = None, **columns: dict[str, Any]) -> Pack:
    """The town's pack with `file` as the layout, and more said of the named columns."""
    changed = [{**column, **columns.get(str(column["name"]), {})} for column in COLUMNS]
    return town(columns=changed, file=file or {})


def written(**columns: dict[str, Any]) -> Pack:
    """The town's pack with forms of cells."""
    return forms(**{name: {"written": form} for name, form in columns.items()})


def workbook(path: Path, rows: Sequence[Sequence[object]], sheet: str = "Sheet1") -> Path:
    """A workbook of one sheet."""
    book = Workbook()
    assert book.active is not None
    book.active.title = sheet
    for row in rows:
        book.active.append(row)
    book.save(path)
    return path


def repacked(path: Path, **parts: Any) -> Path:
    """The same workbook with parts changed: `part` (with / and . as __ and _) → function."""
    with zipfile.ZipFile(path) as old:
        entries = {name: old.read(name) for name in old.namelist()}
    for part, change in parts.items():
        name = next(n for n in entries if n.replace("/", "__").replace(".", "_") == part)
        entries[name] = change(entries[name])
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as new:
        for name, data in entries.items():
            new.writestr(name, data)
    return path
