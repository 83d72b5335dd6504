"""Reading of the reference results of R: series, cases, calls and numbers as R writes them."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from qingyu.warn.reference import Timeline

Table = list[dict[str, str]]
Read = Callable[[str], Table]
Array = np.ndarray

SERIES = ("salmNewport_total", "salmonella_agona", "influenza", "sim_weekly_A", "sim_daily_A")
WEEKLY = SERIES[:4]


def number(text: str) -> float:
    return float("nan") if text in ("NA", "NaN") else float(text)


def column(rows: Table, name: str) -> Array:
    return np.array([number(row[name]) for row in rows])


@dataclass(frozen=True)
class Series:
    counts: Array  # [1, time]
    timeline: Timeline
    start: int  # period of the year in which it begins, from 1


def series(golden: Read, name: str) -> Series:
    rows = golden(f"surveillance/{name}/series.csv")
    assert [int(row["t"]) for row in rows] == list(range(1, len(rows) + 1))
    dated = rows[0]["date"] != "NA"
    dates = np.array([row["date"] for row in rows], "datetime64[D]") if dated else None
    timeline = Timeline(int(rows[0]["freq"]), dates)
    return Series(column(rows, "observed")[None], timeline, int(rows[0]["start_period"]))


@dataclass(frozen=True)
class Case:
    """One file of results, and the arguments of the call that made it."""

    rows: Table
    arguments: dict[str, str]
    alarms: int

    @property
    def at(self) -> list[int]:
        return [int(row["t"]) - 1 for row in self.rows]

    def __getitem__(self, name: str) -> Array:
        return column(self.rows, name)

    def argument(self, name: str, default: float) -> float:
        return float(self.arguments.get(name, default))


def case(golden: Read, name: str, which: str) -> Case:
    rows = golden(f"surveillance/{name}/{which}.csv")
    (call,) = [
        row
        for row in golden("surveillance/calls.csv")
        if (row["series"], row["case"]) == (name, which)
    ]
    inside = call["call"].split("control = list(")[1]
    found = dict(re.findall(r"(\w+) = (\"[^\"]*\"|list\([^)]*\)|[^,()]+)", inside))
    first, last = (int(end) for end in found["range"].split(":"))
    assert [int(row["t"]) for row in rows] == list(range(first, last + 1))
    arguments = {key: value.strip('" ') for key, value in found.items()}
    return Case(rows, arguments, int(call["n_alarms"]))


def check_alarms(found: Array, wanted: Case) -> None:
    """Alarms are the same days, exactly; where R has none to tell (NA), ours is no alarm."""
    given = wanted["alarm"]
    assert np.array_equal(found, np.nan_to_num(given).astype(bool))
    assert int(np.nansum(given)) == wanted.alarms
