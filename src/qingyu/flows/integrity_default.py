"""What can be looked at in any city whose pack declares no checks: harm that is counted."""

from __future__ import annotations

from qingyu.pack.integrity import Heaped, Integrity, WatchedCount
from qingyu.pack.model import Indicator, Names, Pack

_WHY = "automatic: the pack has no integrity.yaml"
_ROUND = (0, 30)


def automatic(pack: Pack) -> Integrity:
    """The ends of periods and the ledger of every harm that is counted from one source; the moments
    of every source of events that has them."""
    return Integrity(
        counted=tuple(
            WatchedCount(id=f"{one.id}_counted", name=one.name, why=_WHY, measure=one.measure)
            for one in pack.indicators
            if _is_counted(pack, one)
        ),
        heaped=tuple(
            Heaped(id=f"{source.id}_at_round_hours", name=_at_round_hours(source.name), why=_WHY,
                   count=source.id, field=source.time, minutes=_ROUND)
            for source in pack.sources
            if source.kind == "event"
            and any(c.name == source.time and c.type == "timestamp" and c.personal == "keep"
                    for c in source.columns)
        ),
    )  # fmt: skip


def _is_counted(pack: Pack, one: Indicator) -> bool:
    measure = one.measure
    of_one = measure.count is not None and pack.union(measure.source) is None
    return of_one and one.nature == "harm" and one.better == "lower"


def _at_round_hours(name: Names) -> Names:
    return Names(zh=f"{name.zh}：整点与半点", en=f"{name.en}: full and half hours")
