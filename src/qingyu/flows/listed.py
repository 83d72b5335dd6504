"""Reading the lists that a simulated city keeps beside its files."""

from __future__ import annotations

import json
from pathlib import Path

from qingyu.errors import InputError, NotFoundError
from qingyu.i18n import T


def listed(path: Path, name: str) -> list[dict[str, object]]:
    """The list `name` of a JSON file in the folder of a simulated city."""
    if not path.is_file():
        raise NotFoundError(
            str(path),
            T("no such file"),
            T("the folder of a simulated city"),
            T("Make one with `qingyu simulate zhuhai FOLDER`."),
        )
    try:
        found = json.loads(path.read_text(encoding="utf-8"))[name]
    except (ValueError, KeyError, TypeError) as error:
        raise InputError(
            str(path),
            T("a file that is not the list it should be"),
            T("the list as `qingyu simulate` wrote it"),
            T("Make the simulated city anew."),
        ) from error
    return list(found)
