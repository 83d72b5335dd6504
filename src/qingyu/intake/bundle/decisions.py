"""What named persons decided of a stream's forks and gaps, in the order in which they did."""

from __future__ import annotations

import json
from collections.abc import Sequence, Set
from dataclasses import dataclass
from pathlib import Path

from qingyu.errors import ConflictError, NotFoundError
from qingyu.i18n import T
from qingyu.intake.bundle import disk
from qingyu.intake.bundle.chain import Choice, State
from qingyu.intake.bundle.receipts import in_words

_FILE = "decisions.json"
_LEAST_DIGITS = 8


@dataclass(frozen=True)
class Decision:
    """Which digest counts, or (None) that the bundle is lost for good."""

    number: int
    digest: str | None
    who: str
    when: str
    because: str

    @property
    def choice(self) -> Choice:
        return Choice(self.number, self.digest)


def read(folder: Path) -> tuple[Decision, ...]:
    """The decisions kept in a stream's folder."""
    try:
        text = (folder / _FILE).read_text("utf-8")
    except FileNotFoundError:
        return ()
    return tuple(Decision(**plain) for plain in json.loads(text))


def write(folder: Path, decisions: Sequence[Decision]) -> None:
    plain = [vars(decision) for decision in decisions]
    text = json.dumps(plain, ensure_ascii=False, indent=1, sort_keys=True)
    disk.replace(folder / _FILE, text.encode() + b"\n")


def must_be_gaps(
    stream: str, numbers: Sequence[int], state: State, earlier: Sequence[Decision]
) -> None:
    """That bundles said to be lost are missing, or were said to be lost before."""
    said = {decision.number for decision in earlier if decision.digest is None}
    wrong = [number for number in numbers if number not in {*state.gaps, *said}]
    if wrong:
        raise NotFoundError(
            str(wrong[0]),
            T("no gap at this number of {stream}", stream=stream),
            in_words(state.gaps),
            T("Name a missing number; `qingyu bundle status` lists them."),
        )


def candidate(
    stream: str,
    number: int,
    digest: str,
    named: Set[str],
    state: State,
    earlier: Sequence[Decision],
) -> str:
    """The whole digest that begins with `digest`: one of `named` (bundles of this number that are
    known), or one that a fork's successors name. The lowest fork is decided first."""
    if state.forks and number > min(state.forks):
        raise ConflictError(
            str(number),
            T("an earlier fork of {stream} at {number}", stream=stream, number=min(state.forks)),
            T("a decision on that one first"),
            T("Decide the lowest number first: the others may follow from it."),
        )
    choices = {*named, *state.forks.get(number, ())}
    decided = any(one.number == number and one.digest for one in earlier)
    fitting = [one for one in choices if one.startswith(digest.lower())]
    known = number in state.forks or decided
    if known and len(fitting) == 1 and len(digest) >= _LEAST_DIGITS:
        return fitting[0]
    raise NotFoundError(
        f"{stream} {number}, {digest}",
        T("no fork there, or no single digest that begins so"),
        ", ".join(sorted(one[:16] for one in choices)) or "-",
        T(
            "Name the number of a fork and at least eight digits of the digest that counts; "
            "`qingyu bundle status` lists them."
        ),
    )
