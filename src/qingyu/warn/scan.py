"""The spatial scan statistic: is there a group of neighbours that together have more than the rest?

For each group of neighbouring areas the log-likelihood ratio of a higher rate inside than outside,
given the total; the largest tells the likeliest cluster. Its probability under calm comes from
simulated counts and the Gumbel distribution fitted to their largest ratios, so that it can be
smaller than one over the number of simulations. Source: Kulldorff, M. (1997), A spatial scan
statistic, Communications in Statistics 26, 1481–1496; Abrams, A. M., Kleinman, K., Kulldorff, M.
(2010), Gumbel based p-value approximations for spatial scan statistics, International Journal of
Health Geographics 9, 61. Counts vary by φ times their mean: ratios are divided by the group's φ.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np

from qingyu.warn.verdict import Bools, Floats, Ints

_RUNS = 199
_SEED = 1997  # the same draws for every day: a rerun, or another machine, says the same
_EULER = 0.5772156649015329


@dataclass(frozen=True)
class Scan:
    """Which areas are neighbours of which, as places among all areas."""

    areas: int
    links: frozenset[tuple[int, int]]
    _kept: dict[tuple[int, ...], Bools] = field(default_factory=dict, compare=False, repr=False)

    @classmethod
    def between(cls, codes: Sequence[str], pairs: Iterable[tuple[str, str]]) -> Scan:
        place = {code: row for row, code in enumerate(codes)}
        known = [(place[a], place[b]) for a, b in pairs if a in place and b in place]
        return cls(len(codes), frozenset({*known, *((b, a) for a, b in known)}))

    def beside(self, area: int) -> list[int]:
        """The neighbours of one area."""
        return sorted(other for one, other in self.links if one == area)

    def of(self, rows: Ints, reach: int) -> Bools:
        """[group, row] all groups to try: two neighbours, and everything within one step, two …
        up to `reach` steps of an area; groups of two areas or more, each once."""
        key = (reach, *rows.tolist())
        if key not in self._kept:
            self._kept[key] = self._groups(rows, reach)
        return self._kept[key]

    def _groups(self, rows: Ints, reach: int) -> Bools:
        among = set(rows.tolist())
        beside = {area: set(self.beside(area)) & among for area in among}
        groups = {frozenset({a, b}) for a in among for b in beside[a]}
        for area in sorted(among):
            ball = {area}
            for _ in range(reach):
                ball |= {other for one in ball for other in beside[one]}
                if 1 < len(ball) < len(among):
                    groups.add(frozenset(ball))
        ordered = sorted(groups, key=sorted)
        found = np.zeros((len(ordered), len(rows)), bool)
        for number, group in enumerate(ordered):
            found[number] = np.isin(rows, sorted(group))
        return found


def scan(counts: Floats, expected: Floats, phi: Floats, groups: Bools) -> Floats:
    """[area] probability under calm of a cluster as strong as the likeliest one, for the areas in
    it that have more than their part; 1 for all others, NaN for those that are not known."""
    known = np.isfinite(counts) & np.isfinite(expected)
    found = np.where(known, 1.0, np.nan)
    y, mean = np.where(known, counts, 0.0), np.where(known, expected, 0.0)
    if not len(groups) or mean.sum() <= 0 or y.sum() <= 0:
        return found
    spread = np.where(known & np.isfinite(phi), np.fmax(phi, 1.0), 1.0)
    ratios = _ratios(y[None, :], mean, spread, groups)[0]
    best = int(ratios.argmax())
    if ratios[best] <= 0:
        return found
    tail = _tail(float(ratios[best]), _largest(mean, spread, groups))
    part = mean * (y.sum() / mean.sum())
    found[groups[best] & known & (y > part)] = tail
    return found


def _ratios(y: Floats, mean: Floats, phi: Floats, groups: Bools) -> Floats:
    """[run, group] log-likelihood ratios over φ, 0 where there is not more inside."""
    member = groups.astype(np.float64).T
    whole = y.sum(axis=1, keepdims=True)
    inside, part = y @ member, (mean / mean.sum()) @ member
    usual = whole * part
    share = (mean * phi) @ member
    spread = np.divide(share, mean @ member, out=np.ones_like(share), where=mean @ member > 0)
    with np.errstate(invalid="ignore", divide="ignore"):
        ratio = _times_log(inside, usual) + _times_log(whole - inside, whole - usual)
    return np.asarray(np.where((inside > usual) & (usual > 0), ratio / spread, 0.0))


def _times_log(a: Floats, b: Floats) -> Floats:
    """a · log(a / b), 0 at 0."""
    ratio = np.where(a > 0, a, 1.0) / np.where(b > 0, b, 1.0)
    return np.asarray(np.where(a > 0, a * np.log(ratio), 0.0))


def _largest(mean: Floats, phi: Floats, groups: Bools) -> Floats:
    """The largest ratio of each simulated calm day: negative binomial counts of these means."""
    draws = np.random.Generator(np.random.Philox(_SEED))
    shape = (_RUNS, len(mean))
    wide = np.broadcast_to(phi > 1, shape)
    scale = np.where(wide, phi - 1, 1.0)
    drawn = draws.gamma(np.where(mean > 0, mean / scale, 1.0), 1.0, shape) * scale
    rates = np.where(mean > 0, np.where(wide, drawn, mean), 0.0)
    simulated = draws.poisson(rates).astype(np.float64)
    return np.asarray(_ratios(simulated, mean, phi, groups).max(axis=1))


def _tail(ratio: float, simulated: Floats) -> float:
    """P(largest ≥ ratio) by the Gumbel distribution with the simulated mean and deviation."""
    scale = float(simulated.std(ddof=1)) * np.sqrt(6) / np.pi
    if scale <= 0:
        return 1.0
    place = float(simulated.mean()) - _EULER * scale
    return float(-np.expm1(-np.exp(-(ratio - place) / scale)))
