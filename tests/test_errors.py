"""The tree of errors: each branch its own exit code and name, each error one clear sentence."""

from __future__ import annotations

import re

import pytest

from qingyu import errors
from qingyu.errors import Fault, PackError, QingyuError, StorageError, UserError
from qingyu.i18n import T, render, use_language


def _branches(root: type[QingyuError] = QingyuError) -> list[type[QingyuError]]:
    found = [root]
    for branch in root.__subclasses__():
        found += _branches(branch)
    return [branch for branch in found if branch.__module__ == "qingyu.errors"]


def test_the_drawing_is_the_tree() -> None:
    """Names and codes drawn at the top of errors.py are those of the classes."""
    drawn = dict(re.findall(r"[├└]── (\w+Error)\s+(\d+)", errors.__doc__ or ""))
    made = {b.__name__: str(b.exit_code) for b in _branches() if b.__name__ in drawn}
    assert made == drawn
    assert {b.__name__ for b in _branches()} - set(drawn) == {"QingyuError", "UserError"}


def test_exit_codes_and_names_are_distinct_and_fit_a_shell() -> None:
    leaves = [b for b in _branches() if b not in (QingyuError, UserError)]
    codes = [branch.exit_code for branch in leaves]
    assert len(set(codes)) == len(codes)
    assert len({branch.name for branch in leaves}) == len(leaves)
    assert all(0 < code < 126 for code in codes)
    assert errors.BUG_EXIT_CODE not in codes


@pytest.mark.parametrize("branch", _branches())
def test_each_error_says_where_what_and_how(branch: type[QingyuError]) -> None:
    error = branch("a.csv:3, day", T("nothing"), "a date", T("Fill the cell."))
    assert str(error) == "a.csv:3, day: found nothing; expected a date. Fill the cell."
    assert error.public() == {
        "error": branch.name,
        "exit_code": branch.exit_code,
        "faults": [
            {
                "where": "a.csv:3, day",
                "found": "nothing",
                "expected": "a date",
                "remedy": "Fill the cell.",
            }
        ],
    }


def test_an_error_of_several_faults_keeps_their_order() -> None:
    faults = [Fault(f"a.csv:{row}", "x", "y", "z") for row in (2, 1)]
    error = PackError.of(faults)
    assert isinstance(error, PackError)
    assert error.faults == tuple(faults)
    assert str(error).splitlines() == [
        "a.csv:2: found x; expected y. z",
        "a.csv:1: found x; expected y. z",
    ]


def test_an_error_raised_in_one_language_is_shown_in_another() -> None:
    use_language("en")
    error = StorageError("disk", T("nothing"), T("a number"), T("Fill the cell."))
    use_language("zh")
    assert str(error) == "disk：发现空白；应为一个数。请填上此格。"
    assert render(error.faults[0].sentence(), "en") == (
        "disk: found nothing; expected a number. Fill the cell."
    )


def test_only_what_the_person_can_mend_is_a_user_error() -> None:
    assert not issubclass(StorageError, UserError)
    assert not issubclass(errors.DamageError, UserError)
    assert issubclass(PackError, UserError)
