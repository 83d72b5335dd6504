"""Small files of calls in the layout of `packs/montco`, and a home that has received them."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from qingyu.engine.store import Home
from qingyu.intake.receipt import Receipt
from qingyu.intake.receive import receive
from qingyu.pack.load import load_pack
from qingyu.pack.model import Pack

MONTCO = Path(__file__).resolve().parents[2] / "packs" / "montco"
HEADER = ("lat", "lng", "desc", "zip", "title", "timeStamp", "twp", "addr", "e")
FIRST, LAST = date(2016, 1, 1), date(2016, 4, 1)
MERION = "LOWER MERION"
PLACES = (MERION, "ABINGTON", "CHELTENHAM", "UPPER MERION", "NORRISTOWN", "POTTSTOWN")
CRASH = "Traffic: VEHICLE ACCIDENT -"


@dataclass(frozen=True)
class Call:
    desc: str
    at: datetime
    title: str = CRASH
    twp: str = MERION

    @property
    def row(self) -> tuple[str, ...]:
        when = f"{self.at:%Y-%m-%d %H:%M:%S}"
        return ("40.0", "-75.2", self.desc, "19003", self.title, when, self.twp, "MAIN ST", "1")


def calls(
    first: date = FIRST,
    last: date = LAST,
    daily: Callable[[date, str], int] = lambda day, place: 2,
    title: str = CRASH,
) -> list[Call]:
    """`daily` calls a day in each place, from noon on."""
    found = []
    for number in range((last - first).days + 1):
        day = first + timedelta(days=number)
        noon = datetime(day.year, day.month, day.day, 12)  # noqa: DTZ001 - local time of the city
        for place in PLACES:
            found += [
                Call(f"{title} {place} {day} #{n}", noon + timedelta(minutes=n), title, place)
                for n in range(daily(day, place))
            ]
    return found


def all_kinds(daily: Callable[[date, str], int] = lambda day, place: 2) -> list[Call]:
    """Calls of one title in each of the three dimensions."""
    titles = (CRASH, "EMS: FALL VICTIM", "Fire: BUILDING FIRE")
    return [call for title in titles for call in calls(daily=daily, title=title)]


def write_calls(path: Path, given: Iterable[Call]) -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(HEADER)
        writer.writerows(call.row for call in given)
    return path


def edited(given: list[Call], desc: str, **changes: object) -> list[Call]:
    """The same calls with one of them changed."""
    assert any(call.desc == desc for call in given)
    return [replace(call, **changes) if call.desc == desc else call for call in given]  # type: ignore[arg-type]


class County:
    """A home of the pack montco whose clock moves on by a day with each batch."""

    def __init__(self, folder: Path, pack: Path = MONTCO) -> None:
        self.folder = folder
        self.pack: Pack = load_pack(pack)
        self.home = Home.create(folder / "home", pack)
        self.now = datetime(2016, 5, 1, 12, tzinfo=UTC)
        self.home.clock = lambda: self.now
        self.files = 0

    def take(self, given: Iterable[Call], version: int | None = None) -> Receipt:
        """Receive a file of these calls; the clock then stands a day later."""
        self.files += 1
        path = write_calls(self.folder / f"calls-{self.files}.csv", given)
        receipt = receive(self.home, self.pack, "calls", [path], who="the test")
        self.now += timedelta(days=1)
        return receipt
