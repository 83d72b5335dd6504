"""Checks 1, 2, 8, 9 and 12: what a document says by itself, times and shapes left out."""

from __future__ import annotations

import re
from collections.abc import Iterator

from qingyu.i18n import Message as Words
from qingyu.i18n import T
from qingyu.release.cap.finding import Finding, Message
from qingyu.release.cap.reader import Element
from qingyu.release.cap.schema import CHILDREN, SIGNATURE_SPACE, SPACE, VALUES, Wrong, misplaced

MOST_AREAS = 1000
_NEEDED = {
    "alert": ("identifier", "sender", "sent", "status", "msgType", "scope"),
    "info": ("category", "event", "urgency", "severity", "certainty"),
    "resource": ("resourceDesc", "mimeType"),
    "area": ("areaDesc",),
}
_MARKUP = re.compile(r"</?[A-Za-z][^<>]*>|&(#\d+|#x[0-9A-Fa-f]+|[A-Za-z]+);")
_FORMS = {
    "language": re.compile(r"[A-Za-z]{1,8}(-[A-Za-z0-9]{1,8})*", re.ASCII),
    "size": re.compile(r"[+-]?\d+", re.ASCII),
    "altitude": re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)", re.ASCII),
    "ceiling": re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)", re.ASCII),
}
_READ = {"note", "event", "audience", "senderName", "headline", "description", "instruction",
         "contact", "resourceDesc", "areaDesc"}  # by people  # fmt: skip
