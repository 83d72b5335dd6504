"""A new pack to start from: a small invented town that passes its own check."""

from __future__ import annotations

import json
import re
import shutil
from importlib import resources
from pathlib import Path

from qingyu.errors import StorageError, UsageError
from qingyu.i18n import T

_NAME = re.compile(r"^name: .*$", re.MULTILINE)
_ID = re.compile(r"^id: .*$", re.MULTILINE)


def new_pack(folder: Path, name: str) -> None:
    """Writes the template into `folder` (new or empty) under the printed name `name`.

    Raises `UsageError` if the folder holds something, `StorageError` if it cannot be written.
    """
    if not name.strip():
        raise UsageError(
            "--name",
            T("nothing"),
            T("the printed name of the city"),
            T("Write the name in quotes."),
        )
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise UsageError(
            str(folder),
            T("a folder that holds something, or a file"),
            T("a new or empty folder"),
            T("Choose another name; nothing is ever written over."),
        )
    try:
        with resources.as_file(resources.files("qingyu.pack") / "template") as template:
            shutil.copytree(template, folder, dirs_exist_ok=True, copy_function=shutil.copyfile)
        head = folder / "pack.yaml"
        text = _titled(head.read_text(encoding="utf-8"), identifier(folder.name), name.strip())
        head.write_text(text, encoding="utf-8", newline="\n")
    except OSError as error:
        raise StorageError(
            str(folder),
            T("a folder that cannot be written ({reason})", reason=error.strerror or str(error)),
            T("a place that may be written to"),
            T("Check permissions and free space, or choose another place."),
        ) from error


def identifier(name: str) -> str:
    """A name as a pack's id: small letters, digits, underscores; `city` when none are left."""
    word = re.sub(r"[^a-z0-9]+", "_", name.lower()).strip("_")
    return word if re.match(r"[a-z]", word) else f"city_{word}".rstrip("_")


def _titled(text: str, identity: str, name: str) -> str:
    # JSON's quoting is valid YAML for any name.
    quoted = json.dumps(name, ensure_ascii=False)
    title = f"name: {{zh: {quoted}, en: {quoted}}}"
    text = _NAME.sub(lambda _: title, text, count=1)
    return _ID.sub(lambda _: f"id: {identity}", text, count=1)
