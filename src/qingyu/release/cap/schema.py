"""The order, counts and values of CAP 1.2, as a table.

Written from the standard (OASIS, 1 July 2010, section 3.2); the order of elements is binding.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

SPACE = "urn:oasis:names:tc:emergency:cap:1.2"
SIGNATURE_SPACE = "http://www.w3.org/2000/09/xmldsig#"

Count = Literal["1", "?", "+", "*"]

# Element → its children in their order, each with how often it may come.
CHILDREN: dict[str, tuple[tuple[str, Count], ...]] = {
    "alert": (
        ("identifier", "1"), ("sender", "1"), ("sent", "1"), ("status", "1"), ("msgType", "1"),
        ("source", "?"), ("scope", "1"), ("restriction", "?"), ("addresses", "?"), ("code", "*"),
        ("note", "?"), ("references", "?"), ("incidents", "?"), ("info", "*"),
    ),
    "info": (
        ("language", "?"), ("category", "+"), ("event", "1"), ("responseType", "*"),
        ("urgency", "1"), ("severity", "1"), ("certainty", "1"), ("audience", "?"),
        ("eventCode", "*"), ("effective", "?"), ("onset", "?"), ("expires", "?"),
        ("senderName", "?"), ("headline", "?"), ("description", "?"), ("instruction", "?"),
        ("web", "?"), ("contact", "?"), ("parameter", "*"), ("resource", "*"), ("area", "*"),
    ),
    "resource": (
        ("resourceDesc", "1"), ("mimeType", "1"), ("size", "?"), ("uri", "?"), ("derefUri", "?"),
        ("digest", "?"),
    ),
    "area": (
        ("areaDesc", "1"), ("polygon", "*"), ("circle", "*"), ("geocode", "*"), ("altitude", "?"),
        ("ceiling", "?"),
    ),
    "eventCode": (("valueName", "1"), ("value", "1")),
    "parameter": (("valueName", "1"), ("value", "1")),
    "geocode": (("valueName", "1"), ("value", "1")),
}  # fmt: skip

VALUES: dict[str, tuple[str, ...]] = {
    "status": ("Actual", "Exercise", "System", "Test", "Draft"),
    "msgType": ("Alert", "Update", "Cancel", "Ack", "Error"),
    "scope": ("Public", "Restricted", "Private"),
    "category": ("Geo", "Met", "Safety", "Security", "Rescue", "Fire", "Health", "Env",
                 "Transport", "Infra", "CBRNE", "Other"),
    "responseType": ("Shelter", "Evacuate", "Prepare", "Execute", "Avoid", "Monitor", "Assess",
                     "AllClear", "None"),
    "urgency": ("Immediate", "Expected", "Future", "Past", "Unknown"),
    "severity": ("Extreme", "Severe", "Moderate", "Minor", "Unknown"),
    "certainty": ("Observed", "Likely", "Possible", "Unlikely", "Unknown"),
}  # fmt: skip

TIMES = ("sent", "effective", "onset", "expires")


@dataclass(frozen=True)
class Wrong:
    """A child out of place. kind: unknown, order, missing, repeated; line: where."""

    kind: Literal["unknown", "order", "missing", "repeated"]
    name: str
    line: int


def misplaced(parent: str, children: list[tuple[str, int]], line: int) -> list[Wrong]:
    """What is wrong with the children (name, line) of an element that has some."""
    wanted = CHILDREN[parent]
    place = {name: number for number, (name, _) in enumerate(wanted)}
    found: list[Wrong] = []
    latest = -1
    times: dict[str, int] = {}
    for name, at in children:
        if name not in place:
            found.append(Wrong("unknown", name, at))
            continue
        times[name] = times.get(name, 0) + 1
        if place[name] < latest:
            found.append(Wrong("order", name, at))
        latest = max(latest, place[name])
        if times[name] == 2 and dict(wanted)[name] in ("1", "?"):
            found.append(Wrong("repeated", name, at))
    lacking = [name for name, count in wanted if count in ("1", "+") and name not in times]
    return found + [Wrong("missing", name, line) for name in lacking]
