"""A pack's own cases: what they expect, what comes out, and how a wrong one is told."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest
from flows_county import MONTCO

from qingyu.engine.tables import DayState, fingerprint
from qingyu.errors import CaseError
from qingyu.flows.cases import panel_of_case, run_cases
from qingyu.pack.load import load_pack
from qingyu.pack.model import Case, Measure, Pack

MERION = "4209144976"


@pytest.fixture(scope="module")
def pack() -> Pack:
    return load_pack(MONTCO)


def case(**more: object) -> Case:
    """Twice as many crashes in March as in the two months before."""
    given = [
        {"indicator": "traffic_crash", "area": MERION, "from": "2016-01-01", "to": "2016-02-29",
         "each_day": 4},
        {"indicator": "traffic_crash", "area": MERION, "from": "2016-03-01", "to": "2016-03-31",
         "each_day": 8},
    ]  # fmt: skip
    plain = {
        "name": {"zh": "翻一番", "en": "Twice as many"},
        "period": "2016-03",
        "covered": [{"source": "calls", "from": "2015-12-31", "to": "2016-04-01"}],
        "given": given,
        "expect": [{"area": MERION, "score": "74.087"}],
    }
    return Case.model_validate(plain | more)


def with_cases(pack: Pack, *cases: Case) -> Pack:
    return pack.model_copy(update={"cases": cases, "warning_cases": ()})


def test_the_pack_s_own_cases_hold(pack: Pack) -> None:
    outcomes = run_cases(pack, strict=True)
    assert len(outcomes) >= 20
    assert all(outcome.holds for outcome in outcomes)
    assert all(outcome.where.startswith("cases/") for outcome in outcomes)


def test_each_expectation_is_an_outcome(pack: Pack) -> None:
    expect = [{
        "area": MERION, "score": "74.087", "grade": "orange", "state": "ok",
        "indicators": {"traffic_crash": "33.03355", "traffic_obstacle": 85},
    }]  # fmt: skip
    outcomes = run_cases(with_cases(pack, case(expect=expect)))
    assert [(o.what, o.expected, o.found) for o in outcomes] == [
        ("score", "74.087", "74.087"),
        ("grade", "orange", "orange"),
        ("state", "ok", "ok"),
        ("traffic_crash", "33.03355", "33.03355"),
        ("traffic_obstacle", "85", "85"),
    ]
    assert set(outcomes[0].to_json()) == {
        "case", "where", "area", "what", "expected", "found", "holds",
    }  # fmt: skip


def test_a_wrong_case_names_both_numbers(pack: Pack) -> None:
    wrong = with_cases(
        pack, case(expect=[{"area": MERION, "score": "74.088", "grade": "red", "state": "ok"}])
    )
    found = {outcome.what: outcome.holds for outcome in run_cases(wrong)}
    assert found == {"score": False, "grade": False, "state": True}
    with pytest.raises(CaseError) as caught:
        run_cases(wrong, strict=True)
    assert len(caught.value.faults) == 2
    text = str(caught.value)
    assert "74.087" in text
    assert "74.088" in text
    assert "Twice as many" in text
    assert caught.value.exit_code == 10


def test_a_score_where_none_was_expected(pack: Pack) -> None:
    outcome = run_cases(with_cases(pack, case(expect=[{"area": MERION, "grade": "no_data"}])))[0]
    assert (outcome.expected, outcome.found, outcome.holds) == ("no_data", "orange", False)


def test_the_panel_of_a_case(pack: Pack) -> None:
    panel = panel_of_case(pack, case())
    assert (panel.first, panel.last) == (date(2015, 12, 31), date(2016, 4, 1))
    crash = fingerprint(pack.indicator("traffic_crash").measure)
    counts = panel.counts.sel(measure=crash, area=MERION)
    assert int(counts.sum()) == 4 * 60 + 8 * 31
    assert int(panel.counts.sel(measure=crash).sum()) == int(counts.sum())
    every = panel.counts.sel(measure=fingerprint(Measure(count="calls")), area=MERION)
    assert np.array_equal(every.values, counts.values)
    states = panel.coverage.sel(source="calls").values
    assert states[0] == states[-1] == DayState.PARTIAL  # the edges of what is covered
    assert set(states[1:-1].tolist()) == {int(DayState.FULL)}


def test_declared_gaps_are_gaps(pack: Pack) -> None:
    covered = [{"source": "calls", "from": "2016-04-01", "to": "2016-06-01"}]
    panel = panel_of_case(pack, case(covered=covered, given=[], period="2016-05"))
    states = panel.coverage.sel(source="calls", day=np.datetime64("2016-05-01"))
    assert int(states) == DayState.GAP
