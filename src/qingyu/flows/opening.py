"""What most walks begin with: the home, its pack, the names a person used, what was known."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from difflib import get_close_matches
from pathlib import Path
from zoneinfo import ZoneInfo

from qingyu.engine.store import Home
from qingyu.errors import NotFoundError
from qingyu.i18n import T
from qingyu.intake.place import folded
from qingyu.pack.load import load_pack
from qingyu.pack.model import Area, Pack
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


def sources_of_index(pack: Pack, kind: Kind) -> set[str]:
    """The sources that indicators of the index of such periods read."""
    dimensions = pack.index_for(kind).dimensions
    return {
        source
        for indicator in pack.indicators
        if indicator.dimension in dimensions
        for measure in (indicator.measure, indicator.per.measure)
        if measure is not None
        for source in pack.sources_of(measure)
    }


def area_code(pack: Pack, asked: str) -> str:
    """The code of the graded area that `asked` names: its code, name, Chinese name or alias,
    whatever their case and width. A `NotFoundError` lists the nearest names, or the codes where
    a name is not enough."""
    graded = {level.id for level in pack.levels if level.graded}
    areas = [area for area in pack.areas if area.level in graded]
    if any(area.code == asked.strip() for area in areas):
        return asked.strip()
    codes = {a.code for a in areas if folded(asked) in {folded(name) for name in _names(a)}}
    if len(codes) == 1:
        return codes.pop()
    if codes:
        raise NotFoundError(
            asked,
            T("several areas of this name: {codes}", codes=", ".join(sorted(codes))),
            T("the code of one of them"),
            T("Give the code instead of the name."),
        )
    raise NotFoundError(
        asked,
        T("no area of this name or code"),
        _nearest(asked, areas),
        T("Give a code or a printed name; `qingyu show` lists them."),
    )


def _names(area: Area) -> list[str]:
    return [name for name in (area.name, area.name_zh, *area.aliases) if name]


def _nearest(asked: str, areas: Sequence[Area]) -> str:
    """Up to three areas, each by the one of its names that is nearest."""
    by_folded = {folded(name): (area.code, name) for area in areas for name in _names(area)}
    close = get_close_matches(folded(asked), list(by_folded), n=12, cutoff=0.5)
    named: dict[str, str] = {}
    for code, name in (by_folded[key] for key in close or sorted(by_folded)):
        named.setdefault(code, name)
    return ", ".join(list(named.values())[:3])
