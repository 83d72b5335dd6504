"""The documents of an edition, as members of it: made from its other members alone."""

from __future__ import annotations

from collections.abc import Mapping

from qingyu.release.documents.badge import badges_of
from qingyu.release.documents.dictionary import dictionary_of


def documents_of(members: Mapping[str, bytes]) -> dict[str, bytes]:
    """Badges of the areas, and a page for each indicator."""
    return {**badges_of(members), **dictionary_of(members)}
