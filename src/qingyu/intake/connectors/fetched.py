"""One feed that is asked rather than watched: what it has for us today, once."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Literal

from qingyu.engine.store import Home
from qingyu.intake.connectors import http, sql
from qingyu.intake.connectors.days import days_to_ask
from qingyu.intake.connectors.settings import Feed, Http, Sql
from qingyu.intake.connectors.spool import Days, Fetched, Spool
from qingyu.pack.model import Pack, Source


@dataclass(frozen=True)
class Asked:
    """status: `ready` (in the spool), `unchanged` since it was last received, `empty` (no record
    of these days), or `not_due` (no day to ask for)."""

    status: Literal["ready", "unchanged", "empty", "not_due"]
    days: Days | None = None
    fetched: Fetched | None = None


def ask(home: Home, pack: Pack, feed: Feed, spool: Spool, today: date) -> Asked:
    """Ask the other side. What is ready lies finished in the spool; else the spool is empty."""
    source = next(one for one in pack.sources if one.id == feed.source)
    days = _days(home, pack, feed, today)
    if days is None and _is_dated(feed):
        return Asked("not_due")
    found = _fetch(home, pack, source, feed, days, spool)
    if found is not None and found.mark and not found.same(spool.remembered()):
        spool.finish(found)
        return Asked("ready", days, found)
    spool.drop()
    return Asked("empty" if found is not None and not found.mark else "unchanged", days)


def version_of(source: Source, fetched: Fetched) -> str | None:
    """The moment of the fetch, where the contract takes the version from it."""
    return fetched.version if source.version.by == "extract" else None


def boundaries_of(feed: Feed) -> Path | None:
    way = feed.folder or feed.sql or feed.http
    return Path(way.boundaries) if way is not None and way.boundaries else None


def _fetch(
    home: Home, pack: Pack, source: Source, feed: Feed, days: Days | None, spool: Spool
) -> Fetched | None:
    if feed.sql is not None:
        assert days is not None
        return sql.fetch(home, pack, source, feed.sql, days, spool)
    assert feed.http is not None
    return http.fetch(home, source, feed.http, days, spool)


def _is_dated(feed: Feed) -> bool:
    return feed.sql is not None or (feed.http is not None and "{first}" in feed.http.url)


def _days(home: Home, pack: Pack, feed: Feed, today: date) -> Days | None:
    way: Sql | Http | None = feed.sql or feed.http
    if way is None or way.since is None or not _is_dated(feed):
        return None
    return days_to_ask(pack, home.batches(), feed.source, way.since, way.overlap, today)
