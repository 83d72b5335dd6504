"""`qingyu correct` from the command line: one record, a file of several, and what is refused."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import duckdb
from tests.cli.test_commands import holds

from qingyu.cli import shapes


def some(home: Path, count: int) -> list[str]:
    """Keys of records in force."""
    files = str(home / "records" / "calls" / "*.parquet")
    rows = duckdb.sql(
        f"SELECT key FROM read_parquet('{files}') GROUP BY key HAVING sum(sign) > 0 ORDER BY 1"
        f" LIMIT {count}"
    )
    return [key for (key,) in rows.fetchall()]


def test_a_record_is_corrected_and_taken_back(qingyu: Any, home: Path) -> None:
    (key,) = some(home, 1)
    day = qingyu("trace", key, "--home", home, "--json").json["day"]
    line = ["correct", "calls", key, "--field", "day", "--was", day, "--is", "2016-11-11",
            "--reason", "letter 7"]  # fmt: skip
    dry = qingyu(*line, "--home", home, "--dry-run", "--json").json
    assert (dry["number"], dry["corrected"]) == (None, 1)
    answer = qingyu(*line, "--home", home, "--json").json
    holds(shapes.RECEIPT, answer)
    assert (answer["kind"], answer["number"], answer["corrected"]) == ("correct", 2, 1)
    assert "was declared before" in qingyu(*line, "--home", home).out
    traced = qingyu("trace", key, "--home", home, "--json").json
    assert traced["day"] == "2016-11-11"
    assert traced["steps"][-1]["declared"]["reason"] == "letter 7"
    assert qingyu("withdraw", 2, "--home", home).code == 0
    assert qingyu("trace", key, "--home", home, "--json").json["day"] == day


def test_a_file_of_several(qingyu: Any, home: Path, tmp_path: Path) -> None:
    keys = some(home, 2)
    path = tmp_path / "slips.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["record", "field", "old", "new"])
        for key in keys:
            day = qingyu("trace", key, "--home", home, "--json").json["day"]
            writer.writerow([key, "day", day, "2016-11-12"])
    said = qingyu("correct", "calls", "--file", path, "--reason", "call of 3 May", "--home", home)
    assert said.code == 0
    assert "2 records corrected as declared: call of 3 May" in said.out
    path.write_text("record,what\n")
    said = qingyu("correct", "calls", "--file", path, "--reason", "x", "--home", home)
    assert said.code == 1 or "record, field, old, new" in said.err


def test_what_is_refused_is_said_in_words(qingyu: Any, home: Path) -> None:
    (key,) = some(home, 1)
    said = qingyu("correct", "calls", key, "--field", "day", "--was", "2001-01-01", "--is",
                  "2016-11-11", "--reason", "x", "--home", home)  # fmt: skip
    assert said.code != 0
    assert "2001-01-01" in said.err
    assert qingyu("correct", "calls", "--reason", "x", "--home", home).code != 0
