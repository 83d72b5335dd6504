"""JSON documents as JSON Lines: nothing that was written is lost or made better."""

from __future__ import annotations

from pathlib import Path

import pytest

from qingyu.errors import InputError
from qingyu.intake.connectors.pages import Page, read_page


def page(folder: Path, text: str, records: str = "items", following: str | None = "next") -> Page:
    path = folder / "page.json"
    path.write_text(text, "utf-8")
    return read_page(path, "the service", records, following)


@pytest.mark.parametrize(
    "record",
    ['{"a": 1.50, "b": 1e309, "c": 007}', '{"a": 01}'],
)
def test_what_is_no_json_is_refused(tmp_path: Path, record: str) -> None:
    with pytest.raises(InputError, match="no JSON"):
        page(tmp_path, f'{{"items": [{record}]}}')


@pytest.mark.parametrize(
    "record",
    [
        '{"a": 1.50}',
        '{"a": 12345678901234567890.123456789}',
        '{"a": 1e400, "b": -0.0}',
        '{"a": NaN}',
        '{"a": 1, "a": 2}',
        '{"a": null, "b": true, "c": [1.0, "x"], "d": {"e": {}}}',
        '{"a": "two\\nlines \\u2028 \\"q\\""}',
        "[1, 2]",
        '"text"',
    ],
)
def test_a_record_stays_what_was_written(tmp_path: Path, record: str) -> None:
    assert page(tmp_path, f'{{"items": [{record}]}}') == Page([record], None)


def test_paths_lead_to_records_and_cursor(tmp_path: Path) -> None:
    text = '{"data": {"rows": [{"a": 1}, {"a": 2}]}, "meta": {"next": 17}}'
    found = page(tmp_path, text, "data.rows", "meta.next")
    assert found == Page(['{"a": 1}', '{"a": 2}'], "17")


@pytest.mark.parametrize("end", ["null", '""', None])
def test_the_last_page(tmp_path: Path, end: str | None) -> None:
    tail = f', "next": {end}' if end else ""
    assert page(tmp_path, f'{{"items": []{tail}}}') == Page([], None)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "no JSON"),
        ('{"items": [1, 2', "no JSON"),
        ("[" * 100_000, "no JSON"),
        ('{"items": {"a": 1}}', "no list of records"),
        ('{"error": "canary"}', "no list of records"),
        ("[]", "no list of records"),
        ('{"items": [], "next": {"a": 1}}', "no cursor"),
        ('{"items": [], "next": [1]}', "no cursor"),
        ('{"items": [], "next": true}', "no cursor"),
    ],
)
def test_refused(tmp_path: Path, text: str, words: str) -> None:
    with pytest.raises(InputError, match=words) as failure:
        page(tmp_path, text)
    assert "canary" not in str(failure.value)


def test_bytes_that_are_no_text(tmp_path: Path) -> None:
    (tmp_path / "page.json").write_bytes(b'{"items": ["\xff"]}')
    with pytest.raises(InputError, match="no JSON"):
        read_page(tmp_path / "page.json", "s", "items", None)
