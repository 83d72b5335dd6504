"""How united events look in a terminal: which records of which departments are one."""

from __future__ import annotations

from collections.abc import Iterable

from qingyu.cli.screen import say
from qingyu.cli.words import name_of_area, picked
from qingyu.flows.united import InEvent
from qingyu.i18n import T
from qingyu.index.explanation import Explanation, United
from qingyu.pack.model import Pack

_MOST = 12  # events told of one indicator; `--json` has them all


def print_united(pack: Pack, found: Explanation) -> None:
    """Behind each count of a union: the events that several records tell of."""
    for part in found.parts:
        if not part.united:
            continue
        say("")
        say(T("{name}: united into one event each:", name=picked(part.name)))
        for event in part.united[:_MOST]:
            say(f"  {_told(pack, event)}")
        if len(part.united) > _MOST:
            say(T("  … and {count} more (`--json` has all).", count=len(part.united) - _MOST))


def print_events(pack: Pack, found: Iterable[InEvent]) -> None:
    """Around one record: the events that it is a part of."""
    for one in found:
        union = pack.union(one.union)
        assert union is not None
        name = picked(union.name.model_dump())
        if len(one.united.records) == 1:
            say(
                T("In “{name}” it is an event by itself ({kind}).", name=name, kind=one.united.kind)
            )
        elif one.lead:
            say(T("In “{name}” it is one event with others, of its day and area: {records}",
                  name=name, records=_told(pack, one.united)))  # fmt: skip
        else:
            say(T("In “{name}” it is one event with others, of the earliest one's day and area: "
                  "{records}", name=name, records=_told(pack, one.united)))  # fmt: skip


def _told(pack: Pack, event: United) -> str:
    """`collision, 2026-10-01, 唐家湾镇: police_122 T… 08:00:12, police_110 J… 08:03:40`"""
    records = ", ".join(
        f"{one.source} {one.key}" + ("" if one.at is None else f" {one.at.time().isoformat()}")
        for one in event.records
    )
    return f"{event.kind}, {event.day}, {name_of_area(pack, event.area)}: {records}"
