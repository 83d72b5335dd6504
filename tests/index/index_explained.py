"""An explanation of the small town, its English sentence, and what its parts add up to."""

from __future__ import annotations

from index_town import names

from qingyu.engine.tables import Panel
from qingyu.index.explanation import Explanation
from qingyu.index.spot import spot
from qingyu.index.steps import evaluate, gather
from qingyu.index.trace import explain, no_change
from qingyu.pack.model import Pack
from qingyu.periods import parse, previous

JANUARY = "2015-01"
DEATHS = {"id": "deaths", "name": names("deaths"), "measure": {"count": "calls"}}


def explained(pack: Pack, panel: Panel, code: str = "A", period: str = JANUARY) -> Explanation:
    wanted = parse(period)
    ingredients = gather(pack, panel, [wanted])
    place = spot(pack, panel, ingredients, evaluate(pack, ingredients), code, wanted)
    return explain(place, no_change(previous(wanted), None))


def english(found: Explanation) -> str:
    return found.sentence.text.render("en")


def total(found: Explanation) -> int:
    parts = sum(part.contribution or 0 for part in found.parts)
    return parts + sum(charge.amount or 0 for charge in found.charges)
