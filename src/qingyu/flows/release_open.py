"""Openings of withheld rows: the office makes them, an auditor checks them against an edition."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from qingyu.engine.store import Home
from qingyu.errors import DamageError, NotFoundError, ReleaseError
from qingyu.flows.edition_again import again
from qingyu.i18n import T
from qingyu.release.colours import published
from qingyu.release.protect.commit import NAME, Opening, Row, opening

Key = tuple[str, str, str, str]


def open_rows(
    home: Home, folder: Path, area: str, table: str | None = None, part: str | None = None
) -> list[Opening]:
    """What an edition withholds of an area, with the salts that open its commitments. The values
    are worked out from the records as known then; each is checked before it is handed out."""
    made = again(home, folder)
    if made.secret is None:
        raise _nothing(folder)
    rows = [row for row in made.rows if row.area == area
            and table in (None, row.table) and part in (None, row.part)]  # fmt: skip
    if not rows:
        raise NotFoundError(
            " ".join(filter(None, (area, table, part))),
            T("no row of which this edition withholds anything"),
            T("an area's code, a table and a part as in commitments.csv"),
            T("Look the row up in commitments.csv."),
        )
    found = [opening(row, made.secret, made.about) for row in rows]
    listed = commitments_of(folder)
    for one in found:
        if listed.get(one.row.key) != one.commitment:
            raise DamageError(
                str(folder),
                T("another commitment for {row}", row=" ".join(filter(None, one.row.key))),
                T("what these records and this secret commit to"),
                T("Use the home that the edition was drafted in; `release recheck` says more."),
            )
    return found


def check_openings(folder: Path, openings: list[Opening]) -> list[Opening]:
    """Those that do not open what the edition committed to."""
    listed = commitments_of(folder)
    return [one for one in openings
            if not one.holds or listed.get(one.row.key) != one.commitment]  # fmt: skip


def commitments_of(folder: Path) -> dict[Key, str]:
    table = published(folder, NAME)
    if table is None:
        raise _nothing(folder)
    return {
        (row["table"], row["area"], row["part"], row["place"]): row["commitment"]
        for row in table.to_pylist()
    }


def to_json(openings: list[Opening]) -> list[dict[str, Any]]:
    return [
        {"table": one.row.table, "area": one.row.area, "part": one.row.part,
         "place": one.row.place, "values": dict(one.row.values), "salt": one.salt,
         "commitment": one.commitment}
        for one in openings
    ]  # fmt: skip


def read_openings(path: Path) -> list[Opening]:
    """As `to_json` wrote them; `ReleaseError` for anything else."""
    try:
        return [_opening(one) for one in json.loads(path.read_bytes())]
    except (ValueError, KeyError, TypeError, AttributeError) as fault:
        raise ReleaseError(
            str(path),
            T("no openings that can be read"),
            T("what `qingyu release open` prints"),
            T("Ask the office for the file again."),
        ) from fault


def _opening(one: dict[str, Any]) -> Opening:
    values = {str(name): str(value) for name, value in one["values"].items()}
    row = Row(str(one["table"]), str(one["area"]), str(one["part"]), str(one["place"]), values)
    return Opening(row, bytes.fromhex(one["salt"]).hex(), str(one["commitment"]))


def _nothing(folder: Path) -> ReleaseError:
    return ReleaseError(
        str(folder),
        T("an edition that withholds nothing"),
        T("one with commitments.csv"),
        T("All of its numbers are in its tables."),
    )
