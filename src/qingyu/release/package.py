"""`datapackage.json`: an edition's tables as a Data Package, for any program."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

from qingyu.release.sums import digest_of_bytes
from qingyu.release.table import Table

PACKAGE = "datapackage.json"


def keys_of(package: bytes) -> dict[str, list[str]]:
    """The key of each table of a descriptor, by the table's name."""
    resources = json.loads(package)["resources"]
    return {resource["name"]: resource["schema"]["primaryKey"] for resource in resources}


def members_of(tables: Sequence[Table]) -> dict[str, bytes]:
    """Each table in its three forms."""
    found = {}
    for table in tables:
        found[f"{table.name}.csv"] = table.to_csv()
        found[f"{table.name}.json"] = table.to_json()
        found[f"{table.name}.parquet"] = table.to_parquet()
    return found


def descriptor(
    tables: Sequence[Table], members: Mapping[str, bytes], about: Mapping[str, object]
) -> bytes:
    """The CSV files with their schemas; `about`: name, title, created, licences."""
    resources = [
        {
            "name": table.name,
            "path": f"{table.name}.csv",
            "description": table.about,
            "profile": "tabular-data-resource",
            "format": "csv",
            "mediatype": "text/csv",
            "encoding": "utf-8",
            "bytes": len(members[f"{table.name}.csv"]),
            "hash": f"sha256:{digest_of_bytes(members[f'{table.name}.csv'])}",
            "schema": table.schema(),
        }
        for table in tables
    ]
    whole = {"profile": "tabular-data-package", **about, "resources": resources}
    return (json.dumps(whole, ensure_ascii=False, indent=1) + "\n").encode()
