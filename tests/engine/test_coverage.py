"""Which days count: drawn as lines of one letter a day, as the page of the method has them.

F full, P partial, G gap, S suspect, . nothing; the first letter is Wednesday 2020-01-01.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import numpy as np
import pytest
from engine_town import draft, source, town
from hypothesis import given
from hypothesis import strategies as st

from qingyu.engine.batches import Batch, sealed
from qingyu.engine.coverage import coverage, covered_days, day_axis

START = date(2020, 1, 1)
LETTERS = ".PGSF"


def on(day: int) -> date:
    """The day of January 2020 (and on: 32 is February 1st)."""
    return START + timedelta(days=day - 1)


def batch(number: int, covers: tuple[int, int] | None = None, **more: Any) -> Batch:
    first, last = (on(covers[0]), on(covers[1])) if covers else (None, None)
    made = draft(town(), covers_first=first, covers_last=last, **more)
    return sealed(made, number, "2020-03-01T00:00:00+00:00", "", [])


def drawn(
    batches: Sequence[Batch],
    days: int,
    totals: Sequence[int] | None = None,
    **contract: Any,
) -> str:
    pack = town(sources=[source("calls", **contract), source("claims")])
    counts = np.zeros((2, days), np.int64)
    counts[0] = totals if totals is not None else 100
    axis = day_axis(START, on(days))
    states = coverage(pack, batches, counts, axis)
    assert states.shape == (2, days)
    assert states.dtype == np.uint8
    return "".join(LETTERS[state] for state in states[0])


def test_the_edges_of_a_batch_are_partial() -> None:
    assert drawn([batch(1, (2, 6))], 8) == ".PFFFP.."


def test_edges_that_the_contract_calls_full() -> None:
    assert drawn([batch(1, (2, 6))], 8, edges="full") == ".FFFFF.."


@pytest.mark.parametrize(
    ("made", "states"),
    [
        ("2020-01-06T14:00+08:00", ".FFFFP."),  # of the sixth the afternoon is missing
        ("2020-01-07T00:00+08:00", ".FFFFF."),
        ("2020-01-06T15:59+00:00", ".FFFFP."),  # 23:59 in the city
        ("2020-01-06T16:00+00:00", ".FFFFF."),
    ],
)
def test_a_day_that_was_not_over_when_the_file_was_made_is_partial(made: str, states: str) -> None:
    version = int(datetime.fromisoformat(made).timestamp()) * 1_000_000
    extract: dict[str, Any] = {"edges": "full", "version": {"by": "extract"}}
    assert drawn([batch(1, (2, 6), version=version)], 7, **extract) == states
    whole = int(datetime.fromisoformat("2020-01-08T06:00+08:00").timestamp()) * 1_000_000
    both = [batch(1, (2, 6), version=version), batch(2, (4, 6), version=whole)]
    assert drawn(both, 7, **extract) == ".FFFFF."


def test_one_full_cover_is_enough() -> None:
    assert drawn([batch(1, (1, 4)), batch(2, (3, 7))], 8) == "PFFFFFP."


def test_two_partial_days_are_no_full_one() -> None:
    assert drawn([batch(1, (1, 3)), batch(2, (3, 5))], 6) == "PFPFP."


def test_a_batch_of_one_or_two_days_is_all_edge() -> None:
    assert drawn([batch(1, (2, 2)), batch(2, (4, 5))], 6) == ".P.PP."
    assert drawn([batch(1, (2, 2))], 3, edges="full") == ".F."


def test_a_supplement_covers_nothing() -> None:
    more = batch(2, (1, 6), kind="supplement", refers_to=1)
    assert drawn([batch(1, (2, 4)), more], 6) == ".PFP.."


def test_a_file_of_refused_rows_tells_nothing_of_its_days() -> None:
    """Half of them may be refused, one more may not; a supplement puts it right."""
    assert drawn([batch(1, (1, 5), rows=4, refused=2)], 5) == "PFFFP"
    bad = batch(1, (1, 5), rows=4, refused=3)
    assert drawn([bad], 5) == "PPPPP"
    again = batch(2, (1, 5), rows=3, refused=3, kind="supplement", refers_to=1)
    assert drawn([bad, again], 5) == "PPPPP"
    mended = batch(3, (1, 5), rows=3, refused=2, kind="supplement", refers_to=1)
    assert drawn([bad, again, mended], 5) == "PFFFP"
    gone = batch(4, kind="withdraw", refers_to=3)
    assert drawn([bad, again, mended, gone], 5) == "PPPPP"


def test_a_file_of_refused_rows_takes_nothing_from_what_was_known() -> None:
    good, bad = batch(1, (1, 5)), batch(2, (2, 7), rows=4, refused=4)
    assert drawn([good, bad], 8) == drawn([bad, good], 8) == "PFFFPPP."


def test_the_contract_may_be_stricter() -> None:
    sent = [batch(1, (1, 5), rows=10, refused=2)]
    assert drawn(sent, 5, usual={"refused": "0.2"}) == "PFFFP"
    assert drawn(sent, 5, usual={"refused": "0.1"}) == "PPPPP"


def test_another_sources_batch_covers_nothing() -> None:
    assert drawn([batch(1, (1, 6), source="claims")], 6) == "......"


def test_a_withdrawal_takes_the_coverage_away_from_then_on() -> None:
    history = [batch(1, (1, 4)), batch(2, (4, 8)), batch(3, kind="withdraw", refers_to=1)]
    assert drawn(history[:2], 8) == "PFFPFFFP"
    assert drawn(history, 8) == "...PFFFP"


def test_a_declared_gap_is_a_gap_whatever_came() -> None:
    gaps = [{"from": "2020-01-03", "to": "2020-01-04", "reason": "the line was cut"}]
    assert drawn([batch(1, (1, 8))], 8, gaps=gaps) == "PFGGFFFP"
    assert drawn([], 8, gaps=gaps) == "..GG...."
    before = [{"from": "2019-12-01", "to": "2020-01-02", "reason": "not begun"}]
    assert drawn([batch(1, (1, 8))], 8, gaps=before) == "GGFFFFFP"


def test_covers_may_reach_beyond_the_days_asked_for() -> None:
    assert drawn([batch(1, (-5, 40))], 4) == "FFFF"
    assert drawn([batch(1, (-5, -2)), batch(2, (9, 12))], 4) == "...."
    assert drawn([batch(1, (-5, 1))], 4) == "P..."


# -- suspect ---------------------------------------------------------------------------------------
WHOLE = [batch(1, (-10, 200))]


def weeks(*counts: int) -> list[int]:
    """Totals in which day 1 of each week has the count drawn, and every other day 100."""
    return [count if day == 0 else 100 for count in counts for day in range(7)]


def weekly(*counts: int, batches: Sequence[Batch] = WHOLE, **contract: Any) -> str:
    """The states of the first day of each week."""
    return drawn(batches, 7 * len(counts), weeks(*counts), **contract)[::7]


def test_far_below_the_usual_is_suspect() -> None:
    assert weekly(100, 100, 100, 39) == "FFFS"
    assert weekly(100, 100, 100, 40) == "FFFF"  # 0.4 of the median is not below 0.4 of it


def test_two_weeks_say_nothing() -> None:
    assert weekly(100, 100, 0) == "FFF"
    assert weekly(100, 100, 100, 0) == "FFFS"


def test_the_median_of_an_even_number_is_not_rounded() -> None:
    # of 100 100 101 101 the median is 100.5, and 0.4 of it is 40.2
    assert weekly(100, 101, 100, 101, 40) == "FFFFS"
    assert weekly(100, 101, 100, 101, 41) == "FFFFF"
    assert weekly(100, 100, 100, 101, 40) == "FFFFF"


def test_a_quiet_source_is_not_asked() -> None:
    assert weekly(20, 20, 20, 0) == "FFFS"
    assert weekly(19, 20, 19, 0) == "FFFF"
    assert weekly(19, 20, 20, 20, 0) == "FFFFS"  # median 20 of an even number
    assert weekly(19, 19, 20, 20, 0) == "FFFFF"  # median 19.5
    assert weekly(19, 20, 19, 0, usual={"least": 19}) == "FFFS"


def test_suspect_days_are_no_witnesses() -> None:
    # were the zeros witnesses, the median would sink and the last zero pass for usual
    assert weekly(100, 100, 100, 0, 0, 0, 0, 0) == "FFFSSSSS"


def test_after_long_silence_nobody_remembers() -> None:
    # eight weeks back there are only two full days left: not asked, so calm again
    assert weekly(*[100] * 3, *[0] * 8) == "FFF" + "S" * 6 + "FF"


def test_only_the_last_weeks_are_asked() -> None:
    # three weeks back there is a suspect day among the witnesses, so only two are left
    assert weekly(900, 900, 900, 100, 100, 100, 50, usual={"weeks": 3}) == "FFFSFFF"
    assert weekly(900, 900, 100, 100, 100, 39, usual={"weeks": 3, "below": 0.1}) == "FFFFFF"
    assert weekly(900, 100, 100, 100, 39, usual={"weeks": 3}) == "FFFFS"


def test_a_confirmed_day_is_right_and_a_witness() -> None:
    days = ["2020-01-22", "2020-01-29"]
    assert weekly(100, 100, 100, 0, 0, 0, confirmed=days) == "FFFFFS"
    assert weekly(100, 100, 100, 0, 39, confirmed=days[:1]) == "FFFFS"


def test_gaps_and_edges_are_neither_judged_nor_witnesses() -> None:
    gaps = [{"from": "2020-01-08", "to": "2020-01-08", "reason": "cut"}]
    assert weekly(100, 0, 100, 0, gaps=gaps) == "FGFF"  # two witnesses only
    assert weekly(100, 0, 100, 100, 0, gaps=gaps) == "FGFFS"
    edges = [batch(1, (-10, 22))]
    assert weekly(100, 100, 100, 0, batches=edges) == "FFFP"


def test_other_weekdays_do_not_matter() -> None:
    totals = weeks(100, 100, 100, 100)
    totals[22] = 0  # a Thursday, and the days before it are as usual
    assert drawn(WHOLE, 28, totals) == "F" * 22 + "S" + "F" * 5


def test_nothing_at_all() -> None:
    states = coverage(town(), [], np.zeros((2, 0), np.int64), np.array([], "datetime64[D]"))
    assert states.shape == (2, 0)
    assert covered_days([]) is None
    assert covered_days([batch(1, (3, 5)), batch(2, (4, 9))]) == (on(3), on(9))


spans = st.tuples(st.integers(-3, 14), st.integers(0, 6)).map(lambda t: (t[0], t[0] + t[1]))


@given(covers=st.lists(spans, max_size=4), order=st.randoms())
def test_the_order_of_receipts_does_not_matter(covers: list[tuple[int, int]], order: Any) -> None:
    batches = [batch(n, cover) for n, cover in enumerate(covers, start=1)]
    mixed = [replace(b) for b in batches]
    order.shuffle(mixed)
    assert drawn(batches, 12) == drawn(mixed, 12)


@pytest.mark.parametrize("known", range(4))
def test_as_known_is_the_batches_up_to_then(known: int) -> None:
    history = [batch(1, (1, 4)), batch(2, (3, 8)), batch(3, kind="withdraw", refers_to=2)]
    lines = ["........", "PFFP....", "PFFFFFFP", "PFFP...."]
    assert drawn(history[:known], 8) == lines[known]
