"""Splitting one case into many: records of one place and kind that follow each other too closely.

One big case entered as ten small ones stays below a limit of size; ten easy ones made of one raise
the share handled in time. Either way records come in bursts.
"""

from __future__ import annotations

from qingyu.evaluate.integrity.dispersion import Ints
from qingyu.evaluate.integrity.look import Looks
from qingyu.evaluate.integrity.shares import Flags, share_looks


def repeated(close: Ints, records: Ints, usable: Flags) -> Looks:
    """close: records that follow another of the same place and kind within the declared minutes;
    records: all. int64 [area, period]."""
    return share_looks(close, records, usable, high=True)
