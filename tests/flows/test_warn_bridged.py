"""Areas that were split or merged keep a history that rules can hold them against."""

from __future__ import annotations

from datetime import timedelta

import numpy as np
import pytest
from calm_county import FIRST, RULES, SAYS, TOWNS, panel_of, small_pack

from qingyu.engine.tables import Panel
from qingyu.flows.warn_judge import DayJudge, Watch, watches
from qingyu.flows.warn_series import Series
from qingyu.flows.warn_told import bridges_on
from qingyu.index.hierarchy import day_number
from qingyu.pack.model import MICRO, Area, Change, Pack
from qingyu.warn.scan import Scan
from qingyu.warn.verdict import State

DAYS, CUT = 700, 640
OLD, HEIRS = TOWNS[0], ("4209100001", "4209100002")
SHARES = (650_000, 350_000)
WHEN = FIRST + timedelta(days=CUT)
RULE = SAYS | {"id": "surge", "of": ("traffic_crash",),
               "detect": {"by": "default", "enter": "0.001", "leave": "0.05"}}  # fmt: skip


def split(pack: Pack, told: bool = True) -> Pack:
    """The first township becomes two on a day; `told`: changes.csv says so."""
    old = next(area for area in pack.areas if area.code == OLD)
    ended = old.model_copy(update={"until": WHEN - timedelta(days=1)})
    made = [
        Area.model_validate(old.model_dump(by_alias=True) | {"code": code, "name": code,
                                                             "from": WHEN, "aliases": ()})
        for code in HEIRS
    ]  # fmt: skip
    areas = [*(ended if area.code == OLD else area for area in pack.areas), *made]
    exposure = pack.exposures[0]
    rows = [
        row.model_copy(update={"area": code, "value": row.value * share // MICRO})
        for code, share in zip(HEIRS, SHARES, strict=True)
        for row in exposure.rows
        if row.area == OLD
    ]
    changes = tuple(
        Change(day=WHEN, kind="split", source=OLD, heir=heir, share=share)
        for heir, share in zip(HEIRS, SHARES, strict=True)
    )
    return pack.model_copy(update={
        "areas": tuple(areas), "changes": changes if told else (),
        "exposures": (exposure.model_copy(update={"rows": (*exposure.rows, *rows)}),
                      *pack.exposures[1:]),
    })  # fmt: skip


def records(pack: Pack) -> Panel:
    """The township's records until the day, and then those of its heirs."""
    panel = panel_of(pack, DAYS)
    counts = panel.counts.copy(deep=True)
    old = counts.sel(area=OLD).values[:, CUT:].copy()
    counts.loc[{"area": OLD}][:, CUT:] = 0
    first = np.random.Generator(np.random.Philox(3)).binomial(old, SHARES[0] / MICRO)
    for heir, part in zip(HEIRS, (first, old - first), strict=True):
        counts.loc[{"area": heir}][:, CUT:] = part
    return Panel(counts, panel.coverage, 1)


@pytest.fixture(scope="module")
def pack() -> Pack:
    return split(small_pack(RULES | {"rules": (RULE,)}))


@pytest.fixture(scope="module")
def series(pack: Pack) -> Series:
    return Series(pack, records(pack))


def test_heirs_have_the_history_of_what_they_were(pack: Pack, series: Series) -> None:
    one = pack.indicator("traffic_crash")
    rows = [series.areas.index(code) for code in (*HEIRS, OLD)]
    before, after = series.of(one, CUT - 1), series.of(one, CUT)
    for heir, share in zip(rows[:2], SHARES, strict=True):
        assert not before.known[heir, :CUT].any()
        assert after.known[heir].all()
        for made, was in ((after.counts, before.counts), (after.exposure, before.exposure)):
            whole = was[rows[2], :CUT] * share / MICRO
            assert np.allclose(made[heir, :CUT], whole)
    parts = after.counts[rows[:2], :CUT].sum(axis=0)
    assert np.allclose(parts, before.counts[rows[2], :CUT])
    county = series.areas.index("42091")
    assert np.array_equal(before.counts[county], after.counts[county])


def judged(pack: Pack, series: Series, column: int) -> dict[str, np.ndarray]:
    (watch,) = watches(pack)
    assert isinstance(watch, Watch)
    return DayJudge(series, Scan(len(series.areas), frozenset())).judge(watch, column)


def test_they_are_judged_at_once_where_they_were_too_short(pack: Pack, series: Series) -> None:
    rows = [series.areas.index(code) for code in HEIRS]
    found = judged(pack, series, CUT + 30)
    assert (found["state"][rows] == State.JUDGED).all()
    usual = series.of(pack.indicator("traffic_crash"), CUT + 30).counts[rows, :CUT].mean(axis=1)
    assert found["expected"][rows] / 7 == pytest.approx(usual, rel=0.25)
    alone = split(small_pack(RULES | {"rules": (RULE,)}), told=False)
    short = judged(alone, Series(alone, records(alone)), CUT + 30)
    assert (short["state"][rows] == State.SHORT).all()


def test_the_day_before_sees_the_old_area(pack: Pack, series: Series) -> None:
    found = judged(pack, series, CUT - 1)
    assert found["state"][series.areas.index(OLD)] == State.JUDGED
    assert (found["state"][[series.areas.index(code) for code in HEIRS]] == State.MISSING).all()


def test_that_a_history_is_bridged_is_said(pack: Pack) -> None:
    day = day_number(WHEN)
    (words,) = bridges_on(pack, HEIRS[0], day + 10)
    assert "65 %" in str(words)
    assert bridges_on(pack, HEIRS[0], day - 1) == ()
    assert bridges_on(pack, TOWNS[1], day + 10) == ()
