"""A home's life in steps, each of which can be killed anywhere and tried again.

A step looks first whether it is done, as a person who types the command again would have it: so
the same step leads from every state that a kill may leave to the same end.
"""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
from engine_town import CLAIM, FIRE, LOSS, key64, put, still_clock, town

from qingyu.engine.cube import backfill
from qingyu.engine.fingerprints import cube_digest, records_digest, state_digest
from qingyu.engine.keyindex import KeyIndex
from qingyu.engine.layout import FORMAT, format_of
from qingyu.engine.panel import load_panel
from qingyu.engine.rebuild import rebuild
from qingyu.engine.recover import tables
from qingyu.engine.store import Home, Writer
from qingyu.engine.upgrade import upgrade
from qingyu.engine.upkeep import upkeep
from qingyu.errors import DamageError, HomeError, QingyuError

PACK = town()
WIDER = town(FIRE, LOSS, CLAIM, {"count": "calls", "where": {"kind": {"equals": "theft"}}})
KEYS = ("k1", "k2", "k3", "k4", "c1", "c2", "none")
State = tuple[str, ...]


@dataclass(frozen=True)
class Step:
    """`prepare` is done undisturbed before it; `do` is what gets killed."""

    name: str
    do: Callable[[Path], None]
    prepare: Callable[[Path], None] | None = None


def opened(folder: Path) -> Home:
    home = Home.open(folder)
    home.clock = still_clock
    return home


def once(content: str, commit: Callable[[Writer], Any]) -> Callable[[Path], None]:
    """Commit unless a batch with this content is there. The question is asked under the lock:
    only then has a killed run's batch been finished."""

    def do(folder: Path) -> None:
        with opened(folder).writing(wait=0) as writer:
            if content not in [batch.content_digest for batch in writer.home.batches()]:
                commit(writer)

    return do


def create(folder: Path) -> None:
    if not (folder / "format").exists():
        Home.create(folder, folder.parent / "pack")


def first(writer: Writer) -> None:
    rejects, snapshot = writer.staging / "bad.csv", writer.staging / "sent"
    rejects.write_text("qingyu_row,qingyu_reasons\n3,bad_time\n")
    snapshot.mkdir()
    (snapshot / "part.parquet").write_bytes(b"cut version")
    rows = [
        (1, "k1", 1, "A", "2019-12-30", "fire", 150),
        (2, "k2", 1, "B", "2020-01-02", "theft", None),
        (1, "k3", 1, "T", "2020-01-02", "fire", 99),
    ]
    covers = {"covers_first": date(2019, 12, 30), "covers_last": date(2020, 1, 3)}
    put(writer, PACK, rows, rejects=rejects, snapshot=snapshot, content_digest="one", **covers)


def corrections(writer: Writer) -> None:
    rows = [
        (-1, "k1", 1, "A", "2019-12-30", "fire", 150),
        (1, "k1", 2, "B", "2020-01-01", "fire", 175),
        (1, "k4", 2, "A", "2020-01-03", "theft", 5),
    ]
    put(writer, PACK, rows, content_digest="three", version=2)


def withdrawal(writer: Writer) -> None:
    rows = [
        (-2, "k2", 1, "B", "2020-01-02", "theft", None),
        (-1, "k3", 1, "T", "2020-01-02", "fire", 99),
    ]
    put(writer, PACK, rows, content_digest="four", kind="withdraw", refers_to=1, withdrawn=2)


def without_records(writer: Writer) -> None:
    rejects = writer.staging / "all.csv"
    rejects.write_text("everything was refused\n")
    put(writer, PACK, rejects=rejects, content_digest="five", refused=7)


def look(folder: Path) -> None:
    load_panel(opened(folder), PACK)


def count_new_measure(folder: Path) -> None:
    backfill(opened(folder), WIDER, "clerk")


def spoil(folder: Path) -> None:
    """Give every sum of the cube one too many, as no command ever does."""
    home = opened(folder)
    stored = home.cube_table.files()
    wrong = home.cube_table.folder / f"r1-{home.last:08d}.parquet"
    files = [str(file.path) for file in stored]
    sql = "SELECT measure, area, day, batch, value + 1 AS value"
    duckdb.sql(f"COPY ({sql} FROM read_parquet({files})) TO '{wrong}' (FORMAT parquet)")
    with home.writing():
        home.cube_table.swap(stored, [wrong], rebuilt=1)


def mend(folder: Path) -> None:
    rebuild(opened(folder), WIDER, "clerk")


def tear_cube(folder: Path) -> None:
    opened(folder).cube_table.files()[0].path.unlink()


def lose_log(folder: Path) -> None:
    shutil.rmtree(opened(folder).cube_table.folder / "_delta_log")


