"""What was fetched from elsewhere lies here until it is received: a file, and what is known of it.

`HOME/daily/spool/<source>.<kind>/` holds the file and, written last, `spool.json`. A run that is
killed before that note fetches again; one killed after it receives the same file, with the same
version, so the end is the same. `HOME/arrivals/<source>.<kind>.json` remembers what was received
last: the same days with the same records again are nothing new.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, replace
from datetime import date
from pathlib import Path

from qingyu.engine import disk
from qingyu.engine.store import Home

_NOTE = "spool.json"

Days = tuple[date, date]


@dataclass(frozen=True)
class Fetched:
    """mark: digest of the records; asked: digest of the address or query; etag: the server's."""

    name: str
    first: str | None
    last: str | None
    version: str | None
    mark: str
    asked: str
    etag: str | None = None

    @property
    def days(self) -> Days | None:
        if self.first is None or self.last is None:
            return None
        return date.fromisoformat(self.first), date.fromisoformat(self.last)

    def same(self, other: Fetched | None) -> bool:
        """Whether it has nothing that `other` did not have."""
        return other is not None and self._told() == other._told()

    def _told(self) -> tuple[object, ...]:
        return self.first, self.last, self.mark, self.asked


class Spool:
    """The spool of one feed."""

    def __init__(self, home: Home, source: str, kind: str) -> None:
        self._home = home.folder
        self._name = f"{source}.{kind}"
        self.folder = home.folder / "daily" / "spool" / self._name

    def begin(self) -> Path:
        """An empty folder to fetch into."""
        self.drop()
        for folder in (self.folder.parents[1], self.folder.parent, self.folder):
            disk.make_folder(folder)
        return self.folder

    def finish(self, fetched: Fetched) -> None:
        disk.sync_file(self.folder / fetched.name)
        disk.replace(self.folder / _NOTE, _written(fetched))

    def finished(self) -> Fetched | None:
        """What was fetched whole and is not received yet."""
        found = _read(self.folder / _NOTE)
        return found if found is not None and (self.folder / found.name).is_file() else None

    def drop(self) -> None:
        """The note first: a file without one is never received."""
        disk.remove(self.folder / _NOTE)
        disk.remove(self.folder)

    def remember(self, fetched: Fetched) -> None:
        disk.make_folder(self._home / "arrivals")
        disk.replace(self._memory, _written(replace(fetched, version=None)))

    def remembered(self) -> Fetched | None:
        """What was received last; a lost or torn memory only means that it is looked at again."""
        return _read(self._memory)

    @property
    def _memory(self) -> Path:
        return self._home / "arrivals" / f"{self._name}.json"


def _written(fetched: Fetched) -> bytes:
    return json.dumps(asdict(fetched), ensure_ascii=False, indent=1).encode()


def _read(path: Path) -> Fetched | None:
    try:
        return Fetched(**json.loads(path.read_text("utf-8")))
    except (OSError, ValueError, TypeError):
        return None
