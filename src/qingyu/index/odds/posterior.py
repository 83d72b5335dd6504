"""Draws of the true mean counts of areas' windows, from what the windows tell.

The model of one indicator and level (docs/explanation/odds.md), with a an area and w a window:

    m[a,w] ~ variance φ times mean,   mean = e[a,w]·θ[a,w]
    θ[a,w] ~ gamma of mean α[a]·s[w] and relative variance v[w]
    α[a]   ~ gamma of mean b[class of a] and relative variance 1/c[class of a]

Each draw has its own v (and the φ that goes with it), its own common movement s of each window,
then α given all windows of the area, then each window's θ given α and its own count: gamma by gamma
with m and e divided by φ. Shares likewise, with beta, and what moves all areas at once in v.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import ndtr, ndtri

from qingyu.exact import Float
from qingyu.index.ingredients import Int
from qingyu.index.odds.moments import LEAST_COMMON, Fit
from qingyu.index.odds.spread import Movement
from qingyu.index.odds.told import Told

MOST_MOVED = 2.0  # V: two true rates that have nothing to do with one another
LEAST_MOVED = 2e-6
_WEAK = 0.5  # shape of the prior of an area's level, where nothing is known of its class
_STRONG = 20.0
_ROUNDS = 6


@dataclass(frozen=True)
class Chance:
    """phi [D]; moved [W, D]: v, the relative variance of each window's true rate."""

    phi: Float
    moved: Float


def chance_of(
    told: Told, movement: Movement | None, phi: float, kappa: float,
    rng: np.random.Generator, draws: int,
) -> Chance:  # fmt: skip
    """v of the window and of the one before: half of V of blocks that follow one another; of what
    lies further back: V at that distance less the window's own. Without a past φ as the pack
    declares it and v = φ/κ (as of the shrinkage), or evenly anything where κ is 0."""
    u = rng.random((len(told.slots), draws))
    if movement is None:
        own = u[0] if kappa <= 0 else np.full(draws, phi / kappa)
        own = np.clip(own, LEAST_MOVED / 2, MOST_MOVED / 2)
        return Chance(np.full(draws, phi), np.broadcast_to(own, u.shape))
    near = _drawn(movement.near, u[0])
    moved = np.empty(u.shape)
    moved[:] = near / 2
    for row, slot in enumerate(told.slots):
        if slot is not None and slot in movement.far:
            beyond = _drawn(movement.far[slot], u[row]) - near / 2
            moved[row] = np.maximum(beyond, near / 2 / told.times[row])
    return Chance(movement.near.phi(near), moved)


def _drawn(fit: Fit, u: Float) -> Float:
    """V from a normal about its estimate, cut to what is possible."""
    low, high = (float(ndtr((edge - fit.moved) / fit.error)) for edge in (0.0, MOST_MOVED))
    if high - low < 1e-12:  # far outside: at the nearer edge
        return np.full(u.shape, LEAST_MOVED if fit.moved < 1 else MOST_MOVED)
    drawn = fit.moved + fit.error * ndtri(low + (high - low) * u)
    return np.asarray(np.clip(drawn, LEAST_MOVED, MOST_MOVED))


def gammas(shape: Float, rng: np.random.Generator) -> Float:
    """Standard gamma draws, never zero (a draw of a tiny shape may underflow)."""
    return np.maximum(rng.standard_gamma(shape), 1e-300)


# -- rates ----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Guess:
    """Point values that weights and priors are made from."""

    common: Float  # [W] s
    mean: Float  # [W, A] expected counts
    prior: Float  # [A] b
    shape: Float  # [A] c


def rate_draws(told: Told, group: Int, chance: Chance, rng: np.random.Generator) -> Float:
    """[W, A, D] true mean counts of the windows of one level's areas; group: their classes."""
    guess = _guess(told, group, chance)
    phi, spread = chance.phi, chance.moved[:, None, :]  # [D], [W, 1, D]
    common = _common_draws(told, guess, chance, rng)  # [W, 1, D]
    count, exposure = told.count[:, :, None], told.exposure[:, :, None]
    speaks = 1 / (phi + spread * guess.mean[:, :, None])  # 1/φ, discounted by what rates move
    prior, weight = _class_draws(guess, group, chance, rng)  # [A, D]
    shape = weight + (speaks * count).sum(axis=0)
    under = weight / prior + (speaks * exposure * common).sum(axis=0)
    level = gammas(shape, rng) / under  # [A, D]
    own = gammas(1 / spread + count / phi, rng)
    return np.asarray(exposure * own / (1 / (spread * level * common) + exposure / phi))


def _guess(told: Told, group: Int, chance: Chance) -> _Guess:
    phi = float(chance.phi.mean())
    there = told.exposure > 0
    common = np.ones(len(told.count))
    shape = np.full(told.count.shape[1], _WEAK)
    several = int(there.any(axis=0).sum()) >= LEAST_COMMON
    for _ in range(_ROUNDS):
        exposure = told.exposure * common[:, None]
        prior = _class_rates(told.count, exposure, group)
        whole = told.count.sum(axis=0)
        level = (shape * phi + whole) / (shape * phi / prior + exposure.sum(axis=0))
        if several:
            common = (told.count.sum(axis=1) + 0.5) / ((told.exposure @ level) + 0.5)
        shape = _class_shapes(whole, exposure.sum(axis=0) * prior, phi, group)
    return _Guess(common, told.exposure * common[:, None] * level, prior, shape)


