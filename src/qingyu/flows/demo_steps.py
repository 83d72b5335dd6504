"""What the walks of `make demo` have in common: the method, the home, the last day and month."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from qingyu.engine.store import Home
from qingyu.errors import UsageError
from qingyu.flows.opening import as_known
from qingyu.flows.publish import compute_from, last_period, panel_of
from qingyu.flows.show import Shown, shown
from qingyu.i18n import T, Text, pick
from qingyu.intake.supply import Span
from qingyu.pack.model import Pack
from qingyu.periods import Kind

Tell = Callable[[Text], None]
Progress = Callable[[Text, int, int], None]


def about(pack: Pack) -> Text:
    return T(
        "Method: {name} ({id} {version}): {areas} areas, {indicators} indicators.",
        name=pick(pack.name.model_dump()),
        id=pack.id,
        version=pack.version,
        areas=len(pack.areas),
        indicators=len(pack.indicators),
    )


def home_of(folder: Path, pack_folder: Path, tell: Tell) -> Home:
    """The home in `folder`, made if it is not there."""
    if (folder / "format").exists():
        home = Home.open(folder)
        if home.pack_folder.resolve() != pack_folder.resolve():
            raise UsageError(
                str(folder),
                T("a home of the pack {folder}", folder=home.pack_folder),
                T("one of the pack {folder}", folder=pack_folder),
                T("Move this home away or delete it, then run the demo again."),
            )
        tell(T("Home: {folder}, from an earlier run.", folder=folder))
        return home
    home = Home.create(folder, pack_folder)
    tell(T("Home: made {folder}; everything of the demo is kept in it.", folder=folder))
    return home


def glances(home: Home, pack: Pack, tell: Tell, progress: Progress) -> tuple[Shown, ...]:
    """The last whole day and month that can be told."""
    known = as_known(home, pack, None)
    progress(T("Counting"), 0, 0)
    panel = panel_of(home, pack, known)
    found = []
    kinds: tuple[Kind, ...] = ("day", "month")
    for kind in kinds:
        period = last_period(pack, panel, kind)
        progress(T("Computing {period}", period=period.label), 0, 0)
        found.append(shown(compute_from(pack, panel, [period], known), period))
    tell(
        T(
            "Computed {day} and {month}, the last whole day and month, in exact arithmetic.",
            day=found[0].period.label,
            month=found[1].period.label,
        )
    )
    return tuple(found)


def days_in(spans: Sequence[Span]) -> int:
    return sum((last - first).days + 1 for first, last in spans)
