"""How a year, a week and a festival shape what happens, as tables of thousandths.

Between the middles of months, and between the days named around Spring Festival, tables go in
straight lines. All arithmetic is + − × ÷ of whole numbers and exact in every processor.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal, localcontext
from functools import cache

import numpy as np

from qingyu.simulate.city.chance import Floats, Ints

EPOCH = date(1970, 1, 1)
HOLIDAY = 7  # the eighth value of a week's table: public holidays

# Thousandths for January … December; each table's mean is 1000.
SEASONS: dict[str, tuple[int, ...]] = {
    "even": (1000,) * 12,
    "theft": (950, 880, 960, 1000, 1040, 1060, 1080, 1070, 1030, 1010, 980, 940),
    "fraud": (1080, 1060, 1010, 980, 970, 980, 990, 1000, 970, 940, 1000, 1020),
    "road": (980, 900, 980, 1010, 1020, 1010, 1000, 1020, 1030, 1050, 1010, 990),
    "fire": (1300, 1220, 1050, 950, 850, 800, 820, 850, 900, 980, 1060, 1220),
    "street": (920, 900, 980, 1010, 1050, 1060, 1050, 1040, 1030, 1020, 980, 960),
    "office": (960, 860, 1020, 1000, 1010, 1030, 1040, 1040, 1020, 980, 1020, 1020),
    "arrears": (1700, 1100, 800, 800, 850, 850, 850, 850, 900, 950, 1100, 1250),
}
# Thousandths for Monday … Sunday, and for public holidays; the seven have the mean 1000.
WEEKS: dict[str, tuple[int, ...]] = {
    "even": (1000,) * 8,
    "night": (940, 930, 940, 970, 1060, 1110, 1050, 1060),
    "road": (1040, 1020, 1010, 1020, 1090, 960, 860, 900),
    "home": (960, 960, 970, 980, 1000, 1060, 1070, 1080),
    "fraud": (1070, 1060, 1050, 1040, 1020, 900, 860, 800),
    "office": (1240, 1190, 1160, 1140, 1130, 640, 500, 380),
    "crowd": (960, 950, 950, 970, 1020, 1110, 1040, 1350),  # visitors
    "works": (1300, 1290, 1280, 1270, 1250, 430, 180, 80),
}
# Thousandths by days from Spring Festival (0: first day of the first lunar month).
FESTIVALS: dict[str, tuple[tuple[int, int], ...]] = {
    "even": ((-1, 1000), (1, 1000)),
    "empty": ((-16, 1000), (-6, 900), (-1, 600), (0, 450), (6, 500), (14, 900), (20, 1000)),
    "fraud": ((-20, 1000), (-10, 1250), (-2, 1150), (0, 700), (6, 800), (14, 1300), (24, 1000)),
    "road": ((-16, 1000), (-8, 1200), (-1, 1050), (0, 600), (3, 900), (7, 1100), (14, 1000)),
    "fire": ((-5, 1000), (-1, 1600), (0, 2600), (1, 2200), (4, 1300), (14, 1700), (15, 1900),
             (17, 1000)),
    "office": ((-10, 1000), (-2, 800), (0, 600), (6, 700), (9, 1250), (16, 1000)),
    "crowd": ((-10, 1000), (-3, 800), (0, 900), (2, 1700), (6, 1800), (9, 1000), (16, 1000)),
}  # fmt: skip


@dataclass(frozen=True)
class Days:
    """Consecutive days, with what the calendar says of each. `number`: days since 1970; `week`:
    0 Monday … 6 Sunday, 7 a holiday (a make-up day is a Monday); `festival`: days from the
    nearest Spring Festival."""

    number: Ints
    month: Ints  # months since 1970
    week: Ints
    festival: Ints

    @property
    def first(self) -> date:
        return day_of(int(self.number[0]))

    def __len__(self) -> int:
        return len(self.number)


def number_of(day: date) -> int:
    return (day - EPOCH).days


def day_of(number: int) -> date:
    return date.fromordinal(EPOCH.toordinal() + number)


def days_between(
    first: int, last: int, festivals: tuple[date, ...], holidays: tuple[date, ...],
    workdays: tuple[date, ...],
) -> Days:  # fmt: skip
    """The days `first` … `last` (numbers since 1970) of a city's calendar."""
    number = np.arange(first, last + 1)
    month = number.astype("datetime64[D]").astype("datetime64[M]").astype(np.int64)
    week = (number + 3) % 7  # 1970-01-01 was a Thursday
    week[np.isin(number, [number_of(day) for day in workdays])] = 0
    week[np.isin(number, [number_of(day) for day in holidays])] = HOLIDAY
    known = np.array(sorted(number_of(day) for day in festivals) or [-(10**6)])
    apart = number[:, None] - known[None, :]
    nearest = apart[np.arange(len(number)), np.abs(apart).argmin(axis=1)]
    return Days(number, month, week, nearest)


