"""A salted commitment for every row of which something is withheld, and its opening.

`commitments` has a line for each: which table and row, which columns, and
HMAC-SHA256(salt, columns and values), all framed as `length:text`. Whoever is given the salt and
the values can check that they are what was published; nobody else can try values.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import pyarrow as pa

from qingyu.pack.protected import Protected
from qingyu.release.protect.secret import Secret, commitment
from qingyu.release.protect.withhold import WITHHELD, charges_of, rule_name
from qingyu.release.table import Column, Table, printed

NAME = "commitments"
_KEY = ("table", "area", "part", "place")


@dataclass(frozen=True)
class Row:
    """A row that is committed to. values: of the withheld columns, as CSV prints them."""

    table: str
    area: str
    part: str
    place: str
    values: Mapping[str, str]

    @property
    def key(self) -> tuple[str, str, str, str]:
        return self.table, self.area, self.part, self.place


@dataclass(frozen=True)
class Opening:
    """What an auditor is given of a row: enough to check, and of no use for any other row."""

    row: Row
    salt: str
    commitment: str

    @property
    def holds(self) -> bool:
        return committed(self.row, bytes.fromhex(self.salt)) == self.commitment


def committed(row: Row, salt: bytes) -> str:
    return commitment(salt, *row.key, *(part for pair in row.values.items() for part in pair))


def opening(row: Row, secret: Secret, edition: Sequence[object]) -> Opening:
    salt = secret.salt("row", *edition, *row.key)
    return Opening(row, salt.hex(), committed(row, salt))


def rows_withheld(
    tables: Sequence[Table], public: Sequence[Table], protected: Protected
) -> Iterator[Row]:
    """Of full tables and what the public gets of them, in the tables' order."""
    for full, shown in zip(tables, public, strict=True):
        if full.name == "charges":
            areas = next(one for one in tables if one.name == "areas")
            yield from _charges(full, areas.column("area").values.to_pylist(), protected)
        else:
            yield from _rows(full, shown)


def table_of_commitments(
    period: str, rows: Sequence[Row], secret: Secret, edition: Sequence[object]
) -> Table:
    found = [opening(row, secret, edition) for row in rows]
    about = {
        "table": "the table with the row",
        "area": "code",
        "part": "indicator, dimension, or kind and name of a rule",
        "place": "of a comparison",
    }
    return Table(NAME, "what every withheld row is committed to", ("period", *_KEY), (
        _text("period", [period] * len(rows), "the period"),
        *(_text(name, [getattr(row, name) for row in rows], about[name]) for name in _KEY),
        _text("columns", [" ".join(row.values) for row in rows], "committed to, in this order"),
        _text("commitment", [one.commitment for one in found], "HMAC-SHA256 under a secret salt"),
    ))  # fmt: skip


def _rows(full: Table, shown: Table) -> Iterator[Row]:
    """Rows whose flag says so, with the columns that may be empty in them."""
    flags = shown.column("withheld").values.to_pylist()
    chosen = [number for number, flag in enumerate(flags) if flag]
    texts = {name: printed(full.column(name)).to_pylist() for name in WITHHELD[full.name]}
    keys = {name: full.column(name).values.to_pylist() for name in full.key}
    parts = keys.get("indicator") or keys.get("dimension") or [""] * full.rows
    places = keys.get("place") or [""] * full.rows
    for number in chosen:
        values = {name: cells[number] or "" for name, cells in texts.items()}
        yield Row(full.name, keys["area"][number], parts[number], str(places[number]), values)


def _charges(full: Table, areas: Sequence[str], protected: Protected) -> Iterator[Row]:
    """One for every area and protected rule, whether it counted something or not."""
    names = [rule_name(kind, dimension, name) for kind, dimension, name in charges_of(full)]
    counts = printed(full.column("count")).to_pylist()
    codes = full.column("area").values.to_pylist()
    found = {(code, *name): n for code, name, n in zip(codes, names, counts, strict=True)}
    for kind, name in protected.rules:
        for code in areas:
            count = found.get((code, kind, name)) or "0"
            yield Row("charges", code, f"{kind} {name}", "", {"count": count})


def _text(name: str, words: Sequence[str], about: str) -> Column:
    return Column(name, "text", pa.array(words, pa.string()), about=about)
