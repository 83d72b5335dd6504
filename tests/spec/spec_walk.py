"""From files to digests in a process of its own: `spec_walk.py FOLDER ORDER` prints them as JSON.

FOLDER holds `pack/` and `sends/<number>.<source>.csv`; ORDER, such as `2013`, is the order in
which the sends arrive. Each keeps its number as its version, whatever the order.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from qingyu.digest import digest_of
from qingyu.engine.connect import connected, file_list
from qingyu.engine.fingerprints import cube_digest, records_digest
from qingyu.engine.panel import load_panel
from qingyu.engine.store import Home
from qingyu.engine.tables import Panel
from qingyu.flows.compute import compute
from qingyu.intake.receive import receive
from qingyu.pack.load import load_pack

KINDS = {"day": "2024-05-20", "week": "2024-W20", "month": "2024-05", "quarter": "2024-Q1"}


def main(folder: Path, order: str) -> None:
    pack = load_pack(folder / "pack")
    home = Home.create(folder / f"home-{order}", folder / "pack")
    for number in order:
        (path,) = folder.glob(f"sends/{number}.*.csv")
        source = path.name.split(".")[1]
        version = int(number) + 1
        receive(home, pack, source, [path], version=version, who="the walk")
    panel = load_panel(home, pack)
    said = {
        "pack": pack.digest,
        "state": digest_of(in_force(home, source.id) for source in pack.sources),
        "panel": panel_digest(panel),
        "results": digest_of(compute(home, pack, period).digest for period in KINDS.values()),
        # These two tell in which order things came, and may only depend on that.
        "records": digest_of(records_digest(home, source.id) for source in pack.sources),
        "cube": cube_digest(home),
    }
    print(json.dumps(said))


def in_force(home: Home, source: str) -> str:
    """Of the records that the signed rows add up to. Which of several equal sends a record is
    remembered from (its `version`) may depend on which came first; what it says may not."""
    with connected() as connection:
        rows = connection.execute(
            "SELECT * EXCLUDE (version, batch, sign), sum(sign) AS times "
            f"FROM read_parquet({file_list(home.record_files(source))}, union_by_name=true) "
            "GROUP BY ALL HAVING times <> 0 ORDER BY ALL"
        ).fetchall()
        columns = [column[0] for column in connection.description or ()]
    return digest_of([*columns, *(value for row in rows for value in row)])


def panel_digest(panel: Panel) -> str:
    """Of every label and number of the summed cube."""
    labels = [
        str(label) for name in ("measure", "area", "day") for label in panel.counts[name].values
    ]
    numbers = [*panel.counts.values.ravel().tolist(), *panel.coverage.values.ravel().tolist()]
    return digest_of([*labels, *numbers])


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2])
