"""A composite indicator of several levels, put together level by level with Qingyu's means."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from qingyu.index.compose import enough_share
from qingyu.index.methods import combine, combine_arrays
from qingyu.pack.model import MICRO, Method, to_micro

Table = list[dict[str, str]]
FINE = 10**6  # further units of a micro: so fine that the station no longer rounds
GIVEN = 1000  # values of the files are no station of ours: they enter at a thousandth of a micro


@dataclass(frozen=True)
class Tree:
    """children[k]: for each aggregate of level k + 2, its children."""

    children: Sequence[Mapping[str, Sequence[str]]]

    @classmethod
    def of(cls, meta: Table) -> Tree:
        found: list[dict[str, list[str]]] = [defaultdict(list) for _ in range(3)]
        for row in meta:
            if row["Level"] in ("1", "2", "3"):
                found[int(row["Level"]) - 1][row["Parent"]].append(row["iCode"])
        return cls(found)


def weights_of(rows: Table) -> dict[str, int]:
    return {r["iCode"]: to_micro(r["Weight"]) for r in rows if r["Weight"] not in ("", "NA")}


def cell(text: str, fine: int = 1) -> int | None:
    """A number of the file in micros (or finer), rounded half-even; None for NA."""
    return None if text in ("NA", "NaN") else round(Fraction(float(text)) * MICRO * fine)


def through_stations(
    tree: Tree,
    rows: Table,
    weights: Mapping[str, int],
    methods: Sequence[Method],
    least_share: int = 0,
    given: int = GIVEN,
) -> list[dict[str, int | None]]:
    """Every aggregate of every unit in micros, rounded at each level, all units at once."""
    names = [name for name in rows[0] if name not in ("uCode", "Time")]
    table = {name: [cell(row[name], given) for row in rows] for name in names}
    for number, (level, method) in enumerate(zip(tree.children, methods, strict=True)):
        unit = 1 if number else given
        for parent, inside in level.items():
            columns = [table[name] for name in inside]
            table[parent] = _column(
                method, columns, [weights[n] for n in inside], least_share, unit
            )
    return [{name: column[i] for name, column in table.items()} for i in range(len(rows))]


def _column(
    method: Method,
    columns: Sequence[Sequence[int | None]],
    weights: Sequence[int],
    least_share: int,
    unit: int,
) -> list[int | None]:
    present = np.array([[value is not None for value in column] for column in columns])[..., None]
    values = np.array([[value or 0 for value in column] for column in columns])[..., None]
    enough = enough_share(present, np.ones((len(columns), 1, 1), np.int64), least_share)
    given = np.array(weights, np.int64)[:, None, None]
    level = np.zeros(values.shape[1], np.int64)
    found = combine_arrays(method, values, given, present & enough, level, unit=unit)
    return [int(v) if ok else None for v, ok in zip(found[:, 0], enough[:, 0], strict=True)]


def copeland_level(
    tree: Tree, parent: str, rows: Table, weights: Mapping[str, int]
) -> tuple[list[int], list[int]]:
    """(score in micros, how many others it ties with exactly) of each unit, from its inputs."""
    inside = next(level[parent] for level in tree.children if parent in level)
    columns = [[cell(row[name]) or 0 for row in rows] for name in inside]
    given = [weights[name] for name in inside]
    scores = _column("copeland", columns, given, 0, 1)
    ties = []
    for mine in range(len(rows)):
        nets = [
            sum(
                w * ((c[mine] > c[other]) - (c[mine] < c[other]))
                for w, c in zip(given, columns, strict=True)
            )
            for other in range(len(rows))
        ]
        ties.append(sum(net == 0 for net in nets) - 1)
    return [int(score or 0) for score in scores], ties


def before_stations(
    tree: Tree, row: Mapping[str, str], weights: Mapping[str, int], methods: Sequence[Method]
) -> dict[str, Fraction]:
    """Every aggregate of one unit, at a millionth of a station's unit."""
    table = {name: cell(text, FINE) for name, text in row.items() if name not in ("uCode", "Time")}
    for level, method in zip(tree.children, methods, strict=True):
        for parent, inside in level.items():
            here = [name for name in inside if table[name] is not None]
            values = [int(table[name] or 0) for name in here]
            table[parent] = combine(method, values, [weights[n] for n in here]) if here else None
    return {n: Fraction(v, MICRO * FINE) for n, v in table.items() if v is not None}
