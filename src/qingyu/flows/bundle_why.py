"""Why rows of a bundle were refused, or found no place: for the page that is carried back.

Nothing but that page goes back over the gap, so it says all that the sender needs to mend the rows:
the reasons and the numbers of the rows in the sender's own file. No cell of a row is in it.
"""

from __future__ import annotations

import csv
from collections.abc import Sequence
from itertools import islice
from pathlib import Path

from qingyu.i18n import Message, render
from qingyu.intake.header import REJECT_COLUMNS
from qingyu.intake.reasons import place_words, words
from qingyu.intake.receipt import Receipt, newer_words

MOST = 40  # row numbers on the page; the reject file has all


def why(receipt: Receipt) -> list[dict[str, object]]:
    """Each reason: `what` became of so many `rows`, and `why` in both languages; the most frequent
    first, what was refused before what was taken without a place."""
    refused = [(number, code, words(code)) for code, number in receipt.reasons.items()]
    unplaced = [(n, kind, place_words(kind)) for kind, n in receipt.unplaced_reasons.items()]
    return [*_told("refused", refused), *_told("unplaced", unplaced)]


def refused_rows(receipt: Receipt, files: Sequence[Path]) -> list[str]:
    """The first numbers of refused rows, as the sender counts them; a last `…` stands for more.

    files: those of the bundle, whose first column has the sender's numbers. None are told of
    several files (the numbers alone do not say of which), nor of a batch received before."""
    if receipt.rejects is None or not receipt.refused or receipt.again or len(files) != 1:
        return []
    here = [int(number) for number in _numbers(receipt.rejects, MOST + 1)]
    theirs = _numbers(files[0], max(here, default=1) - 1)
    found = [_own(theirs, number) for number in here]
    return [*found[:MOST], "…"] if len(found) > MOST else found


def notes(receipt: Receipt) -> list[dict[str, str]]:
    """What else the sender should know: that newer files have spoken of these days."""
    words = newer_words(receipt.newer) if receipt.newer else None
    return [] if words is None else [{"zh": render(words, "zh"), "en": render(words, "en")}]


def _own(theirs: Sequence[str], row: int) -> str:
    """The sender's number of a row of the bundle's file, whose header is row 1, if it is one."""
    number = theirs[row - 2]
    return number if number.isascii() and number.isdigit() else str(row)


def _told(what: str, reasons: list[tuple[int, str, Message]]) -> list[dict[str, object]]:
    ordered = sorted(reasons, key=lambda one: (-one[0], one[1]))
    return [
        {"what": what, "rows": n, "why": {"zh": text.render("zh"), "en": text.render("en")}}
        for n, _, text in ordered
    ]


def _numbers(path: Path, most: int) -> list[str]:
    """The first column of a reject file, or of a bundle's file, under its header."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = csv.reader(file)
        at = next(rows).index(REJECT_COLUMNS[0])
        return [row[at] for row in islice(rows, most)]
