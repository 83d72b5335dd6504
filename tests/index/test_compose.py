from __future__ import annotations

from datetime import date

from index_town import (
    compare,
    dated,
    day,
    dimension,
    index,
    indicator,
    make_pack,
    make_panel,
    people,
    source,
)

from qingyu.engine.tables import DayState
from qingyu.index.ingredients import MISSING, State
from qingyu.index.results import Results
from qingyu.index.steps import compute
from qingyu.pack.model import MICRO, Pack
from qingyu.periods import parse


def two_sources(**more: object) -> Pack:
    """Dimension order: theft (0.6) of calls, fraud (0.4) of tips; dimension fire: fires of tips."""
    tips = {"measure": {"count": "tips"}}
    given = {
        "sources": (source(), source("tips")),
        "dimensions": (dimension("order", "0.7"), dimension("fire", "0.3")),
        "indicators": (
            indicator(weight=[dated("0.6")]),
            indicator("fraud", weight=[dated("0.4")], **tips),
            indicator("fires", dimension="fire", **tips),
        ),
        "indices": (index(("order", "fire")),),
    }
    return make_pack(**(given | more))


def february(pack: Pack, calls: int, tips: int, **more: object) -> Results:
    panel = make_panel(pack, 90, {"A": calls}, more={"tips": {"A": tips}}, **more)
    return compute(pack, panel, [parse("2015-02")])


def test_weights_within_and_between() -> None:
    """A: one call (85), two tips (40). order = 0.6·85 + 0.4·40 = 67; 0.7·67 + 0.3·40 = 58.9."""
    found = february(two_sources(), 1, 2)
    assert found.indicator[:, 1, 0].tolist() == [85 * MICRO, 40 * MICRO, 40 * MICRO]
    assert found.dimension[:, 1, 0].tolist() == [67 * MICRO, 40 * MICRO]
    assert found.score[1, 0] == 58_900


def without_tips(pack: Pack) -> Results:
    """The source tips covers nothing."""
    panel = make_panel(pack, 90, {"A": 1}, more={"tips": {}})
    panel.coverage.values[1] = DayState.NONE
    return compute(pack, panel, [parse("2015-02")])


def test_what_is_missing_gives_its_weight_to_the_others_until_too_much_is() -> None:
    """Order has 0.6 of its weight, exactly the least share; the index has 0.7 of its own."""
    found = without_tips(two_sources())
    assert found.dimension[:, 1, 0].tolist() == [85 * MICRO, MISSING]
    assert found.score[1, 0] == 85_000
    assert found.completeness[1, 0] == 420_000  # 0.7·0.6
    assert found.area_state[1, 0] == State.OK


def test_less_than_the_least_share_is_no_data() -> None:
    strict = two_sources(indices=(index(("order", "fire"), least_share="0.600001"),))
    assert without_tips(strict).dimension[0, 1, 0] == MISSING
    assert without_tips(strict).score[1, 0] == MISSING
    halves = (dimension("order", "0.5"), dimension("fire", "0.5"))
    between = two_sources(indices=(index(("order", "fire"), least_share="0.6"),), dimensions=halves)
    found = without_tips(between)
    assert found.dimension[0, 1, 0] == 85 * MICRO
    assert found.score[1, 0] == MISSING  # half the index is less than 0.6


def test_a_dimension_without_an_indicator_in_force_is_no_part() -> None:
    later = indicator("fires", dimension="fire", weight=[dated(1, date(2020, 1, 1))])
    pack = two_sources(indicators=(indicator(), later))
    found = february(pack, 1, 0)
    assert found.dimension[:, 1, 0].tolist() == [85 * MICRO, MISSING]
    assert found.score[1, 0] == 85_000
    assert found.completeness[1, 0] == MICRO


def test_a_weight_of_nothing_is_out_of_the_index() -> None:
    none = indicator("fraud", weight=[dated(0)], measure={"count": "tips"})
    pack = two_sources(indicators=(indicator(), none), indices=(index(),))
    assert without_tips(pack).completeness[1, 0] == MICRO


