"""Who speaks for whom; which neighbours are high together; what a week is expected to bring."""

from __future__ import annotations

import numpy as np

from qingyu.warn.nesting import Node, told_by
from qingyu.warn.outlook import outlook, since
from qingyu.warn.scan import Scan, scan

CITY = Node("city", (), "x", 1, 9)
NORTH, SOUTH = Node("north", ("city",), "x", 1, 9), Node("south", ("city",), "x", 1, 9)
FORD = Node("ford", ("north", "city"), "x", 2, 9)


def shares(given: dict[tuple[int, int], float]):  # type: ignore[no-untyped-def]
    return lambda part, whole: given.get((part, whole), 0.0)


def test_a_part_with_most_of_the_surplus_speaks_for_all_above_it() -> None:
    nodes = [CITY, NORTH, FORD]
    assert told_by(nodes, shares({(1, 0): 0.8, (2, 0): 0.7, (2, 1): 0.9}), 0.5) == [2, 2, None]


def test_a_spread_surplus_is_told_by_the_parent() -> None:
    nodes = [CITY, NORTH, SOUTH]
    assert told_by(nodes, shares({(1, 0): 0.4, (2, 0): 0.4}), 0.5) == [None, 0, 0]


def test_others_times_and_subjects_speak_for_themselves() -> None:
    later, other = Node("north", ("city",), "x", 10, 12), Node("north", ("city",), "y", 1, 9)
    assert told_by([CITY, later, other], shares({}), 0.5) == [None, None, None]


ROW = Scan.between("abcdef", [("a", "b"), ("b", "c"), ("c", "d"), ("d", "e"), ("e", "f")])
GROUPS = ROW.of(np.arange(6), 1)
MEAN, PHI = np.full(6, 10.0), np.full(6, 1.0)


def test_neighbours_that_are_high_together_are_found_and_no_others() -> None:
    found = scan(np.array([10.0, 22, 23, 9, 10, 8]), MEAN, PHI, GROUPS)
    assert (found < 0.001).tolist() == [False, True, True, False, False, False]


def test_all_higher_alike_is_no_cluster() -> None:
    assert scan(np.full(6, 20.0), MEAN, PHI, GROUPS).min() > 0.1


def test_a_calm_map_is_seldom_a_cluster() -> None:
    draws = np.random.default_rng(5)
    found = [scan(draws.poisson(MEAN).astype(float), MEAN, PHI, GROUPS).min() for _ in range(300)]
    assert 0 <= np.mean(np.array(found) <= 0.05) <= 0.09


def test_the_same_counts_get_the_same_answer_and_gaps_are_no_number() -> None:
    counts = np.array([10.0, 25, 22, np.nan, 10, 8])
    one, two = scan(counts, MEAN, PHI, GROUPS), scan(counts, MEAN, PHI, GROUPS)
    assert np.array_equal(one, two, equal_nan=True)
    assert np.isnan(one[3])
    assert (scan(np.zeros(6), MEAN, PHI, GROUPS) == 1).all()


def test_the_outlook_lies_between_the_usual_and_the_last_week() -> None:
    found = outlook(count=40, expected=20, usual=20, phi=1.5)
    assert found is not None
    assert 20 < found.expected < 40
    assert found.least < found.expected < found.most
    assert outlook(40, 20, 0, 1.5) is None
    assert outlook(np.nan, 20, 20, 1.5) is None


def test_the_outlook_holds_nine_times_in_ten() -> None:
    draws = np.random.default_rng(7)
    shape, inside = 4.0, 0
    for level in draws.gamma(shape, 1 / shape, 2000):
        found = outlook(float(draws.poisson(30 * level)), 30, 30, 1.0)
        assert found is not None
        inside += found.least <= draws.poisson(30 * level) <= found.most
    assert 0.88 <= inside / 2000 <= 0.95


def test_since_is_where_the_counts_rose() -> None:
    counts = np.array([2.0, 1, 3, 2, 6, 7, np.nan, 8])
    assert since(counts, np.full(8, 2.0)) == 4
    assert since(np.ones(4), np.full(4, 2.0)) is None
