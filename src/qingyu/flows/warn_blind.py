"""Where a rule over counts had no answer though the data were there: too short a history, a model
that did not settle. Told beside the episodes: no answer is no calm."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from qingyu.flows.warn_judge import FIELDS, watches
from qingyu.flows.warn_live import Found
from qingyu.pack.model import Pack
from qingyu.warn.verdict import State

NO_ANSWER = (State.SHORT, State.FLAT, State.UNFITTED)
_STATE = FIELDS.index("state")


@dataclass(frozen=True)
class Blind:
    """One rule on one subject, on the last day that it looked at: areas without an answer."""

    rule: str
    subject: str
    state: State
    areas: tuple[str, ...]

    def to_json(self) -> dict[str, object]:
        return {"rule": self.rule, "subject": self.subject, "state": self.state.name.lower(),
                "areas": list(self.areas)}  # fmt: skip


def blind_of(pack: Pack, found: Found) -> list[Blind]:
    """In the order of the rules; one entry a state."""
    told = []
    for watch in watches(pack):
        sheet = found.sheets.get(watch.key)
        if not watch.daily or sheet is None or not sheet.days:
            continue
        last = int(np.argmax(sheet.days))
        states = sheet.cells[last][_STATE]
        for state in NO_ANSWER:
            areas = tuple(found.areas[row] for row in np.flatnonzero(states == state).tolist())
            if areas:
                told.append(Blind(watch.rule.id, watch.subject, state, areas))
    return told
