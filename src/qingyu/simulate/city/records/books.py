"""All departments' books, and how far back one must look for the cases that still change."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from qingyu.simulate.city.records import air, calls, cases, reports, services
from qingyu.simulate.city.records.book import Book
from qingyu.simulate.city.shapes import Days
from qingyu.simulate.city.world import World


@dataclass(frozen=True)
class Maker:
    """`make` gives the book of what happened on some days; `reach`: days before a delivery's first
    on which cases began that may change in it."""

    make: Callable[[World, Days], Book]
    reach: int = 0

    def book(self, world: World, first: int, last: int) -> Book:
        """All that a delivery of the days `first` … `last` can hold."""
        return self.make(world, world.numbered(first - self.reach, last))


MAKERS: dict[str, Maker] = {
    "disputes": Maker(cases.disputes, 125),
    "petitions": Maker(cases.petitions, 155),
    "air": Maker(air.air),
    "land": Maker(cases.land, 405),
    "work_safety": Maker(reports.work_safety),
    "sites": Maker(cases.sites, 75),
    "ratings": Maker(reports.ratings),
    "police_110": Maker(calls.police_110),
    "civility": Maker(reports.civility),
    "police_122": Maker(calls.police_122),
    "urban_management": Maker(services.urban_management, 25),
    "honours": Maker(reports.honours),
    "hotline_12345": Maker(services.hotline_12345, 40),
    "market_12315": Maker(services.market_12315, 170),
    "sampling": Maker(reports.sampling),
    "fleet": Maker(reports.fleet),
    "fire_119": Maker(calls.fire_119),
    "fire_checks": Maker(cases.fire_checks, 75),
    "wages": Maker(cases.wages, 145),
    "health": Maker(cases.health, 80),
}
