"""How sure the published scores of a period are: drawn when someone asks, never stored.

The seed follows from the pack, the batches as known and the period, so that who asks again, or
elsewhere, is told the same.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from qingyu.digest import digest_of
from qingyu.engine.batches import Batch
from qingyu.engine.store import Home
from qingyu.flows.opening import Known
from qingyu.flows.publish import Published
from qingyu.index.odds import DRAWS, Moment, Odds, measure_spread, odds
from qingyu.index.odds.said import AreaOdds, area_odds

METHOD = 1  # of the draws; another way of drawing gives other seeds
_DIGITS = 32  # hexadecimal, of the digest: 128 bits


def odds_of(
    home: Home, published: Published, seen: Known, at: int = -1, draws: int = DRAWS
) -> Odds:
    """The odds of one of the published periods."""
    pack, ingredients = published.pack, published.ingredients
    spread = measure_spread(pack, published.panel, ingredients, seen.day, at)
    period = published.results.labels.periods[at].label
    seed = seed_of(home, pack.digest, seen, period)
    return odds(pack, ingredients, published.results, seed, draws, spread, at)


def seed_of(home: Home, pack: str, seen: Known, period: str) -> int:
    """From the digest of the pack, the contents of the batches known, and the period: equal in
    any home that was sent the same files, in whatever order and whenever."""
    batches = home.batches()[: seen.batch]
    told = sorted(
        (one.kind, one.source, one.version, one.content_digest, _about(one, batches))
        for one in batches
        if one.kind != "count"
    )
    parts = [part for one in told for part in one]
    return int(digest_of(["odds", METHOD, pack, seen.day, period, *parts])[:_DIGITS], 16)


def _about(batch: Batch, batches: Sequence[Batch]) -> str:
    """The content of the batch that this one supplements or withdraws."""
    return "" if batch.refers_to is None else batches[batch.refers_to - 1].content_digest


def odds_by_area(
    home: Home, published: Published, seen: Known, at: int = -1
) -> tuple[Moment, Mapping[str, AreaOdds]]:
    """(the period looked at, area code → its odds); areas without a score are not in it."""
    found = odds_of(home, published, seen, at)
    moment = Moment.of(published.pack, published.ingredients, published.results, at)
    codes = published.results.labels.areas
    said = {code: area_odds(moment, found, area) for area, code in enumerate(codes)}
    return moment, {code: one for code, one in said.items() if one is not None}