def season(days: Days, name: str) -> Floats:
    """A factor for each day, in straight lines between the fifteenths of months."""
    table = np.array(SEASONS[name], np.int64)
    start = days.number.astype("datetime64[D]").astype("datetime64[M]").astype("datetime64[D]")
    day = days.number - start.astype(np.int64) - 14  # of the month, from its fifteenth
    here = table[days.month % 12]
    other = table[(days.month + np.where(day < 0, -1, 1)) % 12]
    return np.asarray((here * 30 + (other - here) * np.minimum(np.abs(day), 15)) / 30_000.0)


def weekday(days: Days, name: str) -> Floats:
    return np.array(WEEKS[name], np.int64)[days.week] / 1000.0


def festival(days: Days, name: str) -> Floats:
    return through(days.festival, FESTIVALS[name]) / 1000.0


def through(at: Ints, knots: tuple[tuple[int, int], ...]) -> Floats:
    """Straight lines through (place, value), level outside."""
    places = np.array([place for place, _ in knots], np.int64)
    values = np.array([value for _, value in knots], np.int64)
    inside = np.clip(at, places[0], places[-1])
    left = np.minimum(np.searchsorted(places, inside, side="right") - 1, len(places) - 2)
    width = places[left + 1] - places[left]
    rise = values[left + 1] - values[left]
    return np.asarray(values[left] + (inside - places[left]) * rise / width)


# -- powers of e ----------------------------------------------------------------------------------

_STEPS = 64  # of the table, a unit
_REACH = 12


@cache
def _powers() -> Floats:
    with localcontext() as context:
        context.prec = 40
        steps = range(-_REACH * _STEPS, _REACH * _STEPS + 1)
        return np.array([float((Decimal(n) / _STEPS).exp()) for n in steps])


def exp(x: Floats) -> Floats:
    """e to the power of x, |x| ≤ 12, by a table and Taylor's series: the library's own may differ
    in the last digit from one processor to another."""
    near = np.rint(x * _STEPS)
    rest = x - near / _STEPS
    series = np.ones_like(rest)
    for k in range(8, 0, -1):
        series = 1.0 + rest * series / k
    return np.asarray(_powers()[near.astype(np.int64) + _REACH * _STEPS] * series)


@cache
def bell_mean(spread: float) -> float:
    """The mean of e to the power of `spread` times a bell-shaped draw: (sinh(s/2) / (s/2))**12."""
    if spread == 0.0:
        return 1.0
    with localcontext() as context:
        context.prec = 40
        half = Decimal(repr(spread)) / 2
        return float((((half.exp() - (-half).exp()) / 2) / half) ** 12)


def effect(spread: float, draw: Floats) -> Floats:
    """A factor of mean exactly 1 whose logarithm spreads by `spread`."""
    return exp(spread * draw) / bell_mean(spread)


def effect_variance(spread: float) -> float:
    """The exact variance of `effect`."""
    return bell_mean(2 * spread) / bell_mean(spread) ** 2 - 1.0
