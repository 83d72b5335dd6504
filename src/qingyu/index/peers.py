"""Whom an area is compared with: its class, or a wider one where the class is small."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from qingyu.index.hierarchy import Hierarchy
from qingyu.index.ingredients import Bool, Int
from qingyu.index.running import Ledger, Rows
from qingyu.index.scene import Scene
from qingyu.index.window import Parts, Windows
from qingyu.pack.model import Pack

LEAST_PEERS = 5


@dataclass(frozen=True)
class Groups:
    """The groups in one epoch: `members[g]` positions of areas. `of_kind` [levels, 1 + classes]
    is the group that an area of a level and class has (first column: no class), or −1."""

    members: tuple[Int, ...]
    of_kind: Int

    def of(self, level: Int, class_: Int) -> Int:
        """[A] the group of areas of these levels and classes; −1 = none."""
        return np.asarray(self.of_kind[level, class_ + 1])


def groups(pack: Pack, hierarchy: Hierarchy, epoch: int) -> Groups:
    """Valid rankable areas of one level and class (subclasses included); with fewer than five,
    of the class above, and so on, at the end of the whole level; fewer than five there: none."""
    above = _parents_of_classes(pack)
    able = hierarchy.graded_valid[epoch] & hierarchy.rankable[epoch][hierarchy.graded]
    level, own = hierarchy.graded_level, classes_of(hierarchy, epoch)
    found: dict[tuple[int, int], int] = {}
    members: list[Int] = []
    of_kind = np.full((len(pack.levels), 1 + len(pack.classes)), -1, np.int64)
    for storey in np.unique(level).tolist():
        for kind in range(-1, len(pack.classes)):
            class_, mine = _widen(able & (level == storey), own, kind, above)
            if len(mine) < LEAST_PEERS:
                continue
            if (storey, class_) not in found:
                found[storey, class_] = len(members)
                members.append(mine)
            of_kind[storey, kind + 1] = found[storey, class_]
    return Groups(tuple(members), of_kind)


def classes_of(hierarchy: Hierarchy, epoch: int) -> Int:
    """[A] the class of each graded area in an epoch; −1 = none."""
    return np.asarray(hierarchy.class_[epoch][hierarchy.graded])


def _widen(able: Bool, own: Int, class_: int, above: list[int]) -> tuple[int, Int]:
    """The first class from `class_` upwards with enough able members; −1 is the whole level."""
    mine = np.flatnonzero(able & _within(own, class_, above))
    while len(mine) < LEAST_PEERS and class_ >= 0:
        class_ = above[class_]
        mine = np.flatnonzero(able & _within(own, class_, above))
    return class_, mine


def _within(own: Int, class_: int, above: list[int]) -> Bool:
    """Areas of `class_` or one of its subclasses; −1 is everything."""
    if class_ < 0:
        return np.ones(len(own), bool)
    inside = np.zeros(len(above) + 1, bool)  # the last one stands for "no class"
    for place in range(len(above)):
        one = place
        while one >= 0 and not inside[place]:
            inside[place] = one == class_
            one = above[one]
    return inside[own]


def _parents_of_classes(pack: Pack) -> list[int]:
    place = {one.id: position for position, one in enumerate(pack.classes)}
    return [place.get(one.parent or "", -1) for one in pack.classes]


def peer_sums(
    scene: Scene, ledger: Ledger, windows: Windows, by_epoch: dict[int, Groups]
) -> tuple[Int, Int, Bool]:
    """(mb, eb, exists), each [A, P]: the sums of each area's group over that area's window."""
    if len(by_epoch) == 1:
        ((epoch, chosen),) = by_epoch.items()
        return _one_epoch(scene, epoch, ledger, windows, chosen)
    shape = windows.chosen.shape
    found = [np.zeros(shape, np.int64), np.zeros(shape, np.int64)]
    exists = np.zeros(shape, bool)
    for epoch, chosen in by_epoch.items():
        columns = scene.epoch == epoch
        parts = _one_epoch(scene, epoch, ledger, windows, chosen)
        for whole, part in zip((*found, exists), parts, strict=True):
            whole[:, columns] = part[:, columns]
    return found[0], found[1], exists


def _one_epoch(
    scene: Scene, epoch: int, ledger: Ledger, windows: Windows, groups: Groups
) -> tuple[Int, Int, Bool]:
    of = groups.of(scene.hierarchy.graded_level, classes_of(scene.hierarchy, epoch))
    count, exposure = (one.by_group(groups.members) for one in (ledger.count, ledger.exposure))

    def sums(k: int, rows: Rows) -> Parts:
        days, mine = windows.widths[k], of[rows]
        enough = ledger.exposure.at_least(LEAST_PEERS, groups.members, days)
        return count.over(days)[mine], exposure.over(days)[mine], enough[mine]

    found = windows.pick_all(sums)
    return found[0], found[1], found[2]
