"""What was done to a period after it was counted: the signed ledger keeps every change.

Both checks take the records of a period as they stood when it was first whole (counted) and as
they stand now. Some are struck out, and some come late, everywhere; a place where it is far more
than elsewhere and than before, and always to its own good, should be looked at.
"""

from __future__ import annotations

from qingyu.evaluate.integrity.dispersion import Ints
from qingyu.evaluate.integrity.look import Looks
from qingyu.evaluate.integrity.shares import Flags, share_looks


def withdrawn(gone: Ints, counted: Ints, usable: Flags) -> Looks:
    """gone: records that counted then and count no more (struck out, moved to another class, day
    or place); counted: those that counted then. int64 [area, period]."""
    return share_looks(gone, counted, usable, high=True)


def held_back(late: Ints, known: Ints, usable: Flags) -> Looks:
    """late: records of the period that came only after it was counted; known: all that are known
    of it now. int64 [area, period]."""
    return share_looks(late, known, usable, high=True)
