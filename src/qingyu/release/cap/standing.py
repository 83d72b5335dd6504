"""Which warnings of a shelf still hold, read from the lists in its editions.

An edition that warns carries `cap/alerts.json`: a line for each document, with what the next
edition needs to refer to it. A message is over when a Cancel or an all-clear named it, when an
Update took its place, or when its own end has come.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from qingyu.release.cap.times import read_time
from qingyu.release.edition import Edition

LIST = "cap/alerts.json"


@dataclass(frozen=True)
class Notice:
    """One document of an edition. kind: Alert, Update, Cancel; grade: the colour it tells, None of
    a Cancel; clear: whether it says that all is well again; name, headline: by language."""

    file: str
    identifier: str
    sender: str
    sent: str
    expires: str
    kind: str
    status: str
    period: str
    area: str
    name: dict[str, str]
    grade: str | None
    clear: bool
    references: tuple[str, ...]
    headline: dict[str, str]

    @property
    def identity(self) -> str:
        return f"{self.sender},{self.identifier},{self.sent}"

    @property
    def warns(self) -> bool:
        return self.kind != "Cancel" and not self.clear

    def holds(self, moment: datetime) -> bool:
        ends = read_time(self.expires)
        return self.warns and ends is not None and ends > moment


def notices_in(edition: Edition) -> tuple[Notice, ...]:
    """Those of one edition, as its list says."""
    path = edition.folder / LIST
    if not edition.manifest.get("alerts") or not path.is_file():
        return ()
    return tuple(read_notice(line) for line in json.loads(path.read_bytes()))


def read_notice(line: dict[str, Any]) -> Notice:
    return Notice(**{**line, "references": tuple(line["references"])})


def list_of(notices: Sequence[Notice]) -> bytes:
    plain = [asdict(one) for one in notices]
    return (json.dumps(plain, ensure_ascii=False, indent=1) + "\n").encode()


def series(editions: Sequence[Edition], index: str, kind: str) -> list[Edition]:
    """The editions of one index for one kind of period, oldest first."""
    return [
        one
        for one in editions
        if (one.manifest["index"], one.manifest["period_kind"]) == (index, kind)
    ]


def standing(editions: Sequence[Edition], moment: datetime) -> dict[str, list[Notice]]:
    """By area, what still holds at `moment`: a first alert and the updates that followed it.

    Lists of editions that are over are not opened: what they ended was over before them.
    """
    found: dict[str, list[Notice]] = {}
    for edition in editions:
        for one in notices_in(edition) if _lasts(edition, moment) else ():
            before = found.pop(one.area, [])
            if one.warns:
                found[one.area] = [*before, one] if one.references else [one]
    still = {area: [one for one in all_ if one.holds(moment)] for area, all_ in found.items()}
    return {area: kept for area, kept in still.items() if kept}


def _lasts(edition: Edition, moment: datetime) -> bool:
    rule = edition.manifest.get("alerts")
    return rule is not None and datetime.fromisoformat(rule["expires"]) > moment
