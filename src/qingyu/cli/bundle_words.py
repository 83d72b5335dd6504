"""The words of `qingyu bundle make` and `decide`, read."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from qingyu.cli.supply import days_between
from qingyu.errors import UsageError
from qingyu.i18n import T, Text

if TYPE_CHECKING:
    from qingyu.flows.bundle_make import Send
    from qingyu.intake.bundle.chain import Policy


def sends_of(
    files: Sequence[str],
    source: str | None,
    covers: Sequence[str],
    versions: Sequence[str],
    supplements: Sequence[str],
) -> list[Send]:
    """One send a source, in the order in which sources are first named."""
    from qingyu.flows.bundle_make import Send

    by_source: dict[str, list[Path]] = {}
    for word in files:
        name, path = (source, word) if source is not None else _pair(word)
        by_source.setdefault(name, []).append(Path(path))
    days = _options("--covers", covers, by_source)
    numbers = _options("--version", versions, by_source)
    parents = _options("--supplement", supplements, by_source)
    return [
        Send(
            source=name,
            files=tuple(paths),
            covers=days_between(days.get(name)),
            version=numbers.get(name),
            supplement=_parent(parents[name]) if name in parents else None,
        )
        for name, paths in by_source.items()
    ]


def numbers_of(text: str, many: bool) -> list[int]:
    """`7` or, of lost bundles, `3-6`."""
    found = re.fullmatch(r"([0-9]{1,9})(?:-([0-9]{1,9}))?", text)
    if found is None or (found[2] is not None and not many):
        raise _usage("NUMBER", text, T("a number such as 7"))
    first, last = int(found[1]), int(found[2] or found[1])
    if not 1 <= first <= last or last - first > 100_000:
        raise _usage("NUMBER", text, T("a number such as 7"))
    return list(range(first, last + 1))


def choice_of(text: str) -> Policy:
    if text == "take":
        return "take"
    if text == "wait":
        return "wait"
    raise _usage("--gaps", text, "take | wait")


def _pair(word: str) -> tuple[str, str]:
    name, equals, path = word.partition("=")
    if not equals or not name or not path:
        raise _usage("FILE", word, T("--source SOURCE before the files, or SOURCE=FILE"))
    return name, path


def _options(option: str, words: Sequence[str], sources: Sequence[str] | dict[str, list[Path]]
             ) -> dict[str, str]:  # fmt: skip
    """`V` for the one source there is, or `SOURCE=V` for each."""
    found: dict[str, str] = {}
    for word in words:
        name, equals, value = word.partition("=")
        if not equals:
            if len(sources) != 1:
                raise _usage(option, word, T("SOURCE= in front, where there are several sources"))
            name, value = next(iter(sources)), word
        if name not in sources or name in found:
            raise _usage(option, word, ", ".join(sources))
        found[name] = value
    return found


def _parent(text: str) -> tuple[int, int]:
    found = re.fullmatch(r"([0-9]{1,9})(?:/([0-9]{1,3}))?", text)
    if found is None:
        raise _usage("--supplement", text, T("a bundle's number such as 7, or 7/2 for its item 2"))
    return int(found[1]), int(found[2] or 1)


def _usage(option: str, word: str, expected: Text) -> UsageError:
    return UsageError(option, word, expected, T("Write one of these forms."))
