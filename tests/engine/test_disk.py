"""Every failure of the disk becomes one clear sentence."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import duckdb
import pytest
from deltalake.exceptions import CommitFailedError

from qingyu.engine import disk
from qingyu.errors import StorageError


def raising(error: Exception) -> None:
    raise error


@pytest.mark.parametrize(
    ("error", "found"),
    [
        (OSError(errno.ENOSPC, "No space left on device"), "no space left on the disk"),
        (OSError(errno.EDQUOT, "Disk quota exceeded"), "no space left on the disk"),
        (OSError(errno.EROFS, "Read-only file system"), r"no permission to write \(Read-only"),
        (PermissionError(errno.EACCES, "Permission denied"), "no permission to write"),
        (OSError(errno.EIO, "Input/output error"), "a file operation that failed"),
        (duckdb.IOException("IO Error: No space left on device"), "no space left on the disk"),
        (
            duckdb.IOException("IO Error: odd\nmore"),
            r"a file operation that failed \(IO Error: odd",
        ),
        (CommitFailedError("rivals"), r"a file operation that failed \(rivals\)"),
    ],
)
def test_failures_are_named(tmp_path: Path, error: Exception, found: str) -> None:
    with pytest.raises(StorageError, match=found) as told:
        disk.act("write", tmp_path, lambda: raising(error))
    assert told.value.exit_code == 20
    assert str(told.value).count("\n") == 0
    assert str(tmp_path) in str(told.value)


def test_operations_are_numbered_in_order(tmp_path: Path) -> None:
    seen: list[tuple[int, str, str]] = []
    with disk.watched(lambda number, name, path: seen.append((number, name, path.name))):
        disk.replace(tmp_path / "note", b"one")
    assert seen == [
        (1, "open", "note.new"),
        (2, "write", "note.new"),
        (3, "fsync", "note.new"),
        (4, "rename", "note"),
        (5, "fsync", tmp_path.name),
    ]
    disk.replace(tmp_path / "note", b"two")
    assert len(seen) == 5
    assert (tmp_path / "note").read_bytes() == b"two"


def test_a_half_written_file_is_not_finished_by_an_error(tmp_path: Path) -> None:
    synced: list[str] = []

    def torn() -> None:
        with disk.NewFile(tmp_path / "half") as file:
            file.write(b"half")
            raise ZeroDivisionError

    with (
        disk.watched(lambda number, name, path: synced.append(name)),
        pytest.raises(ZeroDivisionError),
    ):
        torn()
    assert synced == ["open", "write"]
    assert (tmp_path / "half").read_bytes() == b"half"


def test_folders_are_removed_whole_and_links_are_not_followed(tmp_path: Path) -> None:
    (tmp_path / "kept").mkdir()
    (tmp_path / "kept" / "letter").write_text("dear sir")
    gone = tmp_path / "gone"
    (gone / "deep").mkdir(parents=True)
    (gone / "deep" / "file").write_text("")
    (gone / "link").symlink_to(tmp_path / "kept")
    disk.remove(gone)
    disk.remove(gone)
    assert not gone.exists()
    assert (tmp_path / "kept" / "letter").exists()


def test_exchange_swaps_two_folders(tmp_path: Path) -> None:
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        (tmp_path / name / name).write_text("")
    if disk.exchange(tmp_path / "one", tmp_path / "two"):
        assert os.listdir(tmp_path / "one") == ["two"]
    with pytest.raises(StorageError, match="No such file"):
        disk.exchange(tmp_path / "one", tmp_path / "nowhere")


def test_a_link_where_there_are_none_is_a_copy(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "one").write_text("text")
    refused = OSError(errno.EPERM, "Operation not permitted")
    monkeypatch.setattr(os, "link", lambda *_: raising(refused))
    disk.link(tmp_path / "one", tmp_path / "two")
    assert (tmp_path / "two").read_text() == "text"
