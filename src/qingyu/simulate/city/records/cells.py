"""Columns of texts: what stands in the cells of departments' files. Missing cells are null."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from qingyu.simulate.city.chance import Ints, Words, between
from qingyu.simulate.city.datum import Datum, shown
from qingyu.simulate.city.places import Towns
from qingyu.simulate.city.world import World

Flags = npt.NDArray[np.bool_]

# Evident dummies in all personal columns. No byte of them may reach a home: tests look for MARK.
MARK = "CANARY"
_DUMMIES = 997
_FORMS = {
    "name": "测试人" + MARK + "{:03d}",
    "phone": "1990000" + MARK + "{:03d}",
    "id_card": "440400190001" + MARK + "{:03d}",
    "plate": "粤C" + MARK + "{:03d}",
    "address": "测试路" + MARK + "{:03d}号",
    "firm": "测试单位" + MARK + "{:03d}",
    "text": "测试内容，" + MARK + "{:03d}，虚构。",
}


def words(codes: Ints, labels: Sequence[str], absent: Flags | None = None) -> pa.Array:
    """The label of each code."""
    at = pa.array(np.asarray(codes, np.int32), mask=absent)
    return pc.take(pa.array(labels, pa.string()), at)


def moment(seconds: Ints, absent: Flags | None = None) -> pa.Array:
    """2026-10-05 08:15:00"""
    return pa.array(seconds, pa.timestamp("s"), mask=absent).cast(pa.string())


def minute(seconds: Ints) -> pa.Array:
    """2026-10-05 08:15"""
    return pc.utf8_slice_codeunits(moment(seconds), 0, 16)


def day(numbers: Ints, absent: Flags | None = None) -> pa.Array:
    """2026-10-05"""
    return pa.array(numbers.astype(np.int32), pa.date32(), mask=absent).cast(pa.string())


def chinese_day(numbers: Ints) -> pa.Array:
    """2026年10月5日"""
    date = pa.array(numbers.astype(np.int32), pa.date32())
    parts = [pc.cast(part(date), pa.string()) for part in (pc.year, pc.month, pc.day)]
    return pc.binary_join_element_wise(parts[0], "年", parts[1], "月", parts[2], "日", "")


def whole(values: Ints, absent: Flags | None = None) -> pa.Array:
    return pa.array(values, pa.int64(), mask=absent).cast(pa.string())


def decimal(units: Ints, places: int, absent: Flags | None = None) -> pa.Array:
    """Units of the last place as a decimal number."""
    base = 10**places
    left = pa.array(units // base, pa.int64(), mask=absent).cast(pa.string())
    right = pc.utf8_lpad(whole(units % base), places, "0")
    return pc.binary_join_element_wise(left, right, ".")


def with_unit(texts: pa.Array, unit: str, wide: Flags | None = None) -> pa.Array:
    """`3.2公顷`; in full-width digits where `wide`."""
    told = pc.binary_join_element_wise(texts, unit, "")
    if wide is None or not wide.any():
        return told
    table = str.maketrans("0123456789.", "０１２３４５６７８９．")
    full = pa.array([None if t is None else t.translate(table) for t in told.to_pylist()])
    return pc.if_else(pa.array(wide), full.cast(pa.string()), told)


def keys(
    prefix: str, towns: Towns, town: Ints, days: Ints, stream: Ints | int, n: Ints
) -> pa.Array:
    """Numbers that no other record has: prefix, day, town, stream, number in the cell."""
    known, place = np.unique(days, return_inverse=True)
    dates = pc.replace_substring(day(known), "-", "")
    codes = pa.array([code[:9] for code in towns.codes], pa.string())
    tail = whole(np.asarray(stream, np.int64) * 100_000 + n + 100_000_000)
    return pc.binary_join_element_wise(
        prefix, pc.take(dates, pa.array(place)), pc.take(codes, pa.array(town)),
        pc.utf8_slice_codeunits(tail, 1), "",
    )  # fmt: skip


def dummies(form: str, number: Ints) -> pa.Array:
    """Personal cells: never a person's."""
    labels = [_FORMS[form].format(n) for n in range(_DUMMIES)]
    return words(number % _DUMMIES, labels)


def town_names(towns: Towns, town: Ints, draw: Words, absent: Flags | None = None) -> pa.Array:
    """Names as printed, or short in one row of eight."""
    short = draw < np.uint64((1 << 32) // 8)
    return words(town + np.where(short, len(towns), 0), (*towns.names, *towns.short), absent)


def town_codes(towns: Towns, town: Ints, absent: Flags | None = None) -> pa.Array:
    return words(town, towns.codes, absent)


def only_a_point(draw: Words) -> Flags:
    """Whether the department sends nothing but a point: one row of twenty-five, by the draw that
    decides whether the village is known (of these it is not)."""
    return draw >= np.uint64((1 << 32) * 24 // 25)


def village_codes(towns: Towns, village: Ints, draw: Words) -> pa.Array:
    """The village, known in seven rows of ten."""
    absent = (village < 0) | (draw >= np.uint64((1 << 32) * 7 // 10))
    if not len(towns.village):
        return pa.nulls(len(village), pa.string())
    return words(np.maximum(village, 0), towns.village, absent)


def finest_codes(
    towns: Towns, town: Ints, village: Ints, draw: Words, absent: Flags | None = None
) -> pa.Array:
    """The village's code where it is known, else the town's; none where `absent` says so and the
    village is not known."""
    return pc.coalesce(village_codes(towns, village, draw), town_codes(towns, town, absent))


def degrees(millionths: Ints) -> pa.Array:
    return decimal(millionths, 6)


def place_of(world: World, town: Ints, village: Ints, along: Words, up: Words) -> tuple[Ints, Ints]:
    """Where something happened, within some four hundred metres of its village's centre."""
    x, y = world.towns.centre(world.seed, town, village)
    return x + between(along, -4000, 4000), y + between(up, -4000, 4000)


def points(x: Ints, y: Ints, datum: Datum) -> tuple[pa.Array, pa.Array]:
    lon, lat = shown(x, y, datum)
    return degrees(lon), degrees(lat)
