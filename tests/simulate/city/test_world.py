"""The city has the truth that is declared of it, and any day of it can be made alone."""

from __future__ import annotations

import csv
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from qingyu.pack.model import Pack
from qingyu.simulate.city.events import cells, events, recorded
from qingyu.simulate.city.model import Scenario
from qingyu.simulate.city.places import TILES, Towns, made_up, towns_of
from qingyu.simulate.city.shapes import FESTIVALS, number_of
from qingyu.simulate.city.world import World

TANGJIAWAN, NANPING, XIANGWAN = "440402100000", "440402102000", "440402006000"


def sums(world: World, stream: str, first: date, last: date, town: str | None = None) -> float:
    found = cells(world, world.scenario.stream(stream), world.days(first, last)).happened
    number = world.towns.number(town) if town else None
    return float(found.sum() if number is None else found[number].sum())


def test_five_years_have_the_expected_sum(city: World) -> None:
    days = city.days(date(2021, 11, 1), date(2026, 10, 31))
    for name in ("theft", "accidents", "fires", "requests", "street_events"):
        stream = city.scenario.stream(name)
        found = cells(city, stream, days)
        true_ = float(found.expected.sum())
        error = (true_ * stream.dispersion) ** 0.5
        assert abs(int(found.happened.sum()) - true_) < 4 * error, name


def test_counts_spread_as_declared_around_the_truth(city: World) -> None:
    """Variance ÷ mean around the expected counts is the dispersion, for every stream."""
    days = city.days(date(2023, 1, 1), date(2024, 12, 31))
    for stream in city.scenario.streams:
        found = cells(city, stream, days)
        true_ = found.expected
        some = true_ > 0.05
        spread = (
            ((found.happened - true_)[some] ** 2).sum() / true_[some].sum() if some.any() else 1
        )
        if some.sum() > 2000:
            assert float(spread) == pytest.approx(stream.dispersion, rel=0.12), stream.id


def test_towns_lie_as_on_the_tile_map_and_nothing_happens_in_villages_that_ended(
    city: World, zhuhai: Pack
) -> None:
    with (Path(zhuhai.folder) / TILES).open(encoding="utf-8", newline="") as file:
        tiles = {r["code"]: (int(r["column"]), int(r["row"])) for r in csv.DictReader(file)}
    towns = city.towns
    assert tiles == dict(zip(towns.codes, zip(towns.column, towns.row, strict=True), strict=True))
    ended = {area.code for area in zhuhai.areas if area.until is not None}
    villages = {area.code for area in zhuhai.areas if area.level == "village"}
    assert ended
    assert set(towns.village) == villages - ended


