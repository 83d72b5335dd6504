"""XML, SVG and HTML that are always well-formed: every text is escaped, nothing is pasted in.

A document is a tree of `Node`s, and a text in it can never become an element or an attribute.
Characters that XML cannot hold (controls, halves of pairs) are shown as U+FFFD.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

Form = Literal["xml", "html"]

# What XML 1.0 allows in a document, section 2.2.
_UNFIT = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_IN_TEXT = {"&": "&amp;", "<": "&lt;", ">": "&gt;"}
_IN_QUOTES = {**_IN_TEXT, '"': "&quot;", "\t": "&#9;", "\n": "&#10;", "\r": "&#13;"}
_INLINE = {"text", "p", "td", "th", "dd", "li", "a"}  # space inside of them would be seen
_VOID = {"meta", "link", "br", "hr", "img", "col"}  # of HTML: no end tag


@dataclass(frozen=True)
class Node:
    name: str
    attributes: tuple[tuple[str, str], ...]
    children: tuple[Node | str, ...]


def node(name: str, *children: Node | str | None, **attributes: str | int | None) -> Node:
    """An element. `xml_lang=…` is written `xml:lang`, `class_=…` `class`, `stroke_width=…`
    `stroke-width`; what is None is left out."""
    given = tuple(
        (_attribute(key), str(value)) for key, value in attributes.items() if value is not None
    )
    return Node(name, given, tuple(child for child in children if child is not None))


def xml_of(root: Node) -> bytes:
    """The document with its declaration, a line an element, indented by one space."""
    text = "".join(_lines(root, 0, "xml"))
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{text}\n'.encode()


def svg_of(root: Node) -> bytes:
    return "".join(_lines(root, 0, "xml")).encode() + b"\n"


def html_of(root: Node) -> bytes:
    """HTML that an XML parser can read as well."""
    return ("<!doctype html>\n" + "".join(_lines(root, 0, "html")) + "\n").encode()


def fit(text: str) -> str:
    """The text without what XML cannot hold."""
    return _UNFIT.sub("\ufffd", text)


def escaped(text: str) -> str:
    return "".join(_IN_TEXT.get(mark, mark) for mark in fit(text))


def _lines(one: Node, depth: int, form: Form) -> Iterator[str]:
    yield f"<{one.name}{''.join(_written(*pair) for pair in one.attributes)}"
    if not one.children:
        yield "/>" if form == "xml" or one.name in _VOID else f"></{one.name}>"
        return
    yield ">"
    bare = one.name not in _INLINE and all(isinstance(child, Node) for child in one.children)
    for child in one.children:
        if bare:
            yield "\n" + " " * (depth + 1)
        yield from (escaped(child),) if isinstance(child, str) else _lines(child, depth + 1, form)
    if bare:
        yield "\n" + " " * depth
    yield f"</{one.name}>"


def _written(name: str, value: str) -> str:
    return f' {name}="{"".join(_IN_QUOTES.get(mark, mark) for mark in fit(value))}"'


def _attribute(key: str) -> str:
    if key.startswith("xml_"):
        return "xml:" + key.removeprefix("xml_")
    return key.removesuffix("_").replace("_", "-")
