"""Areas that are split, merged and renamed: nothing lost, nothing twice, the past as it was."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
import xarray as xr
from hypothesis import given
from hypothesis import strategies as st
from index_town import START, TOWNS, area, compare, day, indicator, make_pack, make_panel

from qingyu.engine.tables import Panel, pair_name
from qingyu.index.bridge import day_of
from qingyu.index.ingredients import NOT_BRIDGED, Ingredients
from qingyu.index.steps import evaluate, gather
from qingyu.pack.model import MICRO, Area, Change, ChangeKind, ExposureRow, Pack
from qingyu.periods import Period, period_of

CUT = day(400)  # on which things change
DAYS = 800
HOME = ("theft", 0)  # the slot of the only comparison
DAILY = {"window": "7 days", "least_expected": "1", "at_most": "28 days"}

Edge = tuple[ChangeKind, str, str, str]  # kind, from, to, share


def changed(
    edges: Sequence[Edge], when: date = CUT, before: Pack | None = None, **more: Any
) -> Pack:
    """The town of six towns (or `before`) in which that happens."""
    pack = before or make_pack(
        indicators=(indicator(compare=[compare("trailing", weeks=8, at_least=1)], daily=DAILY),)
    )
    ended = {one[1] for one in edges} - {one[2] for one in edges}
    made = [code for code in dict.fromkeys(e[2] for e in edges) if code not in _codes(pack)]
    areas = [
        one.model_copy(update={"until": _eve(when)}) if one.code in ended and not one.until else one
        for one in pack.areas
    ]
    rows = [*areas, *(Area.model_validate(area(code).model_dump(by_alias=True) | {"from": when})
                      for code in made)]  # fmt: skip
    changes = [
        Change(day=when, kind=kind, source=old, heir=new, share=round(Fraction(share) * MICRO))
        for kind, old, new, share in edges
    ]
    figures = [ExposureRow(area=c, valid_from=when, known_from=when, value=500) for c in made]
    exposure = pack.exposures[0]
    return pack.model_copy(
        update={
            "areas": tuple(rows),
            "changes": (*pack.changes, *changes),
            "exposures": (exposure.model_copy(update={"rows": (*exposure.rows, *figures)}),),
            **more,
        }
    )


def _codes(pack: Pack) -> set[str]:
    return {one.code for one in pack.areas}


def _eve(when: date) -> date:
    return day((when - START).days - 1)


SPLIT: list[Edge] = [("split", "A", "X", "0.6"), ("split", "A", "Y", "0.4")]


def counts(pack: Pack, each: int = 3) -> Panel:
    """`each` records in every valid town and day, and some more in A and its heirs."""
    given: dict[str, Any] = {}
    for one in pack.areas:
        if one.level == "town":
            line = np.zeros(DAYS, np.int64)
            first = 0 if one.since is None else (one.since - START).days
            last = DAYS if one.until is None else (one.until - START).days + 1
            line[first:last] = each
            given[one.code] = given.get(one.code, 0) + line
    if "A" in given:
        given["A"] = given["A"] + (given["A"] > 0) * (np.arange(DAYS) % 5)
    return make_panel(pack, DAYS, given)


def month(when: date) -> Period:
    return period_of(when, "month")


def held(found: Ingredients, code: str) -> tuple[Fraction, Fraction]:
    """mb and eb of the comparison, as they are."""
    at = found.labels.areas.index(code)
    against = found.baseline[HOME]
    unit = found.unit
    return Fraction(int(against.count[at, -1]), unit), Fraction(int(against.exposure[at, -1]), unit)


def test_a_part_has_its_share_of_the_history() -> None:
    pack = changed(SPLIT)
    found = gather(pack, counts(pack), [month(CUT)])
    span = 56  # days of eight weeks
    first = (month(CUT).first - START).days - span
    whole = sum(3 + n % 5 for n in range(first, first + span))
    assert found.unit == 5
    assert held(found, "X") == (Fraction(6, 10) * whole, Fraction(6, 10) * 1000 * span)
    assert held(found, "Y") == (Fraction(4, 10) * whole, Fraction(4, 10) * 1000 * span)
    assert found.bridged is not None
    at = found.labels.areas.index("X")
    assert day_of(int(found.bridged.against[HOME][at, -1])) == CUT
    assert day_of(int(found.bridged.against[HOME][found.labels.areas.index("B"), -1])) is None


def test_periods_before_the_change_stay_what_they_were() -> None:
    plain = make_pack(
        indicators=(indicator(compare=[compare("trailing", weeks=8, at_least=1)], daily=DAILY),)
    )
    pack = changed(SPLIT)
    earlier = [period_of(day(n), "day") for n in range(380, 400)]
    panel = counts(pack)
    old = evaluate(plain, gather(plain, panel_of(plain, panel), earlier))
    new = evaluate(pack, gather(pack, panel, earlier))
    mine = [new.labels.areas.index(code) for code in old.labels.areas]
    assert np.array_equal(old.score, new.score[mine])
    assert np.array_equal(old.rank, new.rank[mine])
    for slot, stations in old.comparisons.items():
        for name in ("expected", "compared", "points"):
            assert np.array_equal(
                getattr(stations, name), getattr(new.comparisons[slot], name)[mine]
            )


def panel_of(pack: Pack, panel: Panel) -> Panel:
    """The same records for a pack with fewer areas."""
    codes = [*dict.fromkeys(one.code for one in pack.areas), "~unplaced"]
    return replace(panel, counts=panel.counts.sel(area=codes))


def test_a_rename_keeps_the_history_whole_and_is_no_bridge() -> None:
    pack = changed([("rename", "A", "Z", "1")])
    panel = counts(pack)
    found = gather(pack, panel, [period_of(day(404), "day")])
    at = found.labels.areas.index("Z")
    assert found.unit == 1
    assert found.bridged is not None
    assert int(found.bridged.window[0, at, -1]) == NOT_BRIDGED
    assert int(found.world.length[0, at, -1]) == 7
    first = 404 - 6
    assert int(found.world.count[0, at, -1]) == sum(
        3 + (n % 5 if n < 400 else 0) for n in range(first, 405)
    )


def test_a_window_reaches_across_the_change() -> None:
    pack = changed(SPLIT)
    found = gather(pack, counts(pack), [period_of(day(402), "day")])
    at = found.labels.areas.index("X")
    assert (int(found.world.days[0, at, -1]), int(found.world.span[0, at, -1])) == (7, 7)
    before = sum(3 + n % 5 for n in range(396, 400))
    assert Fraction(int(found.world.count[0, at, -1]), 5) == Fraction(6, 10) * before + 3 * 3
    assert found.bridged is not None
    assert day_of(int(found.bridged.window[0, at, -1])) == CUT


def test_split_and_merged_again_is_the_whole() -> None:
    back = day(430)
    pack = changed([("merge", "X", "W", "1"), ("merge", "Y", "W", "1")], back, changed(SPLIT))
    panel = counts(pack)
    found = gather(pack, panel, [month(day(480))])
    start = (month(day(480)).first - START).days
    whole = 0
    for n in range(start - 56, start):
        whole += 3 + n % 5 if n < 400 else 6 if n < 430 else 3
    assert held(found, "W")[0] == whole
    assert found.unit == 1


def test_what_was_placed_anew_goes_before_the_shares() -> None:
    """All of A's records with points lie in Y: Y gets them, and 0.4 of the others."""
    pack = changed(SPLIT)
    panel = counts(pack)
    pairs = [pair_name(CUT, "A", "X"), pair_name(CUT, "A", "Y")]
    moved = np.zeros((1, 2, DAYS), np.int64)
    moved[0, 1, :400] = 3
    labels = {"measure": panel.counts["measure"].values, "pair": pairs,
              "day": panel.counts["day"].values}  # fmt: skip
    anew = replace(panel, moved=xr.DataArray(moved, labels, ("measure", "pair", "day")))
    found = gather(pack, anew, [month(CUT)])
    start = (month(CUT).first - START).days
    rest = sum(n % 5 for n in range(start - 56, start))
    assert held(found, "X")[0] == Fraction(6, 10) * rest
    assert held(found, "Y")[0] == 3 * 56 + Fraction(4, 10) * rest