def test_a_pack_without_a_tile_map_has_towns_in_rows(zhuhai: Pack) -> None:
    towns = towns_of(zhuhai.model_copy(update={"folder": "nowhere"}))
    places = list(zip(towns.column.tolist(), towns.row.tolist(), strict=True))
    assert places == [(n % 6, n // 6) for n in range(31)]


def test_one_day_alone_is_that_day_of_the_whole(city: World) -> None:
    first, last, day = date(2025, 1, 1), date(2025, 3, 31), date(2025, 2, 11)
    at = number_of(day) - number_of(first)
    for name in ("theft", "fires", "telecom_fraud"):
        stream = city.scenario.stream(name)
        whole = events(city, stream, city.days(first, last))
        alone = events(city, stream, city.days(day, day))
        mine = whole.only(whole.day == number_of(first) + at)
        assert alone.town.tolist() == mine.town.tolist()
        for block in (0, 1):
            assert alone.draw(block, 2).tolist() == mine.draw(block, 2).tolist()
        assert alone.second().tolist() == mine.second().tolist()
        assert alone.village.tolist() == mine.village.tolist()


def test_another_town_changes_no_other() -> None:
    small, large = made_up(40, 7, villages=3), made_up(60, 7, villages=3)
    days = World(small).days(date(2026, 5, 1), date(2026, 5, 31))
    one, two = World(small, seed=7), World(large, seed=7)
    for name in ("theft", "requests"):
        stream = one.scenario.stream(name)
        assert (
            cells(one, stream, days).happened.tolist()
            == cells(two, stream, days).happened[:40].tolist()
        )
        few, many = recorded(one, stream, days), recorded(two, stream, days)
        mine = many.only(many.town < 40)
        assert few.second().tolist() == mine.second().tolist()
        assert few.village.tolist() == mine.village.tolist()


def test_another_seed_is_another_city(city: World) -> None:
    days = city.days(date(2026, 5, 1), date(2026, 5, 7))
    stream = city.scenario.stream("theft")
    other = replace(city, seed=city.seed + 1, _kept={})
    assert (
        cells(city, stream, days).happened.tolist() != cells(other, stream, days).happened.tolist()
    )


def test_spring_festival_empties_the_city(city: World) -> None:
    """Thefts within the week of the festival against the weeks around it, over five years."""
    stream = city.scenario.stream("theft")
    inside = outside = 0.0
    for festival in city.festivals:
        if date(2022, 1, 1) < festival < date(2026, 12, 31):
            middle = number_of(festival)
            inside += float(cells(city, stream, city.numbered(middle, middle + 6)).happened.sum())
            for start in (middle - 24, middle + 21):
                week = city.numbered(start, start + 6)
                outside += float(cells(city, stream, week).happened.sum()) / 2
    # The table's mean over the seven days, and a little more for the visitors who are there.
    table = np.interp(range(7), *zip(*FESTIVALS["empty"], strict=True)).mean() / 1000
    assert table == pytest.approx(0.475, abs=0.005)
    assert 0.9 * table < inside / outside < 1.35 * table


def test_towns_differ_as_declared() -> None:
    many = World(made_up(4000, 3), seed=3)
    stream = many.scenario.stream("theft")
    found = many.lasting(stream.code, stream.spread)
    assert float(found.mean()) == pytest.approx(1.0, abs=0.02)
    assert float(np.log(found).std()) == pytest.approx(stream.spread, rel=0.05)


def test_the_surge_of_tangjiawan_comes_and_goes(city: World) -> None:
    days = city.days(date(2022, 2, 1), date(2022, 10, 31))
    plain = replace(city, scenario=Scenario(city.scenario.streams, city.scenario.shares), _kept={})
    stream, town = city.scenario.stream("accidents"), city.towns.number(TANGJIAWAN)
    factor = city.mean(stream, days)[town] / plain.mean(stream, days)[town]
    start = number_of(date(2022, 3, 7)) - int(days.number[0])
    assert factor[start - 1] == 1.0
    assert factor[start + 20] == pytest.approx(2.2)
    assert factor[start + 100] == pytest.approx(0.9)
    assert factor[start + 181] == 1.0
    before = sums(city, "accidents", date(2022, 2, 1), date(2022, 2, 28), TANGJIAWAN)
    height = sums(city, "accidents", date(2022, 3, 17), date(2022, 4, 10), TANGJIAWAN)
    assert height / 25 > 1.5 * before / 28
    others = np.delete(np.arange(len(city.towns)), town)
    same = city.mean(stream, days)[others] == plain.mean(stream, days)[others]
    assert same.all()


def test_what_is_not_entered_still_happened(city: World) -> None:
    stream, town = city.scenario.stream("theft"), city.towns.number(NANPING)
    days = city.days(date(2025, 3, 5), date(2025, 5, 25))
    found, kept = events(city, stream, days), recorded(city, stream, days)
    share = (kept.town == town).sum() / (found.town == town).sum()
    assert share == pytest.approx(0.93 * 0.55, abs=0.06)
    whole = (kept.town != town).sum() / (found.town != town).sum()
    assert whole == pytest.approx(0.93, abs=0.03)


def test_recording_is_the_declared_share(city: World) -> None:
    days = city.days(date(2023, 1, 1), date(2023, 12, 31))
    for name in ("accidents", "vice", "telecom_fraud"):
        stream = city.scenario.stream(name)
        share = len(recorded(city, stream, days)) / len(events(city, stream, days))
        assert share == pytest.approx(stream.recorded, abs=0.05), name


def test_visitors_come_on_holidays(city: World) -> None:
    days = city.days(date(2025, 10, 1), date(2025, 10, 15))
    crowd = city.exposure("actual_population", days)
    at_home = city.exposure("residents", days)
    town = city.towns.number("440402104000")
    assert crowd[town, 0] > 1.3 * crowd[town, 13]
    assert (crowd >= at_home).all()


def test_a_nation_is_made_up_of_many_sizes() -> None:
    nation: Towns = made_up(5000, 2014)
    people = nation.exposures["residents"].value[0]
    assert len(set(nation.codes)) == 5000
    assert people.min() > 200
    assert people.max() > 10 * np.median(people)
