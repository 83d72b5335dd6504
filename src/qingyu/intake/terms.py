"""Dates that a contract has computed: so many days, or working days, after another date.

A term in working days is looked up in a list with one entry a day, so that it costs no join. The
record keeps the date that it was given: a calendar that grows later moves no old term.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import duckdb
import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from qingyu.engine.connect import quoted
from qingyu.intake.contract import Contract
from qingyu.pack.model import Calendar, Computed
from qingyu.periods import FIRST_YEAR, LAST_YEAR

_FIRST = date(FIRST_YEAR, 1, 1)
_DAYS = (date(LAST_YEAR + 1, 1, 1) - _FIRST).days  # of which a date may be
_SATURDAY = 5


def register(connection: duckdb.DuckDBPyConnection, contract: Contract) -> None:
    """Put the terms in working days of the contract before DuckDB as variables."""
    for name, after in {_name(one): one for one in contract.source.computed}.items():
        if after.working_days is None:
            continue
        special = _special(working_days_after(contract.calendar, after.working_days)).ends
        ends = pa.array([special.tolist()], pa.list_(pa.int32()))
        connection.register("term_ends", pa.table({"ends": ends}))
        connection.execute(f"SET VARIABLE {name} = (SELECT ends FROM term_ends)")
        connection.unregister("term_ends")


def dates(contract: Contract) -> list[tuple[str, str]]:
    """(name, SQL) of the dates computed, over the typed values `v<k>`."""
    return [(one.id, _date(contract, one)) for one in contract.source.computed]


@dataclass(frozen=True)
class _Special:
    """Of a term, for all days from 1900 on: `weekly` holds by the weekday of the first day and of
    the six after it; of the days from the `first` so manieth on `ends` tell otherwise."""

    weekly: NDArray[np.int32]
    first: int
    ends: NDArray[np.int32]


def _special(ends: NDArray[np.int32]) -> _Special:
    """Only the years of a calendar's holidays are special: a list of all days would be copied
    into every plan that asks it."""
    weekly = ends[:7]
    differs = np.flatnonzero(ends != np.resize(weekly, len(ends)))
    first, last = (int(differs[0]), int(differs[-1])) if len(differs) else (0, -1)
    return _Special(weekly, first, ends[first : last + 1])


def working_days_after(calendar: Calendar, working_days: int) -> NDArray[np.int32]:
    """For each day from 1900 to 2199, how many days later the so-manieth working day after it is
    (0 working days: 0). The same as `Workdays.after`, for all days at once."""
    if working_days == 0:
        return np.zeros(_DAYS, np.int32)
    days = np.arange(_DAYS + 3 * working_days + 100)
    works = (days + _FIRST.weekday()) % 7 < _SATURDAY
    works[_offsets(calendar.holidays, len(days))] = False
    works[_offsets(calendar.workdays, len(days))] = True
    open_days = np.flatnonzero(works)
    place = np.searchsorted(open_days, days[:_DAYS], side="right") + working_days - 1
    return (open_days[place] - days[:_DAYS]).astype(np.int32)


def _offsets(days: tuple[date, ...], size: int) -> NDArray[np.int64]:
    offsets = np.array([(day - _FIRST).days for day in days], np.int64)
    return offsets[(offsets >= 0) & (offsets < size)]


def _date(contract: Contract, one: Computed) -> str:
    start = f"CAST(v{contract.number(one.after)} AS DATE)"
    if one.working_days is None:
        return f"{start} + {one.days}"
    special = _special(working_days_after(contract.calendar, one.working_days))
    since = f"datediff('day', DATE {quoted(_FIRST.isoformat())}, {start})"
    weekly = f"[{', '.join(map(str, special.weekly.tolist()))}][{since} % 7 + 1]"
    listed = f"getvariable({quoted(_name(one))})[{since} - {special.first} + 1]"
    last = special.first + len(special.ends) - 1
    between = f"{since} BETWEEN {special.first} AND {last}"
    return f"{start} + CASE WHEN {between} THEN {listed} ELSE {weekly} END"


def _name(one: Computed) -> str:
    return f"working_days_{one.working_days}"
