"""Leaks to plant: what an edition might tell beside what it should, one for each channel."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping

import numpy as np

from qingyu.digest import digest_of
from qingyu.flows.edition_protect import protected_of
from qingyu.flows.edition_tables import tables_of
from qingyu.flows.edition_traces import traces_of
from qingyu.flows.publish import Published
from qingyu.release.table import Table, printed

Said = dict[str, object]
Leak = Callable[[Published], Said]
Cells = Callable[[Published], dict[str, tuple[str, ...]]]
WHOLE = "whole edition"
SMALL = "ems_violence"  # the indicator that is asked about


def _tables(one: Published) -> dict[str, Table]:
    levels = [level.id for level in one.pack.levels if level.graded]
    return {table.name: table for table in tables_of(one, levels)}


def _column(
    table: str, column: str, part: str | None = None
) -> Callable[[Published], dict[str, tuple[str, ...]]]:
    """A column of a full table; of the rows of one indicator or dimension."""

    def leak(one: Published) -> dict[str, tuple[str, ...]]:
        found = _tables(one)[table]
        key = next((name for name in ("indicator", "dimension") if name in found.key), None)
        parts = found.column(key).values.to_pylist() if key else [None] * found.rows
        areas = found.column("area").values.to_pylist()
        cells = printed(found.column(column)).to_pylist()
        said: dict[str, list[str]] = {}
        for area, name, cell in zip(areas, parts, cells, strict=True):
            if part is None or name == part:
                said.setdefault(area, []).append(cell)
        return {area: tuple(cells) for area, cells in said.items()}

    return leak


def _sums_above(one: Published) -> Said:
    """Counts of areas above others, and of all below them that are not small but for one: what is
    withheld follows from what is not."""
    counts = _column("indicators", "count", SMALL)(one)
    first = next(iter(counts))
    small = next(area for area, cells in counts.items() if area != first and int(cells[0]) < 5)
    return {area: cells for area, cells in counts.items() if area != small}


def _traces(field: str) -> Leak:
    """A field of the traces of open editions: a rate, a contribution."""

    def leak(one: Published) -> Said:
        areas = _tables(one)["areas"].column("area").values.to_pylist()
        lines = map(json.loads, traces_of(one, areas).decode().splitlines())
        return {line["area"]: [part[field] for part in line["parts"]] for line in lines}

    return leak


def _order(one: Published) -> Said:
    """Rows in the order of their scores."""
    scores = one.results.score[:, 0]
    return {WHOLE: [one.results.labels.areas[n] for n in np.argsort(-scores, kind="stable")]}


def _size(one: Published) -> Said:
    """Bytes of a drawing that has a stroke for each record."""
    counts = _column("indicators", "count", SMALL)(one)
    return {area: len("|" * int(cells[0])) for area, cells in counts.items()}


def _digest(one: Published) -> Said:
    """A fingerprint of all counts without a salt: whoever guesses them can check."""
    return {WHOLE: digest_of([one.ingredients.world.count.tobytes()])}


def _badge(one: Published) -> Said:
    """A badge with the score in its title."""
    scores = one.results.score[:, 0].tolist()
    return {area: f"<title>{score}</title>"
            for area, score in zip(one.results.labels.areas, scores, strict=True)}  # fmt: skip


def _sentence(one: Published) -> Said:
    """Words that count."""
    counts = _column("indicators", "count", SMALL)(one)
    return {area: f"{cells[0]} calls" for area, cells in counts.items()}


def _presence(one: Published) -> Said:
    """That something was counted at all: rows that are only there if it was."""
    protected = protected_of(one.pack, one.results.labels.index)
    names = one.ingredients.labels.indicators
    rows = [names.index(name) for name in protected.indicators]
    counts = one.ingredients.world.count[rows, :, -1]
    return {area: tuple((counts[:, n] > 0).tolist())
            for n, area in enumerate(one.results.labels.areas)}  # fmt: skip


def _unmerged(one: Published) -> Said:
    """The colour itself where a single count decides it."""
    return dict(zip(one.results.labels.areas, one.results.grade[:, 0].tolist(), strict=True))


PLANTS: Mapping[str, Leak] = {
    "counts": _column("indicators", "count"),
    "hierarchy": _sums_above,
    "rates": _traces("rate"),
    "scores": _column("areas", "score"),
    "ranks": _column("areas", "rank"),
    "changes": _column("areas", "change"),
    "contributions": _traces("contribution"),
    "sentences": _sentence,
    "points": _column("indicators", "points"),
    "dimensions": _column("dimensions", "points"),
    "badges": _badge,
    "order": _order,
    "sizes": _size,
    "digests": _digest,
    "presence": _presence,
}
PAST: Mapping[str, Leak] = {  # channels that tell of the days before the period
    "baselines": _column("comparisons", "count"),
    "expected": _column("comparisons", "expected"),
}
COLOURS = _unmerged
