"""The twelve checks of a CAP document, each with its own number."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain

from qingyu.release.cap import linked, shapes, structure, timely
from qingyu.release.cap.finding import CHECKS, Finding, Held, Message
from qingyu.release.cap.reader import RefusedError, read_xml
from qingyu.release.cap.schema import SPACE


@dataclass(frozen=True)
class Checked:
    """name: of the file; findings: what is wrong; unchecked: numbers of checks that could not be
    made, since nothing was given to hold the document against; shown: messages that a Cancel of
    several would end."""

    name: str
    findings: tuple[Finding, ...]
    unchecked: tuple[int, ...]
    shown: tuple[str, ...]


def read_message(data: bytes, name: str) -> Message:
    """`RefusedError` for what is not read (checks 1 and 12)."""
    return Message(name, data, read_xml(data, name))


def not_read(refused: RefusedError, name: str) -> Checked:
    """Of a document that the reader refused."""
    findings = tuple(Finding(refused.check, fault) for fault in refused.faults)
    return Checked(name, findings, tuple(n for n in CHECKS if n != refused.check), ())


def check(message: Message, held: Held) -> Checked:
    """All that is wrong with a message, in the order of the checks."""
    found = list(structure.schema(message))
    if not _is_alert(message):
        return Checked(message.name, tuple(found), tuple(n for n in CHECKS if n != 1), ())
    found += chain(
        structure.minimum(message),
        timely.times(message, held),
        linked.identifiers(message, held),
        linked.references(message, held),
        linked.over(message, held),
        shapes.shapes(message, held),
        structure.together(message),
        structure.plain_text(message),
        linked.exercises(message, held),
        linked.signature(message, held),
        structure.limits(message),
    )
    ended = linked.withdrawn_by(message, held)
    return Checked(
        message.name, tuple(found), _unchecked(held), tuple(ended if len(ended) > 1 else ())
    )


def _is_alert(message: Message) -> bool:
    return (message.root.space, message.root.name) == (SPACE, "alert")


def _unchecked(held: Held) -> tuple[int, ...]:
    lacking: Sequence[tuple[int, bool]] = (
        (4, held.log is None),
        (5, held.log is None),
        (6, held.listed is None),
        (11, held.whole is None),
    )
    return tuple(number for number, is_so in lacking if is_so)
