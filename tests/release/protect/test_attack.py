"""An attacker is let loose on drawn cities: he finds every planted leak, and no other."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from attack_drawn import Drawn, drawn, guarded_pack
from attack_plants import COLOURS, PAST, PLANTS
from attack_solver import Area
from attack_worlds import Attacker, Cell, Leak

import qingyu.flows.release as walk
from qingyu.engine.store import Home
from qingyu.engine.tables import Panel
from qingyu.flows.edition_protect import protected_of, shown_of
from qingyu.flows.opening import Known
from qingyu.flows.publish import Published, compute_from
from qingyu.periods import parse

MONTH = "2026-03"
LEAST = 5
DECIDED, DECIDING = "4209108568", "traffic_crash"  # an area of the quiet county, and its indicator


@pytest.fixture(scope="module")
def montco(tmp_path_factory: pytest.TempPathFactory) -> Drawn:
    return drawn(guarded_pack(tmp_path_factory.mktemp("montco"), "montco"), 7)


@pytest.fixture(scope="module")
def zhuhai(tmp_path_factory: pytest.TempPathFactory) -> Drawn:
    return drawn(guarded_pack(tmp_path_factory.mktemp("zhuhai"), "zhuhai"), 7)


@pytest.fixture(scope="module")
def quiet(tmp_path_factory: pytest.TempPathFactory) -> Drawn:
    """A county where next to nothing happens: most scores are the best that they can be."""
    return drawn(guarded_pack(tmp_path_factory.mktemp("quiet"), "montco"), 1, busy=0.03)


def attacker(city: Drawn, labels: list[str], leak: Leak | None = None) -> Attacker:
    return Attacker(city.pack, city.panel, labels, leak)


def asked(one: Attacker, indicator: str) -> list[Cell]:
    """The small cells of an indicator in the last period."""
    found, least = one.guarded[indicator]
    return one.small(found.measure, least, one.days(one.periods[-1]))


def published(city: Drawn, label: str) -> Published:
    return compute_from(city.pack, city.panel, [parse(label)], Known(0, None))


# -- whoever has all bytes ------------------------------------------------------------------------


@pytest.mark.parametrize("channel", sorted(PLANTS))
def test_he_finds_what_is_planted(montco: Drawn, channel: str) -> None:
    """In each channel, and of a number that he does not learn without the leak."""
    one = attacker(montco, [MONTH])
    (cell, *_) = asked(one, "ems_violence")
    value = 0 if cell.of(one.counts, one.rows[cell.measure]) else LEAST - 1
    assert not one.learnt([cell], value)
    assert attacker(montco, [MONTH], PLANTS[channel]).learnt([cell], value) == {cell}


@pytest.mark.parametrize("channel", sorted(PAST))
def test_he_finds_what_is_planted_of_the_past(montco: Drawn, channel: str) -> None:
    """What a count is held against is made of counts of other days."""
    one = attacker(montco, [MONTH])
    measure, least = one.guarded["ems_violence"]
    (cell, *_) = one.small(measure.measure, least, one.days(parse("2026-02")))
    value = 0 if cell.of(one.counts, one.rows[cell.measure]) else LEAST - 1
    assert not one.learnt([cell], value)
    assert attacker(montco, [MONTH], PAST[channel]).learnt([cell], value) == {cell}


def test_he_finds_a_colour_that_a_single_count_decides(quiet: Drawn) -> None:
    """Printed where the real edition shows no boundary, it tells."""
    one = attacker(quiet, [MONTH])
    (cell,) = (cell for cell in asked(one, DECIDING) if one.codes[cell.area] == DECIDED)
    assert not one.learnt([cell], LEAST - 1)
    assert attacker(quiet, [MONTH], COLOURS).learnt([cell], LEAST - 1) == {cell}


@pytest.mark.parametrize("name", ["ems_cardiac", "ems_injury", "fire_burning", "traffic_crash"])
def test_he_learns_no_month_of_a_county(montco: Drawn, name: str) -> None:
    one = attacker(montco, [MONTH])
    cells = asked(one, name)
    assert len(cells) > 20
    assert not one.learnt(cells, 0)
    assert not one.learnt(cells, LEAST - 1)


@pytest.mark.slow
@pytest.mark.parametrize("name", ["fire_calls", "work_accidents"])
def test_he_learns_no_month_of_a_city(zhuhai: Drawn, name: str) -> None:
    """With deductions, a cap that is told, open indicators beside, three storeys of areas."""
    one = attacker(zhuhai, [MONTH])
    cells = asked(one, name)
    assert cells
    assert not one.learnt(cells, 0)
    assert not one.learnt(cells, LEAST - 1)


@pytest.mark.slow
def test_he_learns_no_day_of_a_week(montco: Drawn) -> None:
    """Editions of days whose windows overlap, asked about one of them."""
    days = [f"2026-03-{day}" for day in range(24, 31)]
    one = attacker(montco, days)
    measure, least = one.guarded["fire_burning"]
    cells = one.small(measure.measure, least, one.days(parse("2026-03-26")))
    assert len(cells) > 20
    assert not one.learnt(cells, 0)
    assert not one.learnt(cells, LEAST - 1)


def test_every_file_is_the_same_in_such_worlds(
    montco: Drawn, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not the colours alone: all bytes of an edition, but for what a secret seals."""
    one = attacker(montco, [MONTH])
    cells = asked(one, "fire_burning")[::3]
    assert not one._search(cells, LEAST - 1)
    assert one.last is not None
    assert (one.last != one.counts).any()
    office = walk.Office(Home.create(tmp_path / "home", Path(montco.pack.folder)), montco.pack)
    office.home.clock = lambda: datetime(2026, 6, 1, 12, tzinfo=UTC)
    made = []
    for counts in (one.counts, one.last):
        monkeypatch.setattr(walk, "panel_of", _always(one.city(counts)))
        made.append(walk.draft(office, MONTH)[0].contents())
    real, other = map(_unsealed, made)
    assert real.keys() == other.keys()
    assert [name for name in real if real[name] != other[name]] == []
    assert made[0] != made[1]  # the seals


