"""Progress of long work, on standard error: a moving bar in a terminal, else a line a stage."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from qingyu.cli.screen import err, note
from qingyu.i18n import Text

Tell = Callable[[Text, int, int], None]
"""What long work calls: the stage, how much of it is done, how much there is (0: unknown)."""


_shown: list[Progress] = []  # bars on the screen


@contextmanager
def set_aside() -> Iterator[None]:
    """The bar is off the screen for the length of the block, so that something can be said."""
    for progress in _shown:
        progress.stop()
    try:
        yield
    finally:
        for progress in _shown:
            progress.start()


@contextmanager
def staged() -> Iterator[Tell]:
    """A `Tell` for the length of the block."""
    if not sys.stderr.isatty():
        yield _lines()
        return
    columns = (
        SpinnerColumn("line"),
        TextColumn("{task.description}", markup=False),
        BarColumn(bar_width=24),
        TimeElapsedColumn(),
    )
    with Progress(
        *columns, console=err(), transient=True, redirect_stdout=False, redirect_stderr=False
    ) as progress:
        task = progress.add_task("", total=None)

        def tell(stage: Text, done: int, total: int) -> None:
            progress.update(
                task, description=str(stage), completed=done, total=total or None, refresh=True
            )

        _shown.append(progress)
        try:
            yield tell
        finally:
            _shown.remove(progress)


def _lines() -> Tell:
    said: list[str] = []

    def tell(stage: Text, done: int, total: int) -> None:
        words = str(stage)
        if words not in said:
            said.append(words)
            note(words)

    return tell
