"""Odds: how sure a score, a rank and a colour are (docs/explanation/odds.md is normative).

`odds(pack, ingredients, results, seed)` draws the true rates behind one period from what was
counted, sends every draw down the score path, and sums up. `measure_spread` tells it from the panel
how far counts stray by chance and how far rates move; without it the pack's own dispersion and κ
stand in.
"""

from __future__ import annotations

import numpy as np

from qingyu.index.ingredients import MISSING, Bool, Ingredients
from qingyu.index.odds.draw import draw
from qingyu.index.odds.kinds import Reason, is_drawn, kind_of
from qingyu.index.odds.path import Drawn, Means, follow, observed
from qingyu.index.odds.spread import Spread, measure_spread
from qingyu.index.odds.summary import LEVEL, Odds, Standing, summarise
from qingyu.index.odds.told import Moment
from qingyu.index.results import Fill, Results
from qingyu.pack.model import Pack

DRAWS = 1000

__all__ = [
    "DRAWS",
    "LEVEL",
    "Drawn",
    "Means",
    "Moment",
    "Odds",
    "Spread",
    "Standing",
    "follow",
    "measure_spread",
    "observed",
    "odds",
]


def odds(
    pack: Pack,
    ingredients: Ingredients,
    results: Results,
    seed: int,
    draws: int = DRAWS,
    spread: Spread | None = None,
    at: int = -1,
) -> Odds:
    """The odds of the period at `at` of those asked for (the last one).

    seed: any whole number of at most 128 bits; the flows derive it from pack, cube and period. Each
    indicator draws from a stream of its own, so that another one changes nothing of it.
    """
    moment = Moment.of(pack, ingredients, results, at)
    means: dict[int, Means] = {}
    for place, name in enumerate(ingredients.labels.indicators):
        if _takes_part(moment, place) and is_drawn(pack.indicator(name)):
            rng = np.random.Generator(np.random.Philox(_stream(seed, name)))
            means[place] = draw(moment, place, spread or Spread(), rng, draws)
    return summarise(moment, follow(moment, means, draws), *_held(moment, means))


def _takes_part(moment: Moment, place: int) -> bool:
    weight = moment.ingredients.method.weight[place, moment.late]
    there = moment.results.indicator[place, :, moment.asked] != MISSING
    return bool(weight > 0 and there.any())


def _stream(seed: int, name: str) -> np.random.SeedSequence:
    return np.random.SeedSequence([seed, *name.encode()])


def _held(moment: Moment, means: dict[int, Means]) -> tuple[Bool, list[Reason | None]]:
    """(which cells take part without being drawn, why)."""
    there = moment.results.indicator[:, :, moment.asked] != MISSING
    carried = moment.results.fill[:, :, moment.asked] == Fill.CARRIED
    held = there & (moment.ingredients.method.weight[:, moment.late] > 0)[:, None]
    reasons: list[Reason | None] = []
    for place, name in enumerate(moment.ingredients.labels.indicators):
        if place in means:
            held[place] &= carried[place]
        kind = kind_of(moment.pack.indicator(name))
        own: Reason | None = kind if kind in ("mean", "stock") and place not in means else None
        reasons.append(own or ("carried" if held[place].any() else None))
    return held, reasons
