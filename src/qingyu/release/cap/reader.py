"""XML from anybody, read within limits: no document type, no entity, nothing fetched.

`expat` is asked directly, so that a DOCTYPE is refused before anything in it takes effect; size,
depth and number of elements are bounded while it reads. Each element keeps its line.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from xml.parsers import expat

from qingyu.errors import InputError
from qingyu.i18n import T, Text

MOST_BYTES = 1_000_000
DEEPEST = 32
MOST_ELEMENTS = 50_000
_SPLIT = "\x1f"  # between namespace and name: no name can hold it


class RefusedError(InputError):
    """A document that is not read. check: 12 where it goes beyond the limits, 1 if it is no XML."""

    check = 12


@dataclass
class Element:
    """space: its namespace; text: of the element itself, as written."""

    space: str
    name: str
    line: int
    attributes: dict[str, str]
    children: list[Element] = field(default_factory=list)
    text: str = ""

    def all(self, name: str) -> list[Element]:
        """Children of its own namespace with this name."""
        return [one for one in self.children if (one.space, one.name) == (self.space, name)]

    def first(self, name: str) -> Element | None:
        return next(iter(self.all(name)), None)

    def value(self, name: str) -> str | None:
        """The text of the first such child, without the space around it."""
        found = self.first(name)
        return None if found is None else found.text.strip()

    def walk(self) -> Iterator[Element]:
        yield self
        for child in self.children:
            yield from child.walk()


def read_xml(data: bytes, where: str) -> Element:
    """The root element; `RefusedError` says what cannot be read or goes beyond the limits."""
    if len(data) > MOST_BYTES:
        raise _refused(where, T("{count} bytes", count=len(data)),
                       T("at most {most} bytes", most=MOST_BYTES))  # fmt: skip
    reading = _Reading(where)
    try:
        reading.parser.Parse(data, True)
    except expat.ExpatError as error:
        place = f"{where}:{error.lineno}"
        words = expat.errors.messages[error.code]
        refused = _refused(place, T("no well-formed XML ({words})", words=words),
                           T("a whole XML document in UTF-8"))  # fmt: skip
        refused.check = 1
        raise refused from None
    assert reading.root is not None
    return reading.root


class _Reading:
    def __init__(self, where: str) -> None:
        self.where = where
        self.root: Element | None = None
        self.open: list[Element] = []
        self.count = 0
        self.parser = expat.ParserCreate(namespace_separator=_SPLIT)
        self.parser.buffer_text = True
        self.parser.StartDoctypeDeclHandler = self._doctype
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.CharacterDataHandler = self._text

    def _doctype(self, *_: object) -> None:
        raise _refused(self._here, T("a document type declaration"),
                       T("none: what it declares is never looked at"))  # fmt: skip

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        self.count += 1
        if self.count > MOST_ELEMENTS:
            raise _refused(self._here, T("more than {most} elements", most=MOST_ELEMENTS),
                           T("at most {most} elements", most=MOST_ELEMENTS))  # fmt: skip
        if len(self.open) >= DEEPEST:
            raise _refused(self._here, T("elements nested deeper than {most}", most=DEEPEST),
                           T("at most {most} levels", most=DEEPEST))  # fmt: skip
        space, _, bare = name.rpartition(_SPLIT)
        made = Element(space, bare, self.parser.CurrentLineNumber, dict(attributes))
        if self.open:
            self.open[-1].children.append(made)
        else:
            self.root = made
        self.open.append(made)

    def _end(self, name: str) -> None:
        self.open.pop()

    def _text(self, text: str) -> None:
        self.open[-1].text += text

    @property
    def _here(self) -> str:
        return f"{self.where}:{self.parser.CurrentLineNumber}"


def _refused(where: str, found: Text, expected: Text) -> RefusedError:
    return RefusedError(where, found, expected, T("Ask the sender for a document without it."))
