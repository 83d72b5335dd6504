"""A query's `:first` and `:last` become the driver's parameters; nothing else in it is touched."""

from __future__ import annotations

import re

# Texts, quoted names, dollar quotes, comments and casts come first, so that a colon in one of
# them is none of ours.
_PIECE = re.compile(
    r"""(?P<kept>
        [eE]'(?:[^'\\]|\\.|'')*'
      | '(?:[^']|'')*'
      | "(?:[^"]|"")*"
      | (?P<tag>\$(?:[A-Za-z_]\w*)?\$).*?(?P=tag)
      | --[^\n]*
      | /\*.*?\*/
      | ::
    )
    | (?<![\w:]):(?P<name>[A-Za-z_]\w*)
    | (?P<percent>%)""",
    re.VERBOSE | re.DOTALL,
)


def names_in(query: str) -> set[str]:
    """The names that the query asks for with a colon."""
    return {match["name"] for match in _PIECE.finditer(query) if match["name"]}


def with_parameters(query: str) -> str:
    """`:first` as `%(first)t`, a percent sign as two; a closing semicolon is taken off."""
    return _PIECE.sub(_replaced, query.strip().removesuffix(";"))


def _replaced(match: re.Match[str]) -> str:
    if match["name"]:
        return f"%({match['name']})t"  # as text, whatever the driver prefers
    return match[0].replace("%", "%%")
