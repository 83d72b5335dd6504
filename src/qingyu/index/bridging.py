"""A bridged history in words: whose counts stand for an area's own before it was made."""

from __future__ import annotations

from datetime import date

from qingyu.i18n import Message, T
from qingyu.index.exact_json import Fixed
from qingyu.index.sentence import Sentence, named
from qingyu.pack.lineage import Stretch, histories
from qingyu.pack.model import MICRO, Names, Pack


def bridges_of(pack: Pack, code: str, since: date | None, seen_on: date) -> tuple[Sentence, ...]:
    """One sentence per origin and stretch of an area's bridged history; where only those it is
    compared with were changed, one sentence that says so. since: of the score; None: no bridge."""
    if since is None:
        return ()
    history = histories(pack.changes, seen_on).get(code)
    stretches = [one for one in history.stretches if one.bridged] if history else []
    if not stretches:
        words = T("An area that this one is held against was split or merged on {day}.",
                  day=since.isoformat())  # fmt: skip
        return (Sentence(words),)
    return tuple(
        _sentence(pack, stretch, origin, micros)
        for stretch in stretches
        for origin, micros in stretch.origins
    )


def _sentence(pack: Pack, stretch: Stretch, origin: str, micros: int) -> Sentence:
    name, day = _name(pack, origin), stretch.until.isoformat()
    if micros == MICRO:
        return Sentence(T("Before {day}: all counts of {area}.", day=day, area=name))
    share = _shortest(Fixed(micros, 4))  # millionths as per cent
    if any(outline.day == stretch.until for outline in pack.outlines):
        words = T("Before {day}: counts of {area} by their points, of others {share} %.",
                  day=day, area=name, share=share)  # fmt: skip
        return Sentence(words, {"share": share})
    words = T("Before {day}: {share} % of the counts of {area}, as declared.",
              day=day, share=share, area=name)  # fmt: skip
    return Sentence(words, {"share": share})


def _shortest(number: Fixed) -> Fixed:
    """Without the zeros at its end."""
    while number.places and number.units % 10 == 0:
        number = Fixed(number.units // 10, number.places - 1)
    return number


def _name(pack: Pack, code: str) -> Message:
    """The last name of an area, in the reader's language where it has two."""
    area = next(area for area in reversed(pack.areas) if area.code == code)
    return named(Names(zh=area.name_zh or area.name, en=area.name))
