"""A home with one day of a simulated nation, for the benchmarks of editions."""

from __future__ import annotations

import shutil
from datetime import date
from pathlib import Path
from typing import Any

DAY = date(2026, 10, 31)
PUBLICATION = """\
approved_by: [office, director]
indices:
  - {{index: {index}, periods: [day], after: 1, at: "09:30"}}
protection:
  - {{source: events, level: {level}, why: "made up"}}
"""


def nation_home(work: Path, towns: int, happenings: int, level: str) -> tuple[Any, Any]:
    """The home and its pack: records of the day and what a daily index needs before it, under a
    protection level."""
    from qingyu.engine.store import Home
    from qingyu.intake.receive import receive
    from qingyu.pack.load import load_pack
    from qingyu.simulate.city.nation import write_nation

    shutil.rmtree(work, ignore_errors=True)
    nation = work / "nation"
    write_nation(nation, towns=towns, happenings=happenings, files=1, first=DAY, last=DAY)
    index = next(i.id for i in load_pack(nation / "pack").indices if "day" in i.periods)
    written = PUBLICATION.format(index=index, level=level)
    (nation / "pack" / "publication.yaml").write_text(written)
    pack = load_pack(nation / "pack")
    home = Home.create(work / "home", nation / "pack")
    for folder in ("history", "files"):
        receive(home, pack, "events", sorted((nation / folder).iterdir()), who="bench")
    return home, pack
