"""Which indicators are drawn, as what, and why some are not."""

from __future__ import annotations

from typing import Literal

from qingyu.pack.model import Indicator

Kind = Literal["rate", "share", "mean", "stock"]
Reason = Literal["mean", "stock", "carried"]


def kind_of(indicator: Indicator) -> Kind:
    """rate: events or amounts per exposure, or per a second measure of its own kind (gamma).
    share: records of a source among records of the same source and days (beta). mean: an amount
    per record of the same source (normal with the variance that the pack declares; held fixed
    where it declares none). stock: what is open at the end of a day (held fixed: it is known, not
    counted from chance)."""
    measure, second = indicator.measure, indicator.per.measure
    if measure.stock is not None:
        return "stock"
    if second is None or second.count is None or second.source != measure.source:
        return "rate"
    if measure.count is None:
        return "mean"
    return "share" if measure.on == second.on else "rate"


def is_drawn(indicator: Indicator) -> bool:
    kind = kind_of(indicator)
    return kind in ("rate", "share") or (kind == "mean" and indicator.variance is not None)


def has_past(indicator: Indicator) -> bool:
    """Whether its own past tells how far it strays by chance and how far it moves."""
    return kind_of(indicator) in ("rate", "share")
