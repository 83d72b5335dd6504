"""Members written as a folder: whole under its name, or not there."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from qingyu import disk
from qingyu.release.sums import SUMS, digest_of_bytes, text_of

Members = Mapping[str, bytes]  # name, with `/` between folders, → contents


def with_sums(members: Members) -> dict[str, bytes]:
    digests = {name: digest_of_bytes(data) for name, data in members.items()}
    return {**members, SUMS: text_of(digests)}


def write_folder(folder: Path, members: Members, file_mode: int, folder_mode: int) -> None:
    """All members below `folder`, which is not there yet, every byte and name on disk."""
    folders = {folder}
    for name, data in members.items():
        path = folder / name
        disk.make_folder(path.parent, folder_mode)
        folders.update(parent for parent in path.parents if folder in parent.parents)
        disk.write_new(path, data, file_mode)
    for one in sorted(folders):
        disk.sync_folder(one)


def read_folder(folder: Path) -> dict[str, bytes]:
    """All members of a folder that `write_folder` wrote."""
    files = (path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in files}
