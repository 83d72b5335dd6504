"""Editions: a year of them verified, against sha256sum; a day drafted, against writing its bytes.

`verify` walks all editions of a shelf with signatures, approvals and chain; the rival is
`sha256sum -c` in each folder, over the same files. A draft is all of `release draft` in a process
that has computed the day before; the rival writes the same files, each forced to disk as ours are.
"""

from __future__ import annotations

import os
import shutil
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

from bench.harness import PAIRS
from bench.nation_home import DAY, nation_home


def main(work: Path, towns: tuple[int, int] = (31, 3_000), days: int = 365) -> None:
    for number in towns:
        _draft(work / str(number), number)
    _verify(work / str(towns[0]), days)


def _office(work: Path, towns: int) -> Any:
    """An office with the records of one day and what a daily index needs before it."""
    from qingyu.flows.release import Office
    from qingyu.flows.release_keys import new_key

    home, pack = nation_home(work, towns, 250 * towns, "open")
    office = Office(home, pack)
    new_key(office, work / "shelf", None)
    return office


def _draft(work: Path, towns: int) -> None:
    office = _office(work, towns)
    for pages in (False, True):
        with _documents(pages):
            _against_bytes(work, office, towns, pages)


def _against_bytes(work: Path, office: Any, towns: int, pages: bool) -> None:
    from qingyu import disk
    from qingyu.flows.release import draft
    from qingyu.release.folder import write_folder

    shutil.rmtree(office.drafts.folder, ignore_errors=True)
    made, _ = draft(office, DAY.isoformat())
    members = made.contents()
    size = sum(map(len, members.values()))

    def ours() -> None:
        shutil.rmtree(office.drafts.folder, ignore_errors=True)
        draft(office, DAY.isoformat())

    def rival() -> None:
        shutil.rmtree(work / "copy", ignore_errors=True)
        write_folder(work / "copy", members, disk.PRIVATE_FILE, disk.PRIVATE_FOLDER)

    kind = "with badges and pages" if pages else "tables and traces"
    print(f"release: draft of a day, {towns:,} areas, {kind}: {len(members):,} files,"
          f" {size / 1e6:.1f} MB")  # fmt: skip
    _compete("draft", ours, "writing the bytes", rival, 20)


@contextmanager
def _documents(made: bool) -> Iterator[None]:
    """Without them the goal is measured as it was set, before there were any: thousands of small
    files cost both sides the same, and would only flatter the ratio."""
    import qingyu.flows.release as flow

    whole = flow.documents_of
    if not made:
        flow.documents_of = lambda members: {}  # type: ignore[assignment]
    try:
        yield
    finally:
        flow.documents_of = whole


def _verify(work: Path, days: int) -> None:
    from qingyu.release.verify import verify_chain

    shelf = _year(work, days)
    folders = sorted((shelf / "editions").iterdir(), key=lambda path: int(path.name))
    files = sum(1 for path in shelf.rglob("*") if path.is_file())

    def ours() -> None:
        assert not any(one.faults for one in verify_chain(shelf))

    def rival() -> None:
        for folder in folders:
            subprocess.run(["sha256sum", "-c", "--quiet", "SHA256SUMS"], cwd=folder, check=True)

    print(f"release: verify {days} editions, {files:,} files")
    _compete("verify --chain", ours, "sha256sum -c", rival, 1.5)


def _year(work: Path, days: int) -> Path:
    """A shelf with `days` editions of one draft's contents, a period each. (Nothing is forced to
    disk while it is made: it is here to be read.)"""
    import json

    from qingyu.engine.store import Home
    from qingyu.flows.release import Office
    from qingyu.pack.load import load_pack
    from qingyu.release.sums import SUMS

    home = Home.open(work / "home")
    office = Office(home, load_pack(home.pack_folder))
    members = office.drafts.all()[0].contents()
    manifest = json.loads(members.pop("manifest.json"))
    members.pop(SUMS)
    sync, os.fsync = os.fsync, lambda fd: None
    try:
        for number in range(days):
            day = (DAY + timedelta(days=number)).isoformat()
            text = json.dumps(manifest | {"period": day, "last_day": day}, indent=1)
            made, _ = office.drafts.put({**members, "manifest.json": text.encode()})
            office.shelf.publish(made, office.keyring, {}, office.now())
            office.drafts.drop(made.folder)
    finally:
        os.fsync = sync
    return Path(office.shelf.folder)


def _compete(
    name: str, ours: Callable[[], None], other: str, rival: Callable[[], None], goal: float
) -> None:
    ours()
    rival()
    seconds: tuple[list[float], list[float]] = ([], [])
    for _ in range(PAIRS):
        for work, taken in zip((ours, rival), seconds, strict=True):
            started = time.perf_counter()
            work()
            taken.append(time.perf_counter() - started)
    ratios = [one / two for one, two in zip(*seconds, strict=True)]
    print(f"  {name}: median {statistics.median(seconds[0]):.3f} s;"
          f" {other}: {statistics.median(seconds[1]):.3f} s")  # fmt: skip
    print(f"  {statistics.median(ratios):.2f} times ({min(ratios):.2f} to {max(ratios):.2f});"
          f" goal: {goal} times", file=sys.stdout, flush=True)  # fmt: skip
