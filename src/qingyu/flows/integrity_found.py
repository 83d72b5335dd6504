"""What an audit of the data comes to: findings, caveats, and what could and could not be judged."""

from __future__ import annotations

from dataclasses import dataclass

from qingyu.evaluate.integrity.rates import Rate
from qingyu.pack.model import Names
from qingyu.periods import Period


@dataclass(frozen=True)
class Finding:
    """A look that stands out. seen, of, expected: records (or marks); p: its chance if nothing is
    wrong; corrected: p for the number of looks; batches: those that did it, where a ledger tells;
    area None: the city as a whole (scores at a limit)."""

    kind: str
    check: str
    name: Names
    source: str
    area: str | None
    seen: int
    of: int
    expected: float
    p: float
    corrected: float
    batches: tuple[int, ...] = ()


@dataclass(frozen=True)
class Caveat:
    """Where the effort behind an indicator moved: `ratio` to what it was."""

    check: str
    name: Names
    indicator: str
    area: str
    effort: int
    ratio: float


@dataclass(frozen=True)
class Done:
    """A check, and in how many areas it came to what: state → areas."""

    kind: str
    check: str
    name: Names
    source: str
    states: dict[str, int]


@dataclass(frozen=True)
class Audit:
    """All of it. declared: whether the pack says what to look at (else only what is automatic)."""

    pack: str
    simulated: bool
    declared: bool
    period: Period
    known: int
    false_findings: float
    looks: int
    findings: tuple[Finding, ...]
    caveats: tuple[Caveat, ...]
    done: tuple[Done, ...]
    rates: tuple[Rate, ...]

    def to_json(self) -> dict[str, object]:
        """With the names of the manual."""
        return {
            "pack": self.pack,
            "simulated": self.simulated,
            "declared": self.declared,
            "period": self.period.label,
            "known": self.known,
            "false_findings": self.false_findings,
            "looks": self.looks,
            "findings": [_plain(one) for one in self.findings],
            "caveats": [_plain(one) for one in self.caveats],
            "checks": [_plain(one) for one in self.done],
            "rates": [vars(one) for one in self.rates],
        }


def _plain(one: Finding | Caveat | Done) -> dict[str, object]:
    plain = dict(vars(one))
    plain["name"] = one.name.model_dump()
    for key in ("expected", "p", "corrected"):
        if key in plain:
            plain[key] = float(f"{plain[key]:.4g}")
    return plain
