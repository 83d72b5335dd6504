from __future__ import annotations

from datetime import date

import numpy as np
import pytest
from index_town import TOWNS, area, classes, make_pack

from qingyu.index.hierarchy import EVER, build, day_number
from qingyu.index.peers import groups
from qingyu.pack.model import Level

FIRST = day_number(date(2020, 1, 1))


def names(text: str) -> dict[str, str]:
    return {"zh": text, "en": text}


LEVELS = (
    Level.model_validate({"id": "city", "name": names("city")}),
    Level.model_validate({"id": "town", "name": names("town")}),
    Level.model_validate({"id": "village", "name": names("village")}),
    Level.model_validate({"id": "beyond", "name": names("beyond"), "graded": False}),
)


def three_storeys(**moves: date) -> list[object]:
    """C over towns A and B; village v under A until a date, then under B; n outside."""
    moved = moves.get("moved", date(2020, 1, 3))
    day_before = date.fromordinal(moved.toordinal() - 1)
    return [
        area("C", "city", None),
        area("A"),
        area("B"),
        area("v", "village", "A", to=day_before),
        area("v", "village", "B", **{"from": moved}),
        area("w", "village", "A"),
        area("n", "beyond", None),
    ]


def test_sums_follow_the_tree_of_each_day() -> None:
    tree = build(make_pack(levels=LEVELS, areas=three_storeys()))
    assert tree.codes == ("C", "A", "B", "v", "w", "n")
    own = np.array([[0] * 4, [1] * 4, [0] * 4, [10] * 4, [100] * 4, [1000] * 4])
    tree.add_up(own, np.array([0, 0, 0, 5]), FIRST + np.arange(4))
    sums = own[tree.graded]
    assert [tree.codes[place] for place in tree.graded] == ["C", "A", "B", "v", "w"]
    assert sums.tolist() == [
        [111, 111, 111, 116],  # everything but n, and on the last day the unplaced
        [111, 111, 101, 101],  # v leaves on the third day
        [0, 0, 10, 10],
        [10] * 4,
        [100] * 4,
    ]


def test_records_of_an_area_that_is_gone_stay_in_the_whole() -> None:
    towns = [area("C", "city", None), area("A"), area("B", to=date(2020, 1, 2))]
    tree = build(make_pack(areas=towns))
    sums = np.array([[0] * 3, [1] * 3, [7] * 3])
    tree.add_up(sums, np.zeros(3, np.int64), FIRST + np.arange(3))
    assert sums.tolist() == [[8, 8, 8], [1, 1, 1], [7, 7, 0]]


def test_an_area_whose_parent_is_gone_stands_under_the_root() -> None:
    rows = [area("C", "city", None), area("A", to=date(2020, 1, 1)), area("v", "village", "A")]
    tree = build(make_pack(levels=LEVELS, areas=rows))
    sums = np.array([[0, 0], [1, 0], [5, 5]])
    tree.add_up(sums, np.zeros(2, np.int64), FIRST + np.arange(2))
    assert sums.tolist() == [[6, 5], [6, 0], [5, 5]]


def test_lives_of_an_area_that_came_twice() -> None:
    rows = [
        area("C", "city", None),
        area("A", to=date(2020, 1, 2)),
        area("A", **{"from": date(2020, 1, 5), "to": date(2020, 1, 6)}),
    ]
    tree = build(make_pack(areas=rows))
    (first, last), (again, end) = tree.spans
    assert tree.limited.tolist() == [1]
    assert (int(first[1]), int(last[1])) == (-EVER, FIRST + 1)
    assert (int(again[1]), int(end[1])) == (FIRST + 4, FIRST + 5)
    assert int(again[0]) > int(end[0])  # the city has but one life


def test_a_circle_is_noticed() -> None:
    rows = [area("C", "city", None), area("A", "town", "B"), area("B", "town", "A")]
    tree = build(make_pack(areas=rows))
    with pytest.raises(ValueError, match="circle"):
        _ = tree.storeys


KINDS = classes(("urban", None), ("core", "urban"), ("rural", None))


def peers_of(*kinds: str | None, rankable: bool = True) -> list[list[str]]:
    """The members of each town's group, for towns with these classes."""
    codes = [f"t{place}" for place in range(len(kinds))]
    rows = [area("C", "city", None)] + [
        area(code, "town", "C", **{"class": kind, "rankable": rankable})
        for code, kind in zip(codes, kinds, strict=True)
    ]
    pack = make_pack(areas=rows, classes=KINDS)
    tree = build(pack)
    found = groups(pack, tree, 0)
    of = found.of(tree.graded_level, tree.class_[0][tree.graded])
    names = [tree.codes[place] for place in tree.graded]
    return [[names[m] for m in found.members[g]] if g >= 0 else [] for g in of[1:]]


def test_a_class_of_five_is_its_own_group() -> None:
    found = peers_of(*["rural"] * 5, *["urban"] * 5)
    assert found[0] == ["t0", "t1", "t2", "t3", "t4"]
    assert found[9] == ["t5", "t6", "t7", "t8", "t9"]


def test_a_small_class_takes_the_class_above_with_all_of_its_subclasses() -> None:
    found = peers_of("core", "core", "urban", "urban", "urban", *["rural"] * 4)
    assert found[0] == ["t0", "t1", "t2", "t3", "t4"]
    assert found[2] == found[0]  # a class holds its subclasses
    assert found[5] == [f"t{n}" for n in range(9)]  # four rural towns: the whole level


def test_an_area_without_a_class_has_the_whole_level_and_four_have_no_peers() -> None:
    assert peers_of(None, *["rural"] * 5)[0] == [f"t{n}" for n in range(6)]
    assert peers_of(*["rural"] * 4) == [[]] * 4
    assert peers_of(*["rural"] * 9, rankable=False) == [[]] * 9


def test_the_towns_of_the_tests_are_six() -> None:
    assert len(TOWNS) == 6
