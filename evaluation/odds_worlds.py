"""Cities whose true rates are known, for judging the odds: towns of 300 to 100,000 people, five
indicators from rare to frequent (one of them a share) and a mean, three years and some weeks of
days.

`as modelled` is what the odds assume; the others break an assumption each.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import numpy.typing as npt
import xarray as xr

from qingyu.engine.tables import UNPLACED, DayState, Panel, fingerprint
from qingyu.pack.model import (
    Area,
    Dimension,
    Exposure,
    ExposureRow,
    Grades,
    Index,
    Indicator,
    Level,
    Measure,
    Pack,
    Source,
)

Floats = npt.NDArray[np.float64]

FIRST, DAYS, TOWNS = date(2021, 1, 1), 1316, 36  # to 2024-08-08
SINCE = date(2000, 1, 1)
SIZES = np.rint(np.geomspace(300, 100_000, TOWNS)).astype(int)
RATES = {"rare": 2e-6, "seldom": 1e-5, "frequent": 6e-5, "common": 3e-4}  # a person and day
TRIALS, SHARE = 1e-4, 0.85
CURVE = [["0", "100"], ["0.8", "92"], ["1", "85"], ["1.3", "70"], ["2", "40"], ["3", "0"]]
DUTY = [["0.5", "0"], ["0.8", "50"], ["0.9", "75"], ["1", "90"], ["1.05", "100"]]
ANSWERS, SPREAD = 5e-5, 110  # a person and day; hundredths of a point: one answer's deviation
EVENTS = (*RATES, "share")
NAMES = (*EVENTS, "mean")
SCALE = 10_000  # truths are kept as whole numbers of so many parts


@dataclass(frozen=True)
class City:
    """rates: true mean count of a day [town, day] by indicator (of the share: given its trials; of
    the mean: its sum given its answers); counts: what happened; trials, answers: of these two."""

    rates: Mapping[str, Floats]
    counts: Mapping[str, npt.NDArray[np.int64]]
    trials: npt.NDArray[np.int64]
    answers: npt.NDArray[np.int64]


@dataclass(frozen=True)
class World:
    """move: [town, day] factor of a town's own rate beside season and mood; phi: variance over
    mean of a day; season, mood: log amplitude and log spread of what moves all towns."""

    move: Callable[[np.random.Generator], Floats]
    phi: float = 1.5
    season: float = 0.25
    mood: float = 0.1
    clustered: bool = False


def _still(rng: np.random.Generator) -> Floats:
    return np.ones((TOWNS, DAYS))


def _weekly(values: Floats) -> Floats:
    return np.repeat(values, 7, axis=1)[:, :DAYS]


def _gamma(rng: np.random.Generator) -> Floats:
    """Each week's rate about the town's level, independently: relative variance 0.03."""
    return _weekly(rng.gamma(1 / 0.03, 0.03, (TOWNS, DAYS // 7 + 1)))


def _lognormal(rng: np.random.Generator) -> Floats:
    """Log rates wander (an autoregression of weeks, 0.7) with a spread of 0.35."""
    return np.exp(_wander(rng, TOWNS, 0.7, 0.35))


def _wander(rng: np.random.Generator, rows: int, keep: float, spread: float) -> Floats:
    weeks = DAYS // 7 + 1
    steps = rng.normal(0, spread, (rows, weeks))
    for week in range(1, weeks):
        steps[:, week] = keep * steps[:, week - 1] + (1 - keep**2) ** 0.5 * steps[:, week]
    return _weekly(steps)


def _drift(rng: np.random.Generator) -> Floats:
    """Each town's risk grows or falls steadily, by 25 % a year on average."""
    return np.exp(rng.normal(0, 0.25, (TOWNS, 1)) * (np.arange(DAYS) - DAYS / 2) / 365)


def _seasons(rng: np.random.Generator) -> Floats:
    """Each town has a season of its own phase, by 40 %."""
    phase = rng.uniform(0, 2 * np.pi, (TOWNS, 1))
    return np.exp(0.4 * np.sin(2 * np.pi * np.arange(DAYS) / 365.25 + phase))


