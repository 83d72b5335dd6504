"""From files to scores twice: through intake, store, cube and index, and by the twin alone."""

from __future__ import annotations

import csv
from datetime import date, timedelta
from pathlib import Path

import agree
from town import write_pack, write_sends
from twin_days import UNPLACED, Record
from twin_periods import holding, label

from qingyu.engine.panel import load_panel
from qingyu.engine.store import Home
from qingyu.index.steps import compute
from qingyu.intake.receive import receive
from qingyu.pack.load import load_pack
from qingyu.periods import parse

TOWNS = {f"t{n}" for n in range(1, 8)}
ASKED = [("day", date(2024, 5, 20)), ("week", date(2024, 5, 15)), ("month", date(2024, 5, 1))]


def received(folder: Path) -> tuple[dict[str, list[Record]], dict[str, list[tuple[date, date]]]]:
    """The records in force (of each key the row of the last send) and what the sends cover."""
    newest: dict[tuple[str, str], Record] = {}
    covers: dict[str, list[tuple[date, date]]] = {}
    for path in sorted(folder.iterdir()):
        source = path.name.split(".")[1]
        with path.open(encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file))
        days = sorted(date.fromisoformat(row["at"][:10]) for row in rows)
        covers.setdefault(source, []).append((days[0], days[-1]))
        for row in rows:
            area = row["area"] if row["area"] in TOWNS else UNPLACED
            fields = {"kind": row["kind"], "amount": row["amount"]}
            day = date.fromisoformat(row["at"][:10])
            newest[source, row["id"]] = Record(day, area, fields)
    records: dict[str, list[Record]] = {source: [] for source in covers}
    for (source, _), record in newest.items():
        records[source].append(record)
    return records, covers


def test_files_come_to_the_same_scores_both_ways(tmp_path: Path) -> None:
    scene = write_pack(tmp_path)
    write_sends(tmp_path / "sends")
    scene.records, scene.covers = received(tmp_path / "sends")
    days = [day for spans in scene.covers.values() for span in spans for day in span]
    scene.first, scene.last = min(days), max(days)
    pack = load_pack(tmp_path / "pack")
    home = Home.create(tmp_path / "home", tmp_path / "pack")
    for path in sorted((tmp_path / "sends").iterdir()):
        number, source, _ = path.name.split(".")
        receipt = receive(home, pack, source, [path], version=int(number) + 1, who="the walk")
        assert receipt.refused == 0
    panel = load_panel(home, pack)
    assert panel.last - panel.first == scene.last - scene.first
    assert scene.last - scene.first > timedelta(days=400)
    for kind, day in ASKED:
        mine = agree.twin_rows(scene.drawn(kind, day), tmp_path / "pack")
        period = parse(label(holding(day, kind)))
        theirs = agree.product_rows(pack, panel, compute(pack, panel, [period]))
        assert agree.differences(mine, theirs) == []
        assert sum(key[-1] == "score" for key in mine) >= 7
