"""Every sentence a person can meet is there in Chinese, with the same fields."""

from __future__ import annotations

import ast
import io
from collections import defaultdict
from pathlib import Path
from string import Formatter

from babel.messages.pofile import read_po

SOURCE = Path(__file__).resolve().parents[2] / "src" / "qingyu"
CATALOGUES = SOURCE / "locale" / "zh"

Key = str | tuple[str, str]


def written() -> dict[Key, str]:
    """Messages in the code, each with the place of its first use."""
    found: dict[Key, str] = {}
    for path in sorted(SOURCE.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
                key = message(node, path)
                if key is not None:
                    found.setdefault(key, f"{path.relative_to(SOURCE)}:{node.lineno}")
    return found


def message(node: ast.Call, path: Path) -> Key | None:
    name = node.func.id if isinstance(node.func, ast.Name) else ""
    wanted = {"T": 1, "TN": 2}.get(name)
    if wanted is None:
        return None
    texts = [literal(argument) for argument in node.args[:wanted]]
    place = f"{path.relative_to(SOURCE)}:{node.lineno}"
    assert all(texts), f"{place}: the words of {name}() must be literal, or no catalogue has them"
    return str(texts[0]) if wanted == 1 else (str(texts[0]), str(texts[1]))


def literal(node: ast.expr) -> str | None:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    return None


def translated() -> dict[Key, dict[str, str]]:
    """Messages in the catalogues: translation by room."""
    found: dict[Key, dict[str, str]] = defaultdict(dict)
    for path in sorted(CATALOGUES.glob("*.po")):
        for entry in read_po(io.BytesIO(path.read_bytes()), abort_invalid=True):
            if entry.id:
                text = entry.string if isinstance(entry.string, str) else entry.string[0]
                key = entry.id if isinstance(entry.id, str) else (entry.id[0], entry.id[1])
                found[key][path.stem] = text
    return found


def fields(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name is not None}


def test_every_message_is_translated() -> None:
    catalogue = translated()
    missing = [f"{place}: {key}" for key, place in written().items() if key not in catalogue]
    assert not missing, "without Chinese:\n" + "\n".join(missing)


def test_no_entry_is_an_orphan() -> None:
    code = written()
    orphans = [f"{list(rooms)}: {key}" for key, rooms in translated().items() if key not in code]
    assert not orphans, "in a catalogue, but not in the code:\n" + "\n".join(orphans)


def test_translations_keep_the_fields_and_say_something() -> None:
    for key, rooms in translated().items():
        # In the singular the number may be spelt out, so the plural form leads.
        source = key if isinstance(key, str) else key[1]
        for room, text in rooms.items():
            assert text.strip(), f"{room}: empty translation of {key}"
            assert fields(text) == fields(source), f"{room}: other fields in {key}"


def test_one_message_has_one_translation() -> None:
    for key, rooms in translated().items():
        assert len(set(rooms.values())) == 1, f"{key} differs between {sorted(rooms)}"
