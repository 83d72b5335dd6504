"""Every fault of a pack at once: those of each file, then those between files."""

from __future__ import annotations

from pathlib import Path

from qingyu.errors import Fault
from qingyu.pack.draft import Draft, read_draft
from qingyu.pack.rules import RULES


def check_pack(folder: Path) -> list[Fault]:
    """All faults of the pack in `folder`; an empty list means that it may be used."""
    return checked(folder).faults


def checked(folder: Path) -> Draft:
    """The draft with its faults, in the order of files and lines."""
    draft = read_draft(folder)
    for rule in RULES:
        if not rule.needs & draft.broken:
            rule.look(draft)
    draft.faults = sorted(draft.faults, key=_place)
    return draft


def _place(fault: Fault) -> tuple[str, int, str]:
    place, _, path = fault.where.partition(", ")
    file, _, line = place.rpartition(":")
    return (file, int(line), path) if line.isdecimal() else (place, 0, path)
