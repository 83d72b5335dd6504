"""The same records for the recorded database, the real one and the recorded service."""

from __future__ import annotations

from datetime import date
from typing import Any

from intake_town import HEADER, Desk, town

from qingyu.intake.connectors.settings import Feed, Http, Sql
from qingyu.intake.connectors.stand_ins.postgres import Recording
from qingyu.pack.model import Pack

PASSWORD = "canary-ocean-7"
FIRST, LAST = date(2020, 1, 5), date(2020, 1, 7)
TODAY = date(2020, 1, 8)
COLUMNS = HEADER.split(",")
QUERY = (
    f"SELECT {HEADER.replace('when', chr(34) + 'when' + chr(34))} FROM records"
    ' WHERE "when" >= :first AND "when" < :last::date + 1 ORDER BY id -- 100% :sure'
)


def record(key: str, when: str, amount: str | None = "1.50", note: str | None = "") -> list[Any]:
    return [key, when, "fire", "3", amount, "00012", None, None, None, note, "王 五", "13900000000"]


ROWS = [
    record("001", "2020-01-04 23:59:59"),
    record("002", "2020-01-05 00:00:00", note='two\nlines, "quoted" 100%'),
    record("003", "2020-01-06 12:00:00", amount=None),
    record("004", "2020-01-07 23:59:59", amount="12.00", note="火灾 𠮷"),
    record("005", "2020-01-08 00:00:00"),
]
ASKED = ROWS[1:4]

TABLE = (
    'CREATE TABLE records (id text, "when" timestamp, kind text, number int, amount numeric(6,2),'
    " place text, name text, lon numeric, lat numeric, note text, person text, phone text)",
    *(
        "INSERT INTO records VALUES ("
        + ", ".join("NULL" if v is None else f"'{v}'" for v in row)
        + ")"
        for row in ROWS
    ),
)


def recording(**more: Any) -> Recording:
    """As it stood in the small hours of the ninth."""
    given: dict[str, Any] = {"day": "when", "password": PASSWORD, "epoch": "1578506400.000000"}
    return Recording(COLUMNS, ROWS, **(given | more))


def extracted_town(**more: Any) -> Pack:
    """A town whose contract asks for the moment of the extract and the days."""
    terms = {"version": {"by": "extract"}, "covers": "must_be_given", "delivery": "snapshot",
             "edges": "full"}  # fmt: skip
    return town(**(terms | more))


def sql_feed(connect: str, **more: Any) -> Feed:
    given = {"connect": connect, "password": "env:RECORDS", "select": QUERY, "since": FIRST,
             "overlap": 1}  # fmt: skip
    return Feed(source="calls", sql=Sql.model_validate(given | more))


def http_feed(url: str, **more: Any) -> Feed:
    given = {"url": url, "form": "json_lines", "token": "env:RECORDS", "since": FIRST}
    return Feed(source="calls", http=Http.model_validate(given | more))


def keys(desk: Desk) -> list[str]:
    return [str(row[0]) for row in desk.alive("key")]
