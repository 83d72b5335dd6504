"""What is made public, when, by whom, and what has to be protected: `publication.yaml`.

No score changes with it, so it has no part in the pack's digest; an edition carries a copy.
"""

from __future__ import annotations

from datetime import time
from typing import Literal

from pydantic import Field, model_validator

from qingyu.i18n import T
from qingyu.pack.values import Model, PeriodKind

Colour = Literal["blue", "yellow", "orange", "red"]
ProtectionLevel = Literal["open", "small_counts", "closed"]


class PublicIndex(Model):
    """An index that is made public, for some kinds of period.

    An edition's moment is `at` o'clock of the city, `after` days after the period's last day: not
    a byte of it is served before. `areas`: the levels whose rows are public (default: all graded).
    """

    index: str
    periods: tuple[PeriodKind, ...] = Field(min_length=1)
    areas: tuple[str, ...] = ()
    after: int = Field(ge=1, le=366)
    at: str = Field(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$", examples=["09:30"])
    why: str | None = None

    @property
    def o_clock(self) -> time:
        return time.fromisoformat(self.at)


class Protection(Model):
    """What must not be learnt of a source's records from editions.

    `open`: nothing; every count may be printed. `small_counts`: no count below `least`: whether it
    is 0 or `least` − 1 or anything between. `closed`: no count at all, however large. Of both, an
    edition prints no number; a score that rests on them gives way to its colour.
    """

    source: str
    level: ProtectionLevel
    least: int = Field(default=5, ge=2, le=1_000)
    why: str = Field(min_length=1)


class Told(Model):
    """A cap, veto or deduction whose counts are protected by their source, and which the colours
    may tell of nevertheless: that it applied, or that it did not."""

    rule: str
    why: str = Field(min_length=1)


class Alerts(Model):
    """Which colours of an edition become public warnings (CAP 1.2): areas with one of `grades` in
    editions of these kinds of `periods`. A warning says nothing that its edition does not print."""

    grades: tuple[Colour, ...] = Field(min_length=1)
    periods: tuple[PeriodKind, ...] = Field(min_length=1)
    why: str = Field(min_length=1)


class Publication(Model):
    """`publication.yaml`. `approved_by`: the roles of which one person each, with a key of their
    own, has to approve every edition. `address`: where the shelf is served; feeds need none, and
    warnings are sent in its host's name."""

    approved_by: tuple[str, ...] = Field(min_length=2)
    indices: tuple[PublicIndex, ...] = Field(min_length=1)
    protection: tuple[Protection, ...] = Field(min_length=1)
    told: tuple[Told, ...] = ()
    address: str | None = Field(
        default=None,
        pattern=r"^https?://[A-Za-z0-9.-]+(:[0-9]+)?/([A-Za-z0-9._~-]+/)*$",
        examples=["https://index.example.org/"],
    )
    alerts: Alerts | None = None

    @model_validator(mode="after")
    def _different_roles(self) -> Publication:
        if len(set(self.approved_by)) != len(self.approved_by):
            raise ValueError(T("different roles: two people, not one twice"))
        return self

    @model_validator(mode="after")
    def _somebody_warns(self) -> Publication:
        if self.alerts is not None and self.address is None:
            raise ValueError(T("an address beside alerts: a warning names who sends it"))
        return self

    def of(self, index: str, kind: PeriodKind) -> PublicIndex | None:
        """How an index is published for periods of a kind; None if it is not."""
        found = (one for one in self.indices if one.index == index and kind in one.periods)
        return next(found, None)