def _episodes(rng: np.random.Generator) -> Floats:
    """In one of fifty weeks a town's risk doubles, for two weeks."""
    starts = rng.random((TOWNS, DAYS // 7 + 1)) < 0.02
    active = starts | np.roll(starts, 1, axis=1)
    return _weekly(np.where(active, 2.0, 1.0))


WORLDS: dict[str, World] = {
    "as modelled": World(_gamma),
    "calm": World(_still, phi=1.0, season=0.0, mood=0.0),
    "lognormal": World(_lognormal, phi=1.0),
    "drift": World(_drift, phi=1.2),
    "seasons": World(_seasons, phi=1.2),
    "episodes": World(_episodes, phi=1.2),
    "clusters": World(_still, phi=1.0, clustered=True),
}


def make_city(world: World, rng: np.random.Generator) -> City:
    day = np.arange(DAYS)
    week = np.array([1.1, 1.0, 1.0, 1.0, 1.1, 0.9, 0.9])[day % 7]
    common = week * np.exp(world.season * np.sin(2 * np.pi * day / 365.25))
    rates: dict[str, Floats] = {}
    counts: dict[str, npt.NDArray[np.int64]] = {}
    for name, rate in RATES.items():
        level = rate * SIZES * np.exp(rng.normal(0, 0.4, TOWNS))
        mood = np.exp(_wander(rng, 1, 0.6, world.mood))
        rates[name] = level[:, None] * common * mood * world.move(rng)
        counts[name] = _counts(world, rates[name], rng)
    trials = rng.poisson(TRIALS * SIZES[:, None] * common)
    odds = SHARE / (1 - SHARE) * np.exp(rng.normal(0, 0.4, (TOWNS, 1))) * world.move(rng)
    share = odds / (1 + odds)
    rates["share"], counts["share"] = trials * share, rng.binomial(trials, share)
    answers = rng.poisson(ANSWERS * SIZES[:, None] * common)
    mean = 380 + 40 * np.log(world.move(rng)) + rng.normal(0, 25, (TOWNS, 1))
    rates["mean"] = answers * mean
    strayed = np.rint(rng.normal(rates["mean"], SPREAD * np.sqrt(answers)))
    counts["mean"] = np.maximum(strayed, 0).astype(np.int64)
    return City(rates, counts, trials, answers)


def _counts(world: World, rate: Floats, rng: np.random.Generator) -> npt.NDArray[np.int64]:
    if world.clustered:
        return _clusters(rate, rng)
    if world.phi == 1.0:
        return rng.poisson(rate)
    extra = world.phi - 1
    return rng.poisson(rng.gamma(rate / extra, extra))


def _clusters(rate: Floats, rng: np.random.Generator) -> npt.NDArray[np.int64]:
    """Half of the events draw another after them, within five days: the mean stays as it is."""
    first = rng.poisson(rate / 1.5)
    found = first.copy()
    for delay in range(1, 6):
        after = rng.binomial(first, 0.1)
        found[:, delay:] += after[:, :-delay]
    return found


# -- the city as pack and panel --------------------------------------------------------------------


def _names(text: str) -> dict[str, str]:
    return {"zh": text, "en": text}


def _dated(value: str) -> list[dict[str, Any]]:
    return [{"from": SINCE, "value": value, "reference": "drawn"}]


def make_pack(names: tuple[str, ...]) -> Pack:
    """A pack of some of the indicators, each a dimension of its own, weekly and monthly."""
    codes = [f"t{number:02d}" for number in range(TOWNS)]
    towns = [Area(code=one, name=one, level="town", parent="C") for one in codes]
    rows = [
        ExposureRow(area=code, valid_from=SINCE, known_from=SINCE, value=int(size))
        for code, size in zip(codes, SIZES, strict=True)
    ]
    return Pack.model_validate(
        {
            "id": "odds",
            "name": _names("odds"),
            "version": "1",
            "time_zone": "UTC",
            "levels": (Level(id="city", name=_names("c")), Level(id="town", name=_names("t"))),
            "areas": (Area(code="C", name="C", level="city"), *towns),
            "exposures": (Exposure(id="people", rows=tuple(rows)),),
            "sources": tuple(_source(name) for name in NAMES),
            "dimensions": tuple(
                Dimension.model_validate({"id": n, "name": _names(n), "weight": _dated("1")})
                for n in names
            ),
            "indicators": tuple(_indicator(name) for name in names),
            "indices": (
                Index.model_validate({
                    "id": "safety", "name": _names("safety"), "dimensions": names,
                    "periods": ["day", "week", "month"], "least_share": "0.1",
                }),
            ),
            "grades": Grades.model_validate(_GRADES),
            "digest": "",
            "folder": "",
        }
    )  # fmt: skip


_GRADES: dict[str, Any] = {
    "scales": [
        {
            "from": SINCE,
            "reference": "drawn",
            "grades": [
                {"id": name, "name": _names(name), "from": cut}
                for name, cut in (("blue", 90), ("yellow", 80), ("orange", 70), ("red", 0))
            ],
        }
    ]
}


def _source(name: str) -> Source:
    columns = [{"name": "at", "type": "timestamp"}, {"name": "town", "type": "text"},
               {"name": "score", "type": "decimal", "places": 2}]  # fmt: skip
    return Source.model_validate({
        "id": name, "name": _names(name), "department": "none", "key": ["at"], "time": "at",
        "columns": columns, "version": {"by": "newest"}, "delivery": "increment",
        "place": {"by": ["name"], "name": "town"},
    })  # fmt: skip


def _measure(name: str) -> dict[str, Any]:
    if name == "mean":
        return {"sum": name, "of": "score", "places": 2}
    where = {"where": {"town": {"not": {"equals": "late"}}}} if name == "share" else {}
    return {"count": name, **where}


def _indicator(name: str) -> Indicator:
    """Half of them with κ declared, as packs do, half with κ estimated."""
    share = name in ("share", "mean")
    curve = DUTY if share else CURVE
    of_mean = {"variance": str(SPREAD**2 / 10_000)} if name == "mean" else {}
    own = {"with": "own", "years": 2, "at_least": 2, "window": "28 days", "weight": "0.5"}
    others = [{"with": "peers", "weight": "0.3"}, {"with": "previous", "weight": "0.2"}]
    declared = {"kappa": "20"} if name in ("rare", "frequent", "share") else {}
    return Indicator.model_validate({
        "id": name, "name": _names(name), "dimension": name, "nature": "harm",
        "measure": _measure(name), "better": "higher" if share else "lower",
        "per": {"measure": {"count": name}} if share else {"exposure": "people", "unit": 1000},
        "weight": _dated("1"), "shrink": declared,
        "daily": {"window": "7 days", "least_expected": "0.01", "at_most": "7 days"},
        "compare": [{**one, "curve": curve} for one in (own, *others)], **of_mean,
    })  # fmt: skip


def make_panel(pack: Pack, city: City, *, true: bool = False) -> Panel:
    """What was counted, or the true means in `SCALE` parts of one."""
    tables = {
        name: np.rint(city.rates[name] * SCALE).astype(np.int64) if true else city.counts[name]
        for name in NAMES
    }
    marks = [fingerprint(Measure.model_validate(_measure(name))) for name in NAMES]
    values = np.zeros((len(marks) + 2, TOWNS + 2, DAYS), np.int64)
    for row, table in enumerate(tables.values()):
        values[row, 1:-1] = table
    for row, (name, under) in enumerate((("share", city.trials), ("mean", city.answers)), -2):
        values[row, 1:-1] = under
        marks.append(fingerprint(Measure(count=name)))
    codes = [*(area.code for area in pack.areas), UNPLACED]
    when = np.datetime64(FIRST) + np.arange(DAYS)
    sources = [one.id for one in pack.sources]
    states = np.full((len(sources), DAYS), int(DayState.FULL), np.uint8)
    return Panel(
        xr.DataArray(
            values, {"measure": marks, "area": codes, "day": when}, ("measure", "area", "day")
        ),
        xr.DataArray(states, {"source": sources, "day": when}, ("source", "day")),
        1,
    )
