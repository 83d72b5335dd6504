"""How often each check accuses the honest and finds the manipulated: the committed table.

`evaluation/integrity.py` makes `rates.csv` from simulated cities with known truth. The table names
the digest of the checks that it was made with; a test holds that they are the present ones.
"""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources

from scipy import stats

from qingyu.digest import digest_of

MADE_OF = (
    "cut_off", "dispersion", "flooded", "heaped", "hugging", "ledger", "look", "lows", "numbers",
    "reclassified", "repeated", "shares",
)  # fmt: skip
_LENGTH = 16
_FILE = "rates.csv"


@dataclass(frozen=True)
class Rate:
    """kind: the check; world: `clean`, `changed` (honest towns that truly change) or an act of the
    manipulator; strength: of the act; size: the town's third (empty: none is meant). `found` of
    `tries`: cities with any false finding of the kind in an honest world, and manipulated towns
    found in the others. `source`: digest of the checks."""

    kind: str
    world: str
    strength: float
    size: str
    found: int
    tries: int
    source: str

    @property
    def share(self) -> float:
        return self.found / self.tries

    @property
    def interval(self) -> tuple[float, float]:
        """95 % by Clopper and Pearson."""
        low = 0.0 if not self.found else stats.beta.ppf(0.025, self.found, self.missed + 1)
        high = 1.0 if not self.missed else stats.beta.ppf(0.975, self.found + 1, self.missed)
        return float(low), float(high)

    @property
    def missed(self) -> int:
        return self.tries - self.found


def source_digest() -> str:
    """Of the code of the checks themselves."""
    folder = resources.files("qingyu.evaluate.integrity")
    texts = [(folder / f"{name}.py").read_text(encoding="utf-8") for name in MADE_OF]
    return digest_of(texts)[:_LENGTH]


@cache
def rates() -> tuple[Rate, ...]:
    """All rows of the table, in its order."""
    text = (resources.files("qingyu.evaluate.integrity") / _FILE).read_text(encoding="utf-8")
    return tuple(_rate(row) for row in csv.DictReader(text.splitlines()))


def written(rows: Sequence[Rate]) -> str:
    """The table as text."""
    lines = ["kind,world,strength,size,found,tries,source"]
    lines += [
        f"{r.kind},{r.world},{r.strength:g},{r.size},{r.found},{r.tries},{r.source}" for r in rows
    ]
    return "\n".join(lines) + "\n"


def _rate(row: dict[str, str]) -> Rate:
    return Rate(row["kind"], row["world"], float(row["strength"]), row["size"], int(row["found"]),
                int(row["tries"]), row["source"])  # fmt: skip