_SENTENCES = ("event", "headline", "description", "instruction")
_WHOLE_ADDRESS = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:(//)?[^\s/]+\S*")


def schema(message: Message) -> Iterator[Finding]:
    """Check 1."""
    root = message.root
    if (root.space, root.name) != (SPACE, "alert"):
        found = T("the element {name} of the namespace “{space}”", name=root.name, space=root.space)
        expected = T("alert of {space}", space=SPACE)
        yield message.finding(1, root, found, expected)
        return
    for one in _own(root):
        if one.name in CHILDREN:
            yield from _children(message, one)
        else:
            yield from _leaf(message, one)


def minimum(message: Message) -> Iterator[Finding]:
    """Check 2: there, and not blank."""
    for one in _own(message.root):
        for name in _NEEDED.get(one.name, ()):
            if not one.all(name):
                found = T("no {name}", name=name)
                yield message.finding(2, one, found, T("{name} with its text", name=name))
            for child in one.all(name):
                if not child.text.strip():
                    yield message.finding(2, child, T("nothing in it"), T("a text"))


def together(message: Message) -> Iterator[Finding]:
    """Check 8: elements that ask for one another."""
    root = message.root
    scope = message.value("scope")
    restriction, addresses = root.first("restriction"), root.first("addresses")
    if restriction is not None and scope != "Restricted":
        found = T("a restriction with the scope {scope}", scope=scope)
        yield message.finding(8, restriction, found, T("the scope Restricted"))
    if scope == "Restricted" and restriction is None:
        found = T("the scope Restricted without a restriction")
        yield message.finding(8, root, found, T("who may read it"))
    if scope == "Private" and addresses is None:
        yield message.finding(8, root, T("the scope Private without addresses"),
                              T("to whom it is sent"))  # fmt: skip
    for area in (area for info in message.infos for area in info.all("area")):
        yield from _heights(message, area)


def plain_text(message: Message) -> Iterator[Finding]:
    """Check 9."""
    for one in _own(message.root):
        if one.name in _READ and (mark := _MARKUP.search(one.text)):
            yield message.finding(9, one, T("markup in a text: {mark}", mark=mark[0]),
                                  T("plain text"))  # fmt: skip
    yield from _repeated(message)
    for info in message.infos:
        web = info.first("web")
        if web is not None and _WHOLE_ADDRESS.fullmatch(web.text.strip()) is None:
            yield message.finding(9, web, web.text.strip(), T("a whole address, with its scheme"))
        for resource in info.all("resource"):
            uri = resource.first("uri")
            whole = uri is None or _WHOLE_ADDRESS.fullmatch(uri.text.strip()) is not None
            if uri is not None and not whole and resource.first("derefUri") is None:
                yield message.finding(
                    9,
                    uri,
                    T("a relative address without derefUri"),
                    T("a whole address, or the contents in derefUri"),
                )


def limits(message: Message) -> Iterator[Finding]:
    """Check 12, as far as the reader has not refused the document already."""
    areas = [area for info in message.infos for area in info.all("area")]
    if len(areas) > MOST_AREAS:
        yield message.finding(12, areas[MOST_AREAS], T("{count} areas", count=len(areas)),
                              T("at most {most}", most=MOST_AREAS))  # fmt: skip


# -- parts ----------------------------------------------------------------------------------------


def _own(root: Element) -> list[Element]:
    """Elements of CAP itself (a signature inside the alert has its own namespace)."""
    return [one for one in root.walk() if one.space == root.space]


def _children(message: Message, one: Element) -> Iterator[Finding]:
    signed = one.name == "alert"
    foreign = [c for c in one.children if c.space != one.space]
    for child in foreign:
        if not (signed and child.space == SIGNATURE_SPACE):
            yield message.finding(1, child, T("an element of another namespace"),
                                  T("elements of CAP alone"))  # fmt: skip
    mine = [(child.name, child.line) for child in one.children if child.space == one.space]
    at = {(child.name, child.line): child for child in one.children}
    for wrong in misplaced(one.name, mine, one.line):
        place = at.get((wrong.name, wrong.line), one)
        yield message.finding(1, place, _said(wrong), T("what the standard puts in {parent}",
                                                        parent=one.name))  # fmt: skip
    if one.text.strip():
        yield message.finding(1, one, T("text between its elements"), T("elements alone"))


def _said(wrong: Wrong) -> Words:
    return {
        "unknown": T("an unknown element {name}", name=wrong.name),
        "order": T("{name} out of its order", name=wrong.name),
        "missing": T("no {name}", name=wrong.name),
        "repeated": T("{name} more than once", name=wrong.name),
    }[wrong.kind]


def _leaf(message: Message, one: Element) -> Iterator[Finding]:
    if one.children:
        yield message.finding(1, one, T("elements inside of it"), T("text alone"))
    if one.text != one.text.strip():
        yield message.finding(1, one, T("space or line breaks around the text"), T("bare text"))
    elif one.name in VALUES and one.text not in VALUES[one.name]:
        names = ", ".join(VALUES[one.name])
        yield message.finding(1, one, f"“{one.text}”", T("one of {names}", names=names))
    elif one.name in _FORMS and _FORMS[one.name].fullmatch(one.text) is None:
        yield message.finding(1, one, f"“{one.text}”", T("a value of its form"))


def _heights(message: Message, area: Element) -> Iterator[Finding]:
    ceiling, altitude = area.first("ceiling"), area.first("altitude")
    if ceiling is None:
        return
    if altitude is None:
        yield message.finding(8, ceiling, T("a ceiling without an altitude"), T("both"))
        return
    low, high = _number(altitude), _number(ceiling)
    if low is None or high is None or high < low:
        yield message.finding(8, ceiling, T("a ceiling of {high} over {low}", high=ceiling.text,
                                            low=altitude.text),
                              T("a ceiling that is not below the altitude"))  # fmt: skip


def _number(one: Element) -> float | None:
    try:
        return float(one.text)
    except ValueError:
        return None


def _repeated(message: Message) -> Iterator[Finding]:
    """The same sentence under two languages is a translation that was forgotten."""
    for name in _SENTENCES:
        seen: dict[str, str] = {}
        for info in message.infos:
            text, language = info.first(name), info.value("language") or "en-US"
            if text is None or not text.text.strip():
                continue
            said = seen.setdefault(text.text.strip(), language)
            if said != language:
                yield message.finding(
                    9, text, T("the same text in {one} and {other}", one=said, other=language),
                    T("each language its own words"))  # fmt: skip
