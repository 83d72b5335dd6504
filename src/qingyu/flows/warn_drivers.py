"""Which categories, hours and places drive an episode: its cases against the weeks before it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import ibis

from qingyu.engine.connect import connected, file_list
from qingyu.engine.counting import IBIS_TYPES, SIGNED, satisfying
from qingyu.engine.delta import columns_of
from qingyu.engine.measures import measures_of
from qingyu.engine.meter import count_read
from qingyu.engine.store import Home
from qingyu.flows.now import below_on
from qingyu.flows.warn_episodes import Raised
from qingyu.flows.warn_judge import day_of
from qingyu.flows.warn_series import Series
from qingyu.pack.model import Indicator, Pack

_BEFORE = 56  # days before the episode that say what is usual
_WINDOW = 7
_SHOWN = 3
_LEAST = 3  # cases more than usual, below which nothing is said to drive
HOURS = 3  # hours of the day that are told together


@dataclass(frozen=True)
class Driver:
    """what: `hour` (value: its first hour), `place` (an area's code) or a column of the source;
    count: in the last week of the episode; usual: of a week, from the weeks before it."""

    what: str
    value: str
    count: int
    usual: float


def drivers_of(home: Home, pack: Pack, series: Series, one: Raised) -> tuple[Driver, ...]:
    """The largest surpluses, at most three of a sort. Nothing for rules over scores, shares of
    which more is better, and events that unite several sources."""
    indicator = next((i for i in pack.indicators if i.id == one.subject), None)
    if indicator is None or indicator.measure.count is None or indicator.better == "higher":
        return ()
    if pack.union(indicator.measure.count) is not None or indicator.measure.on is not None:
        return ()
    last, first = day_of(one.episode.last), day_of(one.episode.first)
    now = last - timedelta(days=_WINDOW - 1), last
    before = first - timedelta(days=_WINDOW + _BEFORE), first - timedelta(days=_WINDOW)
    inside = sorted(below_on(pack, last).get(one.area, frozenset({one.area})))
    rows = _read(home, pack, indicator, series.panel.known, inside, (now, before))
    found: dict[tuple[str, str], list[float]] = {}
    for what, value, recent, number in rows:
        cells = found.setdefault((what, value), [0.0, 0.0])
        cells[0 if recent else 1] += number
    weeks = ((before[1] - before[0]).days + 1) / _WINDOW
    drivers = [
        Driver(what, value, int(count), usual / weeks)
        for (what, value), (count, usual) in found.items()
        if count - usual / weeks >= _LEAST and not (what == "place" and value == one.area)
    ]
    drivers.sort(key=lambda d: (d.what, -(d.count - d.usual), d.value))
    kinds = dict.fromkeys(driver.what for driver in drivers)
    return tuple(d for kind in kinds for d in [x for x in drivers if x.what == kind][:_SHOWN])


Span = tuple[date, date]


def _read(
    home: Home,
    pack: Pack,
    indicator: Indicator,
    known: int,
    areas: Sequence[str],
    spans: tuple[Span, Span],
) -> list[tuple[str, str, bool, int]]:
    """(sort, value, whether of the last week, records). Reads only files of these days."""
    source = pack.source(indicator.measure.source)
    now, before = spans
    table = home.records_table(source.id)
    files = [
        file
        for file in (table.files() if table.exists() else ())
        if file.number <= known
        and (file.days is None or (file.days[0] <= now[1] and file.days[1] >= before[0]))
    ]
    if not files:
        return []
    for file in files:
        count_read("records", file.rows, file.size)
    paths = [file.path for file in files]
    stored = columns_of(paths)
    rows = ibis.table({name: IBIS_TYPES[kind] for name, kind in stored.items()}, name=SIGNED)
    kept = measures_of(pack).columns.get(source.id, {})
    chosen = rows.filter(
        rows.area.isin(list(areas)) & satisfying(rows, indicator.measure.where, kept)
    )
    chosen = chosen.mutate(recent=chosen.day >= ibis.literal(now[0]))
    sorts: list[tuple[str, ibis.Value]] = [("place", chosen.area)]
    if "at" in stored and source.column(source.time).type == "timestamp":
        hour = (chosen["at"].hour() // HOURS * HOURS).cast("string")
        sorts.append(("hour", hour))
    for column in source.columns:
        name = f"c_{column.name}"
        places = {source.place.code, source.place.name}
        if column.type == "code" and name in stored and column.name not in {*source.key, *places}:
            sorts.append((column.name, chosen[name].cast("string")))
    view = (
        f"CREATE TEMP VIEW {SIGNED} AS SELECT * FROM"
        f" read_parquet({file_list([str(p) for p in paths])}, union_by_name=true)"
        f" WHERE batch <= {known} AND (day BETWEEN DATE '{now[0]}' AND DATE '{now[1]}'"
        f" OR day BETWEEN DATE '{before[0]}' AND DATE '{before[1]}')"
    )
    found = []
    with connected() as connection:
        connection.execute(view)
        for what, value in sorts:
            part = chosen.group_by(value.name("value"), "recent").aggregate(n=chosen.sign.sum())
            for told, recent, number in connection.execute(
                f"SELECT value, recent, n::BIGINT FROM ({ibis.to_sql(part, dialect='duckdb')})"
            ).fetchall():
                if told is not None and number:
                    found.append((what, str(told), bool(recent), int(number)))
    return found
