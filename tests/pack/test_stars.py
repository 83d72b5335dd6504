"""What `stars.yaml` says: counted like everything else, and never a second time."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from qingyu.engine.measures import fingerprint, measures_of
from qingyu.i18n import LANGUAGES
from qingyu.pack.check import check_pack
from qingyu.pack.load import load_pack
from qingyu.pack.model import MICRO, Measure, Pack, Stars
from qingyu.pack.seal import seal

PACK = Path(__file__).parents[2] / "packs" / "zhuhai"
TABLE = Path(__file__).parent / "faults" / "stars.yaml"
NINE = (
    "disputes_overdue", "grave_crimes", "online_fraud", "burglary", "vehicle_theft",
    "road_accidents", "fires", "accidents_at_work", "street_events_closed",
)  # fmt: skip


@pytest.fixture(scope="module")
def zhuhai() -> Pack:
    return load_pack(PACK)


def stars_of(pack: Pack) -> Stars:
    assert pack.stars is not None
    return pack.stars


def good() -> str:
    (first, *_) = YAML(typ="safe", pure=True).load(TABLE.read_text(encoding="utf-8"))
    return str(first["files"]["stars.yaml"])


def test_a_pack_may_have_no_stars_and_keeps_its_fingerprint(small: Any) -> None:
    without = load_pack(small.folder)
    assert without.stars is None
    small.write("stars.yaml", good())
    with_stars = load_pack(small.folder)
    assert with_stars.digest != without.digest
    small.edit("stars.yaml", "certainty: 0.8", "certainty: 0.9")
    assert load_pack(small.folder).digest not in (with_stars.digest, without.digest)
    small.remove("stars.yaml")
    assert load_pack(small.folder).digest == without.digest


def test_every_measure_written_is_counted(small: Any) -> None:
    before = set(measures_of(load_pack(small.folder)))
    small.write("stars.yaml", good())
    pack = load_pack(small.folder)
    narrow, wide = (one.measure for one in stars_of(pack).items[0].lists.values())
    assert set(measures_of(pack)) == before | {fingerprint(narrow), fingerprint(wide)}
    assert stars_of(pack).items[0].chosen == narrow
    assert pack.lines["stars/items/thefts/lists/wide/measure"] == "stars.yaml:11"


def test_a_part_that_is_divided_by_is_counted_too(small: Any) -> None:
    small.write("stars.yaml", good())
    below = Measure.model_validate({"count": "calls", "where": {"kind": {"equals": "noise"}}})
    assert fingerprint(below) not in measures_of(load_pack(small.folder))
    per = "per: {measure: {count: calls, where: {kind: {equals: noise}}}}"
    small.edit("stars.yaml", "per: {exposure: people, unit: 10000}", per)
    assert fingerprint(below) in measures_of(load_pack(small.folder))


def test_items_that_count_a_union_are_sealed(small: Any) -> None:
    small.write(
        "matching.yaml",
        "- id: incidents\n  name: {zh: 事件, en: incidents}\n  sources: [calls]\n"
        "  kinds: {theft: {calls: {kind: {equals: theft}}}}\n  minutes: 5\n  within_source: true\n",
    )
    small.write("stars.yaml", good())
    small.edit("stars.yaml", "measure: {count: calls, where: {kind: {equals: theft}}}",
               "measure: {count: incidents, where: {kind: {equals: theft}}}")  # fmt: skip
    pack = load_pack(small.folder)
    narrow, wide = (one.measure for one in stars_of(pack).items[0].lists.values())
    assert narrow.matched is not None
    assert wide.matched is None
    assert seal(pack) == pack
    assert "incidents" in measures_of(pack).unions


@pytest.mark.parametrize("number", range(len(good().splitlines())))
def test_a_line_that_is_missing_is_told_or_harmless(small: Any, number: int) -> None:
    lines = good().splitlines(keepends=True)
    small.write("stars.yaml", "".join(lines[:number] + lines[number + 1 :]))
    faults = check_pack(small.folder)
    for fault in faults:
        assert all(fault.sentence().render(language) for language in LANGUAGES)
        assert fault.where.startswith("stars.yaml:")
    if not faults:
        assert stars_of(load_pack(small.folder)).items


def test_the_reference_to_a_broken_indicator_is_not_told_as_missing(small: Any) -> None:
    small.write("stars.yaml", good())
    small.edit("indicators/loss.yaml", "nature: harm", "nature: [harm]")
    assert [fault.where.split(":")[0] for fault in check_pack(small.folder)] == [
        "indicators/loss.yaml"
    ]


# -- Zhuhai -----------------------------------------------------------------------------------


def test_the_nine_of_zhuhai(zhuhai: Pack) -> None:
    stars = stars_of(zhuhai)
    assert tuple(item.id for item in stars.items) == NINE
    taken = {item.id: item.indicator for item in stars.items if item.indicator is not None}
    assert taken == {
        "online_fraud": "telecom_fraud",
        "road_accidents": "traffic_accidents",
        "fires": "fire_calls",
        "accidents_at_work": "work_accidents",
        "street_events_closed": "urban_closed",
    }
    named = [item.id for item in stars.items if item.weight[0].reference.startswith("P")]
    assert named == list(NINE[:5])
    assert {fingerprint(measure) for _, measure in stars.measures()} <= set(measures_of(zhuhai))
    assert sum(band.share for band in stars.rules[0].bands) == MICRO


def test_the_eight_classes_are_those_of_the_two_official_lists(zhuhai: Pack) -> None:
    """They differ in dealing in drugs and poisoning, kidnapping and hijacking, and in how grave
    a wounding must be."""
    item = next(item for item in stars_of(zhuhai).items if item.id == "grave_crimes")
    law, police = (
        set(item.lists[name].measure.where["category"].among or ())
        for name in ("criminal_law", "police_statistics")
    )
    assert item.list_ == "criminal_law"
    assert len(law) == 8
    assert law - police == {"贩卖毒品", "投放危险物质"}
    assert police - law == {"绑架", "劫持", "故意伤害"}


def test_no_star_measure_divides_voices_by_people(zhuhai: Pack) -> None:
    for item in stars_of(zhuhai).items:
        if item.measure is not None and item.measure.source == "disputes":
            assert item.nature == "voice"
            assert item.per is not None
            assert item.per.measure is not None
