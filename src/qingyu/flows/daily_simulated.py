"""A simulated city lived day by day: watched folders for its departments, and what comes when.

watch_city(home, pack, folder, post)      # writes the home's connectors.yaml
bring(folder, post, date(2026, 10, 31))   # the files of that day arrive
daily(home, pack, "me", date(2026, 10, 31))
"""

from __future__ import annotations

import json
import os
import shutil
from datetime import date
from pathlib import Path

from qingyu.engine import disk
from qingyu.engine.store import Home
from qingyu.flows.deliver import read_deliveries
from qingyu.intake.connectors.settings import FILE
from qingyu.pack.model import Pack, Source
from qingyu.simulate.city.city import BOUNDARIES

# A simulated file is called source_first-last_extracted; its running number is the month.
_DAYS = r"_(?P<first>\d{8})-(?P<last>\d{8})_"
_EXTRACTED = r"\d{8}T\d{4}"
_MONTH = r"_(?P<first>\d{8})-(?P<last>(?P<version>\d{6})\d\d)_"


def watch_city(home: Home, pack: Pack, folder: Path, post: Path) -> None:
    """One watched folder a source below `post`, declared in the home."""
    feeds = []
    for source in pack.sources:
        (post / source.id).mkdir(parents=True, exist_ok=True)
        watched: dict[str, object] = {"path": str(post / source.id), "settle": 0}
        if source.place.longitude is not None:
            watched["boundaries"] = str(folder / BOUNDARIES)
        name = _name(source)
        if name is not None:
            watched["name"] = name
        feeds.append({"source": source.id, "folder": watched})
    text = json.dumps({"feeds": feeds}, ensure_ascii=False, indent=1)  # JSON is YAML too
    disk.replace(home.folder / FILE, text.encode())


def bring(folder: Path, post: Path, day: date) -> int:
    """Lay the files that arrive on `day` into their departments' folders; how many. (What is
    taken back is a person's decision, and does not arrive.)"""
    brought = 0
    for delivery in read_deliveries(folder):
        if delivery.arrives[:10] != day.isoformat() or delivery.withdraws is not None:
            continue
        source = folder / delivery.file
        target = post / delivery.source / source.name
        shutil.copyfile(source, target)
        os.utime(target, (0, 0))
        brought += 1
    return brought


def _name(source: Source) -> str | None:
    """What the contract asks of the sender, read from the file's name."""
    covers = source.covers == "must_be_given"
    if source.version.by == "sequence":
        return _MONTH if covers else _MONTH.replace("?P<first>", "").replace("?P<last>", "")
    days = _DAYS if covers else _DAYS.replace("?P<first>", "").replace("?P<last>", "")
    if source.version.by == "extract":
        return f"{days}(?P<version>{_EXTRACTED})"
    return days if covers else None
