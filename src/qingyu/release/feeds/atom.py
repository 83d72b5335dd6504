"""Atom (RFC 4287): a feed of entries, its times those of what it tells and never a clock's.

Links are relative to the feed's own place, so that any address may serve the shelf; ids are
`urn:uuid:` of version 5, made from digests, and stay what they are wherever the shelf moves.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from qingyu.release.markup import Node, node, xml_of

ATOM = "http://www.w3.org/2005/Atom"
_SPACE = uuid.uuid5(
    uuid.NAMESPACE_DNS, "qingyu.invalid"
)  # so that no other program's ids meet ours


@dataclass(frozen=True)
class Link:
    """A place, relative to the feed, what is there, and how it belongs to the entry."""

    href: str
    kind: str
    rel: str = "alternate"
    title: str | None = None
    lang: str | None = None


@dataclass(frozen=True)
class Entry:
    """key: what its id is made from; at: ISO with offset (an edition never changes, so that it was
    published and last updated at once)."""

    key: str
    title: str
    at: str
    summary: str
    links: tuple[Link, ...]
    category: str | None = None


@dataclass(frozen=True)
class Feed:
    """key: as of an entry; lang: of all texts; author: a name; links: the first is its own."""

    key: str
    title: str
    subtitle: str
    updated: str
    lang: str
    author: str
    rights: str | None
    links: tuple[Link, ...]


def urn(*parts: str) -> str:
    """An id that is the same wherever it is made from the same words."""
    return f"urn:uuid:{uuid.uuid5(_SPACE, '/'.join(parts))}"


def feed_of(feed: Feed, entries: Sequence[Entry]) -> bytes:
    """The document."""
    return xml_of(
        node(
            "feed",
            node("id", urn(feed.key)),
            node("title", feed.title),
            node("subtitle", feed.subtitle),
            node("updated", feed.updated),
            node("author", node("name", feed.author)),
            None if feed.rights is None else node("rights", feed.rights),
            *(_link(link) for link in feed.links),
            *(_entry(one) for one in entries),
            xmlns=ATOM,
            xml_lang=feed.lang,
        )
    )


def _entry(one: Entry) -> Node:
    return node(
        "entry",
        node("id", urn(one.key)),
        node("title", one.title),
        node("updated", one.at),
        node("published", one.at),
        None if one.category is None else node("category", term=one.category),
        *(_link(link) for link in one.links),
        node("summary", one.summary),
    )


def _link(link: Link) -> Node:
    return node(
        "link", rel=link.rel, type=link.kind, href=link.href, hreflang=link.lang, title=link.title
    )
