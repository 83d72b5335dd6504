"""A simulated city as the checks of integrity see it: signed rows, without files and intake.

Each month is told twice, as it stood when it was counted (six hours after its end) and as it stands
at last. Both go into one relation with the columns of a home's records, over which the product's
own expressions run.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa

from qingyu.engine.connect import connected
from qingyu.engine.counting import SIGNED
from qingyu.flows.integrity_checks import Records, When
from qingyu.flows.integrity_rows import Rows
from qingyu.pack.model import Column, Pack, Source
from qingyu.periods import Period, following, period_of
from qingyu.simulate.city.events import DAY
from qingyu.simulate.city.records.books import MAKERS
from qingyu.simulate.city.shapes import day_of, number_of
from qingyu.simulate.city.world import World
from qingyu.simulate.manipulate import Act, Teller, tampered

SOURCES = ("police_110", "police_122", "fire_119", "urban_management", "hotline_12345", "ratings")
_KEPT = {  # what the checks read of each source: keys, days, places and these
    "police_110": ("category", "outcome"),
    "police_122": ("kind", "injured"),
    "fire_119": ("kind",),
    "urban_management": ("found", "kind", "found_by", "due", "closed", "hours"),
    "hotline_12345": ("due", "answered"),
    "ratings": ("score",),
}
_TYPES = {
    "text": "VARCHAR", "code": "VARCHAR", "integer": "BIGINT", "decimal": "BIGINT",
    "date": "DATE", "timestamp": "TIMESTAMP",
}  # fmt: skip
_COUNTED_AFTER = 6 * 3600
_SETTLED = 60  # days after the last month until all is as it will stay


@dataclass
class City:
    """`periods`: months, the last being judged; the month after it is there too. Books are made
    once and tampered with as often as asked."""

    pack: Pack
    world: World
    periods: tuple[Period, ...]
    _books: dict[str, Teller] = field(default_factory=dict)
    _clean: dict[str, pa.Table] = field(default_factory=dict)

    def book(self, source: str) -> Teller:
        if source not in self._books:
            first, last = number_of(self.periods[0].first), number_of(self.periods[-1].last)
            self._books[source] = MAKERS[source].book(self.world, first, last + _SETTLED)
        return self._books[source]

    def rows(self, source: str, acts: Sequence[Act]) -> pa.Table:
        """Signed rows of a source. Acts are done in the last month: what is told of the months
        before is made once."""
        mine = [act for act in acts if act.source == source]
        past = self._once(source, "past", 0, len(self.periods) - 1)
        if not mine:
            return pa.concat_tables([past, self._once(source, "now", len(self.periods) - 1, None)])
        book = tampered(self.book(source), source, mine)
        return pa.concat_tables([past, self._told(source, book, len(self.periods) - 1, None)])

    def _once(self, source: str, part: str, since: int, until: int | None) -> pa.Table:
        key = f"{source} {part}"
        if key not in self._clean:
            self._clean[key] = self._told(source, self.book(source), since, until)
        return self._clean[key]

    def _told(self, source: str, book: Teller, since: int, until: int | None) -> pa.Table:
        """What is told of the months `since` … before `until`; None: to the end."""
        contract = self.pack.source(source)
        months = (*self.periods, following(self.periods[-1]))
        wanted = months[since:until]
        first, last = number_of(wanted[0].first), number_of(wanted[-1].last)
        end = number_of(months[-1].last) + _SETTLED
        if contract.kind == "case":  # changes months later: only what stands at last is asked
            stands = book.told(first, last if until is not None else end, end * DAY)
            return _typed(_signed(stands, 1, 1), contract, self.pack)
        parts = []
        for number, period in enumerate(wanted, since):
            first, last = number_of(period.first), number_of(period.last)
            before = book.told(first, last, (last + 1) * DAY + _COUNTED_AFTER)
            now = book.told(first, last, (last + _SETTLED) * DAY)
            batch = 2 * number + 1
            parts += [_signed(before, batch, 1), _signed(before, batch + 1, -1),
                      _signed(now, batch + 1, 1)]  # fmt: skip
        return _typed(pa.concat_tables(parts), contract, self.pack)

    def records(self, acts: Sequence[Act] = ()) -> Records:
        """How the checks read the city with these acts done to it."""
        places = places_of(self.pack, "town")

        @contextmanager
        def opened(source: str) -> Iterator[Rows]:
            contract = self.pack.source(source)
            kept = {c.name: (c.type, c.places) for c in contract.columns}
            with connected() as connection:
                connection.register(SIGNED, self.rows(source, acts))
                yield Rows(connection, _stored(contract), kept, places)
                connection.unregister(SIGNED)

        return opened

    @property
    def when(self) -> When:
        months = len(self.periods)
        yes, days = np.ones(months, np.bool_), np.ones((months, 10), np.bool_)
        told = 2 * np.arange(months, dtype=np.int64) + 1
        return When(
            self.periods,
            dict.fromkeys(SOURCES, yes),
            dict.fromkeys(SOURCES, days),
            dict.fromkeys(SOURCES, told),
        )


def months_to(last: Period, count: int) -> tuple[Period, ...]:
    """`count` months, ending with `last`."""
    found = [last]
    while len(found) < count:
        found.insert(0, period_of(day_of(number_of(found[0].first) - 1), "month"))
    return tuple(found)


def places_of(pack: Pack, level: str) -> dict[str, int]:
    """Code of each area → place of the area of `level` that it is or lies in."""
    codes = list(dict.fromkeys(area.code for area in pack.areas if area.level == level))
    above = {area.code: area.parent for area in pack.areas}
    found: dict[str, int] = {}
    for area in above:
        code: str | None = area
        while code is not None and code not in codes:
            code = above.get(code)
        if code is not None:
            found[area] = codes.index(code)
    return found


def _signed(table: pa.Table, batch: int, sign: int) -> pa.Table:
    many = len(table)
    table = table.append_column("batch", pa.array(np.full(many, batch, np.int32)))
    return table.append_column("sign", pa.array(np.full(many, sign, np.int32)))


def _typed(told: pa.Table, contract: Source, pack: Pack) -> pa.Table:
    """Rows with the columns of a home's records."""
    headings = {
        column.name: spelling.name
        for column in contract.columns
        for spelling in column.names
        if spelling.name in told.column_names
    }
    time, code = headings[contract.time], headings.get(contract.place.code or "")
    name = headings.get(contract.place.name or "")
    cells = ", ".join(f"{_cell(headings[c.name], c)} AS c_{c.name}" for c in _kept(contract))
    of_town = f'LEFT JOIN towns ON towns.name = "{name}"' if name else ""
    places = [f"nullif(\"{code}\", '')" if code else "", "towns.code" if name else ""]
    with connected() as connection:
        connection.register("told", told)
        connection.register("towns", _names(pack))
        found = connection.execute(
            f'SELECT "{headings[contract.key[0]]}" AS key,'
            f" coalesce({', '.join(filter(None, places))}) AS area,"
            f' CAST("{time}" AS DATE) AS "day", CAST("{time}" AS TIMESTAMP) AS "at",'
            f" batch, sign, {cells} FROM told {of_town}"
        ).to_arrow_table()
        connection.unregister("told")
        connection.unregister("towns")
    return found


def _kept(contract: Source) -> list[Column]:
    return [column for column in contract.columns if column.name in _KEPT[contract.id]]


def _stored(contract: Source) -> dict[str, str]:
    return {
        "key": "VARCHAR", "area": "VARCHAR", "day": "DATE", "at": "TIMESTAMP", "batch": "INTEGER",
        "sign": "INTEGER",
    } | {f"c_{column.name}": _TYPES[column.type] for column in _kept(contract)}  # fmt: skip


def _cell(heading: str, column: Column) -> str:
    text = f"nullif(\"{heading}\", '')"
    if column.type == "decimal":
        return f"CAST(round(CAST({text} AS DECIMAL(18, 6)) * {10**column.places}) AS BIGINT)"
    return f"CAST({text} AS {_TYPES[column.type]})"


def _names(pack: Pack) -> pa.Table:
    rows = [
        (name, area.code)
        for area in pack.areas
        if area.level == "town"
        for name in (area.name, area.name_zh, *area.aliases)
        if name
    ]
    return pa.table({"name": [name for name, _ in rows], "code": [code for _, code in rows]})
