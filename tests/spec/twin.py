"""The twin: Qingyu's arithmetic a second time, in plain Python, from the page alone.

Written from `docs/explanation/arithmetic.md`, sections 1 to 8 and 10, with integers, fractions,
dictionaries and loops; it shares no code with the product, reads the pack's files itself, and
need not be quick. Where both agree on drawn packs and records, one author's reading of the page
is the other's.

    rows = compute(folder, records, covers, first, last, [holding(day, "month")])
    rows[period][area].score
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path

from twin_bridge import BridgedCells
from twin_days import Cover, Days, Record
from twin_index import Area, Scores
from twin_pack import Pack
from twin_periods import Period
from twin_read import read_pack


def compute(
    folder: Path,
    records: Mapping[str, Sequence[Record]],
    covers: Mapping[str, Sequence[Cover]],
    first: date,
    last: date,
    periods: Sequence[Period],
    known_on: date | None = None,
) -> dict[Period, dict[str, Area]]:
    """Everything published for the periods, by period and area.

    `records` and `covers` are those of batches not withdrawn, by source; `first … last` are the
    days of which anything may be known.
    """
    return compute_of(read_pack(folder), records, covers, first, last, periods, known_on)


def compute_of(
    pack: Pack,
    records: Mapping[str, Sequence[Record]],
    covers: Mapping[str, Sequence[Cover]],
    first: date,
    last: date,
    periods: Sequence[Period],
    known_on: date | None = None,
) -> dict[Period, dict[str, Area]]:
    """The same of a pack that was read already."""
    days = Days(pack, records, covers, first, last, known_on)
    scores = Scores(BridgedCells(days))
    return {period: scores.period(period) for period in periods}
