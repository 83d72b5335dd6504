"""Which line of the pack stands behind a number."""

from __future__ import annotations

from datetime import date

from qingyu.pack.model import Dated, Pack, in_force


def line_of(pack: Pack, key: str) -> str | None:
    """`file:line` of a key path such as `indicators/x/compare/1/curve`, or of the nearest key
    around it; None for a pack that was not read from files."""
    while key:
        if key in pack.lines:
            return pack.lines[key]
        key = key.rpartition("/")[0]
    return None


def line_in_force(pack: Pack, key: str, values: tuple[Dated, ...], day: date) -> str | None:
    """The line of the entry of a dated value that holds on `day`."""
    held = in_force(values, day)
    if held is None:
        return line_of(pack, key)
    place = next(place for place, value in enumerate(values) if value is held)
    return line_of(pack, f"{key}/{place}")


def scale_line(pack: Pack, place: int) -> str | None:
    """The line of a scale of grades."""
    return None if place < 0 else line_of(pack, f"grades/scales/{place}")
