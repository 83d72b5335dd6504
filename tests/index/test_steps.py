from __future__ import annotations

from dataclasses import fields, replace
from datetime import date
from typing import Any

import numpy as np
import pytest
from index_town import TOWNS, area, compare, dated, indicator, make_pack, make_panel, people

from qingyu.engine.tables import DayState, Panel
from qingyu.index import steps
from qingyu.index.ingredients import Ingredients
from qingyu.index.results import Results
from qingyu.index.steps import compute, evaluate, gather
from qingyu.pack.model import Pack
from qingyu.periods import parse, periods_between

DAILY = {"window": "7 days", "least_expected": "5", "at_most": "28 days"}


def city() -> tuple[Pack, Panel]:
    """Two years of seeded counts, a town that goes, growing towns, all kinds of comparisons."""
    chance = np.random.default_rng(7)
    rows = [area("C", "city", None), *(area(c) for c in TOWNS), area("Z", to=date(2016, 9, 9))]
    compares = [
        compare("own", "0.2", years=1, at_least=1, window="28 days"),
        compare("trailing", "0.2", weeks=8, at_least=4),
        compare("peers", "0.2"),
        compare("previous", "0.2"),
        compare("parent", "0.1"),
        compare("minmax", "0.1", low=[dated("0.5")], high=[dated(4)]),
    ]
    sizes = {code: 300 * (n + 1) for n, code in enumerate((*TOWNS, "Z"))}
    grown = people({code: 2 * size for code, size in sizes.items()}, date(2016, 7, 1))
    both = people(sizes).model_copy(update={"rows": (*people(sizes).rows, *grown.rows)})
    more = {"compare": compares, "daily": DAILY, "shrink": {}}
    pack = make_pack(
        areas=rows,
        exposures=(both,),
        indicators=(
            indicator("theft", weight=[dated("0.5")], missing={"then": "carry"}, **more),
            indicator("fraud", weight=[dated("0.5")], missing={"then": "parent"}, **more),
        ),
    )
    counts = {code: chance.poisson(size / 500, 730) for code, size in sizes.items()}
    hole = {
        d.first: DayState.NONE for d in periods_between(date(2016, 8, 1), date(2016, 8, 5), "day")
    }
    return pack, make_panel(pack, 730, counts, cover=hole)


def same(one: Results, other: Results, keep: slice = slice(None)) -> None:
    for field in fields(one):
        left, right = getattr(one, field.name), getattr(other, field.name)
        if isinstance(left, np.ndarray):
            assert np.array_equal(left[..., keep], right), field.name
    for slot, stations in one.comparisons.items():
        for name, array in vars(stations).items():
            assert np.array_equal(array[..., keep], getattr(other.comparisons[slot], name)), slot


@pytest.mark.parametrize(
    ("first", "last", "kind"),
    [
        ("2016-07-20", "2016-09-15", "day"),
        ("2016-01-01", "2016-12-31", "month"),
        ("2016-06-01", "2016-10-09", "week"),
    ],
)
def test_many_periods_at_once_or_each_alone(first: str, last: str, kind: Any) -> None:
    pack, panel = city()
    periods = periods_between(date.fromisoformat(first), date.fromisoformat(last), kind)
    whole = compute(pack, panel, periods)
    assert whole.labels.periods == tuple(periods)
    for place in range(0, len(periods), 7):
        same(whole, compute(pack, panel, [periods[place]]), slice(place, place + 1))


def test_the_order_of_areas_in_the_panel_means_nothing() -> None:
    pack, panel = city()
    backwards = replace(panel, counts=panel.counts[:, ::-1])
    months = [parse("2016-07"), parse("2016-08")]
    same(compute(pack, panel, months), compute(pack, backwards, months))


def test_all_processors_find_what_one_finds(monkeypatch: pytest.MonkeyPatch) -> None:
    pack, panel = city()
    found = gather(pack, panel, periods_between(date(2016, 7, 20), date(2016, 9, 15), "day"))
    alone = evaluate(pack, found)
    used: list[int] = []

    class Pool(steps.ThreadPoolExecutor):
        def map(self, *given: Any, **more: Any) -> Any:
            used.append(1)
            return super().map(*given, **more)

    monkeypatch.setattr(steps, "_WORTH_THREADS", 0)
    monkeypatch.setattr(steps, "ThreadPoolExecutor", Pool)
    same(alone, evaluate(pack, found))
    assert used


def test_a_cut_of_the_ingredients_evaluates_alike() -> None:
    pack, panel = city()
    months = [parse(f"2016-{n:02d}") for n in range(5, 12)]
    found = gather(pack, panel, months)
    lead = found.labels.lead
    assert lead == 13
    part = found.between(2, lead + 3, lead)
    same(evaluate(pack, found), evaluate(pack, part), slice(2, 3))


def test_hybrids_end_in_the_present() -> None:
    """One group after the other is taken from now; each step is a score of its own."""
    pack, panel = city()
    found = gather(pack, panel, [parse("2016-06"), parse("2016-07")])
    lead, size = found.labels.lead, len(found.labels.periods)
    before, now = found.between(0, size - 1, lead), found.between(1, size, lead)
    mixed: Ingredients = before
    scores = [evaluate(pack, before).score]
    for group in ("exposure", "method", "availability", "peers", "baseline", "world"):
        mixed = replace(mixed, **{group: getattr(now, group)})
        scores.append(evaluate(pack, mixed).score)
    whole = evaluate(pack, found).score
    assert np.array_equal(scores[0][:, 0], whole[:, 0])
    assert np.array_equal(scores[-1][:, 0], whole[:, 1])
    assert not np.array_equal(scores[0], scores[1])  # twice the people since July


def test_exposure_of_now_over_the_days_of_then() -> None:
    """June has 30 days, July 31 and twice the people: e = 62·600·30/31 for a town of 300."""
    pack, panel = city()
    found = gather(pack, panel, [parse("2016-06"), parse("2016-07")])
    lead, size = found.labels.lead, len(found.labels.periods)
    before, now = found.between(0, size - 1, lead), found.between(1, size, lead)
    mixed = evaluate(pack, replace(before, exposure=now.exposure))
    assert mixed.exposure[0, 1, 0] == 31 * 600 * 30 // 31


def test_periods_of_two_kinds_are_no_request() -> None:
    pack, panel = city()
    with pytest.raises(ValueError, match="one kind"):
        compute(pack, panel, [parse("2016-06"), parse("2016-06-01")])


def test_nothing_received_yet() -> None:
    pack = make_pack()
    found = compute(pack, make_panel(pack, 0), [parse("2015-02")])
    assert set(found.area_state[:, 0].tolist()) == {1}
