"""Integer distances against the sphere."""

from __future__ import annotations

import math

import numpy as np
from hypothesis import assume, given
from hypothesis import strategies as st

from qingyu.engine.matching.distance import _COSINES, within


def near(one: tuple[int, int], other: tuple[int, int], metres: int) -> bool:
    points = [np.array([value], np.int64) for value in (*one, *other)]
    return bool(within(*points, metres)[0])


def on_a_sphere(one: tuple[int, int], other: tuple[int, int]) -> float:
    """Haversine, in metres."""
    x1, y1, x2, y2 = (math.radians(value / 1e6) for value in (*one, *other))
    half = math.sin((y2 - y1) / 2) ** 2
    half += math.cos(y1) * math.cos(y2) * math.sin((x2 - x1) / 2) ** 2
    return 2 * 6_371_008.8 * math.asin(math.sqrt(half))


def test_the_table_of_cosines() -> None:
    angles = np.radians(np.arange(901) / 10 + 0.05)
    assert np.abs(_COSINES - np.cos(angles) * 1e6).max() < 1


@given(
    st.integers(-179_000_000, 179_000_000),
    st.integers(-66_000_000, 66_000_000),
    st.integers(-90_000, 90_000),
    st.integers(-90_000, 90_000),
    st.integers(1, 10_000),
)
def test_good_to_a_few_thousandths_below_the_polar_circle(
    x: int, y: int, dx: int, dy: int, metres: int
) -> None:
    far = on_a_sphere((x, y), (x + dx, y + dy))
    assume(abs(far - metres) > 0.005 * metres + 0.1)
    assert near((x, y), (x + dx, y + dy), metres) == (far <= metres)


def test_nothing_runs_over_at_the_two_ends_of_the_earth() -> None:
    assert not near((-180_000_000, -90_000_000), (180_000_000, 90_000_000), 100_000)
    assert near((180_000_000, 90_000_000), (180_000_000, 90_000_000), 1)
