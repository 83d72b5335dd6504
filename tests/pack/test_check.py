"""Every kind of fault, drawn: the small pack spoilt in one place, and all that is then told.

The tables stand in `faults/*.yaml`, one file a kind.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from ruamel.yaml import YAML

from qingyu.i18n import LANGUAGES
from qingyu.pack.check import check_pack
from qingyu.pack.load import load_pack

TABLES = sorted((Path(__file__).parent / "faults").glob("*.yaml"))


def _cases() -> list[Any]:
    return [
        pytest.param(case, id=f"{path.stem}: {case['name']}")
        for path in TABLES
        for case in YAML(typ="safe", pure=True).load(path.read_text(encoding="utf-8"))
    ]


@pytest.mark.parametrize("case", _cases())
def test_a_spoilt_pack_tells_every_fault(small: Any, case: dict[str, Any]) -> None:
    for name, text in case.get("files", {}).items():
        small.write(name, text)
    for edit in case["edits"]:
        small.edit(edit["file"], edit["old"], edit["new"])
    assert [fault.public() for fault in check_pack(small.folder)] == case["faults"]


def test_the_tables_cover_each_rule_file() -> None:
    rules = Path(__file__).parents[2] / "src" / "qingyu" / "pack" / "rules"
    named = {path.stem for path in rules.glob("*.py")} - {"__init__", "base"}
    assert named <= {path.stem for path in TABLES}


def test_all_faults_of_all_files_are_told_in_one_run(small: Any) -> None:
    small.edit("pack.yaml", "time_zone: Asia/Shanghai", "time_zone: Asia/Shanghia")
    small.edit("areas.csv", "0101,Ford,渡口,village", "0101,Ford,渡口,vilage")
    small.edit("exposures/people.csv", "2026-02-01,1000", "2026-02-01,many")
    small.edit("grades.yaml", "from: 80", "from: 95")
    small.edit("sources/calls.yaml", "delivery: snapshot", "delivery: all")
    small.edit("indicators/loss.yaml", "value: 0.3,", "value: 0.31,")
    assert [fault.where for fault in check_pack(small.folder)] == [
        "areas.csv:3, level",
        "exposures/people.csv:2, value",
        "grades.yaml:6, scales[0].grades[1].from",
        "indicators/loss.yaml:8, weight[0]",
        "pack.yaml:4, time_zone",
        "sources/calls.yaml:37, customProperties[0].value.delivery",
    ]


def test_a_slip_of_the_pen_hides_no_other_fault_of_its_file(small: Any) -> None:
    """A key too many and words nearly right: the rules still see what the file means."""
    file = "indicators/loss.yaml"
    small.edit(file, "better: lower", "better: lowr\nbogus: 1")
    small.edit(file, "{sum: calls,", "{sum: cals,")
    small.edit(file, "dimension: order", "dimension: ordr")
    assert [fault.where for fault in check_pack(small.folder)] == [
        f"{file}:2, dimension",
        f"{file}:4, measure.sum",
        f"{file}:6, better",
        f"{file}:7, bogus",
    ]


def test_a_broken_file_is_told_once_and_hides_no_other_fault(small: Any) -> None:
    """Nobody complains that the areas of a file which cannot be read are missing."""
    small.write("areas.csv", "code;name\n01;Town\n")
    small.edit("dimensions.yaml", "value: 1,", "value: 0.9,")
    assert {fault.where.split(":")[0] for fault in check_pack(small.folder)} == {
        "areas.csv",
        "dimensions.yaml",
    }


@pytest.mark.parametrize(
    ("kind", "file"),
    [
        ("indicators", "indicators/extra.yml"),
        ("exposures", "exposures/extra.xlsx"),
        ("sources", "sources/extra.txt"),
    ],
)
def test_a_file_that_nothing_reads_is_told(small: Any, kind: str, file: str) -> None:
    small.write(file, "x")
    assert [fault.where for fault in check_pack(small.folder)] == [file]


@pytest.mark.parametrize("name", ["pack.yaml", "areas.csv", "dimensions.yaml", "grades.yaml"])
def test_a_missing_file_is_one_fault(small: Any, name: str) -> None:
    small.remove(name)
    (fault,) = check_pack(small.folder)
    assert (fault.where, str(fault.found)) == (name, "no such file")


def test_no_folder_is_one_fault(tmp_path: Path) -> None:
    (fault,) = check_pack(tmp_path / "nowhere")
    assert str(fault.found) == "no folder"


@pytest.mark.parametrize(
    "data",
    [
        "名称: 渡口".encode("gbk"),
        "name: Ford".encode("utf-16"),
        b"name: Fo\xffrd",
        b"name: Ford\0",
    ],
)
def test_other_encodings_are_refused_by_name(small: Any, data: bytes) -> None:
    small.write("grades.yaml", data)
    (fault,) = check_pack(small.folder)
    assert fault.where.startswith("grades.yaml:1")
    assert "UTF-8" in str(fault.expected)


def test_a_data_file_in_the_place_of_a_pack_file_is_not_read(
    small: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("qingyu.pack.files.MOST_BYTES", 10)
    assert {str(fault.expected) for fault in check_pack(small.folder)} == {"at most 10 bytes"}


def test_aliases_that_expand_without_end_are_stopped(small: Any) -> None:
    rows = ["a0: &a0 [1, 1, 1, 1, 1, 1, 1, 1, 1, 1]"]
    rows += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 12)]
    small.write("calendar.yaml", "\n".join(rows))
    (fault,) = check_pack(small.folder)
    assert str(fault.found) == "anchors that expand without end, or very deep nesting"


def test_weights_of_one_tenth_two_tenths_and_seven_tenths_are_one(small: Any) -> None:
    """The small pack's own; .1, .2 and .71 are refused in `faults/weights.yaml`."""
    indicator = load_pack(small.folder).indicator("calls_all")
    assert [entry.weight for entry in indicator.compare] == [100_000, 200_000, 700_000]
    assert check_pack(small.folder) == []


