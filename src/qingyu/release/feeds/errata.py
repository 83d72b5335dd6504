"""The public log of errors: every correction and withdrawal, its reason, each colour it changed.

`errata.json` and `errata.csv` for programs, `errata.html` for people. An empty log is published
as well: it says that nothing was corrected.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import pyarrow as pa

from qingyu.i18n import LANGUAGES, Language, Message, T, Text
from qingyu.release.colours import published
from qingyu.release.documents.page import a_table, mark_of, page_of
from qingyu.release.edition import Edition
from qingyu.release.markup import Node, node
from qingyu.release.table import Column, Table
from qingyu.release.words import COLOURS, file_name, named, period_words

Erratum = dict[str, Any]
_KINDS = {"correction": T("correction"), "withdrawal": T("withdrawal")}


def errata_of(editions: Sequence[Edition]) -> list[Erratum]:
    """Oldest first. `colours`: areas whose colour it changed, by code; of a withdrawal all that
    had one, which now have none."""
    by_number = {one.number: one for one in editions}
    found = []
    for one in editions:
        if one.manifest["kind"] not in _KINDS:
            continue
        replaced = by_number.get(int(one.manifest["replaces"]["edition"]))
        found.append({
            "edition": one.number,
            "kind": one.manifest["kind"],
            "replaces": one.manifest["replaces"]["edition"],
            "index": one.manifest["index"],
            "period": one.manifest["period"],
            "released": one.chain["released"],
            "reason": one.manifest["reason"],
            "colours": _colours(one, replaced),
        })  # fmt: skip
    return found


def files_of(
    errata: Sequence[Erratum], title: Message, simulated: bool = False
) -> dict[str, bytes]:
    """The log in its three forms, by name."""
    text = json.dumps(list(errata), ensure_ascii=False, indent=1) + "\n"
    pages = {
        file_name("errata", "html", language): _page(errata, title, simulated, language)
        for language in LANGUAGES
    }
    return {"errata.json": text.encode(), "errata.csv": _table(errata).to_csv(), **pages}


def colour(told: str | None) -> Message:
    """A colour of the log in words; none is none, for whatever reason."""
    if told is None:
        return T("none")
    worst, between, best = told.partition("..")
    if between:
        return T("{worst} to {best}", worst=COLOURS[worst], best=COLOURS[best])
    return COLOURS[told]


def _colours(one: Edition, replaced: Edition | None) -> list[dict[str, Any]]:
    if one.manifest["kind"] == "withdrawal":
        taken = None if replaced is None else published(replaced.folder, "areas")
        rows = [] if taken is None else taken.to_pylist()
        had = [(row, _told(row, "")) for row in rows]
        return [_changed(row, colour, None) for row, colour in had if colour is not None]
    table = published(one.folder, "changes")
    rows = [] if table is None else table.to_pylist()
    return [
        _changed(row, _told(row, "_before"), _told(row, ""))
        for row in rows
        if row["colour_changed"]
    ]


def _told(row: dict[str, Any], when: str) -> str | None:
    """The colour of a row; of one whose boundary is withheld `worst..best`."""
    worst, best = row.get(f"grade_from{when}"), row.get(f"grade_to{when}")
    if row[f"grade{when}"] is None and worst is not None:
        return f"{worst}..{best}"
    grade: str | None = row[f"grade{when}"]
    return grade


def _changed(row: dict[str, Any], before: str | None, after: str | None) -> dict[str, Any]:
    return {"area": row["area"], "name": row["name"], "before": before, "after": after}


def _table(errata: Sequence[Erratum]) -> Table:
    """A line for each colour; one without an area where no colour changed."""
    none: dict[str, Any] = {"area": None, "name": None, "before": None, "after": None}
    rows = [{**one, **each} for one in errata for each in one["colours"] or [none]]

    def text(name: str, about: str) -> Column:
        return Column(name, "text", pa.array([row[name] for row in rows], pa.string()), about=about)

    def whole(name: str, about: str) -> Column:
        return Column(name, "whole", pa.array([row[name] for row in rows], pa.int64()), about=about)

    return Table("errata", "every correction and withdrawal", ("edition", "area"), (
        whole("edition", "its number"),
        text("kind", "correction, withdrawal"),
        whole("replaces", "the number of the edition that it takes the place of"),
        text("index", "id"),
        text("period", "the period"),
        text("released", "when it was published, UTC"),
        text("reason", "why"),
        text("area", "code; none where no colour changed"),
        text("name", "printed name"),
        text("before", "the colour that stood; worst..best where a boundary is withheld"),
        text("after", "the colour now; none where there is none any more"),
    ))  # fmt: skip


# -- for people ---------------------------------------------------------------------------------


def _page(errata: Sequence[Erratum], title: Message, simulated: bool, language: Language) -> bytes:
    def say(text: Text) -> str:
        return text.render(language) if isinstance(text, Message) else text

    body: list[Node] = [
        node("h1", say(T("Corrections and withdrawals"))),
        *mark_of(simulated, language),
        node("p", say(title), class_="soft"),
        node("p", say(T("Nothing published is ever rewritten: what was wrong stands beside what "
                        "took its place. {count} so far.", count=len(errata)))),
        node("p", node("a", "errata.json", href="errata.json"), " · ",
             node("a", "errata.csv", href="errata.csv")),
    ]  # fmt: skip
    for one in reversed(errata):
        number, old = one["edition"], one["replaces"]
        body += [
            node("h2", say(T("Edition {number}, {kind}: {period}", number=number,
                             kind=_KINDS[one["kind"]], period=period_words(one["period"]))),
                 id=f"edition-{number}"),
            node("p", say(T("Reason: {reason}", reason=one["reason"] or "-"))),
            node("p", say(T("Published {released}, in the place of",
                            released=one["released"])), " ",
                 node("a", say(T("edition {number}", number=old)),
                      href=f"editions/{old}/manifest.json"), "; ",
                 node("a", say(T("the new edition {number}", number=number)),
                      href=f"editions/{number}/manifest.json")),
            _colour_table(one, language),
        ]  # fmt: skip
    return page_of(T("Corrections and withdrawals: {title}", title=title), body, language,
                   file_name("errata", "html", "zh" if language == "en" else "en"))  # fmt: skip


def _colour_table(one: Erratum, language: Language) -> Node:
    if not one["colours"]:
        return node("p", T("No colour changed.").render(language))
    heads = [T("Area"), T("Before"), T("After")]
    rows = [
        [each["name"], *(colour(each[when]).render(language) for when in ("before", "after"))]
        for each in one["colours"]
    ]  # fmt: skip
    caption = T("Colours that changed: {count}", count=len(rows))
    return a_table(caption.render(language), [head.render(language) for head in heads], rows)


def title_of(edition: Edition) -> Message:
    """The city's index by its printed name."""
    return named(edition.manifest["name"])
