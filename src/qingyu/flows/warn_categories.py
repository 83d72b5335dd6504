"""A source that begins to write other categories: told, since its indicators then count otherwise.

Looked at are the columns that the rules' indicators ask for. A category that is common now and was
never written in the half year before, or was common and is gone, is a change of the source until
someone says that it is one of the world.

A word that records bear only while they are being dealt with was written in earlier months too,
and corrected since: it is not new. And four weeks of which too little came say nothing of the kind.
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
_ENOUGH = 5 / 7  # of the days on which a source usually writes anything


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
        of_all = _counts(home, source, column, known, last)
        common = _SHARE * sum(one.now for one in of_all)
        usually_common = _SHARE * sum(one.usual for one in of_all)
        for one in of_all:
            if one.now >= max(_LEAST, common) and not one.ever:
                found.append(Recoded(source, column, one.value, True, one.now, told))
            elif not one.now and one.usual >= max(_LEAST, usually_common):
                found.append(Recoded(source, column, one.value, False, round(one.usual), told))
    return found


@dataclass(frozen=True)
class _Category:
    """now: records of the four weeks; ever: rows of the half year before that bore it at any time;
    usual: what the four weeks would have at the rate of the half year."""

    value: str
    now: int
    ever: int
    usual: float


def _counts(home: Home, source: str, column: str, known: int, last: date) -> list[_Category]:
    """In the order of the categories; none where the four weeks cannot be held against the half
    year before. Reads only files of these days."""
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
    given = f"""FROM read_parquet({paths}, union_by_name=true)
        WHERE batch <= {known} AND day BETWEEN DATE '{begin}' AND DATE '{last}'"""
    with connected() as connection:
        days = connection.execute(
            f"""SELECT count(DISTINCT day) FILTER (WHERE day >= DATE '{split}'),
                count(DISTINCT day) FILTER (WHERE day < DATE '{split}') {given}"""
        ).fetchone()
        rows = connection.execute(
            f"""SELECT CAST("c_{column}" AS VARCHAR) AS value,
                coalesce(sum(sign) FILTER (WHERE day >= DATE '{split}'), 0)::BIGINT,
                coalesce(sum(sign) FILTER (WHERE day < DATE '{split}'), 0)::BIGINT,
                count(*) FILTER (WHERE day < DATE '{split}' AND sign > 0)
                {given} AND "c_{column}" IS NOT NULL GROUP BY value ORDER BY value"""
        ).fetchall()
    assert days is not None
    now, before = days
    if not before or now / _NOW < _ENOUGH * before / _BEFORE:
        return []  # no past, or too little now: that is silence, and told as such
    return [
        _Category(value, int(count), int(ever), net * now / before)
        for value, count, net, ever in rows
    ]
