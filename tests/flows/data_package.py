"""A Data Package held against its specification, by the standard library alone.

Data Package and Table Schema, version 1 (specs.frictionlessdata.io): what the stock `frictionless
validate` looks at, written again, so that the tests need none of its twenty packages.
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
import re
from collections.abc import Iterator
from datetime import date
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

_NAME = re.compile(r"[a-z0-9._/-]+")
_TYPES = {"string", "integer", "number", "boolean", "date"}


def faults(folder: Path) -> list[str]:
    """What is wrong with `datapackage.json` and the files that it names."""
    package = json.loads((folder / "datapackage.json").read_text("utf-8"))
    found = []
    if _NAME.fullmatch(package["name"]) is None:
        found.append(f"name {package['name']}")
    if not all({"name", "path"} & set(one) for one in package.get("licenses", ())):
        found.append("a licence without name or path")
    names = [resource["name"] for resource in package["resources"]]
    if not names or len(set(names)) != len(names):
        found.append("no resources, or one name twice")
    for resource in package["resources"]:
        found += [f"{resource['name']}: {fault}" for fault in _resource(folder, resource)]
    return found


def _resource(folder: Path, resource: dict[str, Any]) -> Iterator[str]:
    path = resource["path"]
    if _NAME.fullmatch(resource["name"]) is None or path.startswith("/") or ".." in path:
        yield "a name or path that is not allowed"
        return
    data = (folder / path).read_bytes()
    if len(data) != resource["bytes"]:
        yield "other bytes"
    if f"sha256:{hashlib.sha256(data).hexdigest()}" != resource["hash"]:
        yield "another hash"
    text = data.decode(resource["encoding"]).removeprefix("\ufeff")
    rows = list(csv.reader(io.StringIO(text, newline="")))
    fields = resource["schema"]["fields"]
    if rows[0] != [field["name"] for field in fields]:
        yield f"the header {rows[0]}"
        return
    yield from _cells(rows[1:], fields, resource["schema"])


def _cells(
    rows: list[list[str]], fields: list[dict[str, Any]], schema: dict[str, Any]
) -> Iterator[str]:
    names = [field["name"] for field in fields]
    for number, row in enumerate(rows, 2):
        if len(row) != len(fields):
            yield f"row {number}: {len(row)} cells"
            continue
        for cell, field in zip(row, fields, strict=True):
            if cell not in schema["missingValues"] and not _fits(cell, field["type"]):
                yield f"row {number}, {field['name']}: {cell}"
    key = [names.index(name) for name in schema["primaryKey"]]
    keys = [tuple(row[place] for place in key) for row in rows]
    if len(set(keys)) != len(keys) or any(not any(one) for one in keys):
        yield "a key twice, or an empty one"


def _fits(cell: str, kind: str) -> bool:
    assert kind in _TYPES, kind
    try:
        if kind == "integer":
            int(cell)
            return re.fullmatch(r"[+-]?\d+", cell) is not None
        if kind == "number":
            return Decimal(cell).is_finite()
        if kind == "date":
            return date.fromisoformat(cell).isoformat() == cell
    except (ValueError, InvalidOperation):
        return False
    return kind == "string" or cell in ("true", "false")
