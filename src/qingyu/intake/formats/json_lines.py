"""JSON Lines: one flat object a line, read twice: first for its keys, then for its rows.

Numbers stay the digits that were written. A key that stands twice, a value inside another one that
no `path` of the contract leads to, or a line that is no object refuse the file whole.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import chain
from pathlib import Path
from typing import Any

from qingyu.errors import InputError
from qingyu.i18n import T, Text
from qingyu.intake.formats.cells import Number
from qingyu.intake.formats.delimited import Row
from qingyu.intake.formats.table import open_table
from qingyu.intake.formats.unicode import encoding_of, recoded
from qingyu.intake.header import spelled
from qingyu.intake.sheet import Sheet
from qingyu.pack.model import Source
from qingyu.pack.written import Layout

MOST_KEYS = 4_096
_LONGEST_LINE = 16 << 20

Pairs = list[tuple[str, Any]]


def open_json_lines(path: Path, source: Source) -> Sheet:
    """The file's objects as a sheet of a plain CSV whose header is all their keys."""
    encoded = encoding_of(path, source.file)
    copy = None if encoded.plain else recoded(path, encoded)
    reader = _Reader(path.name, copy.path if copy else path, source)
    keys = reader.keys()
    rows = chain([(1, keys)], reader.rows(keys))
    flat = source.model_copy(update={"file": Layout()})  # nothing stands around JSON Lines
    sheet = open_table(path.name, rows, flat, padded=True)
    found = (encoded.found,) if encoded.found is not None else ()
    return replace(sheet, found=found)


class _Reader:
    def __init__(self, title: str, path: Path, source: Source) -> None:
        self.title, self.path = title, path
        self.wanted = spelled(source)
        self.paths = {c.name: tuple(c.path.split(".")) for c in source.columns if c.path}
        self.cut = {c.name for c in source.columns if c.personal == "cut"}

    def keys(self) -> list[str]:
        """All keys of the file in the order of their first appearance, then those of paths."""
        found: dict[str, None] = {}
        for number, value in self._objects():
            for key, item in value.items():
                nested = isinstance(item, dict | list)
                if key in self.paths or (nested and key not in self.wanted - self.cut):
                    continue
                if nested:
                    raise self._refused(
                        number,
                        T("a list or an object in {key}", key=key),
                        T("a plain value, or a `path` in the contract that leads to one"),
                    )
                found[key] = None
            if len(found) > MOST_KEYS:
                raise self._refused(
                    number, T("more than {count} keys", count=MOST_KEYS), T("records of a table")
                )
        return [*found, *(name for name in self.paths if name not in found)]

    def rows(self, keys: Sequence[str]) -> Iterator[Row]:
        for number, value in self._objects():
            yield number, [self._text(number, key, value) for key in keys]

    def _text(self, number: int, key: str, value: dict[str, Any]) -> str:
        item = self._at(value, self.paths[key]) if key in self.paths else value.get(key)
        if item is None or (isinstance(item, dict | list) and key in self.cut):
            return ""
        if isinstance(item, bool):
            return "true" if item else "false"
        if isinstance(item, dict | list):
            raise self._refused(
                number, T("a list or an object in {key}", key=key), T("a plain value")
            )
        text: str = item
        if not text.isascii() and any("\ud800" <= letter <= "\udfff" for letter in text):
            raise self._refused(number, T("half a character in {key}", key=key), T("whole text"))
        if "\0" in text:
            raise self._refused(number, T("a NUL character in {key}", key=key), T("plain text"))
        return text

    def _at(self, value: Any, path: Sequence[str]) -> Any:
        """The value at the end of a path through objects; None where the path ends early."""
        for step in path:
            if not isinstance(value, dict):
                return None
            value = value.get(step)
        return value

    def _objects(self) -> Iterator[tuple[int, dict[str, Any]]]:
        """Line number and object of each line that is not blank."""
        with self.path.open("rb") as file:
            for number, line in enumerate(iter(lambda: file.readline(_LONGEST_LINE + 1), b""), 1):
                if len(line) > _LONGEST_LINE:
                    raise self._refused(
                        number,
                        T("a line of more than {size} bytes", size=_LONGEST_LINE),
                        T("one object a line"),
                    )
                text = self._decoded(number, line.removeprefix(b"\xef\xbb\xbf"))
                if text.strip():
                    yield number, self._parsed(number, text)

    def _decoded(self, number: int, line: bytes) -> str:
        try:
            return line.decode("utf-8")
        except UnicodeDecodeError as error:
            raise self._refused(
                number, T("bytes that are no UTF-8"), T("JSON Lines in UTF-8")
            ) from error

    def _parsed(self, number: int, text: str) -> dict[str, Any]:
        try:
            value = json.loads(
                text,
                parse_int=Number,
                parse_float=Number,
                parse_constant=Number,  # NaN and Infinity: no number of ours, so refused as such
                object_pairs_hook=lambda pairs: self._unique(number, pairs),
            )
        except (ValueError, RecursionError) as error:
            raise self._refused(number, T("a line that is no JSON"), T("one object a line")) from (
                error
            )
        if not isinstance(value, dict):
            raise self._refused(number, T("a line that is no JSON object"), T("one object a line"))
        return value

    def _unique(self, number: int, pairs: Pairs) -> dict[str, Any]:
        value = dict(pairs)
        if len(value) < len(pairs):
            names = [key for key, _ in pairs]
            twice = next(key for key in names if names.count(key) > 1)
            raise self._refused(number, T("the key {key} twice", key=twice), T("each key once"))
        return value

    def _refused(self, number: int, found: Text, expected: Text) -> InputError:
        return InputError(
            T("{file}, row {row}", file=self.title, row=number).render("en"),
            found,
            expected,
            T("Mend that line or export the file again: no row of it was taken."),
        )
