"""Whether two measures may count the same record."""

from __future__ import annotations

from qingyu.pack.model import Condition, Measure, Pack


def may_overlap(pack: Pack, one: Measure, other: Measure) -> bool:
    """False only where it is sure: no source in common, or a field that must have other values."""
    if not set(pack.sources_of(one)) & set(pack.sources_of(other)):
        return False
    if one.source != other.source:
        return True
    shared = set(one.where) & set(other.where)
    return not any(_apart(one.where[field], other.where[field]) for field in shared)


def _apart(one: Condition, other: Condition) -> bool:
    """Whether no value satisfies both: of two lists of the values that are taken, or of those that
    are not, neither leaves the other anything."""
    (mine, taken), (theirs, also) = _values(one), _values(other)
    if mine is None or theirs is None or not (taken or also):
        return False
    if taken and also:
        return not mine & theirs
    return mine <= theirs if taken else theirs <= mine


def _values(condition: Condition, taken: bool = True) -> tuple[frozenset[str] | None, bool]:
    """The values that a condition names, and whether these or all others satisfy it; None where
    it names none."""
    if condition.negated is not None:
        return _values(condition.negated, not taken)
    if condition.equals is not None:
        return frozenset([str(condition.equals)]), taken
    if condition.among is not None:
        return frozenset(map(str, condition.among)), taken
    return None, taken
