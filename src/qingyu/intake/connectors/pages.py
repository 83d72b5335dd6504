"""Answers that are JSON documents: their records become JSON Lines, their cursor the next page.

Numbers keep the digits that were written, and a key that stands twice stays there twice, so that
the reader of JSON Lines judges what the department sent and not what was made of it here.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from qingyu.errors import InputError
from qingyu.i18n import T, Text
from qingyu.intake.formats.cells import Number

_LARGEST = 256 << 20  # bytes of one page, which is held in memory


class _Object(list[tuple[str, Any]]):
    """The pairs of a JSON object in their order."""


@dataclass(frozen=True)
class Page:
    """lines: one record each, without line breaks; cursor: of the next page, None at the end."""

    lines: list[str]
    cursor: str | None


def read_page(path: Path, whose: str, records: str, following: str | None) -> Page:
    """The records under the path `records`, and the cursor under `following`."""
    if path.stat().st_size > _LARGEST:
        raise _refused(whose, T("a page of more than {size} bytes", size=_LARGEST))
    try:
        value = json.loads(
            path.read_bytes().decode("utf-8"),
            parse_int=Number,
            parse_float=Number,
            parse_constant=Number,
            object_pairs_hook=_Object,
        )
    except (ValueError, RecursionError):
        raise _refused(whose, T("an answer that is no JSON")) from None
    found = _at(value, records)
    if not isinstance(found, list) or isinstance(found, _Object):
        raise _refused(whose, T("no list of records under {path}", path=records))
    cursor = _at(value, following) if following else None
    if isinstance(cursor, _Object | list | bool):
        raise _refused(whose, T("no cursor under {path}", path=following))
    try:
        return Page([_written(record) for record in found], str(cursor) if cursor else None)
    except RecursionError:
        raise _refused(whose, T("an answer that is no JSON")) from None


def _at(value: Any, path: str) -> Any:
    for step in path.split("."):
        if not isinstance(value, _Object):
            return None
        value = dict(value).get(step)
    return value


def _written(value: Any) -> str:
    """A value as JSON again, on one line."""
    if isinstance(value, Number):
        return str(value)
    if isinstance(value, _Object):
        return "{" + ", ".join(f"{json.dumps(k)}: {_written(v)}" for k, v in value) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(_written, value)) + "]"
    return json.dumps(value, ensure_ascii=True)


def _refused(whose: str, found: Text) -> InputError:
    return InputError(
        whose,
        found,
        T("JSON with a list of records, and a cursor if there are more pages"),
        T("Check `records` and `next` in connectors.yaml with the department."),
    )
