"""From what was found each day to episodes by area and subject, and who speaks for whom."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

import numpy as np

from qingyu.flows.warn_judge import FIELDS, Watch, day_of, watches
from qingyu.flows.warn_live import Found, Sheet
from qingyu.index import hierarchy
from qingyu.index.hierarchy import Hierarchy, day_number
from qingyu.pack.model import MICRO, Pack
from qingyu.periods import period_of
from qingyu.warn import rules
from qingyu.warn.episodes import Episode, Said, Stretch, Word, joined, stretches
from qingyu.warn.nesting import Node, told_by
from qingyu.warn.verdict import Floats

_FIELD = {name: place for place, name in enumerate(FIELDS)}


@dataclass(frozen=True)
class Raised:
    """One episode. episode: in day numbers. watches: the rules that spoke, the first one first.
    told_by: the place of the episode that speaks for it."""

    area: str
    subject: str
    episode: Episode
    watches: tuple[Watch, ...]
    told_by: int | None = None

    @property
    def key(self) -> str:
        return f"{self.area}/{self.subject}/{day_of(self.episode.first).isoformat()}"

    @property
    def end(self) -> int | None:
        return self.episode.over

    @property
    def severity(self) -> str:
        """The gravest word of all."""
        words = [one.rule.severity for one in self.watches]
        return max(words, key=("notice", "serious", "grave").index)


def raised(pack: Pack, found: Found) -> list[Raised]:
    """All episodes, in order of area and first day."""
    said: dict[tuple[str, str], list[Said]] = {}
    held = {one.key: one for one in watches(pack)}
    for key, watch in held.items():
        sheet = found.sheets.get(key)
        if sheet is None or not sheet.days:
            continue
        for row, one in _said(pack, watch, sheet):
            said.setdefault((found.areas[row], watch.subject), []).append(one)
    place = {code: row for row, code in enumerate(found.areas)}
    episodes = [
        Raised(area, subject, episode, tuple(held[rule] for rule in episode.rules))
        for (area, subject), mine in said.items()
        for episode in joined(mine)
    ]
    episodes.sort(key=lambda one: (place[one.area], one.episode.first, one.subject))
    return _nested(pack, found, episodes)


def _said(pack: Pack, watch: Watch, sheet: Sheet) -> list[tuple[int, Said]]:
    days, cells = sheet.table()
    word = word_of(pack, watch, days, cells)
    quiet = quiet_of(watch, days)
    found = []
    for row in np.flatnonzero(word.enter.any(axis=1)).tolist():
        mine = Word(word.enter[row], word.hold[row], word.known[row])
        for one in stretches(mine, quiet):
            over = None if one.over is None else int(days[one.over])
            stretch = Stretch(int(days[one.first]), int(days[one.last]), over)
            found.append((row, Said(watch.key, stretch)))
    return found


def quiet_of(watch: Watch, days: np.ndarray) -> int:
    """How many calm days (or periods) end an episode."""
    period = period_of(day_of(int(days[-1])), watch.rule.period)
    length = (period.last - period.first).days + 1
    return max(watch.rule.quiet.days // length, 1)


def word_of(pack: Pack, watch: Watch, days: np.ndarray, cells: Floats) -> Word:
    """[area, day] of one sheet's table."""
    rule = watch.rule
    count, expected, tail = (cells[_FIELD[name]] for name in ("count", "expected", "tail"))
    state = cells[_FIELD["state"]].astype(np.int8)
    if rule.detect:
        return rules.detected(rule.detect, tail, count, state)
    if rule.silent:
        return rules.fallen_silent(rule.silent, count, expected, state)
    if rule.reds:
        return rules.reds(rule.reds, count, cut_of(pack, rule.reds.grade, day_of(int(days[-1]))))
    if rule.rise:
        return rules.risen(rule.rise, count, expected)
    if rule.rank_fall:
        return rules.fell_in_rank(rule.rank_fall, count, expected)
    assert rule.incomplete is not None
    word = rules.left_incomplete(rule.incomplete, count)
    named = np.isfinite(count).any(axis=1)  # areas of other levels have no share at all
    return Word(*(part & named[:, None] for part in (word.enter, word.hold, word.known)))


def cut_of(pack: Pack, grade: str, day: date) -> float:
    """The score below which a place has this grade or a worse one."""
    begun = [scale for scale in pack.grades.scales if scale.since <= day]
    scale = max(begun or pack.grades.scales, key=lambda one: one.since)
    names = [one.id for one in scale.grades]
    if grade not in names or names.index(grade) == 0:
        return 0.0
    return scale.grades[names.index(grade) - 1].cut / MICRO


def cells_of(found: Found, watch: Watch, area: str, day: int) -> Mapping[str, float]:
    """What the watch found of one area on one day; nothing where it did not judge it."""
    sheet = found.sheets.get(watch.key)
    if sheet is None or day not in sheet.days:
        return {}
    cells = sheet.cells[sheet.days.index(day)][:, found.areas.index(area)]
    return {name: float(cells[place]) for name, place in _FIELD.items()}


# -- parents and parts ----------------------------------------------------------------------------


def _nested(pack: Pack, found: Found, episodes: Sequence[Raised]) -> list[Raised]:
    if not episodes or pack.warnings is None:
        return list(episodes)
    latest = max((max(sheet.days) for sheet in found.sheets.values() if sheet.days), default=0)
    tree = hierarchy.build(pack)
    nodes = [
        Node(
            one.area,
            _above(tree, one.area, one.episode.last),
            one.subject,
            one.episode.first,
            latest if one.episode.open else one.episode.last,
        )
        for one in episodes
    ]

    def share(part: int, whole: int) -> float | None:
        day = _meeting(nodes[part], episodes[whole])
        mine = surplus(pack, found, episodes[part], day)
        all_ = surplus(pack, found, episodes[whole], day)
        return None if mine is None or all_ is None or all_ <= 0 else mine / all_

    speaker = told_by(nodes, share, pack.warnings.nest / MICRO)
    return [replace(one, told_by=by) for one, by in zip(episodes, speaker, strict=True)]


def _above(tree: Hierarchy, area: str, day: int) -> tuple[str, ...]:
    """The area's ancestors on that day, nearest first."""
    epoch = int(tree.epoch_of(np.array([day], np.int64))[0])
    at = int(tree.parent[epoch][tree.codes.index(area)])
    found = []
    while at >= 0:
        found.append(tree.codes[at])
        at = int(tree.parent[epoch][at])
    return tuple(found)


def _meeting(part: Node, whole: Raised) -> int:
    """A day on which both are at hand: the whole's last one, if the part reaches so far."""
    return min(whole.episode.last, part.last)


def surplus(pack: Pack, found: Found, one: Raised, day: int) -> float | None:
    """Cases above what was expected, in the window that ends with the day."""
    for watch in [*one.watches, *watches(pack)]:
        if watch.subject == one.subject and watch.rule.detect:
            cells = cells_of(found, watch, one.area, day)
            if cells and np.isfinite(cells["count"] - cells["expected"]):
                return cells["count"] - cells["expected"]
    return None


__all__ = ["Raised", "cells_of", "cut_of", "day_number", "raised", "surplus", "word_of"]
