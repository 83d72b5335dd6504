"""`correct`: records named as people name them, then declared."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from qingyu.engine.connect import connected, file_list, quoted
from qingyu.engine.store import Home
from qingyu.errors import NotFoundError
from qingyu.flows.keys import keys_named
from qingyu.i18n import T
from qingyu.intake.correct import Declaration, correct
from qingyu.intake.receipt import Receipt
from qingyu.pack.model import Pack, Source


def declare(
    home: Home,
    pack: Pack,
    source: str,
    lines: Sequence[Declaration],
    *,
    reason: str,
    who: str,
    dry_run: bool = False,
) -> Receipt:
    """`intake.correct` of lines whose records are named as for `trace`: by the full key, by its
    digest, or by the value of the key column (of several, joined by `|`)."""
    known = {one.id: one for one in pack.sources}
    if source not in known:
        raise NotFoundError(
            source,
            T("no source of this name"),
            T("one of {sources}", sources=", ".join(known)),
            T("A source's id is the stem of its file in the pack's sources/."),
        )
    named = [replace(one, record=_key(home, known[source], one.record)) for one in lines]
    return correct(home, pack, source, named, reason=reason, who=who, dry_run=dry_run)


def _key(home: Home, source: Source, text: str) -> str:
    """The full key of a record that was ever received; else `text` as it is (and refused then)."""
    files = home.record_files(source.id)
    if files:
        with connected() as connection:
            for key in keys_named(source, text):
                found = connection.execute(
                    f"SELECT 1 FROM read_parquet({file_list(files)}, union_by_name=true)"
                    f" WHERE key = {quoted(key)} LIMIT 1"
                ).fetchone()
                if found:
                    return key
    return text