def test_a_change_of_two_weights_on_one_day_is_in_order(small: Any) -> None:
    for name, old, new in (("calls_all", "0.7", "0.6"), ("loss", "0.3", "0.4")):
        entry = f"  - {{from: 2026-01-01, value: {old}, reference: default}}\n"
        small.edit(
            f"indicators/{name}.yaml",
            entry,
            entry + f"  - {{from: 2027-01-01, value: {new}, reference: default, why: better}}\n",
        )
    assert check_pack(small.folder) == []


def test_an_index_of_some_dimensions_takes_their_weights_in_proportion(small: Any) -> None:
    """A sum of one is asked of the index that has them all."""
    small.edit("dimensions.yaml", "value: 1,", "value: 0.6,")
    calm = "{id: calm, name: {zh: 安宁, en: calm}, weight: [{from: 2026-01-01, value: 0.4, "
    small.edit("dimensions.yaml", "- id: order", f"- {calm}reference: default}}]}}\n- id: order")
    small.edit("indicators/loss.yaml", "dimension: order", "dimension: calm")
    for name, old in (("loss", "0.3"), ("calls_all", "0.7")):
        small.edit(f"indicators/{name}.yaml", f"value: {old},", "value: 1,")
    month = "periods: [week, month], dimensions: [order"
    small.edit("pack.yaml", month, f"{month}, calm")
    assert check_pack(small.folder) == []
    small.edit("pack.yaml", f"{month}, calm", month)
    (fault, *_) = check_pack(small.folder)
    assert str(fault.found).startswith("weights that add up to 0.6")


def test_opinion_of_a_twentieth_is_in_order(small: Any) -> None:
    small.edit("indicators/loss.yaml", "nature: harm", "nature: opinion")
    small.edit("indicators/loss.yaml", "value: 0.3,", "value: 0.05,")
    small.edit("indicators/calls_all.yaml", "value: 0.7,", "value: 0.95,")
    assert check_pack(small.folder) == []


def test_one_name_in_turn_is_in_order(small: Any) -> None:
    """A name may pass on to another code when the first has ended."""
    small.edit("areas.csv", "01,hill,,,true,Old", "01,hill,,2026-06-30,true,Old")
    small.edit("areas.csv", "99,Elsewhere", "0103,Ford,,village,01,hill,2026-07-01,,true,\n99,Else")
    small.edit("exposures/people.csv", "0102,2026", "0103,2026-07-01,2026-07-01,900\n0102,2026")
    assert check_pack(small.folder) == []


def _spoilt(data: st.DataObject, text: str) -> str:
    """The text with one line gone, one word replaced, or something put in."""
    junk = st.sampled_from(
        ["", "null", "[]", "{}", "-1", "true", "[1, [2]]", "{a: 1}", "2026-01-01", "0.1", "01",
         "~", "*c", "calls", "'", ":", "\n", "  ", "１", "<<: *c", "- ", "1e400"]
    )  # fmt: skip
    lines = text.split("\n")
    way = data.draw(st.sampled_from(["line", "word", "insert"]))
    if way == "line":
        del lines[data.draw(st.integers(0, len(lines) - 1))]
        return "\n".join(lines)
    if way == "word":
        words = [word.span() for word in re.finditer(r"[\w.-]+", text)]
        start, end = data.draw(st.sampled_from(words))
        return text[:start] + data.draw(junk) + text[end:]
    place = data.draw(st.integers(0, len(text)))
    return text[:place] + data.draw(junk) + text[place:]


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_any_slip_is_told_or_harmless(small: Any, data: st.DataObject) -> None:
    """Whatever is written, the answer is a pack or a list of sentences, never a traceback."""
    name = data.draw(st.sampled_from(sorted(small.files)))
    small.write(name, _spoilt(data, small.files[name]))
    faults = check_pack(small.folder)
    for fault in faults:
        for language in LANGUAGES:
            assert fault.sentence().render(language)
    if not faults:
        assert load_pack(small.folder).id
    small.write(name, small.files[name])
