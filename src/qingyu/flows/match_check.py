"""`match check`: what a union unites, judged by pairs of records that are known to be one event."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from qingyu.engine.matching.lookup import Event, all_events
from qingyu.engine.store import Home
from qingyu.errors import InputError, NotFoundError, UsageError
from qingyu.flows.keys import key_of
from qingyu.flows.united import reader_of
from qingyu.i18n import T
from qingyu.index.exact_json import Fixed
from qingyu.pack.model import MICRO, Pack, Union

_COLUMNS = ("event", "source", "record")
Record = tuple[str, str]  # source, key
Pair = tuple[Record, Record]
Sources = tuple[str, str]


@dataclass(frozen=True)
class Tally:
    """Pairs of records of two sources. `true`: that are one event; `found`: that were united;
    `right`: both."""

    true: int
    found: int
    right: int

    @property
    def precision(self) -> int | None:
        """Of the pairs united, how many are one event: millionths; None without any."""
        return None if not self.found else MICRO * self.right // self.found

    @property
    def recall(self) -> int | None:
        """Of the pairs that are one event, how many were united: millionths."""
        return None if not self.true else MICRO * self.right // self.true

    def to_json(self) -> dict[str, object]:
        shares = {"precision": self.precision, "recall": self.recall}
        return {"true": self.true, "found": self.found, "right": self.right} | {
            name: None if share is None else Fixed(share, 6) for name, share in shares.items()
        }


@dataclass(frozen=True)
class Judged:
    """How well a union does. records: standing in the home and of some kind; labelled: of those,
    how many the labels know; events: found, and as many as there truly are."""

    union: str
    records: int
    labelled: int
    events: int
    true_events: int
    whole: Tally
    by_sources: Mapping[Sources, Tally]

    def to_json(self) -> dict[str, object]:
        return {
            "union": self.union,
            "records": self.records,
            "labelled": self.labelled,
            "events": self.events,
            "true_events": self.true_events,
            **self.whole.to_json(),
            "by_sources": [
                {"sources": list(sources), **tally.to_json()}
                for sources, tally in self.by_sources.items()
            ],
        }


def judge(home: Home, pack: Pack, labels: Path, union: str | None = None) -> Judged:
    """The union's events in the home as known now against the file of labels (Parquet: `event`,
    `source`, `record`; records with one `event` are one). Labels of records that the home does
    not have, or that are of no kind, say nothing."""
    chosen = union_named(pack, union)
    events = all_events(reader_of(home, pack, chosen))
    known = {(one.source, one.key) for event in events for one in event.members}
    truly = _labelled(pack, labels, known)
    return _judged(chosen, events, truly, len(known))


def union_named(pack: Pack, name: str | None) -> Union:
    """The pack's union of that name, or its only one."""
    names = [union.id for union in pack.unions]
    if name is None and len(names) == 1:
        return pack.unions[0]
    if name is None and names:
        raise UsageError(
            "--union", T("nothing"), " | ".join(names), T("Say which of the pack's unions.")
        )
    found = pack.union(name) if name is not None else None
    if found is None:
        raise NotFoundError(
            name or pack.id,
            T("no union of this name"),
            ", ".join(names) or T("a pack with matching.yaml"),
            T("Write the union in the pack's matching.yaml."),
        )
    return found


def _labelled(pack: Pack, labels: Path, known: set[Record]) -> dict[Record, str]:
    """Record → event, of the records that are known."""
    try:
        table = pq.read_table(labels, columns=list(_COLUMNS))
    except FileNotFoundError:
        raise NotFoundError(
            str(labels), T("no such file"), T("a Parquet file of labels"),
            T("`qingyu simulate zhuhai` writes truth/seen.parquet."),
        ) from None  # fmt: skip
    except (pa.ArrowInvalid, OSError) as error:
        raise InputError(
            str(labels), T("a file without labels"),
            T("Parquet with the columns {columns}", columns=", ".join(_COLUMNS)),
            T("Give one row a record; records of one event have the same `event`."),
        ) from error  # fmt: skip
    if missing := [name for name in _COLUMNS if name not in table.column_names]:
        raise InputError(
            str(labels), T("no column {column}", column=missing[0]),
            T("Parquet with the columns {columns}", columns=", ".join(_COLUMNS)),
            T("Give one row a record; records of one event have the same `event`."),
        )  # fmt: skip
    sources = {source.id: source for source in pack.sources}
    found = {}
    for row in zip(*(table.column(name).to_pylist() for name in _COLUMNS), strict=True):
        event, source, record = map(str, row)
        if source in sources:
            named = (source, key_of(sources[source], record.split("|")))
            if named in known:
                found[named] = event
    return found


def _judged(union: Union, events: list[Event], truly: dict[Record, str], records: int) -> Judged:
    order = {name: place for place, name in enumerate(union.sources)}
    groups: dict[str, list[Record]] = {}
    for record, event in truly.items():
        groups.setdefault(event, []).append(record)
    true = _pairs(groups.values(), order)
    found = _pairs(([(m.source, m.key) for m in event.members] for event in events), order)
    both = true & found
    counted = [_by_sources(pairs) for pairs in (true, found, both)]
    kinds = sorted(set(counted[0]) | set(counted[1]), key=lambda s: (order[s[0]], order[s[1]]))
    return Judged(
        union=union.id,
        records=records,
        labelled=len(truly),
        events=len(events),
        true_events=len(groups) + records - len(truly),
        whole=Tally(len(true), len(found), len(both)),
        by_sources={kind: Tally(*(count[kind] for count in counted)) for kind in kinds},
    )


def _pairs(groups: Iterable[list[Record]], order: Mapping[str, int]) -> set[Pair]:
    found: set[Pair] = set()
    for group in groups:
        if len(group) > 1:
            ordered = sorted(group, key=lambda record: (order[record[0]], record[1]))
            found.update(combinations(ordered, 2))
    return found


def _by_sources(pairs: set[Pair]) -> Counter[Sources]:
    return Counter((one[0], other[0]) for one, other in pairs)
