"""Where each thing a pack says is written.

Every value has a *key* (`indicators/ems_cardiac/weight/0`: what it is) and a *spot* (file, line,
and the path inside the file as its author sees it: `weight[0]`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

Step = str | int
Path = tuple[Step, ...]


@dataclass(frozen=True)
class Spot:
    file: str  # relative to the pack's folder, with forward slashes
    line: int  # from 1
    path: str = ""  # inside the file: `compare[1].weight`

    @property
    def place(self) -> str:
        return f"{self.file}:{self.line}"

    def __str__(self) -> str:
        return f"{self.place}, {self.path}" if self.path else self.place


def shown(path: Sequence[Step]) -> str:
    """`("compare", 1, "weight")` as `compare[1].weight`."""
    text = ""
    for step in path:
        if isinstance(step, int):
            text += f"[{step}]"
        else:
            text += f".{step}" if text else str(step)
    return text


@dataclass
class Spots:
    """The spots of a whole pack by key; a key that is not written itself (a default) has the
    spot of the nearest thing above it."""

    by_key: dict[str, Spot] = field(default_factory=dict)

    def add(self, key: str, spot: Spot) -> None:
        self.by_key.setdefault(key, spot)

    def of(self, key: str) -> Spot:
        """The spot of `key`. What is missing in the file is named by its path below its parent."""
        steps = key.split("/")
        for end in range(len(steps), 0, -1):
            spot = self.by_key.get("/".join(steps[:end]))
            if spot is not None:
                rest = shown([int(s) if s.isdecimal() else s for s in steps[end:]])
                joint = "." if spot.path and rest and not rest.startswith("[") else ""
                return Spot(spot.file, spot.line, f"{spot.path}{joint}{rest}")
        return Spot("pack.yaml", 1, key)

    def lines(self) -> dict[str, str]:
        return {key: spot.place for key, spot in self.by_key.items()}
