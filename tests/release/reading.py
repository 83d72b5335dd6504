"""What a stranger's parser reads in a document: any well-formed XML, HTML as XML."""

from __future__ import annotations

import xml.etree.ElementTree as ET

# What a name must never become.
ATTACKS = [
    "<script>alert(1)</script>", "\"><img src=x onerror=alert(1)>", "' onload='alert(1)",
    "</title><script>", "]]><b>", "<!--", "&lt;b&gt;", "&#60;b>", "javascript:alert(1)",
    "\x00\x0b\ud800\ufffe", "a\tb\nc\rd", "𠮷㐂‮", "<?php ?>", "${7*7}",
]  # fmt: skip


def parsed(data: bytes) -> ET.Element:
    """The root; `ParseError` for what is not well-formed."""
    text = data.decode().removeprefix("<!doctype html>\n")
    return ET.fromstring(text)  # documents made here


def tags(root: ET.Element) -> set[str]:
    return {one.tag.rpartition("}")[2] for one in root.iter()}


def words(root: ET.Element) -> str:
    return " ".join("".join(root.itertext()).split())
