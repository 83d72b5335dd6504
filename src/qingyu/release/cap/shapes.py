"""Check 7: rings that close, lie on the earth, do not cross themselves, and cover their area."""

from __future__ import annotations

from collections.abc import Iterator

from qingyu.i18n import T
from qingyu.release.cap.finding import Finding, Held, Message
from qingyu.release.cap.reader import Element

Point = tuple[float, float]  # latitude, longitude
_LEAST = 4
_SHARE = 0.5  # of the area's own outline that a ring must cover, so that swapped axes are found


def shapes(message: Message, held: Held) -> Iterator[Finding]:
    """Check 7."""
    for area in (area for info in message.infos for area in info.all("area")):
        for one in area.all("polygon"):
            yield from _polygon(message, held, area, one)
        for one in area.all("circle"):
            yield from _circle(message, one)


def _polygon(message: Message, held: Held, area: Element, one: Element) -> Iterator[Finding]:
    points = [_point(pair) for pair in one.text.split()]
    if any(point is None for point in points):
        yield message.finding(7, one, T("a pair that is no place on the earth"),
                              T("latitude,longitude within 90 and 180 degrees"))  # fmt: skip
        return
    ring = [point for point in points if point is not None]
    if len(ring) < _LEAST or ring[0] != ring[-1]:
        yield message.finding(7, one, T("{count} points that close no ring", count=len(ring)),
                              T("at least four, the last as the first"))  # fmt: skip
        return
    from shapely import Polygon

    shape = Polygon([(longitude, latitude) for latitude, longitude in ring])
    if not shape.is_valid:
        yield message.finding(7, one, T("a ring that crosses itself"), T("a plain ring"))
        return
    for code in area.all("geocode"):
        outline = held.outlines.get(code.value("value") or "")
        if outline is not None and shape.intersection(outline).area < _SHARE * outline.area:
            yield message.finding(7, one, T("a ring that does not cover {area}",
                                            area=area.value("areaDesc")),
                                  T("the area that is named (latitude first)"))  # fmt: skip


def _circle(message: Message, one: Element) -> Iterator[Finding]:
    centre, _, radius = one.text.strip().partition(" ")
    if _point(centre) is None or not _positive(radius):
        yield message.finding(
            7,
            one,
            f"“{one.text.strip()}”",
            T("latitude,longitude, a space and a radius in kilometres"),
        )


def _point(pair: str) -> Point | None:
    latitude, _, longitude = pair.partition(",")
    try:
        north, east = float(latitude), float(longitude)
    except ValueError:
        return None
    return (north, east) if abs(north) <= 90 and abs(east) <= 180 else None


def _positive(text: str) -> bool:
    try:
        return 0 < float(text) < 20_040  # half the way around
    except ValueError:
        return False
