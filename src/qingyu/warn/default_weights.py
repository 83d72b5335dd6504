"""How much less a count far above what was expected weighs, and what calm counts lose by it.

As in Farrington et al. (1996), a count whose residual is above a limit weighs less: z⁻², z its
distance in deviations, so that it adds to the dispersion what a usual count does. Past outbreaks
are looked for as present ones are, in single blocks and in two running: a block above its mean
weighs what the farthest of its three sums says. The limit is on the power (1 + 1/φ)/3 on which a
negative binomial of variance φ·μ is least skewed: ⅔ for Poisson (Anscombe), ⅓ for a wide one
(Wilson, Hilferty 1931).

Weighing trims the upper tail of calm counts too, most of all small ones, so mean and dispersion
come out too low; `kept` says by how much under the negative binomial itself, so that both can be
put right (Fisher consistency: Huber 1981, Robust Statistics, 6.2).
"""

from __future__ import annotations

from functools import cache

import numpy as np

from qingyu.warn.distributions import below
from qingyu.warn.verdict import Floats, Ints

USUAL = 2.58  # deviations up to which a count weighs fully, as Noufaily et al. (2013)
_LOW, _HIGH, _WIDEST = 0.02, 80.0, 12.0  # means and dispersions of the table
_MEANS, _PHIS = 19, 9
_NEVER = 1e-8


def weights(counts: Floats, mean: Floats, phi: Floats) -> Floats:
    """Of counts[series, block]; phi[series, 1]."""
    found = _single(counts, mean, phi)
    above = counts > mean
    pairs = _single(counts[:, 1:] + counts[:, :-1], mean[:, 1:] + mean[:, :-1], phi)
    for part in (slice(1, None), slice(None, -1)):
        found[:, part] = np.where(above[:, part], np.minimum(found[:, part], pairs), found[:, part])
    return found


def _single(counts: Floats, mean: Floats, phi: Floats) -> Floats:
    power = (1 + 1 / phi) / 3
    with np.errstate(invalid="ignore", divide="ignore", over="ignore"):
        centre = mean**power * (1 + power * (power - 1) / 2 * phi / mean)
        residual = (counts**power - centre) / (power * mean ** (power - 0.5) * np.sqrt(phi))
        far = (residual > USUAL) & (counts > 1)  # a single case is no outbreak
        return np.where(far, phi * mean / (counts - mean) ** 2, 1.0)


def kept(mean: Floats, phi: Floats) -> tuple[Floats, Floats]:
    """Parts of the mean and of the dispersion that weighing leaves of calm counts with this mean
    and dispersion; by straight lines between the points of a table, and its edges beyond."""
    table = _table()
    r, down = _place(np.log(np.maximum(mean, _LOW)), np.log(_LOW), np.log(_HIGH), _MEANS)
    c, right = _place(np.log(phi), 0.0, np.log(_WIDEST), _PHIS)
    found = [
        (1 - down) * ((1 - right) * part[r, c] + right * part[r, c + 1])
        + down * ((1 - right) * part[r + 1, c] + right * part[r + 1, c + 1])
        for part in table
    ]
    return found[0], found[1]


def _place(value: Floats, low: float, high: float, number: int) -> tuple[Ints, Floats]:
    """The point of the grid below, and the part of the step beyond it."""
    steps = np.clip((value - low) / (high - low), 0.0, 1.0) * (number - 1)
    under = np.minimum(steps.astype(np.int64), number - 2)
    return under, steps - under


@cache
def _table() -> Floats:
    """[mean or dispersion, mean, phi], by sums over all counts that matter."""
    return np.array(
        [[_kept(mean, phi) for phi in np.geomspace(1.0, _WIDEST, _PHIS)]
         for mean in np.geomspace(_LOW, _HIGH, _MEANS)]
    ).transpose(2, 0, 1)  # fmt: skip


def _kept(mean: float, phi: float) -> tuple[float, float]:
    """A pair's weight falls with the other count, so of two neighbours the larger decides."""
    count = np.arange(np.ceil(mean + 12 * np.sqrt(phi * mean) + 25 * phi))
    size = np.array(mean / (phi - 1) if phi > 1 else np.inf)
    under = below(count, np.array(mean), size)
    number = int(np.searchsorted(under, 1 - _NEVER)) + 1
    count, under = count[:number], under[:number]
    chance, larger = np.diff(under, prepend=0.0), np.diff(under**2, prepend=0.0)
    spread = np.array(phi)
    own = _single(count, np.array(mean), spread)
    pair = _single(count[:, None] + count, np.array(2 * mean), spread)
    weight = np.where(count > mean, (np.minimum(own[:, None], pair) * larger).sum(axis=1), own)
    weighed = chance * weight
    centre = (weighed * count).sum() / weighed.sum()
    return centre / mean, (weighed * (count - centre) ** 2).sum() / (phi * centre)
