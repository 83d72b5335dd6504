"""A page for each indicator: what it counts, whose records, how it is judged, and what it does
*not* say. Made from the edition's `method.json` and `manifest.json` alone, so that every edition
keeps the definitions that its numbers had.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from qingyu.i18n import LANGUAGES, Language, Message, T, Text, render
from qingyu.release.documents.definition import conditions, dated, listed, measured
from qingyu.release.documents.page import a_table, mark_of, page_of
from qingyu.release.markup import Node, node
from qingyu.release.words import file_name, named, period_words

Plain = dict[str, Any]

NATURES: dict[str, Message] = {
    "harm": T("harm: what happened to people, places or things"),
    "handling": T("handling: what was done about it"),
    "voice": T("voice: what people asked for; never scored by how many, only by how it was met"),
    "effort": T("effort: grows with the patrols that look, and is scored against them"),
    "opinion": T("opinion: what people say when they are asked"),
}
_AGAINST: dict[str, Message] = {
    "own": T("the same days of earlier years"),
    "trailing": T("the weeks just before"),
    "peers": T("all areas of its class"),
    "previous": T("the period before"),
    "parent": T("the area it lies in"),
    "target": T("a declared target"),
    "minmax": T("two declared ends"),
}
_MISSING: dict[str, Message] = {
    "no_data": T("there is no score"),
    "carry": T("the last score is carried on"),
    "parent": T("the score of the area it lies in stands for it"),
}
_PROTECTION: dict[str, Message] = {
    "open": T("open: every count may be printed"),
    "small_counts": T("small counts are withheld, and what they could be worked out from"),
    "closed": T("no count is printed"),
}


def dictionary_of(members: Mapping[str, bytes]) -> dict[str, bytes]:
    """`dictionary/<indicator>.html` and `.en.html`, and their index."""
    manifest = json.loads(members["manifest.json"])
    method = json.loads(members["method.json"], parse_float=str)
    found = {}
    for language in LANGUAGES:
        pages = _Pages(manifest, method, language)
        found[file_name("dictionary/index", "html", language)] = pages.index()
        for indicator in method["indicators"]:
            name = file_name(f"dictionary/{indicator['id']}", "html", language)
            found[name] = pages.indicator(indicator)
    return found


class _Pages:
    def __init__(self, manifest: Plain, method: Plain, language: Language) -> None:
        self.manifest, self.method, self.language = manifest, method, language
        self.sources = {one["id"]: one for one in method["sources"]}
        self.source_names = {one["id"]: named(one["name"]) for one in method["sources"]}
        self.dimensions = {one["id"]: named(one["name"]) for one in method["dimensions"]}

    # -- pages ----------------------------------------------------------------------------------

    def index(self) -> bytes:
        title = T("What each indicator means: {index}", index=named(self.method["name"]))
        body: list[Node] = [node("h1", self.say(title)), *self._head()]
        for dimension in self.method["dimensions"]:
            mine = [i for i in self.method["indicators"] if i["dimension"] == dimension["id"]]
            body.append(node("h2", self.say(named(dimension["name"]))))
            body.append(node("p", self.say(T("Weight in the index: {weight}",
                                             weight=_number(dimension["weight"]))),
                             class_="soft"))  # fmt: skip
            body.append(node("ul", *(node("li", self._link(one)) for one in mine)))
        return page_of(title, body, self.language, self._other("index"))

    def indicator(self, one: Plain) -> bytes:
        name = named(one["name"])
        body = [
            node("h1", self.say(name)),
            *self._head(),
            *self._caveat(one),
            node("h2", self.say(T("What is counted"))),
            *self._definition(one),
            node("h2", self.say(T("Whose records"))),
            *self._records(one),
            node("h2", self.say(T("How it becomes points"))),
            *self._points(one),
            *self._comparisons(one["compare"], one["better"] == "lower"),
            node("h2", self.say(T("Its weight, as declared"))),
            self._weights(one),
            node("p", self._back(), class_="soft"),
        ]
        return page_of(T("{name}: what it means", name=name), body, self.language,
                       self._other(one["id"]))  # fmt: skip

    # -- parts ----------------------------------------------------------------------------------

    def _head(self) -> list[Node]:
        of = T("{city}. As of the edition of {period}, method version {version}.",
               city=named(self.manifest["name"]), period=period_words(self.manifest["period"]),
               version=self.manifest["pack"]["version"])  # fmt: skip
        mark = mark_of(self.manifest["simulated"], self.language)
        return [*mark, node("p", self.say(of), class_="soft")]

    def _caveat(self, one: Plain) -> list[Node]:
        """First of all: what the number does not say."""
        words: Text = T("Nothing is declared here.")
        if one["caveat"]:
            words = named(one["caveat"])
        return [node("h2", self.say(T("What it does not say"))), node("p", self.say(words))]

    def _definition(self, one: Plain) -> list[Node]:
        return [
            *self._measure(one["measure"]),
            node("h2", self.say(T("What it is divided by"))),
            *self._per(one["per"], one["unit"]),
            node("p", self.say(T("Nature: {nature}.", nature=NATURES[one["nature"]]))),
        ]

    def _measure(self, measure: Plain) -> list[Node]:
        asked, when = conditions(measure), dated(measure)
        if measure.get("on") is None:
            said = [T("It is {measure}.", measure=measured(measure, self.source_names))]
        else:
            said = [T("It is {measure}; {date}.", date=when,
                      measure=measured(measure, self.source_names))]  # fmt: skip
        found = [node("p", self.say(words)) for words in said]
        if asked:
            found.append(node("p", self.say(T("Counted where all of this holds:"))))
            found.append(node("ul", *(node("li", self.say(words)) for words in asked)))
        return found

    def _per(self, per: Plain, unit: int) -> list[Node]:
        if per.get("exposure"):
            return [node("p", self.say(T("By “{exposure}” and day, for each {unit}.",
                                         exposure=per["exposure"], unit=f"{unit:,}")))]  # fmt: skip
        lead = node("p", self.say(T("By a second count, for each {unit} of it:", unit=f"{unit:,}")))
        return [lead, *self._measure(per["measure"])]

    def _records(self, one: Plain) -> list[Node]:
        heads = [T("Source"), T("Department"), T("Protection")]
        rows = [
            [self.say(named(source["name"])), source["department"],
             self.say(_PROTECTION.get(source["protection"] or "", "-"))]
            for source in (self.sources[name] for name in one["sources"])
        ]  # fmt: skip
        return [a_table(self.say(T("Sources")), [self.say(head) for head in heads], rows)]

    def _points(self, one: Plain) -> list[Node]:
        better = T("Lower is better.") if one["better"] == "lower" else T("Higher is better.")
        said: list[Text] = [
            T("Dimension: {dimension}.", dimension=self.dimensions[one["dimension"]]),
            better,
            T("Each comparison gives 0 to 100 points by its curve; the points are their weighted "
              "mean. A comparison that cannot be made gives its weight to the others."),
        ]  # fmt: skip
        window = one["window"]
        if window is not None:
            said.append(
                T(
                    "In a daily index it counts over {days} days, widened to at most {most} "
                    "until {least} are expected.",
                    days=window["days"],
                    most=window["at_most"],
                    least=_number(window["least_expected"]),
                )
            )
        missing = one["missing"]
        said.append(T("Where the source is silent for more than {days} days, {then}.",
                      days=missing["after"], then=_MISSING[missing["then"]]))  # fmt: skip
        return [node("ul", *(node("li", self.say(words)) for words in said))]

    def _comparisons(self, compare: list[Plain], lower: bool) -> list[Node]:
        """A line each; a table for each curve that is different."""
        lines = [
            T("Comparison {place}: with {against}, weight {weight}", place=place,
              against=self._against(each), weight=_number(each["weight"]))
            for place, each in enumerate(compare, 1)
        ]  # fmt: skip
        curves: dict[str, list[int]] = {}
        for place, each in enumerate(compare, 1):
            curves.setdefault(json.dumps([each["curve"], each["low"], each["high"]]), []).append(
                place
            )
        listing = node("ul", *(node("li", self.say(words)) for words in lines))
        return [
            listing,
            *(self._curve(compare[places[0] - 1], places, lower) for places in curves.values()),
        ]

    def _curve(self, each: Plain, places: list[int], lower: bool) -> Node:
        caption = T("Curve of comparison {places}", places=listed(places))
        heads = [self.say(T("Times what it is held against")), self.say(T("Points"))]
        rows = [[_number(x), _number(y)] for x, y in each["curve"]]
        if each["with"] == "minmax":
            heads[0] = self.say(T("Rate"))
            ends = ["100", "0"] if lower else ["0", "100"]
            rows = [
                [_number(each[end] or "-"), to]
                for end, to in zip(("low", "high"), ends, strict=True)
            ]
        return a_table(self.say(caption), heads, rows)

    def _against(self, each: Plain) -> Message:
        words = _AGAINST[each["with"]]
        if each["with"] == "own":
            return T("{words} ({years} years)", words=words, years=each["years"] or 1)
        if each["with"] == "trailing":
            return T("{words} ({weeks} weeks)", words=words, weeks=each["weeks"] or 1)
        if each["with"] == "target" and each["target"] is not None:
            return T("{words} ({target})", words=words, target=_number(each["target"]))
        return words

    def _weights(self, one: Plain) -> Node:
        heads = [T("From"), T("Weight in its dimension"), T("Where it comes from")]
        rows = [
            [entry["from"], _number(entry["value"]),
             entry["reference"] + (f" ({entry['why']})" if entry["why"] else "")]
            for entry in one["weights"]
        ]  # fmt: skip
        return a_table(self.say(T("Entries are never changed; new ones are added.")),
                       [self.say(head) for head in heads], rows)  # fmt: skip

    # -- words and links ------------------------------------------------------------------------

    def say(self, words: Text) -> str:
        return render(words, self.language)

    def _link(self, one: Plain) -> Node:
        return node("a", self.say(named(one["name"])),
                    href=file_name(one["id"], "html", self.language))  # fmt: skip

    def _back(self) -> Node:
        return node("a", self.say(T("All indicators")),
                    href=file_name("index", "html", self.language))  # fmt: skip

    def _other(self, name: str) -> str:
        return file_name(name, "html", "en" if self.language == "zh" else "zh")


def _number(text: str | int) -> str:
    """A decimal of `method.json` without the zeros that only say how it is kept."""
    words = str(text)
    return words.rstrip("0").rstrip(".") if "." in words else words
