"""What the auditor's checks name is there, and of a kind that the check can read."""

from __future__ import annotations

from collections.abc import Iterator

from qingyu.i18n import T, Text
from qingyu.pack.draft import Draft
from qingyu.pack.integrity import Integrity
from qingyu.pack.model import Column, Source
from qingyu.pack.rules.base import Rule, columns_of, must_be_known, must_be_unique, rule
from qingyu.pack.rules.measures import check_conditions

_NUMBERS, _DATES, _MOMENTS = ("integer", "decimal"), ("date", "timestamp"), ("timestamp",)


def _names(draft: Draft) -> None:
    """One name a check, whatever its kind: findings are told by it."""
    if draft.integrity is not None:
        must_be_unique(draft, draft.integrity.named())


def _levels(draft: Draft) -> None:
    checks = draft.integrity
    if checks is not None and checks.level is not None:
        levels = [level.id for level in draft.levels]
        must_be_known(draft, "integrity/level", checks.level, levels, T("a level"))


def _sources(draft: Draft) -> None:
    """Sources, the conditions on their records and the columns that are read."""
    if draft.integrity is None:
        return
    known = [source.id for source in draft.sources]
    for key, name in _counted(draft.integrity):
        must_be_known(draft, f"{key}/count", name, known, T("a source"))
    for key, name, where in draft.integrity.conditions():
        source = draft.source(name)
        if source is not None:
            check_conditions(draft, key, source, where)
    for key, name, column, kinds in _columns(draft.integrity):
        source = draft.source(name)
        if source is not None and column is not None:
            _must_be(draft, key, source, column, kinds)


def _counted(checks: Integrity) -> Iterator[tuple[str, str]]:
    for kind in ("reclassified", "heaped", "hugging", "repeated", "flooded"):
        for number, one in enumerate(getattr(checks, kind)):
            yield f"integrity/{kind}/{number}", one.count


def _columns(checks: Integrity) -> Iterator[tuple[str, str, str | None, tuple[str, ...]]]:
    """Key, source, column and the types that it may have (none given: any)."""
    for kind in ("reclassified", "heaped", "flooded"):
        for number, one in enumerate(getattr(checks, kind)):
            yield f"integrity/{kind}/{number}/on", one.count, one.on, _DATES
    for number, heap in enumerate(checks.heaped):
        kinds = _MOMENTS if heap.minutes else _NUMBERS
        yield f"integrity/heaped/{number}/field", heap.count, heap.field, kinds
    for number, case in enumerate(checks.hugging):
        yield f"integrity/hugging/{number}/done", case.count, case.done, _DATES
        yield f"integrity/hugging/{number}/limit", case.count, case.limit, _DATES
    for number, burst in enumerate(checks.repeated):
        yield f"integrity/repeated/{number}/at", burst.count, burst.at, _MOMENTS
        for place, name in enumerate(burst.same):
            yield f"integrity/repeated/{number}/same/{place}", burst.count, name, ()


def _must_be(draft: Draft, key: str, source: Source, name: str, kinds: tuple[str, ...]) -> None:
    columns = {column.name: column for column in columns_of(source)}
    if not must_be_known(draft, key, name, columns, T("a column of “{id}”", id=source.id)):
        return
    column = columns[name]
    if column.personal != "keep":
        draft.fault(
            key,
            T("“{name}”, which is not kept (personal: {how})", name=name, how=column.personal),
            T("a column that is kept in the records"),
            T("Count by another column; what is personal is not counted by."),
        )
    elif kinds and column.type not in kinds:
        draft.fault(key, _of_type(column), T("a column of type {types}", types=" | ".join(kinds)),
                    T("Name another column, or take the check away."))  # fmt: skip


def _of_type(column: Column) -> Text:
    return T("“{name}”, a column of type {type}", name=column.name, type=column.type)


def _unions(draft: Draft) -> None:
    """Checks read the records of one department: an event of several has no ledger of its own."""
    for key, measure in draft.integrity.measures() if draft.integrity is not None else ():
        if draft.union(measure.source) is not None:
            draft.fault(
                key,
                T("a count of the union “{name}”", name=measure.source),
                T("a measure of one source"),
                T("Name the source whose records are to be looked at."),
            )


def _references(draft: Draft) -> None:
    """Indicators and indices that are named."""
    if draft.integrity is None:
        return
    indicators = [one.id for one in draft.indicators]
    for number, effort in enumerate(draft.integrity.effort):
        key = f"integrity/effort/{number}/indicator"
        must_be_known(draft, key, effort.indicator, indicators, T("an indicator"))
    indices = [one.id for one in draft.indices]
    for number, aimed in enumerate(draft.integrity.aimed):
        key = f"integrity/aimed/{number}/index"
        must_be_known(draft, key, aimed.index, indices, T("an index"))


RULES: tuple[Rule, ...] = (
    rule(_names, "integrity"),
    rule(_levels, "integrity", "pack"),
    rule(_sources, "integrity", "sources"),
    rule(_unions, "integrity", "matching"),
    rule(_references, "integrity", "indicators", "pack"),
)
