"""Counts kept month by month: what is written and read, and that no damage is believed."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
from engine_town import Row, receive, town

from qingyu.engine.meter import metered
from qingyu.engine.months import Counts
from qingyu.engine.panel import load_panel
from qingyu.engine.store import Home
from qingyu.errors import DamageError

PACK = town()
MEASURES, AREAS = 5, 4


def call(day: date | str, key: str = "k") -> Row:
    return (1, f"{key} {day}", 1, "A", str(day), "fire", 100)


def three_months(home: Home) -> None:
    receive(home, PACK, [call("2019-12-30"), call("2020-01-02"), call("2020-02-29")])


def kept(home: Home) -> dict[str, Path]:
    """Files by their names without the series."""
    return {path.name.split(".", 1)[1]: path for path in (home.folder / "cache").iterdir()}


def test_only_the_months_that_a_batch_touches_are_written(home: Home) -> None:
    three_months(home)
    load_panel(home, PACK)
    receive(home, PACK, [call("2020-03-01"), call("2019-12-31")])
    panel = load_panel(home, PACK)
    assert sorted(kept(home)) == [
        "00000001.2019-12.i4", "00000001.2020-01.i4", "00000001.2020-02.i4", "00000001.json",
        "00000002.2019-12.i4", "00000002.2020-03.i4", "00000002.json",
    ]  # fmt: skip
    again = load_panel(home, PACK)
    assert again.counts.equals(panel.counts)
    assert (again.first, again.last) == (date(2019, 12, 30), date(2020, 3, 1))


def test_only_the_days_that_are_asked_for_are_read(home: Home) -> None:
    three_months(home)
    load_panel(home, PACK)
    with metered() as opened:
        panel = load_panel(home, PACK)
    days = 31 + 31 + 29
    assert opened.cells == {"snapshot": MEASURES * days}
    assert opened.cell_bytes == {"snapshot": 8 * MEASURES * (days + 3)}
    assert opened.rows == 0
    for cells, size in ((AREAS * 3, AREAS * 31 * 4), (AREAS * 3, 0)):
        with metered() as read:
            counts = panel.counts[1, :, 3:6].values
        assert counts.shape == (AREAS, 3)
        assert (read.cells["snapshot"], read.cell_bytes["snapshot"]) == (cells, size)


def test_days_in_any_order(home: Home) -> None:
    three_months(home)
    load_panel(home, PACK)
    panel = load_panel(home, PACK)
    whole: Counts = panel.counts.values
    places = np.array([60, 3, 2, 2, 0, 33])
    assert int(whole.sum()) == 3 * (1 + 1 + 100)
    asked: list[tuple[Any, ...]] = [
        (1, slice(None), places), (slice(0, 5, 2), 1, slice(50, 1, -7)), (2, 1, 3),
    ]  # fmt: skip
    for keys in asked:
        lazy = panel.counts.variable
        plain: Any = whole
        for axis, key in reversed(list(enumerate(keys))):
            lazy = lazy[(slice(None),) * axis + (key,)]
            plain = np.take(plain, np.arange(whole.shape[axis])[key], axis)
        assert np.array_equal(lazy.values, plain)


def test_a_snapshot_that_is_not_whole_does_not_count(home: Home) -> None:
    three_months(home)
    right = load_panel(home, PACK)
    whole = {name: path.read_bytes() for name, path in kept(home).items()}
    for name, given in whole.items():
        for bad in (given[:-8], given[:20], b"", given + b"x"):
            kept(home)[name].write_bytes(bad)
            assert load_panel(home, PACK).counts.equals(right.counts)
            assert {n: path.read_bytes() for n, path in kept(home).items()} == whole  # anew
        kept(home)[name].unlink()
        assert load_panel(home, PACK).counts.equals(right.counts)


def test_no_byte_can_change_unnoticed(home: Home) -> None:
    """The panel is the same, or refused: a byte in the counts with the name of its file."""
    three_months(home)
    right, refused = load_panel(home, PACK), 0
    files = kept(home)
    for path in files.values():
        whole = path.read_bytes()
        for place in range(0, len(whole), 7 if path.suffix == ".json" else 311):
            harmed = bytearray(whole)
            harmed[place] ^= 1 << place % 8
            path.write_bytes(harmed)
            panel = load_panel(home, PACK)
            assert panel.coverage.equals(right.coverage)
            try:
                counts = panel.counts.load()
            except DamageError as error:
                refused += path.name in str(error)
                counts = right.counts
            assert counts.equals(right.counts)
            path.write_bytes(whole)
    assert refused > 10


def test_old_snapshots_are_forgotten_but_not_what_the_newest_need(home: Home) -> None:
    for day in range(1, 5):
        receive(home, PACK, [call(date(2020, day, 1))])
        load_panel(home, PACK)
    old = load_panel(home, PACK, known=1)
    load_panel(home, PACK, known=2)  # an old question leaves no snapshot
    assert sum(name.endswith(".json") for name in kept(home)) == 4
    receive(home, PACK, [call("2020-01-02")])
    (home.folder / "cache" / "left.00000009.2020-01.i4.77.new").write_bytes(b"by a killed reader")
    right = load_panel(home, PACK)
    home.upkeep()
    assert sorted(kept(home)) == [
        "00000001.2020-01.i4", "00000002.2020-02.i4", "00000003.2020-03.i4", "00000004.2020-04.i4",
        "00000004.json", "00000005.2020-01.i4", "00000005.json",
    ]  # fmt: skip
    assert load_panel(home, PACK).counts.equals(right.counts)
    assert int(old.counts.sum()) == 1 + 1 + 100
    with metered() as read:
        load_panel(home, PACK, known=4)
    assert read.rows == 0


def test_a_reader_keeps_what_it_has_opened(home: Home) -> None:
    three_months(home)
    load_panel(home, PACK)
    panel = load_panel(home, PACK)
    for path in kept(home).values():
        path.unlink()
    assert int(panel.counts.sum()) == 3 * (1 + 1 + 100)


def test_the_beginning_of_the_calendar(home: Home) -> None:
    """24,000 months, of which two have files."""
    receive(home, PACK, [call("2020-01-02"), call("0001-01-01")])
    for _ in range(2):
        counts = load_panel(home, PACK).counts.variable
        assert int(counts[:, :, 0].values.sum()) == int(counts[:, :, -1].values.sum()) == 102
