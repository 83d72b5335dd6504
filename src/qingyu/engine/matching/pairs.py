"""Which records match: candidates by place and moment, then kind, source and distance."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from qingyu.engine.matching.distance import Ints, within
from qingyu.engine.matching.ledger import MINUTE, NONE, Ledger
from qingyu.engine.measures import Matching
from qingyu.pack.model import Union
from qingyu.pack.unions import ALIKE, ANYWHERE

_PIECE = 1 << 22  # candidates looked at together: a bound on memory

Pairs = tuple[Ints, Ints]


def matches(ledger: Ledger, matching: Matching) -> Pairs:
    """All pairs of records (one < other, sorted) that match whenever both stand."""
    union = matching.union
    found = [np.zeros(0, np.int64)]
    for one, other in _candidates(ledger, matching):
        kept = _match(ledger, union, one, other)
        low, high = np.minimum(one[kept], other[kept]), np.maximum(one[kept], other[kept])
        found.append(np.unique(low * len(ledger) + high))
    pairs = np.unique(np.concatenate(found))
    one, other = np.divmod(pairs, max(len(ledger), 1))
    return one, other


def _match(ledger: Ledger, union: Union, one: Ints, other: Ints) -> NDArray[np.bool_]:
    kept: NDArray[np.bool_] = (one != other) & ((ledger.kinds[one] & ledger.kinds[other]) != 0)
    if not union.within_source:
        kept &= ledger.source[one] != ledger.source[other]
    if union.metres is not None:
        x, y = ledger.x, ledger.y
        pointed = (x != NONE) & (y != NONE)
        both = pointed[one] & pointed[other]
        near = within(x[one], y[one], x[other], y[other], union.metres)
        # Without two points the area decides, where it is asked.
        kept &= np.where(both, near, union.same != ANYWHERE)
    return kept


def _candidates(ledger: Ledger, matching: Matching) -> Iterator[Pairs]:
    """Pairs in the same place within the minutes (each perhaps twice, and with itself)."""
    seeker, sought_in = _spread(ledger, matching, looking=True)
    there, lies_in = _spread(ledger, matching, looking=False)
    if not len(there):
        return
    moments = np.unique(ledger.at)
    rank = np.searchsorted(moments, ledger.at)
    order = np.lexsort((there, rank[there], lies_in))
    there, step = there[order], len(moments) + 1
    placed = lies_in[order] * step + rank[there]
    reach = matching.union.minutes * MINUTE
    low = np.searchsorted(moments, ledger.at[seeker] - reach, side="left")
    high = np.searchsorted(moments, ledger.at[seeker] + reach, side="right")
    start = np.searchsorted(placed, sought_in * step + low, side="left")
    end = np.searchsorted(placed, sought_in * step + high, side="left")
    for begin, stop in _pieces(end - start):
        many = end[begin:stop] - start[begin:stop]
        one = np.repeat(seeker[begin:stop], many)
        before = np.repeat(np.cumsum(many) - many, many)
        at = np.arange(len(one)) - before + np.repeat(start[begin:stop], many)
        yield one, there[at]


def _pieces(many: Ints) -> Iterator[tuple[int, int]]:
    """Ranges of seekers with about `_PIECE` candidates each."""
    total = np.cumsum(many)
    begin = 0
    while begin < len(many):
        done = int(total[begin - 1]) if begin else 0
        stop = max(int(np.searchsorted(total, done + _PIECE, side="right")), begin + 1)
        yield begin, stop
        begin = stop


def _spread(ledger: Ledger, matching: Matching, *, looking: bool) -> Pairs:
    """Records with the places in which they look for others, or lie (a record may have several).
    One without a moment, or in no area where that is asked, has none."""
    timed = np.flatnonzero(ledger.at != NONE)
    if matching.union.same == ANYWHERE:
        return timed, np.zeros(len(timed), np.int64)
    offsets, places = _places(ledger, matching, looking)
    area = ledger.area[timed]
    many = offsets[area + 1] - offsets[area]
    before = np.repeat(np.cumsum(many) - many, many)
    at = np.arange(int(many.sum())) - before + np.repeat(offsets[area], many)
    return np.repeat(timed, many), places[at]


def _places(ledger: Ledger, matching: Matching, looking: bool) -> tuple[Ints, Ints]:
    """For each of the ledger's areas the numbers of its places: offsets [areas + 1], places."""
    itself = matching.union.same == ALIKE and not looking
    named = [
        (code,) if itself and code in matching.places else matching.places.get(code, ())
        for code in ledger.areas
    ]
    numbers = {name: n for n, name in enumerate(sorted({*_all(matching), *ledger.areas}))}
    offsets = np.cumsum([0, *(len(one) for one in named)]).astype(np.int64)
    places = np.array([numbers[name] for one in named for name in one], np.int64)
    return offsets, places


def _all(matching: Matching) -> Iterator[str]:
    for names in matching.places.values():
        yield from names
