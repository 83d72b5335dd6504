"""Which declared corrections stand behind an explanation."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date

from qingyu.engine.store import Home
from qingyu.index.explanation import Corrected, Explanation
from qingyu.intake.standing import Standing, standings
from qingyu.pack.model import Pack


def with_corrections(home: Home, pack: Pack, known: int, found: Explanation) -> Explanation:
    """The explanation, with the corrections in force as known that touched a record of the area in
    the window of an indicator that reads its source."""
    windows = _windows(pack, found)
    if not windows or not any(batch.kind == "correct" for batch in home.batches()[:known]):
        return found
    inside = _below(pack, found.area)
    corrections = [
        one
        for source, spans in windows.items()
        for standing in standings(home, source, known)
        if standing.state == "in_force" and _touches(standing, inside, spans)
        for one in _told(source, standing)
    ]
    return replace(found, corrections=tuple(corrections))


def _windows(pack: Pack, found: Explanation) -> dict[str, list[tuple[date, date]]]:
    """Source → the windows in which its records are counted."""
    windows: dict[str, list[tuple[date, date]]] = {}
    for part in found.parts:
        if part.window is not None:
            indicator = pack.indicator(part.indicator)
            second = indicator.per.measure
            sources = {indicator.measure.source} | ({second.source} if second else set())
            for source in sorted(sources & {one.id for one in pack.sources}):
                windows.setdefault(source, []).append((part.window.first, part.window.last))
    return windows


def _below(pack: Pack, code: str) -> set[str]:
    """The area and all that ever lay in it."""
    inside = {code}
    while more := {a.code for a in pack.areas if a.parent in inside} - inside:
        inside |= more
    return inside


def _touches(standing: Standing, inside: set[str], spans: list[tuple[date, date]]) -> bool:
    return any(
        area in inside and any(first <= day <= last for first, last in spans)
        for area, day in standing.places
    )


def _told(source: str, standing: Standing) -> Iterator[Corrected]:
    batch = standing.correction.batch
    for entry in standing.correction.of(standing.record):
        yield Corrected(
            batch=batch.number,
            source=source,
            record=entry.record,
            field=entry.field,
            old=entry.old,
            new=entry.new,
            reason=standing.correction.reason,
            who=batch.who,
            received=batch.received,
        )
