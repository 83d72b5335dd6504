"""Who sends what when: history in few files, the last months as they would have come."""

from __future__ import annotations

from collections import Counter
from datetime import date

from qingyu.pack.model import Pack
from qingyu.simulate.city.plan import DAILY, deliveries
from qingyu.simulate.city.shapes import day_of

FIRST, LAST = date(2021, 11, 1), date(2026, 10, 31)


def test_history_is_one_file_a_source_or_one_a_source_and_year(zhuhai: Pack) -> None:
    for history, files in (("years", 6), ("whole", 1)):
        plan = deliveries(zhuhai, FIRST, LAST, 1, history)  # type: ignore[arg-type]
        told = Counter(d.source for d in plan if d.kind == "history")
        assert told == {source.id: files for source in zhuhai.sources}


def test_either_way_the_same_days_are_told(zhuhai: Pack) -> None:
    whole = deliveries(zhuhai, FIRST, LAST, 1, "whole")
    years = deliveries(zhuhai, FIRST, LAST, 1)
    for source in zhuhai.sources:
        spans = [sorted((d.first, d.last) for d in plan if d.source == source.id
                        and d.kind == "history") for plan in (whole, years)]  # fmt: skip
        assert spans[0] == [(spans[1][0][0], spans[1][-1][1])]
        for before, after in zip(spans[1][:-1], spans[1][1:], strict=True):
            assert after[0] == before[1] + 1
    assert [d for d in whole if d.kind != "history"] == [d for d in years if d.kind != "history"]


def test_a_span_without_history_has_no_file_of_it(zhuhai: Pack) -> None:
    plan = deliveries(zhuhai, date(2026, 10, 1), LAST, 1, "whole")
    assert not [d for d in plan if d.kind == "history"]
    assert {d.source for d in plan if d.kind == "daily"} == set(DAILY)
    assert max(day_of(d.last) for d in plan) == LAST
