"""The dip before a period ends, and the rebound after: what happened on the 30th is entered as of
the 1st, when the next period bears it.

Asked of the two sides together: of what is dated in the last days and in the first days after, how
much lies before? Weekdays and holidays move all areas alike, and so are no finding. Who waits with
the entry but keeps the date is found by the ledger (`held_back`), not here.
"""

from __future__ import annotations

from qingyu.evaluate.integrity.dispersion import Ints
from qingyu.evaluate.integrity.look import Looks
from qingyu.evaluate.integrity.shares import Flags, share_looks


def postponed(last: Ints, after: Ints, usable: Flags) -> Looks:
    """last: records of the period's last days; after: of as many days that follow it. int64 [area,
    period]; a period whose following days are not covered is not usable."""
    return share_looks(last, last + after, usable, high=False)
