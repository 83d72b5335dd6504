"""Small workbooks for the tests of reading them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

import pytest
from forms import workbook
from intake_town import HEADER, Desk, row

from qingyu.errors import InputError

NAMES = HEADER.split(",")
TEN = datetime(2020, 1, 5, 10)  # noqa: DTZ001 - a workbook's times have no zone
SHEET = "xl__worksheets__sheet1_xml"


def cells(key: str, **more: object) -> list[object]:
    """One row as a workbook holds it: text, numbers and dates as such, nothing where empty."""
    plain: dict[str, object] = {name: text or None for name, text in row(key).items()}
    plain |= {"number": 1, "when": TEN} | more
    return [plain[name] for name in NAMES]


def book(desk: Desk, *rows: Sequence[object], header: Sequence[str] = NAMES) -> Path:
    desk.sent += 1
    return workbook(desk.folder / f"book{desk.sent}.xlsx", [header, *rows])


def refusal(desk: Desk, path: Path) -> str:
    with pytest.raises(InputError) as caught:
        desk.receive(path)
    assert desk.home.batches() == ()
    return str(caught.value)
