"""The truth of each indicator: the true risk in each town on each day, beside what happened and
what came to be recorded. No department sees any of it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Literal

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from qingyu.simulate.city.chance import Floats, Ints, mean_of
from qingyu.simulate.city.events import cells, recorded
from qingyu.simulate.city.records import air, cases, reports, services
from qingyu.simulate.city.shapes import Days, number_of
from qingyu.simulate.city.world import World

MICRO = 1_000_000

Sort = Literal["rate", "share", "failure", "value"]


@dataclass(frozen=True)
class Truth:
    """What an indicator is truly about.

    rate: expected happenings of `streams`, times `factor`, times `shares`, for each 10,000 of
    `exposure` (the pack's figure). share: product of `shares`; failure: one minus it. value: as
    `true_of` says. `streams` are those whose counts stand beside it.
    """

    indicator: str
    sort: Sort
    streams: tuple[str, ...]
    shares: tuple[str, ...] = ()
    exposure: str | None = None
    factor: float = 1.0


CRIME = ("theft", "affray", "robbery", "grave", "other_fraud")
_LAWFUL = 1.0 - services.OUTSIDE_THE_LAW

TRUTHS = (
    Truth("disputes_resolved", "share", ("disputes",), ("disputes_settled", "disputes_held")),
    Truth("petitions_in_time", "share", ("petitions",), ("petitions_in_time",)),
    Truth("air_quality", "value", ()),
    Truth("illegal_land_use", "rate", ("parcels",), (), "land_area",
          mean_of(cases.HECTARES) * mean_of(cases.RESTORED_AFTER) / 100),
    Truth("work_accidents", "rate", ("work_accidents",), (), "employed"),
    Truth("site_hazards_closed", "share", ("site_hazards",), ("site_hazards_closed",)),
    Truth("resident_rating", "value", ("ratings",), ("content",)),
    Truth("participation", "rate", ("ratings",), (), "residents"),
    Truth("crime_calls", "rate", CRIME, (), "actual_population"),
    Truth("telecom_fraud", "rate", ("telecom_fraud",), (), "actual_population"),
    Truth("civility_inspection", "failure", ("rounds",), ("orderly_points",)),
    Truth("uncivil_traffic", "failure", ("watches",), ("civil_traffic",)),
    Truth("urban_events", "rate", ("street_events",), (), "actual_population"),
    Truth("urban_closed", "share", ("street_events",), ("urban_closed",)),
    Truth("good_deeds", "rate", ("honours",), (), "residents", 0.30),
    Truth("volunteering", "rate", ("service",), (), "residents",
          mean_of(reports.SERVICE_HOURS) / 10),
    Truth("hotline_in_time", "share", ("requests",), ("hotline_in_time",)),
    Truth("hotline_fixed", "share", ("requests",), ("hotline_fixed",)),
    Truth("food_complaints", "rate", ("food_complaints",), ("food_confirmed",), "actual_population",
          _LAWFUL),
    Truth("sampling_failures", "failure", ("samples",), ("samples_passed",)),
    Truth("traffic_accidents", "rate", ("accidents",), (), "actual_population"),
    Truth("fleet_violations", "failure", ("fleet_checks",), ("fleet_in_order",)),
    Truth("fire_calls", "rate", ("fires",), (), "actual_population"),
    Truth("fire_hazards_closed", "share", ("fire_hazards",), ("fire_hazards_closed",)),
    Truth("consumer_in_time", "share", ("food_complaints", "other_complaints"),
          ("consumer_accepted", "consumer_closed")),
    Truth("consumer_solved", "share", ("food_complaints", "other_complaints"),
          ("consumer_solved",)),
    Truth("wage_arrears", "rate", ("arrears",), ("arrears_confirmed",), "employed",
          mean_of(cases.WORKERS)),
    Truth("medical_disputes", "rate", ("medical_disputes",), ("medical_confirmed",)),
)  # fmt: skip

SCHEMA = pa.schema(
    [
        ("indicator", pa.dictionary(pa.int16(), pa.string())),
        ("area", pa.dictionary(pa.int32(), pa.string())),
        ("day", pa.date32()),
        ("true", pa.int64()),  # millionths of a rate for 10,000, of a share, of a value
        ("expected", pa.int64()),  # millionths of happenings
        ("happened", pa.int64()),
        ("recorded", pa.int64()),
        ("effort", pa.int64()),  # millionths: the share of happenings that is recorded
    ]
)


def true_of(world: World, truth: Truth, days: Days, expected: Floats) -> Floats:
    """The true risk, float64 [town, day]; NaN where there is none."""
    product = np.ones((len(world.towns), len(days)))
    for name in truth.shares:
        product = product * world.share(world.scenario.share(name), days)
    if truth.indicator == "air_quality":
        found = np.full_like(product, np.nan)
        found[air.stations(world)] = air.expected(world, days)
        return found
    if truth.indicator == "resident_rating":
        low = sum((n + 1) * w for n, w in enumerate(reports.DISCONTENT)) / sum(reports.DISCONTENT)
        return product * 4.5 + (1.0 - product) * low
    if truth.sort == "share":
        return product
    if truth.sort == "failure":
        return 1.0 - product
    if truth.indicator == "medical_disputes":
        per = cases.monthly_visits(world, days) / 30.0
    else:
        assert truth.exposure is not None
        per = world.towns.exposures[truth.exposure].on(days.number)
    with np.errstate(divide="ignore", invalid="ignore"):
        rate = expected * truth.factor * product / per * 10_000.0
    return np.where(per > 0, rate, np.nan)


def effort_of(world: World, truth: Truth, days: Days) -> Floats:
    """The share of happenings that comes to be recorded; of several streams, the first one's."""
    if truth.indicator == "urban_events":
        return services.found_by_patrol(world, days)
    if not truth.streams or world.scenario.stream(truth.streams[0]).recorded == 1.0:
        return np.ones((len(world.towns), len(days)))
    return world.recorded(world.scenario.stream(truth.streams[0]), days)


class _Counts:
    """Counts of streams on some days, made once each."""

    def __init__(self, world: World, days: Days) -> None:
        self.world, self.days = world, days
        self._kept: dict[str, tuple[Floats, Ints, Ints]] = {}

    def of(self, name: str) -> tuple[Floats, Ints, Ints]:
        if name not in self._kept:
            stream = self.world.scenario.stream(name)
            found = cells(self.world, stream, self.days)
            kept = recorded(self.world, stream, self.days)
            at = kept.town * len(self.days) + kept.day - int(self.days.number[0])
            seen = np.bincount(at, minlength=found.happened.size).reshape(found.happened.shape)
            self._kept[name] = found.expected, found.happened, seen.astype(np.int64)
        return self._kept[name]

    def sums(self, names: tuple[str, ...]) -> tuple[Floats, Ints, Ints]:
        shape = (len(self.world.towns), len(self.days))
        expected, happened, seen = np.zeros(shape), np.zeros(shape, int), np.zeros(shape, int)
        for name in names:
            one = self.of(name)
            expected, happened, seen = expected + one[0], happened + one[1], seen + one[2]
        return expected, happened, seen


def tables(world: World, days: Days, truths: tuple[Truth, ...] = TRUTHS) -> Iterator[pa.Table]:
    """The truth of some days, one table an indicator, in the order of town and day."""
    counted = _Counts(world, days)
    areas = pa.array(world.towns.codes, pa.string())
    towns, length = len(world.towns), len(days)
    for truth in truths:
        expected, happened, seen = counted.sums(truth.streams)
        if truth.indicator == "urban_events":
            seen = _found_by_patrol(world, days)
        true_ = true_of(world, truth, days, expected)
        name = pa.array([truth.indicator], pa.string())
        yield pa.table(
            [
                pa.DictionaryArray.from_arrays(pa.array(np.zeros(towns * length, np.int16)), name),
                pa.DictionaryArray.from_arrays(
                    pa.array(np.repeat(np.arange(towns, dtype=np.int32), length)), areas
                ),
                pa.array(np.tile(days.number.astype(np.int32), towns), pa.date32()),
                _micro(true_),
                _micro(expected),
                pa.array(happened.ravel(), pa.int64()),
                pa.array(seen.ravel(), pa.int64()),
                _micro(effort_of(world, truth, days)),
            ],
            schema=SCHEMA,
        )


def _found_by_patrol(world: World, days: Days) -> Ints:
    stream = world.scenario.stream("street_events")
    found = recorded(world, stream, days)
    kept = found.only(found.passes(services.found_by_patrol(world, days), 1, 3))
    at = kept.town * len(days) + kept.day - int(days.number[0])
    size = len(world.towns) * len(days)
    return np.bincount(at, minlength=size).reshape(len(world.towns), len(days))


def _micro(values: Floats) -> pa.Array:
    flat = values.ravel()
    absent = ~np.isfinite(flat)
    return pa.array(np.rint(np.where(absent, 0.0, flat) * MICRO).astype(np.int64), mask=absent)


def write_truth(world: World, path: Path, first: date, last: date) -> int:
    """Write the truth of all indicators, a year at a time; gives the number of rows."""
    rows = 0
    with pq.ParquetWriter(path, SCHEMA, compression="zstd") as writer:
        for start, end in years(number_of(first), number_of(last)):
            for table in tables(world, world.numbered(start, end)):
                writer.write_table(table)
                rows += len(table)
    return rows


def years(first: int, last: int) -> Iterator[tuple[int, int]]:
    """The span in calendar years, as numbers of days since 1970."""
    start = first
    while start <= last:
        year = date.fromordinal(start + date(1970, 1, 1).toordinal()).year
        end = min(last, number_of(date(year, 12, 31)))
        yield start, end
        start = end + 1
