"""`release recheck`: an edition computed once more from the records as known then, cell by cell."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path

from qingyu.engine.store import Home
from qingyu.errors import DamageError, ReleaseError
from qingyu.flows.edition_cube import state_of
from qingyu.flows.edition_tables import tables_of
from qingyu.flows.opening import Known
from qingyu.flows.publish import compute_from, panel_of
from qingyu.flows.tables import results_digest
from qingyu.i18n import T
from qingyu.pack.load import load_pack
from qingyu.periods import parse
from qingyu.release.colours import published
from qingyu.release.shelf import read_edition
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
    edition = read_edition(folder)
    manifest = edition.manifest
    if manifest["kind"] == "withdrawal":
        raise ReleaseError(
            str(folder),
            T("a withdrawal, which has no numbers"),
            T("an edition with results"),
            T("Name the edition that it took back."),
        )
    pack = load_pack(folder / "pack")
    known = manifest["known"]
    seen = Known(known["batch"], None if known["day"] is None else date.fromisoformat(known["day"]))
    panel = panel_of(home, pack, seen)
    period = parse(manifest["period"])
    one = compute_from(pack, panel, [period], seen)
    how = pack.publication.of(manifest["index"], period.kind) if pack.publication else None
    levels = list(how.areas) if how and how.areas else [lv.id for lv in pack.levels if lv.graded]
    cells = 0
    differences: list[Difference] = []
    for table in tables_of(one, levels):
        more, found = _compared(folder, table)
        cells, differences = cells + more, [*differences, *found]
    batches = home.batches()[: seen.batch]
    return Rechecked(
        edition=edition.number,
        period=period.label,
        cells=cells,
        differences=tuple(differences),
        stations=results_digest(one.results) == manifest["stations"],
        cube=state_of(panel, period.last) == manifest["cube"],
        ledger=(batches[-1].digest if batches else None) == known["ledger"],
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
