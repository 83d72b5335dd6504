"""What arrived is taken in, source by source; a refusal is told and the rest goes on.

A watched folder is looked at; a database or a web service is asked. What was asked for and came
whole lies in the spool, and is received from there even if the run that fetched it was killed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path

from qingyu.engine.store import Home
from qingyu.errors import HomeError, UserError
from qingyu.flows.daily_state import DailyState, save_state
from qingyu.intake.connectors.fetched import ask, boundaries_of, version_of
from qingyu.intake.connectors.folder import arrivals, printable, put_away, said_by_name
from qingyu.intake.connectors.settings import Feed, Folder, Settings
from qingyu.intake.connectors.spool import Fetched, Spool
from qingyu.intake.receipt import Receipt
from qingyu.intake.receive import receive
from qingyu.pack.model import Pack


@dataclass
class Collected:
    """waiting: files left until they are whole; empty: feeds that had no record of their days."""

    waiting: list[str] = field(default_factory=list)
    empty: list[dict[str, str]] = field(default_factory=list)


def collect(
    home: Home, pack: Pack, settings: Settings, state: DailyState, who: str, today: date
) -> Collected:
    """Take everything that is ready; refusals go into `state`."""
    collected = Collected()
    desk = _Desk(home, pack, state, who)
    for feed in settings.feeds:
        try:
            if feed.folder is not None:
                collected.waiting += desk.look(feed, feed.folder)
            else:
                collected.empty += desk.ask(feed, today)
        except HomeError:
            raise
        except UserError as error:
            desk.refuse(feed, "", str(error))
    return collected


class _Desk:
    def __init__(self, home: Home, pack: Pack, state: DailyState, who: str) -> None:
        self.home, self.pack, self.state, self.who = home, pack, state, who

    def look(self, feed: Feed, folder: Folder) -> Sequence[str]:
        """Take the files that are whole; gives the names of the others."""
        found = arrivals(self.home, feed.source, folder, self.home.clock())
        for path in found.ready:
            self._take_file(feed, folder, path)
        return found.waiting

    def ask(self, feed: Feed, today: date) -> list[dict[str, str]]:
        """Take what a killed run has fetched, then what the other side has now; gives the days
        of which it has no record."""
        spool = Spool(self.home, feed.source, feed.kind)
        left = spool.finished()
        if left is not None:
            self._take_fetched(feed, spool, left)
        asked = ask(self.home, self.pack, feed, spool, today)
        if asked.fetched is not None:
            self._take_fetched(feed, spool, asked.fetched)
        if asked.status != "empty":
            return []
        days = asked.days or ("", "")
        return [{"source": feed.source, "first": str(days[0]), "last": str(days[1])}]

    def refuse(self, feed: Feed, name: str, reason: str) -> None:
        """On disk before the file is put away, so that a killed run's refusal is told all the
        same."""
        told = {"source": feed.source, "file": name, "reason": reason}
        if told not in self.state.refused:
            self.state.refused.append(told)
            save_state(self.home, self.state)

    def _take_file(self, feed: Feed, folder: Folder, path: Path) -> None:
        try:
            said = said_by_name(folder, path)
            receipt = self._receive(feed, path, said.covers, said.version)
        except HomeError:
            raise
        except UserError as error:
            self.refuse(feed, printable(path.name), str(error))
            put_away(self.home, feed.source, folder, path, False, str(error))
            return
        text = str(replace(receipt, again=False).sentence())
        put_away(self.home, feed.source, folder, path, True, text)

    def _take_fetched(self, feed: Feed, spool: Spool, fetched: Fetched) -> None:
        """A refused answer is not remembered: it is asked for again, and told again."""
        source = next(one for one in self.pack.sources if one.id == feed.source)
        try:
            version = version_of(source, fetched)
            self._receive(feed, spool.folder / fetched.name, fetched.days, version)
        except HomeError:
            raise
        except UserError as error:
            self.refuse(feed, fetched.name, str(error))
        else:
            spool.remember(fetched)
        spool.drop()

    def _receive(
        self, feed: Feed, path: Path, covers: tuple[date, date] | None, version: str | None
    ) -> Receipt:
        return receive(
            self.home,
            self.pack,
            feed.source,
            [path],
            covers=covers,
            version=version,
            boundaries=boundaries_of(feed),
            who=self.who,
        )
