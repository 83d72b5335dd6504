"""Looks: two signs at once, and the correction for their number."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from qingyu.evaluate.integrity.look import Looks, State, adjusted, both, judged, unjudged


def looks(*p: float) -> Looks:
    chances = np.array(p)
    enough = np.isfinite(chances)
    ones = np.ones(len(p), np.int64)
    return judged(ones, ones, ones.astype(float), chances, enough)


def test_the_second_sign_must_be_there() -> None:
    found = both(looks(1e-6, 1e-6, 0.4, np.nan), looks(0.05, 0.5, 0.01, 0.01))
    assert found.p[:3].tolist() == [1e-6, 0.5, 0.4]
    assert found.state.tolist() == [State.JUDGED] * 3 + [State.TOO_FEW]


def test_corrected_chances_are_those_of_benjamini_and_hochberg() -> None:
    p = np.random.default_rng(1).uniform(size=40) ** 3
    first, second = adjusted([p[:15], p[15:]])
    assert np.allclose(np.concatenate([first, second]), stats.false_discovery_control(p))


def test_what_was_not_judged_is_no_look() -> None:
    (found,) = adjusted([np.array([0.01, np.nan, 0.04])])
    assert found[0] == pytest.approx(0.02)
    assert np.isnan(found[1])
    assert adjusted([np.zeros(0)])[0].size == 0


def test_states_and_chances_agree() -> None:
    nothing = unjudged(np.array([3]), np.array([5]), State.UNSEEN)
    assert np.isnan(nothing.p).all()
    with pytest.raises(AssertionError):
        Looks(np.array([1]), np.array([1]), np.array([1.0]), np.array([0.5]), nothing.state)
