"""Parts of a draft: a file of a pack as a tree, a table, a model; and where its values stand."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

from pydantic import BaseModel

from qingyu.errors import Fault
from qingyu.i18n import T
from qingyu.pack.faults import validated
from qingyu.pack.files import read_text
from qingyu.pack.spots import Path as TreePath
from qingyu.pack.spots import Spot
from qingyu.pack.tables import Table
from qingyu.pack.tree import Tree, parse

if TYPE_CHECKING:
    from qingyu.pack.draft import Draft

M = TypeVar("M", bound=BaseModel)


def files_in(draft: Draft, folder: str, suffix: str) -> list[str]:
    place = draft.folder / folder
    names = [path.name for path in place.iterdir()] if place.is_dir() else []
    return [
        f"{folder}/{name}"
        for name in sorted(names)
        if name.endswith(suffix) and not name.startswith(".")
    ]


def stem(file: str) -> str:
    return file.rsplit("/", 1)[-1].rsplit(".", 1)[0]


def tree_of(draft: Draft, file: str, kind: str) -> Tree | None:
    text = read_text(draft.folder / file, file)
    if isinstance(text, Fault):
        draft.faults.append(text)
        draft.broken.add(kind)
        return None
    tree = parse(text, file)
    draft.faults.extend(tree.faults)
    if tree.faults:
        draft.broken.add(kind)
    return tree if not tree.faults else None


def table_of(draft: Draft, file: str, columns: tuple[str, ...], kind: str) -> Table | None:
    text = read_text(draft.folder / file, file)
    if isinstance(text, Fault):
        draft.faults.append(text)
        draft.broken.add(kind)
        return None
    known = len(draft.faults)
    table = Table(text, file, columns, draft.faults)
    if len(draft.faults) > known:
        draft.broken.add(kind)
    return table


def model_of(
    draft: Draft, model: type[M], tree: Tree | None, kind: str, extra: dict[str, Any]
) -> M | None:
    if tree is None:
        return None
    known = len(draft.faults)
    made = validated(model, tree.value, tree.spot, draft.faults, extra)
    if len(draft.faults) > known:
        draft.broken.add(kind)
    return made


def list_of(draft: Draft, model: type[M], name: str, tree: Tree | None, kind: str) -> M | None:
    """A file that is a list, read through a model with that list as its one field."""
    if tree is None:
        return None
    if not isinstance(tree.value, tuple):
        draft.fault(
            tree.spot(()),
            T("no list"),
            T("a list, each entry beginning with a hyphen"),
            T("Begin each entry with `- `."),
        )
        draft.broken.add(kind)
        return None

    def locate(path: TreePath) -> Spot:
        return tree.spot(path[1:])

    known = len(draft.faults)
    made = validated(model, {name: tree.value}, locate, draft.faults, {})
    if len(draft.faults) > known:
        draft.broken.add(kind)
    return made


def note_spots(draft: Draft, tree: Tree, key: str, inside: TreePath) -> None:
    """Keys for everything in (a part of) a file, by position."""
    depth = len(inside)
    for path in tree.lines:
        if path[:depth] == inside:
            draft.spots.add("/".join((key, *map(str, path[depth:]))), tree.spot(path))


def note_list(draft: Draft, tree: Tree, kind: str, inside: TreePath) -> None:
    """Keys for a list whose entries have an `id`: `dimensions/ems/weight/0`."""
    entries: Any = tree.value
    for step in inside:
        entries = entries.get(step) if isinstance(entries, dict) else None
    for number, entry in enumerate(entries if isinstance(entries, tuple) else ()):
        if isinstance(entry, dict) and "id" in entry:
            note_spots(draft, tree, f"{kind}/{entry['id']}", (*inside, number))
