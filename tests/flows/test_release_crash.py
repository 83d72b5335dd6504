"""A publication killed at any write, or out of disk, leaves the old edition standing; tried again,
it comes out whole, once."""

from __future__ import annotations

import errno
import os
import shutil
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from release_office import MONTH, Publisher, founded, served

from qingyu import disk
from qingyu.errors import StorageError
from qingyu.flows.release import draft, publish
from qingyu.pack.model import Pack
from qingyu.release.feeds.derived import derived
from qingyu.release.verify import verify_chain

sys.path.append(str(Path(__file__).resolve().parents[1]))
from forked import KILLED, gated, in_child


@pytest.fixture(scope="module")
def ready(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One edition on the shelf, and an approved draft of its correction: of the county alone, so
    that there are few files of each kind."""
    folder = tmp_path_factory.mktemp("crash")
    (folder / "founded").mkdir()
    founded(folder / "founded")
    publisher = Publisher(folder / "founded", folder / "ready")
    publisher.open(of_the_county(publisher.office.pack))
    publisher.publish()
    publisher.receive_more()
    publisher.approve(publisher.draft("late calls").id)
    return folder / "ready"


def of_the_county(pack: Pack) -> Pack:
    public = pack.publication
    assert public is not None
    indices = tuple(one.model_copy(update={"areas": ("county",)}) for one in public.indices)
    return pack.model_copy(update={"publication": public.model_copy(update={"indices": indices})})


@pytest.fixture(scope="module")
def bare(ready: Path) -> Path:
    """The same without what publishing does not read, so that a copy is quick."""
    folder = ready.with_name("bare")
    unread = shutil.ignore_patterns("cube", "records", "snapshots", "cache", "index", "rejects")
    return Path(shutil.copytree(ready, folder, symlinks=True, ignore=unread))


def killed(ready: Path, folder: Path, at: int) -> tuple[Publisher, int]:
    """A copy in which publishing was killed at operation `at`; and the number of operations."""
    shutil.rmtree(folder, ignore_errors=True)
    publisher = Publisher(ready, folder)
    code, count = in_child(lambda: gated(lambda: publish(publisher.office, MONTH), at))
    assert code == (KILLED if at else 0)
    return publisher, count or 0


def stands(publisher: Publisher, first: dict[str, bytes | str]) -> int:
    """The number of editions, each whole; the first one as it was."""
    editions = publisher.office.shelf.editions()
    shelf = publisher.shelf
    assert served(shelf / "editions" / "1") == first
    wrong = [fault for one in verify_chain(shelf) for fault in one.faults]
    lagging = {*derived(editions), "latest/month"}  # by one edition, until mended
    assert {fault.where for fault in wrong} <= (lagging if len(editions) == 2 else set())
    assert (shelf / "latest" / "month" / "areas.csv").is_file()
    return len(editions)


def torment(ready: Path, folder: Path, points: Callable[[int], Iterator[int]]) -> int:
    first = served(Publisher(ready, folder / "first").shelf / "editions" / "1")
    _, operations = killed(ready, folder / "killed", 0)
    assert operations > 100
    seen, tried = set(), 0
    for at in points(operations):
        publisher, _ = killed(ready, folder / "killed", at)
        seen.add(stands(publisher, first))
        if publisher.office.drafts.all():  # else all was done but the tidying
            publish(publisher.office, MONTH)
        else:
            publisher.office.shelf.mend(publisher.office.keyring)
        assert len(publisher.office.shelf.editions()) == 2
        assert not any(one.faults for one in verify_chain(publisher.shelf))
        tried += 1
    assert seen == {1, 2}
    return tried


def test_killed_at_some_writes(bare: Path, tmp_path: Path) -> None:
    assert torment(bare, tmp_path, lambda n: iter([1, n // 3, n // 2, n - 30, n - 1])) == 5


ALIKE = ("badges", "dictionary", "feeds", "indicators", "pack", "content", "cases", "2")


@pytest.mark.slow
def test_killed_at_every_write(
    bare: Path, tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    """At each operation; in folders whose files are one like the other, in the first of them, in
    the last, and at a few places between."""
    paths = written(bare, tmp_path / "watched")
    points = [number for number, path in enumerate(paths, 1) if path.parent.name not in ALIKE]
    for folder in ALIKE:
        mine = [number for number, path in enumerate(paths, 1) if path.parent.name == folder]
        assert len(mine) >= 4
        points += [*mine[:4], *mine[4:-4:29], *mine[-4:]]
    assert {"feeds", "errata.json", "latest"} <= {part for path in paths for part in path.parts}
    tried = torment(bare, tmp_path, lambda n: iter(sorted(set(points))))
    record_property("kills of a publication", tried)
    assert tried > 100


def written(ready: Path, folder: Path) -> list[Path]:
    """What each operation of a publication is about, in order."""
    publisher, paths = Publisher(ready, folder), []

    def gate(number: int, name: str, path: Path) -> None:
        paths.append(path)

    with disk.watched(gate):
        publish(publisher.office, MONTH)
    return paths


@pytest.mark.parametrize("at", [2, 40, 90, 130])
def test_a_full_disk_leaves_the_old_edition(ready: Path, tmp_path: Path, at: int) -> None:
    publisher = Publisher(ready, tmp_path / "full")
    before = served(publisher.shelf)

    def gate(number: int, name: str, path: Path) -> None:
        if number >= at:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with disk.watched(gate), pytest.raises(StorageError, match="no space left"):
        publish(publisher.office, MONTH)
    assert served(publisher.shelf) == before
    assert publish(publisher.office, MONTH)[0].number == 2
    assert not any(one.faults for one in verify_chain(publisher.shelf))


def test_two_drafts_at_once_are_one_draft(ready: Path, tmp_path: Path) -> None:
    publisher = Publisher(ready, tmp_path / "two")
    shutil.rmtree(publisher.office.drafts.folder)

    def work(_: int) -> str:
        return draft(publisher.office, MONTH, None, "late calls")[0].id

    with ThreadPoolExecutor(2) as pool:
        one, other = pool.map(work, range(2))
    assert one == other
    assert [made.id for made in publisher.office.drafts.all()] == [one]


def test_two_publications_at_once_are_one(ready: Path, tmp_path: Path) -> None:
    publisher = Publisher(ready, tmp_path / "both")
    named = publisher.office.drafts.all()[0].id
    outcomes: list[object] = []

    def work(_: int) -> None:
        try:
            outcomes.append(publish(publisher.office, named)[0].number)
        except Exception as error:  # the later one finds no draft any more
            outcomes.append(type(error).__name__)

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(work, range(2)))
    assert sorted(map(str, outcomes)) == ["2", "NotFoundError"]
    assert len(publisher.office.shelf.editions()) == 2
