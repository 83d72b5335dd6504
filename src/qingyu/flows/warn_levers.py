"""The level of each kind of rule that makes it speak less often, and rules at another level."""

from __future__ import annotations

from qingyu.index.exact_json import Fixed
from qingyu.pack.model import Pack, WarningRule

LOOSEST, STRICTEST = -12, 24
"""Steps that are tried. Two of them halve `enter`, or lengthen a run by one."""
_MORE, _RISE = 0.1, 0.05  # more expected, or a higher rise, by step


def level_of(rule: WarningRule) -> tuple[str, Fixed]:
    """(the key of the level, its value)."""
    if rule.detect:
        return "enter", Fixed(rule.detect.enter, 6)
    if rule.reds:
        return "run", Fixed(rule.reds.run, 0)
    if rule.rise:
        return "by", Fixed(rule.rise.by, 6)
    if rule.rank_fall:
        return "places", Fixed(rule.rank_fall.places, 0)
    if rule.silent:
        return "expected", Fixed(rule.silent.expected, 6)
    assert rule.incomplete is not None
    return "below", Fixed(rule.incomplete.below, 6)


def moved(rule: WarningRule, steps: int) -> WarningRule:
    """The rule so many steps stricter (below zero: looser). What a pack declares in whole days,
    cases and places is never loosened: nobody chose these to fill a budget."""
    if rule.detect:
        enter = round(rule.detect.enter * 2.0 ** (-steps / 2))
        enter = min(max(enter, 1), rule.detect.leave)
        return _with(rule, "detect", rule.detect.model_copy(update={"enter": enter}))
    up = max(steps, 0)
    if rule.reds:
        longer = rule.reds.run + (up + 1) // 2
        return _with(rule, "reds", rule.reds.model_copy(update={"run": longer}))
    if rule.rise:
        by = round(rule.rise.by * (1 + _RISE * up))
        return _with(rule, "rise", rule.rise.model_copy(update={"by": by}))
    if rule.rank_fall:
        places = rule.rank_fall.places + up
        return _with(rule, "rank_fall", rule.rank_fall.model_copy(update={"places": places}))
    if rule.silent:
        expected = round(rule.silent.expected * (1 + _MORE) ** up)
        return _with(rule, "silent", rule.silent.model_copy(update={"expected": expected}))
    assert rule.incomplete is not None
    below = max(round(rule.incomplete.below * (1 - _RISE) ** up), 1)
    return _with(rule, "incomplete", rule.incomplete.model_copy(update={"below": below}))


def _with(rule: WarningRule, way: str, changed: object) -> WarningRule:
    return rule.model_copy(update={way: changed})


def with_rules(pack: Pack, rules: tuple[WarningRule, ...]) -> Pack:
    """The pack with these rules in place of its own."""
    assert pack.warnings is not None
    warnings = pack.warnings.model_copy(update={"rules": rules})
    return pack.model_copy(update={"warnings": warnings})


def shortest(number: Fixed) -> Fixed:
    """Without the zeros at its end."""
    while number.places and number.units % 10 == 0:
        number = Fixed(number.units // 10, number.places - 1)
    return number
