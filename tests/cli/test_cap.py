"""`qingyu cap check` at the keyboard."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from qingyu.cli import shapes_release as shapes
from qingyu.errors import InputError

GOOD = """\
<?xml version="1.0" encoding="UTF-8"?>
<alert xmlns="urn:oasis:names:tc:emergency:cap:1.2">
 <identifier>city-1</identifier><sender>city.example</sender>
 <sent>2026-03-06T09:30:00+08:00</sent><status>Actual</status><msgType>Alert</msgType>
 <scope>Public</scope>
 <info>
  <category>Safety</category><event>colour</event><urgency>Expected</urgency>
  <severity>Severe</severity><certainty>Observed</certainty>
 </info>
</alert>
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "warning.xml"
    path.write_text(GOOD, "utf-8")
    return path


def test_a_good_one_passes_and_what_was_not_checked_is_said(qingyu: Any, file: Path) -> None:
    ended = qingyu("cap", "check", file)
    assert ended.code == 0, ended.err
    assert "nothing wrong in 8 of 12 checks" in ended.out
    assert "Not checked: 4 identifiers; 5 references" in ended.err


def test_each_fault_is_told_with_line_and_check(qingyu: Any, file: Path) -> None:
    file.write_text(GOOD.replace("+08:00", "Z").replace(">city-1<", ">city 1<"), "utf-8")
    ended = qingyu("cap", "check", file)
    assert ended.code == InputError.exit_code
    assert "2 faults, by checks 3 times; 4 identifiers" in ended.out
    assert "warning.xml:4, sent" in ended.err
    assert "warning.xml:3, identifier" in ended.err


def test_as_json_for_several_files(qingyu: Any, file: Path, tmp_path: Path) -> None:
    bad = tmp_path / "bad.xml"
    bad.write_text("<!DOCTYPE alert><alert/>", "utf-8")
    ended = qingyu("cap", "check", file, bad, "--json")
    assert ended.code == InputError.exit_code
    assert [one["file"] for one in ended.json] == [str(file), str(bad)]
    documented = {name.split("[")[0] for name in shapes.CAP_CHECK.fields}
    assert all(set(one) == documented for one in ended.json)
    assert [fault["check"] for fault in ended.json[1]["faults"]] == [12]


def test_a_file_that_is_not_there(qingyu: Any, tmp_path: Path) -> None:
    ended = qingyu("cap", "check", tmp_path / "none.xml")
    assert ended.code == InputError.exit_code
    assert "a file that cannot be read" in ended.err


def test_a_signature_beside_the_file(qingyu: Any, file: Path) -> None:
    assert qingyu("release", "key", "make", file.parent / "office").code == 0
    from qingyu.minisign import Secret

    secret = Secret.read(file.parent / "office.key")
    signature = secret.sign(file.read_bytes(), "a warning").text("a warning")
    file.with_name("warning.xml.minisig").write_text(signature)
    key = ("--key", file.parent / "office.pub")
    assert qingyu("cap", "check", file, *key).code == 0
    file.write_text(GOOD.replace("Severe", "Minor"), "utf-8")
    ended = qingyu("cap", "check", file, *key)
    assert ended.code == InputError.exit_code
    assert "not the bytes that were signed" in ended.err


def test_a_ring_is_held_against_the_outline_of_its_area(
    qingyu: Any, file: Path, tmp_path: Path
) -> None:
    """Swapped axes in a place where both numbers are latitudes are found only so."""
    outline = tmp_path / "outlines.geojson"
    corners = [[23.0, 50.0], [24.0, 50.0], [24.0, 51.0], [23.0, 51.0], [23.0, 50.0]]
    shape = {"type": "Polygon", "coordinates": [corners]}
    feature = {"type": "Feature", "properties": {"code": "town"}, "geometry": shape}
    outline.write_text(json.dumps({"type": "FeatureCollection", "features": [feature]}))

    def area(pairs: list[tuple[float, float]]) -> str:
        ring = " ".join(f"{one},{other}" for one, other in pairs)
        code = "<geocode><valueName>city</valueName><value>town</value></geocode>"
        return f"<area><areaDesc>Town</areaDesc><polygon>{ring}</polygon>{code}</area>"

    right = [(latitude, longitude) for longitude, latitude in corners]
    for pairs, code in ((right, 0), ([(x, y) for y, x in right], InputError.exit_code)):
        file.write_text(GOOD.replace(" </info>", area(pairs) + "</info>"), "utf-8")
        assert qingyu("cap", "check", file).code == 0
        ended = qingyu("cap", "check", file, "--boundaries", outline)
        assert ended.code == code, ended.err
    assert "a ring that does not cover Town" in ended.err
