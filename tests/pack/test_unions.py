"""What a union means: where its records look for others, and under which name it is counted."""

from __future__ import annotations

import shutil
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from qingyu.pack.check import check_pack
from qingyu.pack.load import digest_of_pack, load_pack
from qingyu.pack.model import Area, Measure, Pack, Union
from qingyu.pack.seal import seal
from qingyu.pack.unions import counts_kind, meaning, places_of

ZHUHAI = Path(__file__).parents[2] / "packs" / "zhuhai"
AREAS = (
    Area(code="C", name="City", level="city"),
    Area(code="D", name="Old district", level="district", parent="C"),
    Area(code="E", name="New district", level="district", parent="C"),
    Area(code="T", name="Town", level="town", parent="D", until=date(2020, 1, 1)),
    Area(code="T", name="Town", level="town", parent="E", since=date(2020, 1, 2)),
    Area(code="V", name="Village", level="village", parent="T"),
)


def union(**more: Any) -> Union:
    given: dict[str, Any] = {
        "id": "both",
        "name": {"zh": "并", "en": "both"},
        "sources": ["one", "other"],
        "kinds": {"a": {"one": {}}, "b": {"other": {"x": {"equals": "y"}}}},
        "minutes": 5,
    }
    return Union.model_validate(given | more)


def test_an_area_looks_in_all_that_it_has_ever_lain_in() -> None:
    places = places_of(union(), AREAS)
    assert places == {
        "C": ("C",),
        "D": ("D", "C"),
        "E": ("E", "C"),
        "T": ("T", "C", "D", "E"),
        "V": ("V", "C", "D", "E", "T"),
    }


def test_under_a_level_an_area_looks_in_those_of_the_level() -> None:
    places = places_of(union(same="district"), AREAS)
    assert places == {
        "C": ("C",),
        "D": ("D",),
        "E": ("E",),
        "T": ("D", "E"),
        "V": ("D", "E"),
    }


def test_nothing_is_asked_of_areas_under_none() -> None:
    assert places_of(union(same="none", metres=5), AREAS) == {}


def test_the_meaning_is_all_but_the_name() -> None:
    def mark(**more: Any) -> str:
        made = union(**more)
        return meaning(made, places_of(made, AREAS))

    same = mark()
    assert mark(name={"zh": "别", "en": "else"}) == same
    assert mark(id="else") == same
    kinds = {"b": {"other": {"x": {"equals": "y"}}}, "a": {"one": {}}}
    others = [
        mark(minutes=6), mark(same="town"), mark(within_source=True), mark(metres=9),
        mark(sources=["other", "one"]), mark(kinds=kinds),
    ]  # fmt: skip
    assert len({same, *others}) == 7
    made = union()
    assert meaning(made, places_of(made, AREAS[:-1])) != same


@pytest.mark.parametrize(
    ("where", "kinds"),
    [
        ({}, {"a", "b"}),
        ({"kind": {"equals": "a"}}, {"a"}),
        ({"kind": {"in": ["a", "b"]}}, {"a", "b"}),
        ({"kind": {"not": {"in": ["a"]}}}, {"b"}),
    ],
)
def test_which_kinds_a_measure_counts(where: dict[str, Any], kinds: set[str]) -> None:
    measure = Measure.model_validate({"count": "both", "where": where})
    assert {kind for kind in ("a", "b") if counts_kind(measure, kind)} == kinds


def test_the_union_of_zhuhai() -> None:
    pack = load_pack(ZHUHAI)
    (incidents,) = pack.unions
    assert incidents.sources == ("police_122", "fire_119", "police_110")
    assert pack.union("incidents") is incidents
    assert pack.union("police_110") is None
    assert pack.sources_of(Measure(count="incidents")) == incidents.sources
    assert pack.sources_of(Measure(count="air")) == ("air",)


def test_only_measures_of_a_union_are_sealed() -> None:
    pack = load_pack(ZHUHAI)
    assert all(one.measure.matched is None for one in pack.indicators)
    first = pack.indicators[0]
    counting = first.model_copy(update={"measure": Measure(count="incidents")})
    with_union = pack.model_copy(update={"indicators": (counting, *pack.indicators[1:])})
    sealed = seal(with_union).indicators
    assert sealed[1:] == pack.indicators[1:]
    assert sealed[0].measure.matched == meaning(
        pack.unions[0], places_of(pack.unions[0], pack.areas)
    )


def test_sealing_changes_nothing_of_a_pack_without_unions(small: Any) -> None:
    pack: Pack = load_pack(small.folder)
    assert pack.unions == ()
    assert seal(pack) is pack
    assert digest_of_pack(pack) == pack.digest


def test_points_of_two_datums_are_told(tmp_path: Path) -> None:

    folder = Path(shutil.copytree(ZHUHAI, tmp_path / "zhuhai"))
    path = folder / "matching.yaml"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("  minutes: 8", "  metres: 200\n  minutes: 8"), encoding="utf-8")
    found = [(fault.where, str(fault.found)) for fault in check_pack(folder)]
    assert {where.split(",")[0] for where, _ in found} == {"matching.yaml:23"}
    assert [text for _, text in found if "bd09" in text]
    assert len(found) == 7  # two columns of three sources, and the datums
