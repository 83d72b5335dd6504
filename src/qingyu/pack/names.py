"""How printed names are compared: by the letters a person sees."""

from __future__ import annotations

import unicodedata


def folded(name: str) -> str:
    """A name without differences of case, width and spacing: `Lower  Ｍerion` and `LOWER MERION`
    are one."""
    return " ".join(unicodedata.normalize("NFKC", name).casefold().split())