def mend_for_narrower_pack(folder: Path) -> None:
    """The measure that only the wider pack speaks of is given up."""
    rebuild(opened(folder), PACK, "clerk")


def compact(folder: Path) -> None:
    home = opened(folder)
    with home.writing(wait=0):
        upkeep(home, due=1, recent=0)


def one_more(folder: Path) -> None:
    """A fourth run of keys, so that there is something to merge; and what a rebuild for another
    pack gave up is counted again."""
    backfill(opened(folder), WIDER, "clerk")
    with opened(folder).writing(wait=0) as writer:
        put(writer, WIDER, [(1, "k9", 1, "A", "2018-05-05", "theft", 7)])


def after_compaction(writer: Writer) -> None:
    rows = [(1, "k2", 3, "B", "2020-02-01", "theft", 1), (1, "k5", 1, "A", "2020-01-02", "fire", 2)]
    put(writer, WIDER, rows, content_digest="six", version=3)


def add_word(copy: Path) -> None:
    """An upgrade step that replaces files and adds some."""
    (copy / "word").write_text("new in format 2\n")
    pack = copy / "pack"
    beside = copy / "pack.next"
    beside.write_text(pack.read_text() + "# format 2\n")
    beside.replace(pack)


def to_format_two(folder: Path) -> None:
    upgrade(folder, steps={1: add_word}, target=2)


CLAIMS = [(1, "c1", 1, "A", "2020-01-02", "flood", None), (1, "c2", 1, "B", "2020-01-02", "x", 3)]
STEPS = [
    Step("create", create),
    Step("first receipt", once("one", first)),
    Step(
        "another source",
        once("two", lambda w: put(w, PACK, CLAIMS, source="claims", content_digest="two")),
    ),
    Step("corrections", once("three", corrections)),
    Step("withdrawal", once("four", withdrawal)),
    Step("a batch without records", once("five", without_records)),
    Step("panel", look),
    Step("new measure", count_new_measure),
    Step("rebuild", mend, prepare=spoil),
    Step("rebuild of a torn cube", mend, prepare=tear_cube),
    Step("rebuild of a lost log", mend, prepare=lose_log),
    Step("rebuild for a narrower pack", mend_for_narrower_pack, prepare=tear_cube),
    Step("compaction", compact, prepare=one_more),
    Step("receipt after compaction", once("six", after_compaction)),
    Step("panel again", look),
    Step("upgrade", to_format_two),
]


def state(folder: Path) -> State:
    """Everything a reader can see, as digests."""
    try:
        number = format_of(folder)
    except HomeError:
        return ("no home",)
    home = Home(folder, folder)
    seen = [str(home.last), *(batch.digest for batch in home.batches()[-1:])]
    records = []
    for source in ("calls", "claims"):
        records += [records_digest(home, source), state_digest(home, source)]
        hits = KeyIndex(home, source).probe(np.array([key64(k) for k in KEYS], np.uint64))
        records.append(repr([column.tolist() for column in vars(hits).values()]))
    try:
        seen.append(cube_digest(home))
    except DamageError as error:
        # A rebuild may say now, in a batch of its own, that measures are given up: there is no
        # figure to be seen that it could change.
        return (f"format {number}", error.name, *records)
    kept = [home.rejects_of(n + 1) or home.snapshot_of(n + 1) for n in range(home.last)]
    names = repr([path.name if path else None for path in kept])
    panels = [_panel_digest(home, pack) for pack in (PACK, WIDER)]
    return (f"format {number}", *seen, *records, names, (folder / "pack").read_text(), *panels)


def litter(folder: Path) -> list[str]:
    """What the next writer finds and does not tidy away."""
    home = Home(folder, folder)
    if format_of(folder) == FORMAT:
        with home.writing(wait=0):
            pass
    found = [*(folder / "staging").iterdir(), *folder.glob("*.new"), folder / "pending.json"]
    for table in tables(home):
        last = home.last
        found += [p for p in table.unregistered() if int(p.stem.split("-")[-1]) > last]
        found += list((table.folder / "_delta_log").glob("*#*"))
        found += list(table.folder.glob("tmp_*"))
    return sorted(str(path.relative_to(folder)) for path in found if path.exists())


def _panel_digest(home: Home, pack: Any) -> str:
    try:
        panel = load_panel(home, pack)
    except QingyuError as error:
        return error.name
    data = panel.counts.values.astype("<i8").tobytes() + panel.coverage.values.tobytes()
    axes = repr([panel.counts.coords[name].values.tolist() for name in panel.counts.dims])
    return hashlib.sha256(data + axes.encode()).hexdigest()
