"""A town small enough to draw: two sources, three places, and signed rows written by hand."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import duckdb

from qingyu.engine.batches import Batch, Draft
from qingyu.engine.measures import Measures, measures_of
from qingyu.engine.store import Home, Writer
from qingyu.pack.model import Measure, Pack

NAMES = {"zh": "名", "en": "name"}
Row = tuple[int, str, int, str, str, str, int | None]  # sign, key, version, area, day, kind, amount


def still_clock() -> datetime:
    return datetime(2020, 3, 1, 12, tzinfo=UTC)


def source(name: str, **more: Any) -> dict[str, Any]:
    columns = [
        {"name": "id", "type": "text"},
        {"name": "when", "type": "timestamp"},
        {"name": "kind", "type": "code"},
        {"name": "amount", "type": "decimal", "places": 2},
        {"name": "note", "type": "text"},
    ]
    given = {
        "id": name,
        "name": NAMES,
        "department": "works",
        "columns": columns,
        "key": ["id"],
        "time": "when",
        "version": {"by": "sequence"},
        "delivery": "increment",
        "place": {"by": ["code"], "code": "area"},
    }
    return given | more


def indicator(name: str, measure: dict[str, Any]) -> dict[str, Any]:
    curve = [["0", "100"], ["1", "80"], ["2", "0"]]
    return {
        "id": name,
        "name": NAMES,
        "dimension": "safety",
        "nature": "harm",
        "measure": measure,
        "per": {"exposure": "residents"},
        "better": "lower",
        "weight": [{"from": "2020-01-01", "value": 1, "reference": "drawn"}],
        "compare": [{"with": "peers", "weight": 1, "curve": curve}],
    }


FIRE = {"count": "calls", "where": {"kind": {"equals": "fire"}}}
LOSS = {"sum": "calls", "of": "amount", "places": 2}
CLAIM = {"count": "claims", "where": {"kind": {"in": ["flood", "storm"]}}}


def town(*measures: dict[str, Any], sources: Sequence[dict[str, Any]] = ()) -> Pack:
    """A pack of three areas with one indicator for each measure (default: FIRE, LOSS, CLAIM)."""
    spoken = measures or (FIRE, LOSS, CLAIM)
    return Pack.model_validate(
        {
            "id": "town",
            "name": NAMES,
            "version": "1",
            "time_zone": "Asia/Shanghai",
            "levels": [{"id": "town", "name": NAMES}, {"id": "village", "name": NAMES}],
            "areas": [
                {"code": "T", "name": "Town", "level": "town"},
                {"code": "A", "name": "Alder", "level": "village", "parent": "T"},
                {"code": "B", "name": "Birch", "level": "village", "parent": "T"},
            ],
            "sources": list(sources) or [source("calls"), source("claims")],
            "dimensions": [
                {
                    "id": "safety",
                    "name": NAMES,
                    "weight": [{"from": "2020-01-01", "value": 1, "reference": "drawn"}],
                }
            ],
            "indicators": [indicator(f"i{n}", measure) for n, measure in enumerate(spoken)],
            "indices": [
                {"id": "safety", "name": NAMES, "periods": ["month"], "dimensions": ["safety"]}
            ],
            "grades": {
                "scales": [
                    {
                        "from": "2020-01-01",
                        "reference": "drawn",
                        "grades": [
                            {"id": "blue", "name": NAMES, "from": 50},
                            {"id": "red", "name": NAMES, "from": 0},
                        ],
                    }
                ]
            },
            "digest": f"pack of {len(spoken)} measures",
            "folder": "",
        }
    )


def measure_of(given: dict[str, Any]) -> Measure:
    return Measure.model_validate(given)


def key64(key: str) -> int:
    return int.from_bytes(hashlib.sha256(key.encode()).digest()[:8], "big")


def stage(folder: Path, number: int, rows: Iterable[Row], name: str = "rows") -> Path:
    """Signed rows as intake stages them."""
    path = folder / f"{name}.parquet"
    stored = [
        (
            key,
            key64(key),
            key64(f"{version} {area} {day} {kind} {amount}"),
            version,
            number,
            sign,
            area,
            date.fromisoformat(day),
            datetime.fromisoformat(f"{day}T08:30:00"),
            key,
            kind,
            amount,
        )
        for sign, key, version, area, day, kind, amount in rows
    ]
    with duckdb.connect() as connection:
        connection.execute(
            """CREATE TABLE staged (key VARCHAR, key64 UBIGINT, content64 UBIGINT, version BIGINT,
            batch INTEGER, sign INTEGER, area VARCHAR, "day" DATE, "at" TIMESTAMP, c_id VARCHAR,
            c_kind VARCHAR, c_amount BIGINT)"""
        )
        connection.executemany(f"INSERT INTO staged VALUES ({', '.join('?' * 12)})", stored)
        connection.execute(f"COPY staged TO '{path}' (FORMAT parquet)")
    return path


def draft(pack: Pack, **more: Any) -> Draft:
    """A receipt of `calls` unless told otherwise."""
    given: dict[str, Any] = {
        "kind": "receive",
        "source": "calls",
        "who": "clerk",
        "version": 1,
        "measures": measures_of(pack),
        "pack_digest": pack.digest,
    }
    return Draft(**(given | more))


def put(writer: Writer, pack: Pack, rows: Sequence[Row] = (), **more: Any) -> Batch:
    """Commit a batch of these signed rows."""
    if rows:
        more["records"] = stage(writer.staging, writer.next_number, rows)
        more.setdefault("rows", len(rows))
    return writer.commit(draft(pack, **more))


def receive(home: Home, pack: Pack, rows: Sequence[Row] = (), **more: Any) -> Batch:
    with home.writing(wait=0) as writer:
        return put(writer, pack, rows, **more)


__all__ = ["Measures", "Row", "draft", "put", "receive", "source", "stage", "still_clock", "town"]
