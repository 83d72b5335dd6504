"""Who sends what when: each department's deliveries over a span of days.

Years of history come as one Parquet file a source and calendar year, or as one a source; the last
months come as they would have come, day by day and month by month.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import Literal

from qingyu.pack.model import Pack, Source
from qingyu.simulate.city.events import DAY
from qingyu.simulate.city.forms import form_of
from qingyu.simulate.city.shapes import day_of, number_of
from qingyu.simulate.city.truth import years

Kind = Literal["history", "daily", "monthly", "resend", "extra", "withdraw"]
History = Literal["years", "whole"]

DAILY = ("air", "police_110", "police_122", "urban_management", "hotline_12345", "market_12315",
         "fire_119")  # fmt: skip
# Days that a daily snapshot tells anew; months that a monthly one does.
WINDOWS = {"police_110": 3, "police_122": 7, "fire_119": 3}
MONTHS = {"work_safety": 2}
HOUR = 3600
_EXTRACTED, _MONTHLY_DAY = 6 * HOUR, 5  # files are made at six; monthly ones on the fifth


@dataclass(frozen=True)
class Delivery:
    """One file on its way. Days are numbers since 1970, moments seconds since then, of the city's
    clock. `extracted`: the moment whose state of the books the file tells. `file`: its path in the
    folder; `withdraws`, `again`: the file of the delivery meant. `late`: a day that was missing
    until this came; `crowded`: the day that it tells a hundred times over."""

    source: str
    kind: Kind
    first: int
    last: int
    extracted: int
    arrives: int
    file: str
    version: str | None
    covers: bool
    boundaries: bool = False
    withdraws: str | None = None
    late: int | None = None
    crowded: int | None = None

    def named(self, tail: str, **changes: object) -> Delivery:
        """Another delivery like this one, under another name."""
        stem, _, suffix = self.file.rpartition(".")
        return replace(self, file=f"{stem}{tail}.{suffix}", **changes)  # type: ignore[arg-type]

    def public(self, number: int) -> dict[str, object]:
        return {
            "number": number,
            "source": self.source,
            "kind": self.kind,
            "file": self.file,
            "covers": [str(day_of(self.first)), str(day_of(self.last))] if self.covers else None,
            "version": self.version,
            "arrives": written(self.arrives),
            "boundaries": self.boundaries,
            "withdraws": self.withdraws,
            "late": None if self.late is None else str(day_of(self.late)),
            "crowded": None if self.crowded is None else str(day_of(self.crowded)),
        }


def deliveries(
    pack: Pack, first: date, last: date, recent: int = 2, history: History = "years"
) -> list[Delivery]:
    """All that is sent in the ordinary way, in the order of arrival. The last `recent` months, the
    running one included, come day by day; what is older in one file a source and year, or in one
    `whole` file a source."""
    begin, end = number_of(first), number_of(last)
    cut = max(begin, _earlier(number_of(last.replace(day=1)), recent - 1))
    found = [
        delivery
        for place, source in enumerate(pack.sources)
        for delivery in _of_source(source, place, begin, cut, end, history)
    ]
    return sorted(found, key=lambda d: (d.arrives, d.file))


def _of_source(
    source: Source, place: int, begin: int, cut: int, end: int, history: History
) -> Iterator[Delivery]:
    spans = [(begin, cut - 1)] if history == "whole" and begin < cut else years(begin, cut - 1)
    for start, last in spans:
        made = min(last + _MONTHLY_DAY, cut) * DAY + HOUR
        yield _delivery(source, "history", start, last, made, cut * DAY + HOUR)
    minutes = place * 60
    if source.id in DAILY:
        for day in range(cut, end + 1):
            start = max(begin, day - WINDOWS.get(source.id, 1) + 1)
            made = (day + 1) * DAY + _EXTRACTED
            yield _delivery(source, "daily", start, day, made, made + HOUR + minutes)
        return
    for start, last in _months(cut, end):
        told = max(begin, _earlier(start, MONTHS.get(source.id, 1) - 1))
        made = (last + _MONTHLY_DAY) * DAY + _EXTRACTED
        yield _delivery(source, "monthly", told, last, made, made + 2 * HOUR + minutes)


def _delivery(
    source: Source, kind: Kind, first: int, last: int, made: int, arrives: int
) -> Delivery:
    suffix = "parquet" if kind == "history" else form_of(source)
    days = f"{day_of(first):%Y%m%d}-{day_of(last):%Y%m%d}"
    moment = datetime.fromtimestamp(made, UTC)
    # Increments tell what changed on their days, and nothing that came after.
    extracted = made if source.delivery == "snapshot" else (last + 1) * DAY - 1
    return Delivery(
        source=source.id,
        kind=kind,
        first=first,
        last=last,
        extracted=extracted,
        arrives=arrives,
        file=f"files/{source.id}/{source.id}_{days}_{moment:%Y%m%dT%H%M}.{suffix}",
        version=version_of(source, made, last),
        covers=source.covers == "must_be_given",
        boundaries=source.place.longitude is not None,
    )


def version_of(source: Source, made: int, last: int) -> str | None:
    """What the command must say: the moment of extraction, or year and month as a number."""
    if source.version.by == "extract":
        return written(made)
    if source.version.by == "sequence":
        return f"{day_of(last):%Y%m}"
    return None


def written(seconds: int) -> str:
    return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%dT%H:%M:%S}"


def _month_before(day: date) -> date:
    return (day.replace(day=1) - timedelta(days=1)).replace(day=1)


def _months(first: int, last: int) -> Iterator[tuple[int, int]]:
    """Whole months from `first` on (whose month may have begun before)."""
    start = day_of(first)
    while True:
        after = (start.replace(day=1) + timedelta(days=32)).replace(day=1)
        if number_of(after) - 1 > last:
            return
        yield number_of(start), number_of(after) - 1
        start = after


def _earlier(start: int, months: int) -> int:
    day = day_of(start)
    for _ in range(months):
        day = _month_before(day)
    return number_of(day)
