"""The mark of a grade: colour, pattern and edge together, so that it reads in grey as well.

Fills, edges and patterns are the light tokens of the house's look; each pattern is heavier than
the one before it, so that a photocopy still ranks them.
"""

from __future__ import annotations

from dataclasses import dataclass

from qingyu.release.markup import Node, node

INK, SOFT, PAPER, RULE = "#1A2023", "#4B555B", "#FFFFFF", "#D3D9DC"


@dataclass(frozen=True)
class Mark:
    """fill, edge, text: colours; stroke: of the pattern."""

    fill: str
    edge: str
    text: str
    stroke: str


WITHHELD = "withheld"  # there is a colour, and it is not told: not the mark of "no data"
MARKS: dict[str | None, Mark] = {
    "blue": Mark("#BCD8F4", "#1D5A9E", "#164A85", "#1D5A9E"),
    "yellow": Mark("#EBC333", "#6E5500", "#644E00", "#6E5500"),
    "orange": Mark("#EA8F43", "#803B00", "#803B00", "#803B00"),
    "red": Mark("#B3271E", "#7E120B", "#9A1B13", "#FFFFFF"),
    WITHHELD: Mark("#F0F2F3", "#5E676D", "#4E575D", "#5E676D"),
    None: Mark("#FFFFFF", "#5E676D", "#4E575D", "#5E676D"),
}


def pattern(grade: str | None, name: str) -> Node:
    """The pattern of a grade as a definition with the id `name`."""
    stroke = MARKS[grade].stroke

    def tile(size: str, *drawn: Node, turned: bool = False) -> Node:
        return node("pattern", *drawn, id=name, width=size, height=size,
                    patternUnits="userSpaceOnUse",
                    patternTransform="rotate(45)" if turned else None)  # fmt: skip

    if grade == "blue":  # still water
        return tile("8", node("path", d="M0 4H8", stroke=stroke, stroke_width="1.2"))
    if grade == "yellow":
        return tile("8", node("circle", cx="2", cy="2", r="1.5", fill=stroke),
                    node("circle", cx="6", cy="6", r="1.5", fill=stroke))  # fmt: skip
    if grade == "orange":
        return tile("7", node("path", d="M3.5 0V7", stroke=stroke, stroke_width="2.6"))
    if grade == "red":
        return tile("7", node("path", d="M3.5 0V7M0 3.5H7", stroke=stroke, stroke_width="1.5"),
                    turned=True)  # fmt: skip
    if grade == WITHHELD:  # nothing to be read into
        return tile("9")
    return tile("9", node("path", d="M4.5 0V9", stroke=stroke, stroke_width="1.2"), turned=True)


def swatch(grade: str | None, x: str, y: str, size: str, name: str) -> list[Node]:
    """A square of the colour, its pattern over it, and its edge."""
    mark = MARKS[grade]
    box = {"x": x, "y": y, "width": size, "height": size, "rx": "3"}
    return [
        node("rect", fill=mark.fill, **box),
        node("rect", fill=f"url(#{name})", stroke=mark.edge, stroke_width="1.5",
             stroke_dasharray="4 2.5" if grade is None else None, **box),
    ]  # fmt: skip
