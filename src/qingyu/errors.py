"""Every error a person can meet, drawn once.

QingyuError
├── UserError                 the person at the desk can mend it; shown without a traceback
│   ├── UsageError        2   the command's words are off
│   ├── PackError         3   the pack has faults (all of them at once)
│   ├── InputError        4   a file is refused whole
│   ├── ConflictError     5   the file contradicts what was received before
│   ├── HomeError         6   no home here, or not one this command can use
│   │   ├── FormatError   7   the home was written by a newer Qingyu, or must be upgraded
│   │   └── LockedError   8   another process is writing to the home
│   ├── NotFoundError     9   no such area, period, batch, record, source, indicator
│   ├── CaseError        10   the pack's own cases do not come out as they say
│   └── ReleaseError     11   an edition may not be drafted, approved or published as asked
├── StorageError         20   disk full, read-only, permission: the machine's fault
└── DamageError          21   what is stored contradicts itself (digest, chain, ledger)

Each error is one clear sentence built from four parts: *where* (file, row, key), what was
*found*, what was *expected*, and the *remedy*. A bug is none of these: it keeps its traceback
and ends with exit code 70.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from qingyu.i18n import Message, T, Text

BUG_EXIT_CODE = 70


@dataclass(frozen=True)
class Fault:
    """One thing wrong in one place, in the four parts every error has."""

    where: str
    found: Text
    expected: Text
    remedy: Text

    def sentence(self) -> Message:
        return T(
            "{where}: found {found}; expected {expected}. {remedy}",
            where=self.where,
            found=self.found,
            expected=self.expected,
            remedy=self.remedy,
        )

    def public(self) -> dict[str, str]:
        """The fault as JSON for other programs."""
        return {
            "where": self.where,
            "found": str(self.found),
            "expected": str(self.expected),
            "remedy": str(self.remedy),
        }


class QingyuError(Exception):
    """The root of the tree. Raise a branch, never this."""

    exit_code: ClassVar[int] = 1
    name: ClassVar[str] = "error"

    def __init__(self, where: str, found: Text, expected: Text, remedy: Text) -> None:
        self.faults: tuple[Fault, ...] = (Fault(where, found, expected, remedy),)
        super().__init__(where)

    @classmethod
    def of(cls, faults: Sequence[Fault]) -> QingyuError:
        """One error that carries several faults, the first one first."""
        first = faults[0]
        error = cls(first.where, first.found, first.expected, first.remedy)
        error.faults = tuple(faults)
        return error

    def __str__(self) -> str:
        return "\n".join(str(fault.sentence()) for fault in self.faults)

    def public(self) -> dict[str, object]:
        """The error as JSON for other programs."""
        return {
            "error": self.name,
            "exit_code": self.exit_code,
            "faults": [fault.public() for fault in self.faults],
        }


class UserError(QingyuError):
    exit_code = 1
    name = "user_error"


class UsageError(UserError):
    exit_code = 2
    name = "usage"


class PackError(UserError):
    exit_code = 3
    name = "pack"


class InputError(UserError):
    exit_code = 4
    name = "input"


class ConflictError(UserError):
    exit_code = 5
    name = "conflict"


class HomeError(UserError):
    exit_code = 6
    name = "home"


class FormatError(HomeError):
    exit_code = 7
    name = "format"


class LockedError(HomeError):
    exit_code = 8
    name = "locked"


class NotFoundError(UserError):
    exit_code = 9
    name = "not_found"


class CaseError(UserError):
    exit_code = 10
    name = "case"


class ReleaseError(UserError):
    exit_code = 11
    name = "release"


class StorageError(QingyuError):
    exit_code = 20
    name = "storage"


class DamageError(QingyuError):
    exit_code = 21
    name = "damage"
