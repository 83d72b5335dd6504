"""`traces.jsonl`: for each area one line that says what is behind its score, in both languages.

An allow-list: nothing of a record, a person or an unpublished total is taken along.
"""

from __future__ import annotations

from collections.abc import Sequence

from qingyu.flows.publish import Published
from qingyu.i18n import T
from qingyu.index.exact_json import dumps
from qingyu.index.explanation import Json
from qingyu.index.spot import spot
from qingyu.index.trace import explain, no_change
from qingyu.periods import previous

_WHOLE = ("area", "period", "score", "grade", "rank", "of", "completeness", "state", "sentence",
          "bridged_since", "bridges", "dimensions")  # fmt: skip
_PART = ("indicator", "dimension", "count", "exposure", "unit", "rate", "baseline", "state",
         "reason", "fill", "carried_from", "points", "share", "contribution", "bridged_since",
         "pack_line")  # fmt: skip
_CHARGE = ("kind", "id", "dimension", "count", "points", "amount", "pack_line")


def traces_of(one: Published, areas: Sequence[str]) -> bytes:
    """One JSON object a line, in the order of `areas`."""
    period = one.results.labels.periods[0]
    nothing = no_change(previous(period), T("This period has no score."))
    lines = []
    for code in areas:
        place = spot(one.pack, one.panel, one.ingredients, one.results, code, period)
        whole = explain(place, nothing)
        said = whole.to_json()
        note = whole.split_note
        lines.append(dumps({
            **{name: said[name] for name in _WHOLE},
            "parts": [_kept(part.to_json(), _PART) for part in whole.parts],
            "charges": [_kept(charge.to_json(), _CHARGE) for charge in whole.charges],
            "split_note": None if note is None else {n: note.render(n) for n in ("zh", "en")},
        }, indent=False))  # fmt: skip
    return ("\n".join(lines) + "\n").encode()


def _kept(whole: Json, names: Sequence[str]) -> Json:
    return {name: whole[name] for name in names}
