"""Each kind of rule says what came and what it was held against, and each number is a field."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import numpy as np
import pytest

from qingyu.flows.warn_episodes import Raised
from qingyu.flows.warn_judge import Watch, watches
from qingyu.flows.warn_sentence import sentence_of
from qingyu.flows.warn_told import Told, name_of
from qingyu.index.exact_json import Fixed
from qingyu.index.hierarchy import day_number
from qingyu.index.spot import area_of
from qingyu.pack.load import load_pack
from qingyu.pack.model import Detect
from qingyu.periods import period_of
from qingyu.warn.episodes import Episode

PACK = load_pack(Path(__file__).resolve().parents[2] / "packs" / "zhuhai")
TOWN = "440402100000"
WATCHES = {one.key: one for one in watches(PACK)}
FIRST, LAST = date(2026, 10, 29), date(2026, 10, 31)


def told(watch: Watch, count: float, expected: float = np.nan) -> Told:
    episode = Episode(day_number(FIRST), day_number(LAST), None, ())
    return Told(
        raised=Raised(TOWN, watch.subject, episode, (watch,)),
        area=area_of(PACK, TOWN, period_of(LAST, "day")), subject=name_of(PACK, watch.subject),
        state="open", number=None, on=LAST, shown=watch,
        cells={"count": count, "expected": expected}, surest=None, since=None, told_by=None,
        speaks_for=(), neighbours=(), silence=None, drivers=(), outlook=None, bridges=(),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("rule", "count", "expected", "zh", "numbers"),
    [
        ("year_on_year/traffic_accidents", 159.0, 81.25,
         "唐家湾镇交通事故：2026-10有159起，按一年前的水平应为81.2。",
         {"count": 159, "expected": Fixed(812, 1)}),
        ("rank_fall/monthly", 29.0, 1.0, "唐家湾镇月度指数：2026-10排第29，2026-09排第1。",
         {"rank": 29, "rank_before": 1}),
        ("incomplete/daily", 0.5999, np.nan,
         "唐家湾镇日度指数：按权重和天数计，2026-10-31的数据到了59.9%，应到60.0%；始于2026-10-29。",
         {"share": Fixed(599, 1), "asked": Fixed(600, 1)}),
        ("reds/daily", 69.876, np.nan,
         "唐家湾镇日度指数：连续红色，2026-10-29至2026-10-31；2026-10-31得69.876分。",
         {"score": Fixed(69876, 3)}),
        ("reds/daily", np.nan, np.nan, "唐家湾镇日度指数：连续红色，2026-10-29至2026-10-31。", {}),
        ("surge/traffic_accidents", 17.0, 15.28,
         "唐家湾镇交通事故：截至2026-10-31的七天17起，平常15.3；可能始于2026-10-29。",
         {"count": 17, "expected": Fixed(153, 1)}),
    ],
)  # fmt: skip
def test_the_sentence_of_each_rule(
    rule: str, count: float, expected: float, zh: str, numbers: dict[str, object]
) -> None:
    found = sentence_of(PACK, told(WATCHES[rule], count, expected))
    assert found.text.render("zh") == zh
    assert found.numbers == numbers
    assert "{" not in found.text.render("en")


@pytest.mark.parametrize(
    ("subject", "zh"),
    [
        ("traffic_accidents", "截至2026-10-31的1天9起，平常2.5"),
        ("hotline_in_time", "截至2026-10-31的1天有9件未达到，平常2.5"),
    ],
)
def test_a_detector_over_one_day_does_not_speak_of_seven(subject: str, zh: str) -> None:
    rule = WATCHES["surge/traffic_accidents"].rule
    daily = Detect.model_validate(
        {"by": "ears_c1", "window": "1 days", "enter": "0.001", "leave": "0.05"}
    )
    one = Watch(rule.model_copy(update={"detect": daily}), subject)
    found = sentence_of(PACK, told(one, 9.0, 2.5))
    assert zh in found.text.render("zh")
    assert "1-day window" in found.text.render("en")
    assert found.numbers == {"count": 9, "expected": Fixed(25, 1), "days": 1}
