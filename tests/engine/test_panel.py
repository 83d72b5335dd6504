"""The dense panel: what it holds, and that one more day costs its own rows only."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import duckdb
import numpy as np
import pytest
from engine_town import CLAIM, FIRE, LOSS, Row, measure_of, receive, town
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from qingyu.engine.cube import fingerprint
from qingyu.engine.meter import metered
from qingyu.engine.panel import load_panel
from qingyu.engine.store import Home
from qingyu.engine.tables import UNPLACED, DayState
from qingyu.engine.upkeep import upkeep
from qingyu.errors import PackError

PACK = town()
COUNT = fingerprint(measure_of({"count": "calls"}))
NAMES = sorted(
    fingerprint(measure_of(m)) for m in ({"count": "calls"}, {"count": "claims"}, FIRE, LOSS, CLAIM)
)


def call(day: date | str, key: str = "k", sign: int = 1, area: str = "A") -> Row:
    return (sign, f"{key} {day}", 1, area, str(day), "fire", 100)


def test_nothing_received_yet(home: Home) -> None:
    panel = load_panel(home, PACK)
    assert panel.known == 0
    assert panel.counts.shape == (5, 4, 0)
    assert panel.coverage.shape == (2, 0)
    assert panel.counts["area"].values.tolist() == ["T", "A", "B", UNPLACED]


def test_days_without_holes_from_the_first_covered_to_the_last_counted(home: Home) -> None:
    first, last = date(2020, 1, 1), date(2020, 1, 4)
    receive(home, PACK, [call("2020-01-02")], covers_first=first, covers_last=last)
    receive(home, PACK, [call("2020-01-06", area=UNPLACED)])
    panel = load_panel(home, PACK)
    assert (panel.first, panel.last) == (date(2020, 1, 1), date(2020, 1, 6))
    assert panel.counts["measure"].values.tolist() == NAMES
    assert panel.counts.dtype == np.int32
    cells = panel.counts.sel(measure=COUNT)
    assert cells.sel(area="A").values.tolist() == [0, 1, 0, 0, 0, 0]
    assert cells.sel(area=UNPLACED).values.tolist() == [0, 0, 0, 0, 0, 1]
    states = panel.coverage.sel(source="calls").values.tolist()
    partial, full, none = DayState.PARTIAL, DayState.FULL, DayState.NONE
    assert states == [partial, full, full, partial, none, none]
    assert load_panel(home, PACK, known=1).last == date(2020, 1, 4)
    assert load_panel(home, PACK, known=0).counts.size == 0


def test_counts_are_narrow_until_their_sum_might_not_fit(home: Home) -> None:
    """Σ|value| decides, so that no order of the rows can wrap a cell on the way."""
    most, loss = 2**31 - 1, fingerprint(measure_of(LOSS))
    receive(home, PACK, [(1, "k", 1, "A", "2020-01-02", "fire", most - 2)])  # counted twice, too
    assert load_panel(home, PACK).counts.dtype == np.int32
    receive(home, PACK, [(1, "l", 1, "A", "2020-01-02", "fire", most)])
    panel = load_panel(home, PACK)
    assert panel.counts.dtype == np.int64
    assert panel.counts.sel(measure=loss, area="A").values.tolist() == [2 * most - 2]
    assert load_panel(home, PACK).counts.equals(panel.counts)  # from the kept snapshot
    assert load_panel(home, PACK, known=1).counts.max() == most - 2


def test_an_area_that_the_pack_dropped_is_not_dropped_silently(home: Home) -> None:
    receive(home, PACK, [call("2020-01-02", area="X")])
    with pytest.raises(PackError, match="no area X, in which records were placed"):
        load_panel(home, PACK)


def test_a_reader_needs_no_right_to_write(home: Home) -> None:
    receive(home, PACK, [call("2020-01-02")])
    (home.folder / "cache").rmdir()
    (home.folder / "cache").write_text("in the way, as a full disk would be")
    assert int(load_panel(home, PACK).counts.sel(measure=COUNT).sum()) == 1


def test_the_next_day_reads_its_own_rows_only(tmp_path: Path) -> None:
    read = []
    for years in (1, 10):
        home = Home.create(tmp_path / str(years), tmp_path)
        first = date(2010, 1, 1)
        days = [first + timedelta(days=n) for n in range(365 * years)]
        for start in range(0, len(days), 365):
            receive(home, PACK, [call(day) for day in days[start : start + 365]])
        with home.writing():
            upkeep(home, due=1, recent=0)
        with metered() as whole:
            load_panel(home, PACK)
        following = days[-1] + timedelta(days=1)
        receive(home, PACK, [call(following), call(following, key="other", area="B")])
        with metered() as increment:
            panel = load_panel(home, PACK)
        assert panel.last == following
        assert int(panel.counts.sel(measure=COUNT).sum()) == len(days) + 2
        assert whole.by_table["cube"] == 3 * len(days)
        read.append(increment.rows)
    assert read[0] == read[1] == 2 * 3


def test_rows_beyond_64_bits_are_refused(home: Home) -> None:
    huge = 2**62
    rows: list[Row] = [(1, f"k{n}", 1, "A", "2020-01-01", "fire", huge) for n in range(2)]
    receive(home, PACK, rows[:1])
    receive(home, PACK, rows[1:])
    from qingyu.errors import DamageError

    with pytest.raises(DamageError, match="beyond 64 bits"):
        load_panel(home, PACK)


DAYS = [str(date(2019, 12, 30) + timedelta(days=n)) for n in range(5)]
batches_of_rows = st.lists(
    st.lists(
        st.builds(
            call,
            st.sampled_from(DAYS),
            st.sampled_from(["k", "l"]),
            st.sampled_from([-1, 1, 2]),
            st.sampled_from(["A", "B", "T"]),
        ),
        max_size=4,
    ),
    min_size=1,
    max_size=5,
)


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(batches=batches_of_rows, look=st.integers(0, 5), compacted=st.booleans())
def test_increments_equal_the_whole(
    tmp_path_factory: pytest.TempPathFactory, batches: list[list[Row]], look: int, compacted: bool
) -> None:
    """Looked at on the way or not, compacted or not: the same as one SQL sum over the ledger."""
    folder = tmp_path_factory.mktemp("drawn")
    home = Home.create(folder / "home", folder)
    for number, rows in enumerate(batches):
        if number == look:
            load_panel(home, PACK)
        receive(home, PACK, rows)
    if compacted:
        with home.writing():
            upkeep(home, due=1, recent=1)
    for known in range(len(batches) + 1):
        panel = load_panel(home, PACK, known)
        found = panel.counts.to_series()
        found = found[found != 0]
        right = _summed(home, known)
        assert {(m, a, d.date()): int(v) for (m, a, d), v in found.items()} == right


def _summed(home: Home, known: int) -> dict[tuple[str, str, date], int]:
    files = [str(file.path) for file in home.cube_table.files()]
    if not files:
        return {}
    rows = duckdb.sql(
        f"""SELECT measure, area, day, sum(value) FROM read_parquet({files})
        WHERE batch <= {known} GROUP BY ALL HAVING sum(value) <> 0"""
    ).fetchall()
    return {(measure, area, day): int(value) for measure, area, day, value in rows}
