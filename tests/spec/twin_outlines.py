"""The twin of points before shares (section 10): a record with its point in an heir is the heir's.

Outlines are polygons of straight lines; whether a point lies inside is asked of exact fractions, by
how many sides a ray to the east crosses.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from fractions import Fraction
from itertools import pairwise

from twin_pack import Measure, Pack, Ring
from twin_records import Record, amount

Placed = Mapping[tuple[str, str, date], int]  # (split area, heir, day) → what lies in the heir


def placed(
    pack: Pack,
    change: date,
    measure: Measure,
    records: Sequence[Record],
    above: Callable[[str, date], list[str]],
) -> Placed:
    """Of records from before a change day with outlines: what each heir of a split area has by
    their points."""
    heirs: dict[str, set[str]] = defaultdict(set)
    for row in pack.changes:
        if row.day == change:
            heirs[row.source].add(row.heir)
    found: dict[tuple[str, str, date], int] = defaultdict(int)
    for record in records:
        split = [code for code in above(record.area, record.day) if len(heirs[code]) > 1]
        if record.day >= change or not split:
            continue
        heir = lies_in(pack.outlines[change], record)
        if heir in heirs[split[0]]:
            found[split[0], str(heir), record.day] += amount(measure, record)
    return found


def lies_in(outlines: Mapping[str, Sequence[Ring]], record: Record) -> str | None:
    x, y = record.fields.get("x"), record.fields.get("y")
    if not x or not y:
        return None
    found = [
        code
        for code, rings in outlines.items()
        if any(inside(ring, Fraction(x), Fraction(y)) for ring in rings)
    ]
    assert len(found) <= 1
    return found[0] if found else None


def inside(ring: Ring, x: Fraction, y: Fraction) -> bool:
    crossed = 0
    for (west, south), (east, north) in pairwise(ring):
        if (south > y) != (north > y):
            crossed += west + (y - south) * (east - west) / (north - south) > x
    return crossed % 2 == 1
