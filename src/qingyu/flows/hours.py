"""Records of some days up to one time of day, counted by the pack's measures."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from qingyu.engine.connect import connected, file_list
from qingyu.engine.counting import SIGNED, select
from qingyu.engine.delta import columns_of
from qingyu.engine.measures import fingerprint, measures_of
from qingyu.engine.meter import count_read
from qingyu.engine.store import Home
from qingyu.pack.model import Measure, Pack


@dataclass(frozen=True)
class Hours:
    """until: the newest record of the day itself (local); values: (measure, area, day) → sum of
    the records up to that time of day."""

    until: datetime
    values: Mapping[tuple[str, str, date], int]

    def counts(self, measure: Measure, areas: Collection[str]) -> Counter[date]:
        """Of each day, the measure in those areas together."""
        name = fingerprint(measure)
        found: Counter[date] = Counter()
        for (one, area, day), value in self.values.items():
            if one == name and area in areas:
                found[day] += value
        return found


def hours_of(
    home: Home, pack: Pack, source: str, day: date, others: Sequence[date], known: int
) -> Hours | None:
    """`day` and the other days up to the newest record of `day`, as known after that batch; None
    if nothing of `day` has come in. Reads only files that hold records of these days."""
    days = sorted({day, *others})
    table = home.records_table(source)
    files = [
        file
        for file in (table.files() if table.exists() else ())
        if file.number <= known
        and (file.days is None or any(file.days[0] <= one <= file.days[1] for one in days))
    ]
    if not files:
        return None
    for file in files:
        count_read("records", file.rows, file.size)
    paths = [file.path for file in files]
    measures = measures_of(pack).of(source)
    rows = (
        f"SELECT * FROM read_parquet({file_list([str(path) for path in paths])},"
        f" union_by_name=true) WHERE batch <= {known} AND"
    )
    listed = ", ".join(f"DATE '{one.isoformat()}'" for one in days)
    with connected() as connection:
        newest = connection.execute(
            'SELECT max("at") FROM (SELECT "at" FROM ('
            f"{rows} day = DATE '{day.isoformat()}')"
            ' GROUP BY key, version, "at" HAVING sum(sign) > 0)'
        ).fetchone()
        if newest is None or newest[0] is None:
            return None
        until: datetime = newest[0]
        connection.execute(
            f"CREATE TEMP VIEW {SIGNED} AS {rows} day IN ({listed})"
            f" AND CAST(\"at\" AS TIME) <= TIME '{until.time().isoformat()}'"
        )
        counted = connection.execute(
            'SELECT measure, area, "day", sum(value)::BIGINT'
            f' FROM ({select(columns_of(paths), measures)}) GROUP BY measure, area, "day"'
        ).fetchall()
    return Hours(until, {(measure, area, at): value for measure, area, at, value in counted})
