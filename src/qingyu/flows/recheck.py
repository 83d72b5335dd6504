"""`release recheck`: an edition computed once more from the records as known then, cell by cell."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from qingyu.engine.store import Home
from qingyu.errors import DamageError
from qingyu.flows.edition_again import again
from qingyu.i18n import T
from qingyu.release.colours import published
from qingyu.release.table import Table


@dataclass(frozen=True)
class Difference:
    """A cell that comes out otherwise; the row is told by its key."""

    table: str
    row: str
    column: str
    published: str | None
    recomputed: str | None


@dataclass(frozen=True)
class Rechecked:
    """cells: how many were compared; stations, cube, ledger: whether the fingerprints agree."""

    edition: int
    period: str
    cells: int
    differences: tuple[Difference, ...]
    stations: bool
    cube: bool
    ledger: bool

    @property
    def whole(self) -> bool:
        return self.stations and self.cube and self.ledger and not self.differences


def recheck(home: Home, folder: Path) -> Rechecked:
    """By the edition's own copy of the pack and what the home's ledger knew then."""
    made = again(home, folder)
    cells = 0
    differences: list[Difference] = []
    for table in made.tables:
        more, found = _compared(folder, table)
        cells, differences = cells + more, [*differences, *found]
    manifest, prints = made.edition.manifest, made.prints
    return Rechecked(
        edition=made.edition.number,
        period=manifest["period"],
        cells=cells,
        differences=tuple(differences),
        stations=prints["stations"] == manifest["stations"],
        cube=prints["cube"] == manifest["cube"],
        ledger=prints["known"]["ledger"] == manifest["known"]["ledger"],
    )


def _compared(folder: Path, table: Table) -> tuple[int, list[Difference]]:
    old, new = published(folder, table.name), table.to_arrow()
    if old is None or old.column_names != new.column_names:
        raise DamageError(
            str(folder),
            T("no table {name} with the columns of this version", name=table.name),
            T("the tables of format 1"),
            T("Recheck with the version of Qingyu that manifest.json names."),
        )
    if old.cast(new.schema).equals(new):
        return new.num_rows * new.num_columns, []
    found = []
    before, after = _by_key(old.to_pylist(), table), _by_key(new.to_pylist(), table)
    for key in [*before, *(key for key in after if key not in before)]:
        for column in new.column_names:
            one, other = before.get(key, {}).get(column), after.get(key, {}).get(column)
            if one != other:
                found.append(
                    Difference(table.name, " ".join(key), column, _said(one), _said(other))
                )
    return new.num_rows * new.num_columns, found


def _by_key(
    rows: list[dict[str, object]], table: Table
) -> dict[tuple[str, ...], dict[str, object]]:
    return {tuple(str(row[name]) for name in table.key): row for row in rows}


def _said(value: object) -> str | None:
    return None if value is None else str(value)
