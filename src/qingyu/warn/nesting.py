"""Who speaks: a parent and its parts do not both raise their voices about one thing.

Where one part has most of the parent's surplus, the part speaks and the parent is linked to it;
where the surplus is spread over several parts, the parent speaks and they are linked. A part that
is linked, or a parent, is still told, below the one that speaks.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Node:
    """One episode. above: the area's ancestors, nearest first; first, last: its days (an open one
    ends with the last day of all)."""

    area: str
    above: tuple[str, ...]
    subject: str
    first: int
    last: int

    def meets(self, other: Node) -> bool:
        return self.first <= other.last and other.first <= self.last


Share = Callable[[int, int], float | None]
"""(part, whole) → the part's share of the whole's surplus; None where there is none to divide."""


def told_by(nodes: Sequence[Node], share: Share, most: float) -> list[int | None]:
    """For each node the one that speaks for it; None: it speaks itself."""
    found: list[int | None] = [None] * len(nodes)
    deepest_first = sorted(range(len(nodes)), key=lambda n: (-len(nodes[n].above), n))
    for whole in deepest_first:
        parts = [
            part
            for part, node in enumerate(nodes)
            if node.subject == nodes[whole].subject
            and nodes[whole].area in node.above
            and node.meets(nodes[whole])
        ]
        if not parts:
            continue
        strong = _strongest(parts, whole, share, most)
        if strong is not None:
            found[whole] = strong
        else:
            for part in parts:
                if found[part] is None:
                    found[part] = whole
    return [_last(found, place) for place in range(len(nodes))]


def _strongest(parts: Sequence[int], whole: int, share: Share, most: float) -> int | None:
    """The part with at least `most` of the surplus; where there is none to divide, the only one."""
    shares = {part: share(part, whole) for part in parts}
    told = {part: value for part, value in shares.items() if value is not None}
    if not told:
        return parts[0] if len(parts) == 1 else None
    best = max(told, key=lambda part: (told[part], -part))
    return best if told[best] >= most else None


def _last(found: Sequence[int | None], place: int) -> int | None:
    """Along the links to the one that speaks."""
    seen = {place}
    at = found[place]
    while at is not None and found[at] is not None and at not in seen:
        seen.add(at)
        at = found[at]
    return at
