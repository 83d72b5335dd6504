"""A source that begins to write other categories: told, since its indicators then count otherwise.

Looked at are the columns that the rules' indicators ask for. A category that is common now and was
never written in the half year before, or was common and is gone, is a change of the source until
someone says that it is one of the world.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from qingyu.engine.connect import connected, file_list
from qingyu.engine.delta import columns_of
from qingyu.engine.meter import count_read
from qingyu.engine.store import Home
from qingyu.flows.warn_judge import watches
from qingyu.pack.model import Pack

_NOW, _BEFORE = 28, 182  # days
_SHARE = 0.02  # of the source's records, from which a category is common
_LEAST = 20  # cases that came, or should have come


@dataclass(frozen=True)
class Recoded:
    """value: of `column` of `source`; appeared: it is new, else it is gone; count: how many came
    (or, of one that is gone, should have come) in the four weeks; subjects: what counts by it."""

    source: str
    column: str
    value: str
    appeared: bool
    count: int
    subjects: tuple[str, ...]


def recoded(home: Home, pack: Pack, known: int, last: date) -> list[Recoded]:
    """In the four weeks that end with `last`, as known after the batch."""
    asked: dict[tuple[str, str], list[str]] = {}
    for watch in watches(pack):
        if watch.daily:
            measure = pack.indicator(watch.subject).measure
            for source in pack.sources_of(measure):
                for column in measure.where if pack.union(measure.source) is None else ():
                    asked.setdefault((source, column), []).append(watch.subject)
    found = []
    for (source, column), subjects in asked.items():
        told = tuple(dict.fromkeys(subjects))
        for value, now, before in _counts(home, source, column, known, last):
            usual = before * _NOW / _BEFORE
            whole = max(now.whole, 1.0), max(now.usual, 1.0)
            if now.count >= max(_LEAST, _SHARE * whole[0]) and before == 0:
                found.append(Recoded(source, column, value, True, now.count, told))
            elif now.count == 0 and usual >= max(_LEAST, _SHARE * whole[1]):
                found.append(Recoded(source, column, value, False, round(usual), told))
    return found


@dataclass(frozen=True)
class _Now:
    """Cases of a category; whole, usual: of all categories, now and as a part of before."""

    count: int
    whole: float
    usual: float


def _counts(
    home: Home, source: str, column: str, known: int, last: date
) -> list[tuple[str, _Now, int]]:
    """(category, now, before), in the order of the categories. Reads only files of these days."""
    begin = last - timedelta(days=_NOW + _BEFORE - 1)
    split = last - timedelta(days=_NOW - 1)
    table = home.records_table(source)
    files = [
        file
        for file in (table.files() if table.exists() else ())
        if file.number <= known
        and (file.days is None or (file.days[0] <= last and file.days[1] >= begin))
    ]
    if not files or f"c_{column}" not in columns_of([file.path for file in files]):
        return []
    for file in files:
        count_read("records", file.rows, file.size)
    paths = file_list([str(file.path) for file in files])
    with connected() as connection:
        rows = connection.execute(
            f"""SELECT CAST("c_{column}" AS VARCHAR) AS value,
                coalesce(sum(sign) FILTER (WHERE day >= DATE '{split}'), 0)::BIGINT,
                coalesce(sum(sign) FILTER (WHERE day < DATE '{split}'), 0)::BIGINT
                FROM read_parquet({paths}, union_by_name=true)
                WHERE batch <= {known} AND day BETWEEN DATE '{begin}' AND DATE '{last}'
                AND "c_{column}" IS NOT NULL GROUP BY value ORDER BY value"""
        ).fetchall()
    whole = float(sum(row[1] for row in rows))
    usual = sum(row[2] for row in rows) * _NOW / _BEFORE
    if not sum(row[2] for row in rows) or not whole:
        return []  # no past to hold it against, or nothing now: that is silence, and told as such
    return [(value, _Now(int(now), whole, usual), int(before)) for value, now, before in rows]
