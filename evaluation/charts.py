"""Small charts as SVG, by hand: the same bytes from the same numbers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

COLOURS = ("#0b4f8a", "#d1495b", "#66a182", "#8d6a9f", "#b8860b", "#4d4d4d")
_LEFT, _TOP, _WIDE, _HIGH = 60, 24, 460, 240


@dataclass(frozen=True)
class Line:
    name: str
    values: Sequence[float]


def chart(
    title: str,
    across: str,
    up: str,
    ticks: Sequence[str],
    lines: Sequence[Line],
    top: float,
    joined: bool = True,
) -> str:
    """Values over ticks, each line in its colour; `top`: the highest value of the scale; not
    joined: dots alone."""
    height = _TOP + _HIGH + 60 + 18 * len(lines)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_LEFT + _WIDE + 20} {height}" '
        'font-family="sans-serif" font-size="11">',
        '<rect width="100%" height="100%" fill="white"/>',
        f'<text x="{_LEFT}" y="14" font-size="13">{title}</text>',
        *_scale(top, up),
        *_ticks(ticks, across),
    ]
    for number, line in enumerate(lines):
        colour = COLOURS[number % len(COLOURS)]
        parts += _drawn(line, colour, top, joined)
        y = _TOP + _HIGH + 52 + 18 * number
        parts.append(f'<circle cx="{_LEFT + 6}" cy="{y - 4}" r="4" fill="{colour}"/>')
        parts.append(f'<text x="{_LEFT + 16}" y="{y}">{line.name}</text>')
    return "\n".join([*parts, "</svg>"]) + "\n"


def _scale(top: float, up: str) -> list[str]:
    parts = [f'<text x="12" y="{_TOP + _HIGH / 2}" transform="rotate(-90 12 {_TOP + _HIGH / 2})" '
             f'text-anchor="middle">{up}</text>']  # fmt: skip
    for step in range(6):
        value, y = top * step / 5, _y(top * step / 5, top)
        parts.append(f'<line x1="{_LEFT}" x2="{_LEFT + _WIDE}" y1="{y}" y2="{y}" stroke="#ddd"/>')
        parts.append(f'<text x="{_LEFT - 6}" y="{y + 4}" text-anchor="end">{value:.3g}</text>')
    return parts


def _ticks(ticks: Sequence[str], across: str) -> list[str]:
    middle, y = _LEFT + _WIDE / 2, _TOP + _HIGH + 16
    parts = [
        f'<text x="{_x(place, len(ticks))}" y="{y}" text-anchor="middle">{tick}</text>'
        for place, tick in enumerate(ticks)
    ]
    parts.append(f'<text x="{middle}" y="{_TOP + _HIGH + 32}" text-anchor="middle">{across}</text>')
    return parts


def _drawn(line: Line, colour: str, top: float, joined: bool) -> list[str]:
    number = len(line.values)
    points = [(_x(place, number), _y(value, top)) for place, value in enumerate(line.values)]
    parts = [f'<circle cx="{x}" cy="{y}" r="3" fill="{colour}"/>' for x, y in points]
    if joined:
        path = " ".join(f"{x},{y}" for x, y in points)
        parts.append(
            f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="1.5"/>'
        )
    return parts


def _x(place: int, number: int) -> float:
    return round(_LEFT + (place + 0.5) * _WIDE / number, 1)


def _y(value: float, top: float) -> float:
    return round(_TOP + _HIGH * (1 - min(value / top, 1.0)), 1)
