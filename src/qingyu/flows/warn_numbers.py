"""What the decision log makes of episodes: their numbers, and which are silenced.

A number is given when an episode is notified and never changes. An episode that reaches several
notified ones carries the first number, and the others are linked to it; one that was notified and
is no longer found stays listed as gone.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np

from qingyu.flows.warn_episodes import Raised
from qingyu.flows.warn_log import Decision
from qingyu.index import hierarchy
from qingyu.index.hierarchy import day_number
from qingyu.pack.model import Pack


@dataclass(frozen=True)
class Numbered:
    """number: as notified; merged: numbers of other notified episodes that it has joined."""

    number: str
    area: str
    subject: str
    first: date
    merged: tuple[str, ...] = ()


@dataclass(frozen=True)
class Silence:
    """number: of its line in the log."""

    number: int
    area: str
    subject: str
    first: date
    last: date
    because: str
    who: str


def numbered(
    log: Sequence[Decision], episodes: Sequence[Raised]
) -> tuple[dict[int, Numbered], tuple[Numbered, ...]]:
    """The numbers by place of the episode, and the notified ones that are no longer found."""
    found: dict[int, Numbered] = {}
    gone = []
    for one in log:
        if one.kind != "notified":
            continue
        what = {name: str(value) for name, value in one.what.items()}
        first, last = date.fromisoformat(what["first"]), date.fromisoformat(what["last"])
        new = Numbered(what["episode"], what["area"], what["subject"], first)
        place = _meeting(episodes, new, day_number(first), day_number(last))
        if place is None:
            gone.append(new)
        elif place in found:
            old = found[place]
            merged = (*old.merged, new.number)
            found[place] = Numbered(old.number, old.area, old.subject, old.first, merged)
        else:
            found[place] = new
    return found, tuple(gone)


def _meeting(episodes: Sequence[Raised], new: Numbered, first: int, last: int) -> int | None:
    """The first episode of the same area and subject that shares a day with it."""
    for place, one in enumerate(episodes):
        if (one.area, one.subject) != (new.area, new.subject):
            continue
        end = one.episode.over
        if one.episode.first <= last and (end is None or end >= first):
            return place
    return None


def silences(log: Sequence[Decision]) -> list[Silence]:
    """Those that are not lifted."""
    lifted = {one.what["silence"] for one in log if one.kind == "lift"}
    return [
        Silence(
            one.number, str(one.what["area"]), str(one.what["subject"]),
            date.fromisoformat(str(one.what["from"])), date.fromisoformat(str(one.what["until"])),
            str(one.what["because"]), one.who,
        )
        for one in log
        if one.kind == "silence" and one.number not in lifted
    ]  # fmt: skip


def silence_of(pack: Pack, given: Sequence[Silence], one: Raised, today: date) -> Silence | None:
    """The silence in force today over this episode: of its area or one above it, and of its
    subject or its dimension. Past its end the episode speaks again."""
    areas = {one.area, *_above(pack, one.area, today)}
    indicator = next((i for i in pack.indicators if i.id == one.subject), None)
    subjects = {"*", one.subject} | ({indicator.dimension} if indicator else set())
    for silence in given:
        mine = silence.area in areas and silence.subject in subjects
        if mine and silence.first <= today <= silence.last:
            return silence
    return None


def _above(pack: Pack, area: str, day: date) -> list[str]:
    tree = hierarchy.build(pack)
    epoch = int(tree.epoch_of(np.array([day_number(day)], np.int64))[0])
    at = int(tree.parent[epoch][tree.codes.index(area)])
    found = []
    while at >= 0:
        found.append(tree.codes[at])
        at = int(tree.parent[epoch][at])
    return found
