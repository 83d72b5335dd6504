"""YAML as a plain tree in which every node knows its line.

Built from the composed nodes, so that numbers keep the digits that were written (`Decimal`, never
a binary float), anchors and `<<` merges work, and a repeated key is a fault instead of a silent
last one.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from re import ASCII, compile
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from qingyu.errors import Fault
from qingyu.i18n import T
from qingyu.pack.spots import Path, Spot, shown

MOST_NODES = 200_000  # aliases of aliases may expand without end
MOST_DEPTH = 40

_INTEGER = compile(r"[-+]?(0|[1-9][0-9]*)", ASCII)
_DECIMAL = compile(r"[-+]?(0|[1-9][0-9]*)?\.[0-9]+|[-+]?(0|[1-9][0-9]*)\.", ASCII)
_DAY = compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", ASCII)
_TAG = "tag:yaml.org,2002:"


@dataclass
class Tree:
    """One YAML file: its value (dict, tuple, str, int, Decimal, date, bool, None) and the line
    of every path in it."""

    file: str
    value: Any = None
    lines: dict[Path, int] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)

    def spot(self, path: Path) -> Spot:
        """The spot of a path, or of the nearest written thing above it, with the path's name."""
        for end in range(len(path), -1, -1):
            if path[:end] in self.lines:
                return Spot(self.file, self.lines[path[:end]], shown(path))
        return Spot(self.file, 1, shown(path))


def parse(text: str, file: str) -> Tree:
    """The tree of a file's text; what is wrong with the YAML itself is in `faults`."""
    tree = Tree(file)
    try:
        node = YAML(typ="safe", pure=True).compose(text)
    except MarkedYAMLError as error:
        tree.faults.append(_syntax_fault(error, file))
        return tree
    except YAMLError as error:
        tree.faults.append(_unreadable(Spot(file, 1), str(error).splitlines()[0]))
        return tree
    if node is None:
        tree.faults.append(
            Fault(
                f"{file}:1",
                T("an empty file"),
                T("the keys of this kind of file"),
                T("Fill it or take it away; `qingyu pack schema` lists the keys."),
            )
        )
        return tree
    tree.value = _Builder(tree).build(node, ())
    return tree


def _syntax_fault(error: MarkedYAMLError, file: str) -> Fault:
    mark = error.problem_mark or error.context_mark
    spot = Spot(file, mark.line + 1 if mark else 1)
    return _unreadable(spot, str(error.problem or error.context))


def _unreadable(spot: Spot, reason: str) -> Fault:
    return Fault(
        str(spot),
        T("YAML that cannot be read ({reason})", reason=reason),
        T("valid YAML"),
        T("Check indentation, colons, brackets and quotes around here."),
    )


class _TooLargeError(Exception):
    pass


class _Builder:
    def __init__(self, tree: Tree) -> None:
        self.tree = tree
        self.nodes = 0

    def build(self, node: Node, path: Path) -> Any:
        try:
            return self._value(node, path)
        except _TooLargeError:
            self._fault(
                node,
                (),
                T("anchors that expand without end, or very deep nesting"),
                T("at most {most} values, {depth} deep", most=MOST_NODES, depth=MOST_DEPTH),
                T("Write the values out."),
            )
            return None

    def _value(self, node: Node, path: Path) -> Any:
        self.nodes += 1
        if self.nodes > MOST_NODES or len(path) > MOST_DEPTH:
            raise _TooLargeError
        self.tree.lines.setdefault(path, node.start_mark.line + 1)
        if isinstance(node, MappingNode):
            return self._mapping(node, path)
        if isinstance(node, SequenceNode):
            items = []
            for number, item in enumerate(node.value):
                self._line((*path, number), node, item)
                items.append(self._value(item, (*path, number)))
            return tuple(items)
        return self._scalar(node, path)

    def _line(self, path: Path, holder: Node, item: Node) -> None:
        """An aliased item lies where the alias stands, not where its anchor does."""
        line = item.start_mark.line
        if line < holder.start_mark.line or line > holder.end_mark.line:
            line = holder.start_mark.line
        self.tree.lines.setdefault(path, line + 1)

    def _mapping(self, node: MappingNode, path: Path) -> dict[str, Any]:
        found: dict[str, Any] = {}
        merged: list[Node] = []
        for key_node, value_node in node.value:
            if key_node.tag == f"{_TAG}merge":
                merged.append(value_node)
                continue
            key = self._key(key_node, path)
            if key in found:
                self._repeated(key_node, (*path, key))
                continue
            self.tree.lines.setdefault((*path, key), key_node.start_mark.line + 1)
            found[key] = self._value(value_node, (*path, key))
        for value_node in merged:
            self._merge(value_node, node, path, found)
        return found

    def _merge(
        self, source: Node, into: MappingNode, path: Path, found: dict[str, Any], depth: int = 0
    ) -> None:
        """`<<: *other`: the other's keys where this mapping has none of its own."""
        if depth > MOST_DEPTH:
            raise _TooLargeError
        for mapping in source.value if isinstance(source, SequenceNode) else [source]:
            if not isinstance(mapping, MappingNode):
                continue
            for key_node, value_node in mapping.value:
                if key_node.tag == f"{_TAG}merge":
                    self._merge(value_node, into, path, found, depth + 1)
                    continue
                key = self._key(key_node, path)
                if key not in found:
                    self.tree.lines.setdefault((*path, key), into.start_mark.line + 1)
                    found[key] = self._value(value_node, (*path, key))

    def _key(self, node: Node, path: Path) -> str:
        if isinstance(node, ScalarNode):
            return str(node.value)
        self._fault(
            node,
            path,
            T("a key that is itself a list or a mapping"),
            T("a plain word as key"),
            T("Check the indentation."),
        )
        return ""

    def _repeated(self, node: Node, path: Path) -> None:
        self._fault(
            node,
            path,
            T("the key “{key}” a second time", key=str(path[-1])),
            T("each key once"),
            T("Take one of the two away."),
        )

    def _scalar(self, node: Node, path: Path) -> Any:
        kind, text = str(node.tag).removeprefix(_TAG), str(node.value)
        if kind == "null":
            return None
        if kind == "bool":
            return text.lower() == "true"
        if kind in ("int", "float"):
            return _number(text)
        if kind == "timestamp" and _DAY.fullmatch(text):
            return _day(text)
        if kind not in ("str", "timestamp"):
            self._fault(
                node,
                path,
                T("the YAML tag {tag}", tag=node.tag),
                T("plain text, a number, a date, true or false"),
                T("Take the tag away."),
            )
        return text

    def _fault(self, node: Node, path: Path, found: Any, expected: Any, remedy: Any) -> None:
        spot = Spot(self.tree.file, node.start_mark.line + 1, shown(path))
        self.tree.faults.append(Fault(str(spot), found, expected, remedy))


def _number(text: str) -> int | Decimal | str:
    """An integer or decimal as written; codes such as 00012 and forms such as 1_000 or 0x1f stay
    text, so that no digit is lost or added in silence."""
    if _INTEGER.fullmatch(text):
        return int(text)
    return Decimal(text) if _DECIMAL.fullmatch(text) else text


def _day(text: str) -> date | str:
    """The day, or (for 2026-02-31) the text, which whoever wants a date then refuses."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        return text


def walk(value: Any, path: Path = ()) -> Iterator[tuple[Path, Any]]:
    """Every path of a tree with its value, parents first."""
    yield path, value
    if isinstance(value, dict):
        for key, item in value.items():
            yield from walk(item, (*path, key))
    elif isinstance(value, tuple):
        for number, item in enumerate(value):
            yield from walk(item, (*path, number))