def _always(panel: Panel) -> object:
    return lambda *_: panel


def _unsealed(members: dict[str, bytes]) -> dict[str, bytes]:
    """All files, with everything that an HMAC under the office's secret covers blanked."""
    found = {name: data for name, data in members.items()
             if not name.startswith("commitments.") and name != "SHA256SUMS"}  # fmt: skip
    manifest = json.loads(found["manifest.json"])
    manifest |= {"cube": None, "stations": None, "known": None}
    package = json.loads(found["datapackage.json"])
    for resource in package["resources"]:
        if resource["name"] == "commitments":
            del resource["hash"]
    return found | {"manifest.json": json.dumps(manifest).encode(),
                    "datapackage.json": json.dumps(package).encode()}  # fmt: skip


# -- with a solver --------------------------------------------------------------------------------


def test_the_solver_finds_what_scores_and_totals_tell(montco: Drawn) -> None:
    """With all other counts of the area known: the last one, from the score nearly, from the sum
    of all exactly."""
    one = published(montco, MONTH)
    narrow = 0
    for row, code in list(enumerate(one.results.labels.areas))[1:20]:
        area, counts = Area(one, code), _counts(one, code)
        score = float(one.results.score[row, 0]) / 1000
        known = [area.count(name, counts[name], counts[name])
                 for name in area.names if name != DECIDING]  # fmt: skip
        low, high = area.interval(DECIDING, [area.score(score - 1, score + 1), *known])
        narrow += low <= counts[DECIDING] <= high < low + LEAST - 1
        total = sum(counts[name] for name in area.names)
        assert area.interval(DECIDING, [area.total(total, total), *known]) == (
            counts[DECIDING],
            counts[DECIDING],
        )
    assert narrow


def test_the_solver_learns_nothing_from_colours(montco: Drawn, quiet: Drawn) -> None:
    """Even with all of the past and of other places known."""
    looked = 0
    for city in (montco, quiet):
        one = published(city, MONTH)
        shown = shown_of(one, protected_of(city.pack, one.results.labels.index))
        for code in one.results.labels.areas[1::6]:
            area, said = Area(one, code), shown[code]
            assert said.band_from is not None
            assert said.band_to is not None
            bound = area.score(said.band_from / 1000, said.band_to / 1000)
            for name in area.names[::4]:
                low, high = area.interval(name, [bound])
                assert low == 0
                assert high >= LEAST - 1
                looked += 1
    assert looked > 30


def test_the_solver_learns_from_a_colour_that_one_count_decides(quiet: Drawn) -> None:
    one = published(quiet, MONTH)
    said = shown_of(one, protected_of(quiet.pack, one.results.labels.index))[DECIDED]
    assert (said.grade_from, said.grade_to) == ("orange", "yellow")
    area = Area(one, DECIDED)
    assert area.interval(DECIDING, [area.score(80, 89.999)])[1] < LEAST - 1
    assert area.interval(DECIDING, [area.score(70, 89.999)])[1] >= LEAST - 1


def _row(one: Published, code: str) -> int:
    return one.results.labels.areas.index(code)


def _counts(one: Published, code: str) -> dict[str, int]:
    names = one.results.labels.indicators
    return dict(zip(names, one.ingredients.world.count[:, _row(one, code), -1].tolist(),
                    strict=True))  # fmt: skip
