"""What is made public is there, and every source says what must be protected of it."""

from __future__ import annotations

import re

from qingyu.i18n import T
from qingyu.pack.draft import Draft
from qingyu.pack.model import PublicIndex
from qingyu.pack.rules.base import Rule, must_be_known, must_be_unique, rule

_WORD = re.compile(r"[a-z][a-z0-9_]*", re.ASCII)


def _roles(draft: Draft) -> None:
    for number, role in enumerate(draft.publication.approved_by if draft.publication else ()):
        if not _WORD.fullmatch(role):
            draft.fault(
                f"publication/approved_by/{number}",
                f"“{role}”",
                T("a name of small letters, digits and underscores"),
                T("Rename the role; it is printed in every signature of an approval."),
            )


def _indices(draft: Draft) -> None:
    if draft.publication is None:
        return
    seen: list[tuple[str, str]] = []
    for number, one in enumerate(draft.publication.indices):
        key = f"publication/indices/{number}"
        _public(draft, key, one)
        seen += [(f"{key}/periods/{p}", f"{one.index} {k}") for p, k in enumerate(one.periods)]
    must_be_unique(draft, seen)


def _public(draft: Draft, key: str, one: PublicIndex) -> None:
    indices = {index.id: index for index in draft.indices}
    if must_be_known(draft, f"{key}/index", one.index, indices, T("an index of pack.yaml")):
        for place, kind in enumerate(one.periods):
            what = T("a kind of period of the index “{name}”", name=one.index)
            must_be_known(draft, f"{key}/periods/{place}", kind, indices[one.index].periods, what)
    levels = [level.id for level in draft.levels if level.graded]
    for place, level in enumerate(one.areas):
        must_be_known(draft, f"{key}/areas/{place}", level, levels, T("a graded level"))


def _protection(draft: Draft) -> None:
    if draft.publication is None:
        return
    known = [source.id for source in draft.sources]
    given = draft.publication.protection
    must_be_unique(
        draft, [(f"publication/protection/{n}/source", one.source) for n, one in enumerate(given)]
    )
    for number, one in enumerate(given):
        key = f"publication/protection/{number}/source"
        must_be_known(draft, key, one.source, known, T("a source"))
    for name in known:
        if all(one.source != name for one in given):
            draft.fault(
                "publication/protection",
                T("nothing about the source “{name}”", name=name),
                T("a level of protection for every source, and why"),
                T("Add it: what nobody thought about must not be published by default."),
            )


def _alerts(draft: Draft) -> None:
    """Only what an edition prints can become a warning."""
    if draft.publication is None or draft.publication.alerts is None:
        return
    public = {kind for one in draft.publication.indices for kind in one.periods}
    for place, kind in enumerate(draft.publication.alerts.periods):
        key = f"publication/alerts/periods/{place}"
        must_be_known(draft, key, kind, public, T("a kind of period that is made public"))


RULES: tuple[Rule, ...] = (
    rule(_roles, "publication"),
    rule(_indices, "publication", "pack"),
    rule(_protection, "publication", "sources"),
    rule(_alerts, "publication"),
)
