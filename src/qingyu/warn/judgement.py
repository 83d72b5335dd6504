"""What a detector that states its expectation says: the common answer that rules are built on."""

from __future__ import annotations

from dataclasses import dataclass

from qingyu.warn.verdict import Floats, Verdict


@dataclass(frozen=True)
class Judgement(Verdict):
    """A `Verdict` with its reasons, each an array [series, day asked], NaN where the state is not
    one in which the detector speaks.

    expected: mean count of the day; phi: variance over mean, at least 1; tail: probability of a
    count, or of a statistic, as high as this or higher if all is as usual.
    """

    expected: Floats
    phi: Floats
    tail: Floats
