"""`traces.jsonl`: for each area one line that says what is behind its score, in both languages.

An allow-list: nothing of a record, a person or an unpublished total is taken along.
"""

from __future__ import annotations

from collections.abc import Sequence

from qingyu.flows.publish import Published
from qingyu.i18n import LANGUAGES, T
from qingyu.index.exact_json import dumps, micro, milli
from qingyu.index.explanation import Explanation, Json, Part
from qingyu.index.spot import spot
from qingyu.index.trace import explain, no_change
from qingyu.periods import previous

WHOLE = ("area", "period", "score", "grade", "rank", "of", "completeness", "state", "sentence",
          "bridged_since", "bridges", "dimensions")  # fmt: skip
PART = ("indicator", "dimension", "count", "exposure", "unit", "rate", "baseline", "state",
         "reason", "fill", "carried_from", "points", "share", "contribution", "bridged_since",
         "pack_line")  # fmt: skip
CHARGE = ("kind", "id", "dimension", "count", "points", "amount", "pack_line")


def traces_of(one: Published, areas: Sequence[str]) -> bytes:
    """One JSON object a line, in the order of `areas`."""
    period = one.results.labels.periods[0]
    nothing = no_change(previous(period), T("This period has no score."))
    lines = []
    for code in areas:
        place = spot(one.pack, one.panel, one.ingredients, one.results, code, period)
        lines.append(dumps(_line(explain(place, nothing, brief=True)), indent=False))
    return ("\n".join(lines) + "\n").encode()


def _line(whole: Explanation) -> Json:
    """The keys of WHOLE, and what stands below it."""
    note = whole.split_note
    return {
        "area": whole.area,
        "period": whole.period,
        "score": milli(whole.score),
        "grade": whole.grade,
        "rank": whole.rank,
        "of": whole.of,
        "completeness": micro(whole.completeness),
        "state": whole.state,
        "sentence": whole.sentence.to_json(),
        "bridged_since": whole.bridged_since,
        "bridges": [bridge.to_json() for bridge in whole.bridges],
        "dimensions": [dimension.to_json() for dimension in whole.dimensions],
        "parts": [_part(part) for part in whole.parts],
        "charges": [kept(charge.to_json(), CHARGE) for charge in whole.charges],
        "split_note": None if note is None else {n: note.render(n) for n in LANGUAGES},
    }


def _part(part: Part) -> Json:
    """The keys of PART."""
    return {
        "indicator": part.indicator,
        "dimension": part.dimension,
        "count": part.count,
        "exposure": part.exposure,
        "unit": part.unit,
        "rate": part.rate,
        "baseline": part.baseline(),
        "state": part.state,
        "reason": None if part.reason is None else part.reason.to_json(),
        "fill": part.fill,
        "carried_from": part.carried_from,
        "points": micro(part.points),
        "share": micro(part.share),
        "contribution": micro(part.contribution),
        "bridged_since": part.bridged_since,
        "pack_line": part.pack_line,
    }


def kept(whole: Json, names: Sequence[str]) -> Json:
    return {name: whole[name] for name in names}
