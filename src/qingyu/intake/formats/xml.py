"""XML as a stream of elements by local name. A document type is refused before it can do anything:
without it there are no entities, so nothing can be fetched or multiplied."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from xml.parsers import expat

from qingyu.i18n import T
from qingyu.intake.formats.zipped import Archive

Start = Callable[[str, dict[str, str]], None]
End = Callable[[str], None]
Text = Callable[[str], None]


class XmlReader:
    """Feeds blocks to handlers; elements come as local names, attributes without namespaces."""

    def __init__(self, archive: Archive, start: Start, end: End, text: Text) -> None:
        self._archive = archive
        self._local: dict[str, str] = {}
        self._start, self._end = start, end
        self._parser = parser = expat.ParserCreate(namespace_separator="}")
        parser.buffer_text = True
        parser.StartElementHandler = self._started
        parser.EndElementHandler = self._ended
        parser.CharacterDataHandler = text
        parser.StartDoctypeDeclHandler = self._doctype

    def feed(self, block: bytes, *, last: bool = False) -> None:
        try:
            self._parser.Parse(block, last)
        except expat.ExpatError as error:
            raise self._archive.refused(T("a part that is no XML")) from error
        except (ValueError, KeyError, OverflowError) as error:  # numbers and names of its own
            raise self._archive.refused(T("a part with a number that is none")) from error

    def _started(self, name: str, attributes: dict[str, str]) -> None:
        self._start(self._name(name), attributes)

    def _ended(self, name: str) -> None:
        self._end(self._name(name))

    def _name(self, name: str) -> str:
        found = self._local.get(name)
        if found is None:
            found = self._local[name] = name.rpartition("}")[2]
        return found

    def _doctype(self, *_: object) -> None:
        raise self._archive.refused(T("a part with a document type"))


def parse(archive: Archive, blocks: Iterable[bytes], start: Start, end: End, text: Text) -> None:
    """A whole part through the handlers."""
    reader = XmlReader(archive, start, end, text)
    for block in blocks:
        reader.feed(block)
    reader.feed(b"", last=True)
