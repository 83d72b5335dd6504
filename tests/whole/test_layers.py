"""Imports go one way: the table of rooms, held."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

SOURCE = Path(__file__).resolve().parents[2] / "src" / "qingyu"

COMMON = {"errors", "i18n", "periods", "exact", "digest", "disk", "minisign"}
FLOWS = {"pack", "intake", "engine", "index", "simulate", "release", "warn", "evaluate"}
MAY_IMPORT: dict[str, set[str]] = {
    "pack": set(),
    "engine": {"pack"},
    "intake": {"pack", "engine"},
    "index": {"pack", "engine.tables"},
    "simulate": {"pack", "engine.tables"},
    "release": {"pack", "engine.tables"},
    "warn": {"pack", "engine.tables"},
    "evaluate": {"pack", "engine.tables", "index", "warn"},
    "flows": FLOWS,
    "cli": {"flows", *FLOWS},
}


def files() -> list[Path]:
    return sorted(SOURCE.rglob("*.py"))


def imports_of(path: Path) -> set[str]:
    """Dotted names below `qingyu` that a file imports, at any depth of its code."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: write imports in full"
            found.update(f"{node.module}.{alias.name}" for alias in node.names)
    return {name.removeprefix("qingyu.") for name in found if name.startswith("qingyu.")}


def allowed(room: str, name: str) -> bool:
    parts = name.split(".")
    if room not in MAY_IMPORT:  # a file of the ground floor: errors, i18n, periods …
        return parts[0] in COMMON
    inside = {*COMMON, room, *MAY_IMPORT[room]}
    return parts[0] in inside or ".".join(parts[:2]) in inside


@pytest.mark.parametrize("path", files(), ids=lambda p: str(p.relative_to(SOURCE)))
def test_imports_follow_the_table(path: Path) -> None:
    room = path.relative_to(SOURCE).parts[0].removesuffix(".py")
    wrong = sorted(name for name in imports_of(path) if not allowed(room, name))
    assert not wrong, f"{path.relative_to(SOURCE)} must not import {', '.join(wrong)}"


def test_every_room_is_in_the_table() -> None:
    rooms = {path.relative_to(SOURCE).parts[0] for path in files()}
    folders = {room for room in rooms if not room.endswith(".py")}
    assert folders <= set(MAY_IMPORT)
    assert {room.removesuffix(".py") for room in rooms - folders} <= {*COMMON, "__init__"}


def test_the_table_would_notice() -> None:
    assert not allowed("pack", "engine.store")
    assert not allowed("index", "engine.store")
    assert allowed("index", "engine.tables.Panel")
    assert not allowed("errors", "pack.model")
