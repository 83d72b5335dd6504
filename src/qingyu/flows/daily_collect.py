"""What arrived is taken in, source by source; a refusal is told and the rest goes on."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from qingyu.engine.store import Home
from qingyu.errors import HomeError, UserError
from qingyu.flows.daily_state import DailyState, save_state
from qingyu.intake.connectors.folder import arrivals, put_away, said_by_name
from qingyu.intake.connectors.settings import Feed, Settings
from qingyu.intake.receive import receive
from qingyu.pack.model import Pack


def collect(home: Home, pack: Pack, settings: Settings, state: DailyState, who: str) -> list[str]:
    """Take everything that is ready; refusals go into `state`. Gives the files left waiting."""
    waiting: list[str] = []
    for feed in settings.feeds:
        try:
            found = arrivals(home, feed.source, feed.folder, home.clock())
        except UserError as error:
            _refuse(home, state, feed, "", str(error))
            continue
        waiting += found.waiting
        for path in found.ready:
            _take(home, pack, feed, path, state, who)
    return waiting


def _take(home: Home, pack: Pack, feed: Feed, path: Path, state: DailyState, who: str) -> None:
    folder = feed.folder
    boundaries = Path(folder.boundaries) if folder.boundaries else None
    try:
        said = said_by_name(folder, path)
        receipt = receive(
            home,
            pack,
            feed.source,
            [path],
            covers=said.covers,
            version=said.version,
            boundaries=boundaries,
            who=who,
        )
    except HomeError:
        raise
    except UserError as error:
        _refuse(home, state, feed, path.name, str(error))
        put_away(home, feed.source, folder, path, False, str(error))
        return
    text = str(replace(receipt, again=False).sentence())
    put_away(home, feed.source, folder, path, True, text)


def _refuse(home: Home, state: DailyState, feed: Feed, name: str, reason: str) -> None:
    """On disk before the file is put away, so that a killed run's refusal is told all the same."""
    told = {"source": feed.source, "file": name, "reason": reason}
    if told not in state.refused:
        state.refused.append(told)
        save_state(home, state)
