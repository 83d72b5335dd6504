"""A made-up file in the layout of the 911 calls of Montgomery County, with its defects.

For trials on a machine without the public file. Columns, hours, kinds of call and townships are
weighted as in the real file; streets, places and persons' troubles are invented, and every number
comes from one seed. The defects are those the real file is known for: rows out of order, exact
repeats, a few calls told twice in different words, missing townships and postcodes, neighbouring
counties, coordinates far away, half a day lost on 2016-05-01, first and last day cut.

Two things are put in on purpose, so that there is something to find: each township has restless and
quiet months of its own, and from 2016-11-10 on accidents in the busiest one double.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path

import numpy as np
import numpy.typing as npt

from qingyu.pack.model import Area, Pack

FILE_NAME = "911_simulated.csv"
COLUMNS = ("lat", "lng", "desc", "zip", "title", "timeStamp", "twp", "addr", "e")
PUBLIC_FILE = "Kaggle: mchirico/montcoalert, 911.csv"

BEGIN = datetime(2015, 12, 10, 14, 39, 21)  # noqa: DTZ001 - local wall-clock times, as in the file
END = datetime(2016, 11, 30, 23, 57, 35)  # noqa: DTZ001
LOST_FROM = datetime(2016, 5, 1, 13)  # noqa: DTZ001
LOST_DAY = date(2016, 5, 1)
SKIPPED_DAY = date(2016, 3, 13)
STORM_DAY = date(2016, 1, 23)
RISE_FROM = date(2016, 11, 10)

# Shares per thousand calls of the kinds that make up nearly all of the real file.
TITLES: tuple[tuple[str, float], ...] = (
    ("Traffic: VEHICLE ACCIDENT -", 236.0),
    ("Traffic: DISABLED VEHICLE -", 73.0),
    ("Traffic: ROAD OBSTRUCTION -", 31.0),
    ("Traffic: HAZARDOUS ROAD CONDITIONS -", 9.6),
    ("Traffic: VEHICLE FIRE -", 5.5),
    ("Fire: FIRE ALARM", 56.0),
    ("Fire: VEHICLE ACCIDENT", 17.0),
    ("Fire: FIRE INVESTIGATION", 14.0),
    ("Fire: GAS-ODOR/LEAK", 10.6),
    ("Fire: BUILDING FIRE", 7.7),
    ("Fire: ELECTRICAL FIRE OUTSIDE", 6.2),
    ("Fire: CARBON MONOXIDE DETECTOR", 5.6),
    ("Fire: VEHICLE FIRE", 5.3),
    ("Fire: WOODS/FIELD FIRE", 5.2),
    ("EMS: RESPIRATORY EMERGENCY", 50.0),
    ("EMS: CARDIAC EMERGENCY", 50.0),
    ("EMS: FALL VICTIM", 50.0),
    ("EMS: VEHICLE ACCIDENT", 41.0),
    ("EMS: SUBJECT IN PAIN", 27.0),
    ("EMS: HEAD INJURY", 27.0),
    ("EMS: SYNCOPAL EPISODE", 17.0),
    ("EMS: SEIZURES", 16.0),
    ("EMS: GENERAL WEAKNESS", 15.0),
    ("EMS: ABDOMINAL PAINS", 14.0),
    ("EMS: MEDICAL ALERT ALARM", 13.0),
    ("EMS: OVERDOSE", 13.0),
    ("EMS: CVA/STROKE", 12.0),
    ("EMS: UNCONSCIOUS SUBJECT", 12.0),
    ("EMS: DIABETIC EMERGENCY", 8.5),
    ("EMS: ASSAULT VICTIM", 6.8),
    ("EMS: CARDIAC ARREST", 5.4),
)
HOURS = (20, 17, 15, 14, 14, 16, 25, 41, 50, 53, 54, 56,
         60, 59, 60, 62, 65, 66, 57, 49, 42, 37, 31, 25)  # fmt: skip
WEEKDAYS = (146, 150, 150, 146, 151, 133, 120)  # from Monday
_FIRST = ("AMBERFIELD", "BRINDLE", "COPPERGATE", "DOVECOTE", "EMBERLY", "FERNHOLLOW", "GOSSAMER",
          "HALCYON", "INKWELL", "JUNIPER HILL", "KITESTRING", "LANTERN", "MARLPIT", "NETTLECOMBE",
          "ORCHARD END", "PEPPERCORN", "QUILLFEATHER", "ROOKERY", "SANDPIPER", "THISTLEDOWN",
          "UMBERLEA", "VELLUM", "WICKERWORK", "YARROWGATE")  # fmt: skip
_SECOND = ("RD", "LN", "AVE", "ST", "CT", "DR", "WAY", "PIKE")


@dataclass(frozen=True)
class Simulated:
    """What was written, in numbers."""

    path: Path
    rows: int
    first: date
    last: date
    seed: int


def write_calls(pack: Pack, path: Path, rows: int = 40_000, seed: int = 911) -> Simulated:
    """Write about `rows` calls for the areas of `pack` to the CSV file `path`.

    The same pack, number and seed give the same bytes. The draws use nothing but uniform numbers
    of NumPy's Philox, whose stream is fixed, and not its distributions, which may change.
    """
    rng = np.random.Generator(np.random.Philox(seed))
    calls = [_row(call) for call in _calls(pack, rows, rng)]
    calls = _with_defects(calls, rng)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(COLUMNS)
        writer.writerows(calls)
    return Simulated(path, len(calls), BEGIN.date(), END.date(), seed)


@dataclass(frozen=True)
class _Call:
    moment: datetime
    title: str
    township: str
    number: int  # of the township in the pack, for its place and station
    street: str
    shift: tuple[float, float]


def _calls(pack: Pack, rows: int, rng: np.random.Generator) -> Iterator[_Call]:
    towns, weights = _townships(pack, rng)
    moments = _moments(rows, rng)
    titles = _pick([share for _, share in TITLES], rows, rng)
    places = _places(moments, titles, weights, rng)
    streets = (rng.random((rows, 4)) * (len(_FIRST), len(_SECOND), len(_FIRST), len(_SECOND))
               ).astype(int)  # fmt: skip
    shifts = rng.random((rows, 2)) * 0.02
    busiest = int(np.argmax(weights))
    extra = rng.random(rows)
    for n in range(rows):
        title, place = TITLES[titles[n]][0], int(places[n])
        # A rise with a known cause: a share of late calls elsewhere become accidents in one town.
        if moments[n].date() >= RISE_FROM and extra[n] < weights[busiest] * 0.5 / sum(weights):
            title, place = TITLES[0][0], busiest
        a, b, c, d = (int(part) for part in streets[n])
        yield _Call(
            moments[n], title, towns[place].name, place,
            f"{_FIRST[a]} {_SECOND[b]} & {_FIRST[c]} {_SECOND[d]}",
            (float(shifts[n, 0]), float(shifts[n, 1])),
        )  # fmt: skip


def _places(
    moments: Sequence[datetime],
    titles: npt.NDArray[np.int64],
    weights: Sequence[float],
    rng: np.random.Generator,
) -> npt.NDArray[np.int64]:
    """The township of each call. Each has restless and quiet months for each service, so that
    counts vary more than chance alone would make them, as real ones do."""
    services = sorted({title.split(":")[0] for title, _ in TITLES})
    months = np.array([moment.year * 12 + moment.month for moment in moments])
    service = np.array([services.index(TITLES[n][0].split(":")[0]) for n in titles])
    places = np.zeros(len(moments), dtype=np.int64)
    for month in np.unique(months):
        for number in range(len(services)):
            mood = 0.55 + 0.9 * rng.random(len(weights))
            mine = np.flatnonzero((months == month) & (service == number))
            moody = [weight * float(factor) for weight, factor in zip(weights, mood, strict=True)]
            places[mine] = _pick(moody, len(mine), rng)
    return places


def _townships(pack: Pack, rng: np.random.Generator) -> tuple[list[Area], list[float]]:
    """Areas that calls may name, and their weights: residents times a habit of calling; the
    neighbouring counties get one call in fifty."""
    graded = {level.id for level in pack.levels if level.graded}
    parents = {area.parent for area in pack.areas}
    leaves = [area for area in pack.areas if area.code not in parents]
    residents = _residents(pack)
    habit = 0.6 + 0.8 * rng.random(len(leaves))
    weights = [
        residents.get(area.code, 5_000) * float(habit[n]) if area.level in graded else 0.0
        for n, area in enumerate(leaves)
    ]
    outside = [n for n, area in enumerate(leaves) if area.level not in graded]
    for n in outside:
        weights[n] = sum(weights) * 0.02 / len(outside) if residents else 1.0
    return leaves, weights


def _residents(pack: Pack) -> dict[str, int]:
    """The newest number of each area in the pack's first exposure."""
    if not pack.exposures:
        return {}
    rows = sorted(pack.exposures[0].rows, key=lambda row: row.valid_from)
    return {row.area: row.value for row in rows}


