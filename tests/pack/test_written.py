"""The manual's page about files: what it shows is what the loader takes."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from qingyu.pack.check import check_pack
from qingyu.pack.load import load_pack
from qingyu.pack.written import Encoding, Layout, Spelling, Written

PAGE = Path(__file__).parents[2] / "docs" / "howto" / "what-files-may-look-like.md"


def blocks() -> list[str]:
    return re.findall(r"```yaml\n(.*?)```", PAGE.read_text("utf-8"), re.DOTALL)


def test_the_page_s_layout_and_column_are_a_contract(small: Any) -> None:
    layout, column = blocks()
    place = "      place: {by: [name], name: village}\n"
    indented = "".join(f"      {line}\n" for line in layout.splitlines())
    small.edit("sources/calls.yaml", place, place + indented)
    name = "      - name: village\n"
    more = "".join(f"      {line}\n" for line in column.splitlines())
    small.edit("sources/calls.yaml", name, more + name)
    assert check_pack(small.folder) == []
    source = load_pack(small.folder).source("calls")
    assert source.file.encoding == ("utf-8", "gb18030")
    written = source.column("cases").written
    assert written is not None
    assert written.unit == ("起", "宗")


def test_the_page_names_every_key_and_encoding() -> None:
    text = PAGE.read_text("utf-8")
    keys = [*Layout.model_fields, *Written.model_fields, *Encoding.__args__]
    assert [key for key in keys if key not in text] == []


@pytest.mark.parametrize("value", ["x", {"name": "x"}])
def test_a_spelling_may_be_its_bare_name(value: Any) -> None:
    assert Spelling.model_validate(value) == Spelling(name="x")