def _class_rates(count: Float, exposure: Float, group: Int) -> Float:
    """[A] pooled rate of each area's class; never zero, as if half a count more was there."""
    found = np.empty(len(group))
    for one in np.unique(group).tolist():
        rows = group == one
        under = float(exposure[:, rows].sum())
        whole = float(count[:, rows].sum())
        found[rows] = (max(whole, 0.0) + 0.5) / under if under > 0 else 1.0
    return found


def _class_shapes(count: Float, expected: Float, phi: float, group: Int) -> Float:
    """[A] c by moments: one over the variance of areas' levels beyond chance, in each class."""
    found = np.full(len(group), _WEAK)
    for one in np.unique(group).tolist():
        rows = np.flatnonzero((group == one) & (expected > 0))
        if len(rows) >= LEAST_COMMON:
            m, e = count[rows], expected[rows]
            # By 1/E, so that the largest areas do not speak for all.
            beyond = float(((m - e) ** 2 / e).sum()) - phi * (len(rows) - 1)
            between = max(beyond, 0.0) / float(e.sum())
            found[group == one] = np.clip(1 / max(between, 1e-9), _WEAK, _STRONG)
    return found


def _class_draws(
    guess: _Guess, group: Int, chance: Chance, rng: np.random.Generator
) -> tuple[Float, Float]:
    """(b, c) [A, D]: a class is known by its areas alone, and its large ones speak for most of it.
    c by the chi-square of as many areas as the weights are worth, then b as uncertain as the sum
    of areas that differ by 1/c."""
    shape = (len(group), len(chance.phi))
    prior, weight = np.empty(shape), np.empty(shape)
    mean = guess.mean.sum(axis=0)
    for one in np.unique(group).tolist():
        rows = np.flatnonzero(group == one)
        whole, squares = float(mean[rows].sum()), float((mean[rows] ** 2).sum())
        worth = max(whole**2 / max(squares, 1e-12) - 1, 1.0)
        drawn = 2 * gammas(np.full(shape[1], worth / 2), rng) / worth
        strength = np.clip(guess.shape[rows[0]] * drawn, _WEAK, _STRONG)
        spread = chance.phi / max(whole, 1e-9) + squares / max(whole, 1e-9) ** 2 / strength
        known = np.maximum(1 / spread, _WEAK)
        weight[rows] = strength
        prior[rows] = guess.prior[rows, None] * gammas(known, rng) / known
    return prior, weight


def _common_draws(told: Told, guess: _Guess, chance: Chance, rng: np.random.Generator) -> Float:
    """[W, 1, D] the common movement of each window, as uncertain as the level's whole count."""
    draws = len(chance.phi)
    if int((told.exposure > 0).any(axis=0).sum()) < LEAST_COMMON:
        return np.ones((len(told.count), 1, draws))
    whole, squares = guess.mean.sum(axis=1), (guess.mean**2).sum(axis=1)
    shape = whole[:, None] ** 2 / (
        chance.phi * np.maximum(whole, 1e-9)[:, None] + chance.moved * squares[:, None] + 1e-12
    )
    shape = np.maximum(shape, 0.5)
    return np.asarray(guess.common[:, None] * gammas(shape, rng) / shape)[:, None, :]


# -- shares ---------------------------------------------------------------------------------------


def share_draws(told: Told, group: Int, chance: Chance, rng: np.random.Generator) -> Float:
    """[W, A, D] true means of counts among trials, for one level's areas."""
    phi, spread = chance.phi, chance.moved[:, None, :]
    count = np.minimum(told.count, told.exposure)[:, :, None]
    missed = told.exposure[:, :, None] - count
    pooled = np.clip(_class_rates(count[:, :, 0], told.exposure, group), 1e-3, 1 - 1e-3)
    speaks = 1 / (phi + spread * told.exposure[:, :, None])
    weak = 2 * _WEAK
    ours = gammas(weak * pooled[:, None] + (speaks * count).sum(axis=0), rng)
    theirs = gammas(weak * (1 - pooled)[:, None] + (speaks * missed).sum(axis=0), rng)
    level = ours / (ours + theirs)
    strength = np.maximum(1 / spread - 1, 1e-3)
    hit = gammas(strength * level + count / phi, rng)
    miss = gammas(strength * (1 - level) + missed / phi, rng)
    return np.asarray(told.exposure[:, :, None] * hit / (hit + miss))


def rate_alone(
    count: Float, exposure: Float, rate: Float, chance: Chance, rng: np.random.Generator
) -> Float:
    """[N, D] true mean of sums that no area's own draw holds: whole classes and parents over days
    of another window; half a count of `rate` as prior. All inputs [N]."""
    half = 0.5 * chance.phi
    own = gammas((count[:, None] + half) / chance.phi, rng) * chance.phi
    return np.asarray(
        exposure[:, None] * own / (exposure[:, None] + half / np.maximum(rate, 1e-300)[:, None])
    )


def share_alone(
    count: Float, exposure: Float, rate: Float, chance: Chance, rng: np.random.Generator
) -> Float:
    """The same of shares."""
    half = 0.5 * chance.phi
    pooled = np.clip(rate, 1e-3, 1 - 1e-3)[:, None]
    count = np.minimum(count, exposure)
    hit = gammas((count[:, None] + half * pooled) / chance.phi, rng)
    miss = gammas(((exposure - count)[:, None] + half * (1 - pooled)) / chance.phi, rng)
    return np.asarray(exposure[:, None] * hit / (hit + miss))
