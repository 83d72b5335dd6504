"""Badges say by colour, pattern and word what the edition prints, and nothing else."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from tests.release.reading import ATTACKS, parsed, tags, words

from qingyu.i18n import LANGUAGES, Language
from qingyu.release.documents.badge import badge, badges_of, shortened
from qingyu.release.documents.marks import INK, MARKS, PAPER, SOFT, WITHHELD
from qingyu.release.words import named

NAMES = {
    "blue": ("优秀", "excellent"), "yellow": ("良好", "good"), "orange": ("平稳", "fair"),
    "red": ("较差", "poor"),
}  # fmt: skip
GRADES = {grade: named({"zh": zh, "en": en}) for grade, (zh, en) in NAMES.items()}
INDEX = named({"zh": "日度指数", "en": "daily index"})
ROW = {"area": "440402100000", "name": "Tangjiawan", "name_zh": "唐家湾镇", "grade": "red",
       "score": "66.208"}  # fmt: skip
MANIFEST = {"period": "2026-03-05", "simulated": False}
ALLOWED = {"svg", "title", "desc", "defs", "pattern", "path", "circle", "rect", "text", "tspan"}


def made(language: Language = "zh", **changes: Any) -> bytes:
    manifest = {**MANIFEST, **{k: v for k, v in changes.items() if k in MANIFEST}}
    return badge({**ROW, **changes}, GRADES, INDEX, manifest, language)


@pytest.mark.parametrize("grade", [*NAMES, None])
def test_colour_pattern_and_word_go_together(grade: str | None) -> None:
    text = made("zh", grade=grade).decode()
    mark = MARKS[grade]
    assert f'fill="{mark.fill}"' in text
    assert f'stroke="{mark.edge}"' in text
    assert f"url(#grade-{grade or 'none'})" in text
    assert f'id="grade-{grade or "none"}"' in text
    word = "无数据" if grade is None else NAMES[grade][0]
    assert word in words(parsed(text.encode()))
    patterns = {made("zh", grade=one).decode().split("<defs>")[1].split("</defs>")[0]
                for one in (*NAMES, None)}  # fmt: skip
    assert len(patterns) == 5


def test_it_says_the_same_in_both_languages() -> None:
    zh, en = (words(parsed(made(language))) for language in LANGUAGES)
    assert "唐家湾镇" in zh
    assert "红·较差" in zh
    assert "2026年3月5日" in zh
    assert "66.208分" in zh
    assert "Tangjiawan" in en
    assert "Red: poor" in en
    assert "5 March 2026" in en
    assert "66.208 of 100 points" in en


def test_without_a_score_none_is_told() -> None:
    assert "100" not in words(parsed(made("en", score=None)))


def test_what_is_withheld_has_ends_and_a_mark_of_its_own() -> None:
    data = made("en", grade=None, score=None, grade_from="red", grade_to="orange",
                band_from="0.000", band_to="79.999")  # fmt: skip
    said = words(parsed(data))
    assert "Red to Orange" in said
    assert "0.000 to 79.999 of 100" in said
    assert "No data" not in said
    assert MARKS[WITHHELD].fill.encode() in data


def test_what_is_not_shown_is_not_called_missing() -> None:
    hidden = {"grade": None, "score": None, "grade_from": None, "withheld": True}
    assert "Not shown" in words(parsed(made("en", **hidden, state=None)))
    assert "No data" in words(parsed(made("en", **hidden, state="no_data")))


def test_made_up_data_are_marked() -> None:
    assert "模拟数据" in words(parsed(made("zh", simulated=True)))
    assert "SIMULATED" in words(parsed(made("en", simulated=True)))
    assert "模拟" not in words(parsed(made("zh")))


@pytest.mark.parametrize("name", ATTACKS)
def test_a_name_is_a_name(name: str) -> None:
    root = parsed(made("en", name=name, area=name))
    assert tags(root) <= ALLOWED
    assert not any(key.startswith("on") for one in root.iter() for key in one.attrib)


def test_it_is_named_for_who_cannot_see_it() -> None:
    root = parsed(made())
    ids = {one.get("id") for one in root.iter()}
    assert root.get("role") == "img"
    assert set(str(root.get("aria-labelledby")).split()) <= ids


def test_nothing_is_fetched_and_nothing_runs() -> None:
    text = made().decode().replace('xmlns="http://www.w3.org/2000/svg"', "")
    assert not re.search(r"https?:|href|<script|@import|@font-face|data:", text)


def test_long_names_are_cut_in_the_picture_and_whole_in_the_title() -> None:
    name = "很长的名字" * 50
    root = parsed(made("zh", name_zh=name))
    assert int(str(root.get("width"))) < 800
    assert name in words(root)
    assert shortened("唐家湾镇") == "唐家湾镇"
    assert shortened(name).endswith("…")


def test_every_area_has_two_files_whatever_its_code() -> None:
    rows = [{**ROW, "area": code} for code in ("a", "../b", "c/d", "e f", "区")]
    members = {
        "manifest.json": json.dumps(MANIFEST).encode(),
        "method.json": json.dumps({
            "name": {"zh": "指数", "en": "index"},
            "grades": [{"id": g, "name": {"zh": z, "en": e}} for g, (z, e) in NAMES.items()],
        }).encode(),
        "areas.json": json.dumps(rows).encode(),
    }  # fmt: skip
    found = badges_of(members)
    assert len(found) == 10
    assert all(re.fullmatch(r"badges/[^/\s]+\.svg", name) for name in found)
    assert found == badges_of(members)


def luminance(colour: str) -> float:
    parts = [int(colour[n : n + 2], 16) / 255 for n in (1, 3, 5)]
    red, green, blue = (p / 12.92 if p <= 0.03928 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("grade", [*NAMES, None, WITHHELD])
def test_contrast_of_text_edge_and_pattern(grade: str | None) -> None:
    """WCAG 2.2: 4.5 for text, 3 for what is drawn."""
    mark = MARKS[grade]
    assert contrast(mark.text, PAPER) >= 4.5
    assert contrast(mark.edge, PAPER) >= 3
    assert contrast(mark.stroke, mark.fill) >= 3
    assert min(contrast(INK, PAPER), contrast(SOFT, PAPER)) >= 4.5
