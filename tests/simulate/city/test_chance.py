"""Draws by address: the published numbers, the declared shapes, and independence of neighbours."""

from __future__ import annotations

import numpy as np
import pytest

from qingyu.simulate.city.chance import (
    MOOD,
    ONE,
    RISK,
    Words,
    bell,
    between,
    chance,
    draws,
    key_of,
    mean_of,
    philox,
    pick,
    quantile,
)

KEYS: Words = np.arange(1, 200_001).astype(np.uint64) * np.uint64(0x9E3779B97F4A7C15)


@pytest.mark.parametrize(
    ("counter", "key", "words"),
    [
        ((0, 0, 0, 0), 0, (0x6627E8D5, 0xE169C58D, 0xBC57AC4C, 0x9B00DBD8)),
        ((0xFFFFFFFF,) * 4, (1 << 64) - 1, (0x408F276D, 0x41C83B0E, 0xA20BC7C6, 0x6D5451FD)),
        (
            (0x243F6A88, 0x85A308D3, 0x13198A2E, 0x03707344),
            0x299F31D0_A4093822,
            (0xD16CFE09, 0x94FDCCEB, 0x5001E420, 0x24126EA1),
        ),
    ],
)
def test_the_published_vectors_of_philox(
    counter: tuple[int, ...], key: int, words: tuple[int, ...]
) -> None:
    a, b, c, d = (np.array([word], np.uint64) for word in counter)
    assert tuple(int(found[0]) for found in philox((a, b, c, d), key)) == words


def test_a_draw_is_the_same_alone_and_among_others() -> None:
    days, numbers = np.arange(len(KEYS)) % 20_000, np.arange(len(KEYS)) % 977
    whole = draws(5, KEYS, days, 7, 3, numbers)
    for at in (0, 1, 16_383, 16_384, 199_999):
        alone = draws(5, KEYS[at : at + 1], int(days[at]), 7, 3, int(numbers[at]))
        assert [int(w[0]) for w in alone] == [int(w[at]) for w in whole]


def test_each_part_of_an_address_matters() -> None:
    one = (5, KEYS[:1], 18_000, 7, 3, 11)
    other = [
        (6, KEYS[:1], 18_000, 7, 3, 11),
        (5, KEYS[1:2], 18_000, 7, 3, 11),
        (5, KEYS[:1], 18_001, 7, 3, 11),
        (5, KEYS[:1], 18_000, 8, 3, 11),
        (5, KEYS[:1], 18_000, 7, 4, 11),
        (5, KEYS[:1], 18_000, 7, 3, 12),
    ]
    seen = {tuple(int(w[0]) for w in draws(*address)) for address in [one, *other]}
    assert len(seen) == 7


def test_an_area_is_found_under_its_code() -> None:
    assert key_of("440402100000") == 0x1BDADDC3BFF8850D
    assert key_of("440402100000") != key_of("440402100001")


def test_the_bell_has_mean_0_and_variance_1() -> None:
    drawn = bell(3, KEYS, 4, 2, RISK, 0)
    assert abs(float(drawn.mean())) < 0.01
    assert abs(float(drawn.var()) - 1.0) < 0.015
    assert abs(float((drawn**3).mean())) < 0.03
    assert abs(float(np.corrcoef(drawn, bell(3, KEYS, 4, 2, MOOD, 0))[0, 1])) < 0.01


def test_chance_pick_and_between_are_exact_on_the_edges() -> None:
    assert int(chance(0.25)) == ONE // 4
    assert int(chance(0.0)) == 0
    assert int(chance(1.5)) == ONE
    edges = np.array([0, ONE // 4 - 1, ONE // 4, ONE - 1], np.uint64)
    assert pick(edges, (1, 3)).tolist() == [0, 0, 1, 1]
    assert between(edges, 1, 4).tolist() == [1, 1, 2, 4]


def test_a_quantile_goes_in_straight_lines() -> None:
    knots = ((0, 10), (500, 20), (1000, 120))
    at = np.array([0, ONE // 4, ONE // 2, 3 * (ONE // 4), ONE - 1], np.uint64)
    assert quantile(at, knots).tolist() == [10, 15, 20, 70, 119]
    words = draws(1, KEYS, 1, 1, 1, 1)[0]
    assert mean_of(knots) == 42.5
    assert abs(float(quantile(words, knots).mean()) - (42.5 - 0.5)) < 0.3  # cut to integers
