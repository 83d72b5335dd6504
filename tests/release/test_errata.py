"""Colours of the public log of errors, told as they were published."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from qingyu.release.edition import Edition
from qingyu.release.feeds.errata import colour, errata_of, files_of
from qingyu.release.sums import SUMS, digest_of_bytes, text_of
from qingyu.release.words import named

TITLE = named({"zh": "指数", "en": "Index"})
AREA = {"area": "a", "name": "A", "grade": None, "grade_from": "red", "grade_to": "orange"}
CHANGE = {
    "area": "a", "name": "A", "colour_changed": True, "grade_before": "yellow",
    "grade_from_before": "yellow", "grade_to_before": "yellow", "grade": None,
    "grade_from": "red", "grade_to": "orange",
}  # fmt: skip


def edition(folder: Path, number: int, kind: str, **tables: list[dict[str, Any]]) -> Edition:
    place = folder / str(number)
    place.mkdir()
    for name, rows in tables.items():
        pq.write_table(pa.Table.from_pylist(rows), place / f"{name}.parquet")
    digests = {path.name: digest_of_bytes(path.read_bytes()) for path in place.iterdir()}
    (place / SUMS).write_bytes(text_of(digests))
    replaces = None if kind == "results" else {"edition": number - 1, "digest": "-"}
    manifest = {"kind": kind, "replaces": replaces, "index": "daily", "period": "2026-03-05",
                "reason": "late"}  # fmt: skip
    return Edition(number, place, "-", manifest, {"released": "2026-03-06T02:00:00+00:00"})


def test_of_a_withheld_boundary_both_ends_are_told(tmp_path: Path) -> None:
    editions = [
        edition(tmp_path, 1, "results", areas=[AREA | {"grade": "yellow"}]),
        edition(tmp_path, 2, "correction", areas=[AREA], changes=[CHANGE]),
        edition(tmp_path, 3, "withdrawal"),
    ]
    log = errata_of(editions)
    assert [[(c["before"], c["after"]) for c in one["colours"]] for one in log] == [
        [("yellow", "red..orange")],
        [("red..orange", None)],
    ]
    files = files_of(log, TITLE)
    assert b"yellow,red..orange" in files["errata.csv"]
    assert "Red to Orange" in files["errata.en.html"].decode()


def test_a_correction_without_another_colour_is_told_as_well(tmp_path: Path) -> None:
    change = CHANGE | {"colour_changed": False}
    log = errata_of([edition(tmp_path, 2, "correction", changes=[change])])
    assert log[0]["colours"] == []
    files = files_of(log, TITLE)
    assert files["errata.csv"].decode("utf-8-sig").splitlines()[1].endswith("late,,,,")
    assert "No colour changed." in files["errata.en.html"].decode()


@pytest.mark.parametrize(
    ("told", "said"), [(None, "none"), ("red", "Red"), ("red..orange", "Red to Orange")]
)
def test_colours_in_words(told: str | None, said: str) -> None:
    assert colour(told).render("en") == said


def test_the_page_names_its_index_and_says_that_nothing_of_it_happened() -> None:
    true, made_up = (files_of([], TITLE, simulated) for simulated in (False, True))
    for language, words in (("", "模拟数据：不反映"), (".en", "Simulated data: no facts")):
        name = f"errata{language}.html"
        assert words in made_up[name].decode()
        assert words not in true[name].decode()
        assert TITLE.render("en" if language else "zh") in made_up[name].decode()
