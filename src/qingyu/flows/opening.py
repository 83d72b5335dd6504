"""What most walks begin with: the home, its pack, the names a person used, what was known."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from difflib import get_close_matches
from pathlib import Path
from zoneinfo import ZoneInfo

from qingyu.engine.store import Home
from qingyu.errors import NotFoundError
from qingyu.i18n import T
from qingyu.pack.load import load_pack
from qingyu.pack.model import Index, Pack
from qingyu.periods import Kind


@dataclass(frozen=True)
class Known:
    """What was known when: batches up to `batch`, and exposures known on `day` (None: all)."""

    batch: int
    day: date | None


def open_home(folder: Path) -> tuple[Home, Pack]:
    """The home in `folder` and the pack it was made for."""
    home = Home.open(folder)
    return home, load_pack(home.pack_folder)


def as_known(home: Home, pack: Pack, text: str | None) -> Known:
    """`--as-known DATE|BATCH`; None asks for all that is known now."""
    batch = home.known(text, pack.time_zone)
    if text is None:
        return Known(batch, None)
    asked = text.strip()
    if asked.isdigit():
        return known_after(home, pack, batch)
    return Known(batch, date.fromisoformat(asked))


def known_after(home: Home, pack: Pack, batch: int) -> Known:
    """What was known when `batch` had been received."""
    if batch == 0:
        return Known(0, None)
    received = datetime.fromisoformat(home.batches()[batch - 1].received)
    return Known(batch, received.astimezone(ZoneInfo(pack.time_zone)).date())


def index_of(pack: Pack, kind: Kind) -> Index:
    """The index published for periods of `kind`; a `NotFoundError` if there is none."""
    for index in pack.indices:
        if kind in index.periods:
            return index
    kinds = ", ".join(sorted({kind for index in pack.indices for kind in index.periods}))
    raise NotFoundError(
        pack.id,
        T("no index for periods of the kind '{kind}'", kind=kind),
        T("a period of one of the kinds {kinds}", kinds=kinds),
        T("Ask for such a period, or add the kind to an index of the pack."),
    )


def sources_of_index(pack: Pack, kind: Kind) -> set[str]:
    """The sources that indicators of the index of such periods read."""
    dimensions = index_of(pack, kind).dimensions
    return {
        measure.source
        for indicator in pack.indicators
        if indicator.dimension in dimensions
        for measure in (indicator.measure, indicator.per.measure)
        if measure is not None
    }


def area_code(pack: Pack, asked: str) -> str:
    """The code of the area that `asked` names: its code, name, Chinese name or alias; a
    `NotFoundError` lists the nearest names."""
    wanted = _plain(asked)
    graded = {level.id for level in pack.levels if level.graded}
    names: dict[str, str] = {}
    for area in pack.areas:
        if area.level in graded:
            for name in (area.code, area.name, area.name_zh or "", *area.aliases):
                names.setdefault(_plain(name), area.code)
    if wanted in names and wanted:
        return names[wanted]
    raise NotFoundError(
        asked,
        T("no area of this name or code"),
        _nearest(asked, [a.name for a in pack.areas if a.level in graded]),
        T("Give a code or a printed name; `qingyu show` lists them."),
    )


def _plain(name: str) -> str:
    return " ".join(name.split()).casefold()


def _nearest(asked: str, names: Iterable[str]) -> str:
    by_plain = {_plain(name): name for name in names}
    close = get_close_matches(_plain(asked), list(by_plain), n=3, cutoff=0.5)
    return ", ".join(by_plain[name] for name in close or sorted(by_plain)[:3])
