"""`integrity`: what an auditor of the data should look at, with the evidence and its strength.

Nothing is stored, and nothing here reaches those who are graded: the answer goes to whoever asked.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np

from qingyu.engine.store import Home
from qingyu.engine.tables import Panel
from qingyu.evaluate.integrity.density import bunching
from qingyu.evaluate.integrity.dispersion import Floats
from qingyu.evaluate.integrity.look import State, adjusted
from qingyu.evaluate.integrity.rates import rates
from qingyu.flows.integrity_checks import Checked, Records, When, checked, efforts
from qingyu.flows.integrity_default import automatic
from qingyu.flows.integrity_found import Audit, Caveat, Done, Finding
from qingyu.flows.integrity_records import codes_of, records_of
from qingyu.flows.integrity_rows import touching
from qingyu.flows.integrity_when import when_of
from qingyu.flows.opening import Known, as_known
from qingyu.flows.publish import compute_from, last_period, panel_of
from qingyu.index.ingredients import MISSING
from qingyu.pack.integrity import AimedScores, Integrity
from qingyu.pack.model import MICRO, Pack
from qingyu.periods import Kind, Period, parse

_LEDGER = ("withdrawn", "held_back")


def integrity(home: Home, pack: Pack, period: str | None = None, known: str | None = None) -> Audit:
    """Every check at every area in `period` (the last whole month if None), as known then."""
    seen = as_known(home, pack, known)
    panel = panel_of(home, pack, seen)
    wanted = parse(period) if period else last_period(pack, panel, _kind(pack))
    checks = pack.integrity or automatic(pack)
    when = when_of(pack, panel, home.batches()[: seen.batch], wanted, checks.history)
    codes = codes_of(pack, checks)
    reading = records_of(home, pack, codes, seen.batch)
    done = list(checked(checks, reading, when))
    scores = _at_limits(pack, panel, checks, codes, when, seen)
    *corrected, of_scores = adjusted([*(one.looks.p for one in done), _chances(scores)])
    level = checks.false_findings / MICRO
    found = list(_findings(done, corrected, codes, level))
    found += [replace(one, corrected=float(q)) for one, q in zip(scores, of_scores, strict=True)
              if q <= level]  # fmt: skip
    found = [_with_batches(one, checks, reading, when, codes) for one in found]
    return Audit(
        pack=pack.id,
        simulated=pack.simulated,
        declared=pack.integrity is not None,
        period=wanted,
        known=seen.batch,
        false_findings=level,
        looks=sum(int(np.isfinite(q).sum()) for q in (*corrected, of_scores)),
        findings=tuple(sorted(found, key=lambda one: (one.corrected, one.p, one.check))),
        caveats=tuple(_caveats(checks, reading, when, codes)),
        done=tuple(_done(one) for one in done),
        rates=rates(),
    )


def _kind(pack: Pack) -> Kind:
    kinds = [kind for index in pack.indices for kind in index.periods]
    return "month" if "month" in kinds else kinds[0]


def _findings(
    done: Sequence[Checked], corrected: Sequence[Floats], codes: Sequence[str], level: float
) -> Iterator[Finding]:
    for one, q in zip(done, corrected, strict=True):
        for place in np.flatnonzero(q <= level).tolist():
            looks = one.looks
            yield Finding(
                one.kind, one.id, one.name, one.source, codes[place], int(looks.seen[place]),
                int(looks.of[place]), float(looks.expected[place]), float(looks.p[place]),
                float(q[place]),
            )  # fmt: skip


def _with_batches(
    found: Finding, checks: Integrity, reading: Records, when: When, codes: Sequence[str]
) -> Finding:
    """The batches that struck out or brought late what a ledger's finding is about."""
    if found.kind not in _LEDGER or found.area is None:
        return found
    measure = next(one.measure for one in checks.counted if one.id == found.check)
    counted = int(when.counted[found.source][-1])
    sign = -1 if found.kind == "withdrawn" else 1
    with reading(found.source) as rows:
        numbers = touching(rows, measure, when.spans[-1], counted, codes.index(found.area), sign)
    return replace(found, batches=tuple(numbers))


def _at_limits(
    pack: Pack, panel: Panel, checks: Integrity, codes: Sequence[str], when: When, known: Known
) -> list[Finding]:
    """Scores that crowd at the limits of grades, each limit one look."""
    found: list[Finding] = []
    for one in checks.aimed:
        kinds = next(index.periods for index in pack.indices if index.id == one.index)
        covered = np.logical_or.reduce(list(when.covered.values()))
        periods = [p for p, yes in zip(when.periods, covered, strict=True) if yes]
        if when.periods[-1].kind in kinds and periods:
            found += _crowded(pack, panel, one, codes, periods, known)
    return found


def _crowded(
    pack: Pack, panel: Panel, one: AimedScores, codes: Sequence[str], periods: Sequence[Period],
    known: Known,
) -> Iterator[Finding]:  # fmt: skip
    results = compute_from(pack, panel, list(periods), known).results
    rows = [n for n, code in enumerate(results.labels.areas) if code in set(codes)]
    scores = results.score[rows].ravel()
    values = scores[scores != MISSING] / 1000.0
    for grade in pack.grades.scales[-1].grades:
        near = bunching(values, grade.cut / MICRO, one.width / MICRO) if grade.cut else None
        if near is not None:
            yield Finding("aimed", one.id, one.name, one.index, None, near.above,
                          near.above + near.below, near.expected, near.p, 1.0)  # fmt: skip


def _chances(found: Sequence[Finding]) -> Floats:
    return np.array([one.p for one in found], np.float64)


def _caveats(
    checks: Integrity, reading: Records, when: When, codes: Sequence[str]
) -> Iterator[Caveat]:
    for one, moved in efforts(checks, reading, when):
        for place in np.flatnonzero(moved.moved).tolist():
            yield Caveat(one.id, one.name, one.indicator, codes[place], int(moved.effort[place]),
                         round(float(moved.ratio[place]), 2))  # fmt: skip


def _done(one: Checked) -> Done:
    states = Counter(str(state) for state in one.looks.state)
    return Done(one.kind, one.id, one.name, one.source,
                {state.value: states.get(state.value, 0) for state in State})  # fmt: skip
