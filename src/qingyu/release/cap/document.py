"""One notice as a CAP document, in Chinese and English."""

from __future__ import annotations

from dataclasses import dataclass

from qingyu.i18n import LANGUAGES, Language, Message, T
from qingyu.release.cap.schema import SPACE
from qingyu.release.markup import Node, node, xml_of

_TAG = {"zh": "zh-CN", "en": "en"}
_SEVERITY = {"red": "Severe", "orange": "Moderate", "yellow": "Minor", "blue": "Minor"}
NOTE = T("Exercise: all data are simulated, and nothing here happened.")


@dataclass(frozen=True)
class Told:
    """What a document says. clear: all is well again; codes: the name of the list of areas, and
    this area's code in it; more: further values by name; web: a whole address."""

    identifier: str
    sender: str
    sent: str
    expires: str
    exercise: bool
    kind: str
    clear: bool
    references: tuple[str, ...]
    grade: str | None
    event: Message
    sender_name: Message
    headline: Message
    description: dict[str, str]
    area: Message
    codes: tuple[str, str]
    more: tuple[tuple[str, str], ...]
    web: str


def plain(text: str) -> str:
    """A text that no reader can take for markup."""
    return text.translate({ord("<"): "‹", ord(">"): "›", ord("&"): "＆"})


def document_of(told: Told) -> bytes:
    """The elements in the order that the standard demands."""
    note = " ".join(NOTE.render(language) for language in LANGUAGES)
    return xml_of(
        node(
            "alert",
            node("identifier", told.identifier),
            node("sender", told.sender),
            node("sent", told.sent),
            node("status", "Exercise" if told.exercise else "Actual"),
            node("msgType", told.kind),
            node("scope", "Public"),
            node("note", note) if told.exercise else None,
            node("references", " ".join(told.references)) if told.references else None,
            *(_info(told, language) for language in LANGUAGES),
            xmlns=SPACE,
        )
    )


def _info(told: Told, language: Language) -> Node:
    past = told.clear or told.kind == "Cancel"
    return node(
        "info",
        node("language", _TAG[language]),
        node("category", "Safety"),
        node("event", plain(told.event.render(language))),
        node("responseType", "AllClear" if past else "Monitor"),
        node("urgency", "Past" if past else "Expected"),
        node("severity", "Minor" if past else _SEVERITY[told.grade or "yellow"]),
        node("certainty", "Observed"),
        node("expires", told.expires),
        node("senderName", plain(told.sender_name.render(language))),
        node("headline", plain(told.headline.render(language))),
        node("description", plain(told.description[language])),
        node("web", told.web),
        *(
            node("parameter", node("valueName", name), node("value", value))
            for name, value in told.more
        ),
        node(
            "area",
            node("areaDesc", plain(told.area.render(language))),
            node("geocode", node("valueName", told.codes[0]), node("value", told.codes[1])),
        ),
    )
