"""Whether an edition warns, until when, and after which edition: a line of its manifest."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from qingyu.pack.model import Publication, PublicIndex
from qingyu.periods import Period, following
from qingyu.release.cap.standing import series
from qingyu.release.edition import Edition
from qingyu.release.moment import moment_of


def rule_of(
    public: Publication, how: PublicIndex, period: Period, zone: str, moment: datetime,
    editions: Sequence[Edition],
) -> dict[str, Any] | None:  # fmt: skip
    """`grades`: colours that are warnings; `expires`: the end of the day on which the next edition
    is due; `newest`: whether no later period has an edition; `revision`: of this period; `after`:
    the number of the edition that came before in its series. None: no warnings, either by the pack
    or because they would be over before they are sent, as those of a past day are."""
    rule = public.alerts
    if rule is None or period.kind not in rule.periods:
        return None
    expires = expiry(how, period, zone)
    if expires <= moment:
        return None
    mine = series(editions, how.index, period.kind)
    same = [one for one in mine if one.manifest["period"] == period.label]
    return {
        "grades": list(rule.grades),
        "expires": expires.isoformat(),
        "newest": all(one.manifest["last_day"] <= period.last.isoformat() for one in mine),
        "revision": len(same) + 1,
        "after": mine[-1].number if mine else None,
    }


def expiry(how: PublicIndex, period: Period, zone: str) -> datetime:
    """The midnight that ends the day on which the next period's edition is due."""
    due = moment_of(how, following(period).last, zone)
    return datetime.combine(due.date() + timedelta(days=1), time(), ZoneInfo(zone))


def follows(manifest: dict[str, Any], editions: Sequence[Edition]) -> bool:
    """Whether the edition that a draft's warnings follow is still the newest of its series."""
    rule = manifest.get("alerts")
    if not rule:
        return True
    mine = series(editions, manifest["index"], manifest["period_kind"])
    return bool(rule["after"] == (mine[-1].number if mine else None))