def _moments(rows: int, rng: np.random.Generator) -> list[datetime]:
    """Times of calls, by hour and weekday; none outside the file or in the lost half day."""
    days = [BEGIN.date() + timedelta(days=n) for n in range((END.date() - BEGIN.date()).days + 1)]
    by_day = [WEEKDAYS[day.weekday()] * (2.2 if day == STORM_DAY else 1.0) for day in days]
    picked = _pick(by_day, rows * 2, rng)
    hours = _pick(HOURS, rows * 2, rng)
    seconds = (rng.random(rows * 2) * 3600).astype(int)
    found: list[datetime] = []
    for day, hour, second in zip(picked, hours, seconds, strict=True):
        start = datetime.combine(days[day], datetime.min.time())
        moment = start + timedelta(hours=int(hour), seconds=int(second))
        lost = moment >= LOST_FROM and moment.date() == LOST_DAY
        skipped = moment.date() == SKIPPED_DAY and moment.hour == 2  # the clocks went forward
        if BEGIN <= moment <= END and not lost and not skipped:
            found.append(moment)
    found = [*found[: rows - 2], BEGIN, END]
    return sorted(found)


def _row(call: _Call) -> list[str]:
    station = 300 + call.number
    stamp = call.moment.strftime("%Y-%m-%d @ %H:%M:%S")
    service = call.title.split(":")[0]
    text = {
        "EMS": f"{call.street};  {call.township}; Station {station}; {stamp};",
        "Fire": f"{call.street};  {call.township}; {stamp}-Station:STA{station % 100};",
        "Traffic": f"{call.street}; {call.township}; {stamp};",
    }[service]
    latitude = 40.05 + 0.04 * (call.number % 9) + call.shift[0]
    longitude = -75.65 + 0.07 * (call.number // 9) + call.shift[1]
    return [
        f"{latitude:.7f}", f"{longitude:.7f}", text, str(19001 + call.number), call.title,
        call.moment.strftime("%Y-%m-%d %H:%M:%S"), call.township, call.street, "1",
    ]  # fmt: skip


def _with_defects(calls: list[list[str]], rng: np.random.Generator) -> list[list[str]]:
    """The defects of the real file, in its proportions."""
    for row, draw in zip(calls, rng.random(len(calls)), strict=True):
        if draw < 0.127:
            row[3] = ""
    for n in _some(calls, 12, rng):
        calls[n][6] = ""
    for n in _some(calls, 5, rng):
        calls[n][0], calls[n][1] = "30.3335960", "-95.5955950"
    repeats = [list(calls[n]) for n in _some(calls, 11, rng)]
    told_twice = [list(calls[n]) for n in _some(calls, 6, rng)]
    for row in told_twice:
        row[4] = "EMS: FALL VICTIM" if row[4] != "EMS: FALL VICTIM" else "EMS: HEAD INJURY"
    calls = calls + repeats + told_twice
    # About a quarter of the rows stand a few dozen rows late.
    late = np.where(rng.random(len(calls)) < 0.25, rng.random(len(calls)) * 60, 0.0)
    order = np.argsort(np.arange(len(calls)) + late, kind="stable")
    return [calls[int(n)] for n in order]


def _some(calls: Sequence[object], wanted: int, rng: np.random.Generator) -> list[int]:
    """Places of `wanted` different rows."""
    return [int(n) for n in np.argsort(rng.random(len(calls)), kind="stable")[:wanted]]


def _pick(weights: Sequence[float], draws: int, rng: np.random.Generator) -> npt.NDArray[np.int64]:
    """Indices drawn by weight, from uniform numbers alone."""
    edges = np.cumsum(np.asarray(weights, dtype=np.float64))
    found = np.searchsorted(edges, rng.random(draws) * edges[-1], side="right")
    picked: npt.NDArray[np.int64] = np.minimum(found, len(edges) - 1)
    return picked
