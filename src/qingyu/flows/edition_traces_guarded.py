"""`traces.jsonl` of an index with protected inputs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from qingyu.flows.edition_traces import CHARGE, PART, WHOLE, kept
from qingyu.flows.publish import Published
from qingyu.i18n import Message, T
from qingyu.index.exact_json import dumps, milli
from qingyu.index.explanation import Json
from qingyu.index.sentence import Sentence
from qingyu.index.spot import spot
from qingyu.index.trace import explain, no_change
from qingyu.pack.model import Grade
from qingyu.pack.protected import Protected
from qingyu.periods import previous
from qingyu.release.protect.withhold import Shown
from qingyu.release.table import Table
from qingyu.release.words import Named, named

_SHOWN = ("grade", "grade_from", "grade_to", "state")


def guarded_traces(
    one: Published, areas: Table, shown: Mapping[str, Shown], protected: Protected
) -> bytes:
    """Colours as the published table `areas` has them; parts and deductions that rest on nothing
    protected. No shares and no contributions: they add up to the score, and depend on which other
    parts have one."""
    period = one.results.labels.periods[0]
    nothing = no_change(previous(period), T("This period has no score."))
    colours = _colours(one)
    lines = []
    for row in areas.to_arrow().to_pylist():
        code = row["area"]
        whole = explain(
            spot(one.pack, one.panel, one.ingredients, one.results, code, period), nothing
        )
        mine = shown[code]
        lines.append(dumps({
            **dict.fromkeys(WHOLE), "area": code, "period": period.label,
            **{name: row[name] for name in _SHOWN},
            "band_from": milli(mine.band_from), "band_to": milli(mine.band_to),
            "sentence": Sentence(_said(mine, colours)).to_json(),
            "bridges": [],
            "dimensions": [part.to_json() for part in whole.dimensions
                           if part.dimension not in protected.dimensions],
            "parts": [_part(part.to_json(), protected) for part in whole.parts],
            "charges": [kept(charge.to_json(), CHARGE) | {"amount": None}
                        for charge in whole.charges if charge.kind == "deduction"
                        and charge.dimension not in protected.dimensions],
            "split_note": None,
            "withheld": True,
        }, indent=False))  # fmt: skip
    return ("\n".join(lines) + "\n").encode()


def _part(part: Json, protected: Protected) -> Json:
    if part["indicator"] in protected.indicators:
        known = kept(part, ("indicator", "dimension", "pack_line"))
        return dict.fromkeys(PART) | known | {"withheld": True}
    return kept(part, PART) | {"share": None, "contribution": None, "withheld": False}


def _colours(one: Published) -> dict[str, Named]:
    scale = int(one.ingredients.method.scale[-1])
    grades: Sequence[Grade] = one.pack.grades.scales[scale].grades if scale >= 0 else ()
    return {grade.id: named(grade.name.model_dump()) for grade in grades}


def _said(shown: Shown, colours: Mapping[str, Named]) -> Message:
    worst, best = shown.grade_from, shown.grade_to
    if worst is None or best is None:
        if shown.sure:
            return T("This period has no score.")
        return T("No colour is shown: whether there is a score would tell of small numbers.")
    if worst == best:
        return T(
            "{grade}. The numbers behind it are withheld: some inputs are protected.",
            grade=colours[best],
        )
    return T(
        "{worst} to {best}. The numbers behind it are withheld, and the boundary between these "
        "colours too: a single number would decide it.",
        worst=colours[worst],
        best=colours[best],
    )