def test_weights_change_on_their_day() -> None:
    weights = [dated("0.6"), dated("0.2", date(2015, 2, 28))]
    pack = make_pack(
        sources=(source(), source("tips")),
        indicators=(
            indicator(weight=weights),
            indicator("fraud", weight=[dated("0.4")], measure={"count": "tips"}),
        ),
    )
    panel = make_panel(pack, 90, {"A": 1}, more={"tips": {"A": 2}})
    found = compute(pack, panel, [parse("2015-01"), parse("2015-02")])
    assert found.score[1].tolist() == [67_000, 55_000]  # (0.2·85 + 0.4·40)/0.6 = 55


def deducting(points: str, at_most: str) -> Pack:
    deduction = {
        "id": "deaths", "name": {"zh": "d", "en": "d"}, "measure": {"count": "tips"},
        "points": points, "at_most": at_most,
    }  # fmt: skip
    order = dimension("order", deductions=[deduction])
    return make_pack(sources=(source(), source("tips")), dimensions=(order,))


def test_deductions_per_unit_up_to_their_most() -> None:
    """28 tips in February: 28·0.5 = 14, or 10 at most; never below nothing."""
    found = february(deducting("0.5", "100"), 1, 1)
    assert found.before_deductions[0, 1, 0] == 85 * MICRO
    assert found.deducted[0, 1, 0] == 14 * MICRO
    assert found.score[1, 0] == 71_000
    assert february(deducting("0.5", "10"), 1, 1).score[1, 0] == 75_000
    assert february(deducting("50", "1000"), 1, 1).score[1, 0] == 0


def test_deductions_count_the_days_of_their_own_source() -> None:
    pack = deducting("0.5", "100")
    panel = make_panel(pack, 90, {"A": 1}, more={"tips": {"A": 1}})
    panel.coverage.values[1, 31:41] = DayState.GAP  # ten days of tips in February
    assert compute(pack, panel, [parse("2015-02")]).deducted[0, 1, 0] == 9 * MICRO


def test_methods_of_the_index_and_within() -> None:
    """order: √(85^1.2·40^0.8)…; by harmonic between: 1/(0.7/67 + 0.3/40)."""
    harmonic = two_sources(indices=(index(("order", "fire"), method="harmonic"),))
    assert february(harmonic, 1, 2).score[1, 0] == round(1000 / (0.7 / 67 + 0.3 / 40))
    median = two_sources(indices=(index(("order", "fire"), within="median"),))
    assert february(median, 1, 2).dimension[0, 1, 0] == 85 * MICRO
    power = two_sources(indices=(index(("order", "fire"), method="generalised", exponent=2),))
    assert february(power, 1, 2).score[1, 0] == round(1000 * (0.7 * 67**2 + 0.3 * 40**2) ** 0.5)


def test_copeland_of_a_level() -> None:
    """Six towns: A is the worst in both dimensions, the five others are alike."""
    pack = two_sources(indices=(index(("order", "fire"), method="copeland"),))
    found = february(pack, 1, 2)
    assert found.score[:, 0].tolist() == [50_000, 0, *[60_000] * 5]


def test_an_exposure_can_be_a_second_measure() -> None:
    """Calls per tip against a target of one: 2 to 4 is half of it."""
    per = {"measure": {"count": "tips"}, "unit": 1}
    pack = make_pack(
        sources=(source(), source("tips")),
        indicators=(indicator(per=per, compare=[compare("target", target=[dated(1)])]),),
    )
    found = february(pack, 2, 4)
    assert found.exposure[0, 1, 0] == 112
    assert found.comparisons["theft", 0].compared[1, 0] == 500_000
    assert found.state[0, 2, 0] == State.NO_DATA  # town B has no tips at all


def test_people_known_later_are_left_out() -> None:
    pack = make_pack(exposures=(people({"A": 1000}, known=day(60)),))
    panel = make_panel(pack, 90, {"A": 1})
    assert compute(pack, panel, [parse("2015-02")]).score[1, 0] == 85_000
    assert compute(pack, panel, [parse("2015-02")], day(59)).score[1, 0] == MISSING