SHARES = st.sampled_from(["0.5", "0.25", "0.333333", "0.7", "0.999999", "0.123456"])


@given(data=st.data())
def test_no_count_is_lost_or_doubled(data: st.DataObject) -> None:
    """Whatever happens to the towns, the histories of those that live add up to all records."""
    pack: Pack | None = None
    living, made = list(TOWNS), 0
    for number in range(data.draw(st.integers(1, 4))):
        when = day(380 + 20 * number)
        one, other = data.draw(st.permutations(living))[:2]
        made += 2
        fresh = [f"N{made}", f"N{made + 1}"]
        share = data.draw(SHARES)
        rest = str(1 - Fraction(share))
        edges: list[Edge] = data.draw(
            st.sampled_from(
                [
                    [("split", one, fresh[0], share), ("split", one, fresh[1], rest)],
                    [("split", one, one, share), ("split", one, fresh[0], rest)],
                    [("merge", one, fresh[0], "1"), ("merge", other, fresh[0], "1")],
                    [("merge", one, one, "1"), ("merge", other, one, "1")],
                    [("split", one, one, share), ("split", one, other, rest),
                     ("merge", other, other, "1")],
                    [("rename", one, fresh[0], "1")],
                ]
            )
        )  # fmt: skip
        pack = changed(edges, when, pack)
        living = [c for c in living if c not in {e[1] for e in edges}]
        living = list(dict.fromkeys([*living, *(e[2] for e in edges)]))
        if len(living) < 3:
            break
    assert pack is not None
    panel = counts(pack)
    found = gather(pack, panel, [month(day(500))])
    start = (month(day(500)).first - START).days
    whole = int(panel.counts.values[0, :, start - 56 : start].sum())
    assert sum(held(found, code)[0] for code in living) == whole
    assert MICRO % found.unit == 0


@pytest.mark.parametrize("order", [1, -1])
def test_the_order_of_rows_means_nothing(order: int) -> None:
    pack = changed(SPLIT)
    turned = pack.model_copy(update={"changes": pack.changes[::order]})
    found = [gather(one, counts(pack), [month(CUT)]) for one in (pack, turned)]
    assert np.array_equal(found[0].baseline[HOME].count, found[1].baseline[HOME].count)
