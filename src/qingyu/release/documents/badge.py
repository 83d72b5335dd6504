"""A badge for each area: its name, colour, pattern and word, the period, and whether it is made up.

Static SVG without scripts and without fonts of its own; what it says stands in `title` and `desc`
too. Made from the edition's printed tables alone.
"""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from qingyu.i18n import LANGUAGES, Language, Message, T
from qingyu.release.documents.marks import INK, MARKS, PAPER, RULE, SOFT, WITHHELD, pattern, swatch
from qingyu.release.markup import node, svg_of
from qingyu.release.words import COLOURS, file_name, grade_words, lang_of, named, period_words

_HEIGHT, _EDGE, _SWATCH, _GAP = 56, 10, 36, 8
_FIRST, _SECOND = 16, 13  # sizes of type
_WIDEST = 34  # ems of a name; a longer one ends in … and stands whole in the title
_STACK = {
    "zh": "-apple-system, 'PingFang SC', 'HarmonyOS Sans SC', MiSans, 'Microsoft YaHei', "
          "'Noto Sans CJK SC', sans-serif",
    "en": "system-ui, 'Segoe UI', Roboto, Arial, 'Noto Sans CJK SC', sans-serif",
}  # fmt: skip


def badges_of(members: Mapping[str, bytes]) -> dict[str, bytes]:
    """`badges/<area>.svg` and `<area>.en.svg`, from `areas.json`, `method.json` and
    `manifest.json` of an edition."""
    manifest = json.loads(members["manifest.json"])
    method = json.loads(members["method.json"])
    grades: dict[str, Message] = {one["id"]: named(one["name"]) for one in method["grades"]}
    found = {}
    for row in json.loads(members["areas.json"], parse_float=str):
        for language in LANGUAGES:
            name = file_name(
                f"badges/{quote(row['area'], safe='', errors='replace')}", "svg", language
            )
            found[name] = badge(row, grades, named(method["name"]), manifest, language)
    return found


def badge(
    row: Mapping[str, Any], grades: Mapping[str, Message], index: Message,
    manifest: Mapping[str, Any], language: Language,
) -> bytes:  # fmt: skip
    """One badge; `row`: of the table of areas."""
    area = (row["name_zh"] or row["name"]) if language == "zh" else row["name"]
    grade, word = _told(row, grades)
    when = T("{index}, {period}", index=index, period=period_words(manifest["period"]))
    if manifest["simulated"]:
        when = T("SIMULATED · {words}", words=when)
    first, second = shortened(area), word.render(language)
    third = when.render(language)
    wide = max(_width(first, _FIRST, True) + _GAP + _width(second, _FIRST, True),
               _width(third, _SECOND, False))  # fmt: skip
    left = _EDGE + _SWATCH + 10
    width = round(left + wide + _EDGE)
    key, drawn = (
        f"{quote(row['area'], safe='', errors='replace')}-{language}",
        f"grade-{grade or 'none'}",
    )
    return svg_of(
        node(
            "svg",
            node("title", f"{area} · {second}", id=f"t-{key}"),
            node("desc", _said(row, word, when).render(language), id=f"d-{key}"),
            node("defs", pattern(grade, drawn)),
            node("rect", x="0.5", y="0.5", width=str(width - 1), height=str(_HEIGHT - 1), rx="6",
                 fill=PAPER, stroke=RULE),
            *swatch(grade, str(_EDGE), str(_EDGE), str(_SWATCH), drawn),
            # One text, so that the word follows the name however wide the reader's font is.
            node("text", node("tspan", first, fill=INK),
                 node("tspan", second, dx=_GAP, fill=MARKS[grade].text),
                 x=left, y=25, font_size=_FIRST, font_weight="700"),
            node("text", third, x=left, y=45, font_size=_SECOND, fill=SOFT),
            xmlns="http://www.w3.org/2000/svg",
            xml_lang=lang_of(language),
            lang=lang_of(language),
            role="img",
            aria_labelledby=f"t-{key} d-{key}",
            width=width,
            height=_HEIGHT,
            viewBox=f"0 0 {width} {_HEIGHT}",
            font_family=_STACK[language],
        )
    )  # fmt: skip


def _told(row: Mapping[str, Any], grades: Mapping[str, Message]) -> tuple[str | None, Message]:
    """The mark and the word; of a colour that is withheld the two ends it lies between."""
    worst, best = row.get("grade_from"), row.get("grade_to")
    if row["grade"] is None and worst and best:
        between = T("{worst} to {best}", worst=COLOURS[worst], best=COLOURS[best])
        return WITHHELD, between
    if row["grade"] is None and row.get("withheld") and row.get("state") is None:
        return WITHHELD, T("Not shown")
    return row["grade"], grade_words(row["grade"], grades)


def shortened(name: str) -> str:
    """A very long name cut before the last em that has room, with an ellipsis."""
    room = float(_WIDEST)
    for place, mark in enumerate(name):
        room -= _em(mark, True)
        if room < 1 and place < len(name) - 1:
            return name[:place].rstrip() + "…"
    return name


def _said(row: Mapping[str, Any], word: Message, when: Message) -> Message:
    score = row.get("score")
    if score is None and row.get("band_from") is not None:
        return T(
            "{when}: {grade}, {low} to {high} of 100 points.",
            when=when,
            grade=word,
            low=row["band_from"],
            high=row["band_to"],
        )
    if score is None:
        return T("{when}: {grade}.", when=when, grade=word)
    return T("{when}: {grade}, {score} of 100 points.", when=when, grade=word, score=score)


def _width(text: str, size: int, bold: bool) -> float:
    """A little more than any font of the list needs, since no font is known here."""
    return sum(_em(mark, bold) for mark in text) * size


def _em(mark: str, bold: bool) -> float:
    if unicodedata.east_asian_width(mark) in "WFA" and mark not in "·":
        return 1.0
    if unicodedata.combining(mark):
        return 0.0
    if mark in "iljtfrI.,:;'’|!()[] ·":
        return 0.36
    if mark in "mwMW":
        return 0.98 if bold else 0.92
    return 0.7 if bold or mark.isupper() else 0.6
