"""The warnings of an edition: what its own tables print, as CAP documents.

A function of bytes: of the members of the edition (`manifest.json`, `areas.json`, `method.json`,
`traces.jsonl`) and of the lists of warnings in the editions before it. So a warning can say nothing
that its edition does not print, and comes under the same embargo, approvals and signature.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote, urlsplit

from qingyu.i18n import LANGUAGES, Message, T
from qingyu.release.cap.document import Told, document_of
from qingyu.release.cap.standing import LIST, Notice, list_of, standing
from qingyu.release.cap.times import write_time
from qingyu.release.edition import Edition
from qingyu.release.words import COLOURS, grade_words, named, period_words

Members = Mapping[str, bytes]
ORDER = ("blue", "yellow", "orange", "red")  # from calm to grave


def warnings_of(members: Members, before: Sequence[Edition]) -> dict[str, bytes]:
    """`cap/<identifier>.xml` and the list of them; nothing where the edition does not warn.
    before: the editions of the same index and kind of period that stand, oldest first."""
    manifest = json.loads(members["manifest.json"])
    if not manifest.get("alerts"):
        return {}
    warner = _Warner(manifest, members)
    found, files = [], {}
    for one in warner.decided(standing(before, warner.sent)):
        notice, document = warner.written(one)
        found.append(notice)
        files[notice.file] = document
    return {**files, LIST: list_of(found)}


@dataclass(frozen=True)
class _Decided:
    """kind and clear as of a notice; before: what it refers to; row: of the table of areas."""

    area: str
    kind: str
    clear: bool
    before: tuple[Notice, ...]
    row: dict[str, Any] | None


class _Warner:
    def __init__(self, manifest: dict[str, Any], members: Members) -> None:
        self.manifest, self.rule = manifest, manifest["alerts"]
        self.rows = _rows(members, "areas.json")
        self.said = _sentences(members)
        method = json.loads(members["method.json"]) if "method.json" in members else {}
        self.grades: dict[str, Message] = {
            grade["id"]: named(grade["name"]) for grade in method.get("grades", ())
        }
        moment = datetime.fromisoformat(manifest["moment"])
        # Each edition of a period speaks a second after the one before it, so that no two of its
        # messages about an area carry the same time.
        self.sent = moment + timedelta(seconds=self.rule["revision"] - 1)

    # -- what to say ----------------------------------------------------------------------------

    def decided(self, before: Mapping[str, list[Notice]]) -> Iterator[_Decided]:
        period = self.manifest["period"]
        rows = {row["area"]: row for row in self.rows}
        for code in [*rows, *(code for code in before if code not in rows)]:
            row, old = rows.get(code), tuple(before.get(code, ()))
            own = bool(old) and old[-1].period == period
            if not self.rule["newest"] and not own:
                continue  # a later period has spoken
            grade = None if row is None else row["grade"]
            if own and old[-1].grade == grade:
                continue  # a correction that leaves this colour as it was
            if grade in self.rule["grades"]:
                yield _Decided(code, "Update" if old else "Alert", False, old, row)
            elif own:
                yield _Decided(code, "Cancel", False, old, row)
            elif old and grade is not None:
                yield _Decided(code, "Update", True, old, row)
            # Without data nothing is said: what holds ends by itself, and that is not "all clear".

    # -- how to say it --------------------------------------------------------------------------

    def written(self, one: _Decided) -> tuple[Notice, bytes]:
        identifier = self._identifier(one.area)
        area = self._area(one)
        grade = None if one.row is None or one.kind == "Cancel" else one.row["grade"]
        headline = self._headline(one, area, grade)
        told = Told(
            identifier=identifier,
            sender=str(urlsplit(self.manifest["address"]).hostname),
            sent=write_time(self.sent),
            expires=self._expires(one),
            exercise=self.manifest["simulated"],
            kind=one.kind,
            clear=one.clear,
            references=tuple(old.identity for old in one.before),
            grade=grade,
            event=self._event(one, grade),
            sender_name=named(self.manifest["name"]),
            headline=headline,
            description=self._description(one, headline),
            area=area,
            codes=(self.manifest["city"], one.area),
            more=self._more(one, grade),
            web=f"{self.manifest['address']}latest/{self.manifest['period_kind']}/areas.csv",
        )
        file = f"cap/{identifier}.xml"
        notice = Notice(
            file=file, identifier=identifier, sender=told.sender, sent=told.sent,
            expires=told.expires, kind=one.kind, status="Exercise" if told.exercise else "Actual",
            period=self.manifest["period"], area=one.area, name=_both(area), grade=grade,
            clear=one.clear, references=told.references, headline=_both(headline),
        )  # fmt: skip
        return notice, document_of(told)

    def _identifier(self, area: str) -> str:
        words = (self.manifest["city"], self.manifest["index"], self.manifest["period"], area,
                 str(self.rule["revision"]))  # fmt: skip
        return "-".join(quote(word, safe="", errors="replace") for word in words)

    def _expires(self, one: _Decided) -> str:
        """Of a document that ends something: at its own time or later, as that would have."""
        if one.kind == "Cancel":
            return max((old.expires for old in one.before), key=datetime.fromisoformat)
        return write_time(datetime.fromisoformat(self.rule["expires"]))

    def _area(self, one: _Decided) -> Message:
        if one.row is None:
            return named(one.before[-1].name)
        return named({"zh": one.row["name_zh"] or one.row["name"], "en": one.row["name"]})

    def _event(self, one: _Decided, grade: str | None) -> Message:
        colour = COLOURS[grade] if grade else None
        if colour is None:
            return T("safety colour, cancelled")
        return T("safety colour: {colour}", colour=colour)

    def _headline(self, one: _Decided, area: Message, grade: str | None) -> Message:
        period = period_words(self.manifest["period"])
        if one.kind == "Cancel":
            words = T("Cancelled: {area}, {period}", area=area, period=period)
        elif one.clear:
            words = T("Over: {area} is {grade} again, {period}", area=area, period=period,
                      grade=grade_words(grade, self.grades))  # fmt: skip
        else:
            words = T("{grade}. {area}, {period}", grade=grade_words(grade, self.grades), area=area,
                      period=period)  # fmt: skip
        if self.manifest["simulated"]:
            return T("EXERCISE, simulated data. {words}", words=words)
        return words

    def _description(self, one: _Decided, headline: Message) -> dict[str, str]:
        """The sentence that the edition prints of the area; of a Cancel its reason."""
        if one.kind == "Cancel":
            words = T("This warning was wrong or is taken back: {reason}",
                      reason=self.manifest["reason"] or "-")  # fmt: skip
            return _both(words)
        return self.said.get(one.area) or _both(headline)

    def _more(self, one: _Decided, grade: str | None) -> tuple[tuple[str, str], ...]:
        found = [("period", self.manifest["period"]), ("colour", grade)]
        if one.row is not None and one.kind != "Cancel" and one.row.get("score") is not None:
            found.append(("score", str(one.row["score"])))
        return tuple((name, value) for name, value in found if value is not None)


def _both(words: Message) -> dict[str, str]:
    return {language: words.render(language) for language in LANGUAGES}


def _rows(members: Members, name: str) -> list[dict[str, Any]]:
    """Rows of a table; its decimals stay the texts that are printed."""
    found: list[dict[str, Any]] = json.loads(members.get(name, b"[]"), parse_float=str)
    return found


def _sentences(members: Members) -> dict[str, dict[str, str]]:
    """What each area's trace says, by area."""
    lines = members.get("traces.jsonl", b"").decode().splitlines()
    found: dict[str, dict[str, str]] = {}
    for line in map(json.loads, lines):
        sentence = line.get("sentence")
        if sentence:
            found[line["area"]] = {language: sentence[language] for language in LANGUAGES}
    return found
