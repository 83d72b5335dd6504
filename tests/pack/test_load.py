"""The small pack, montco and the template load; what they say arrives as it was written."""

from __future__ import annotations

import subprocess
import sys
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from qingyu.errors import PackError
from qingyu.pack.load import load_pack
from qingyu.pack.model import Pack

ROOT = Path(__file__).parents[2]


def test_the_small_pack_has_no_faults(small: Any) -> None:
    assert small.faults() == []


def test_what_is_written_arrives(small: Any) -> None:
    pack = load_pack(small.folder)
    source = pack.source("calls")
    indicator = pack.indicator("calls_all")
    assert pack.id == "small"
    assert [area.code for area in pack.areas] == ["01", "0101", "0102", "99"]
    assert pack.areas[1].aliases == ("Old Ford", "Ford Village")
    assert pack.areas[2].since == date(2026, 1, 1)
    assert source.key == ("number",)
    assert source.column("number").type == "code"
    assert source.column("at").format == "%Y-%m-%d %H:%M:%S"
    assert source.column("kind").among == ("theft", "fire", "noise")
    assert source.column("loss").places == 2
    assert source.column("loss").most == 1_000_000 * 1_000_000
    assert source.column("phone").personal == "cut"
    assert source.gaps[0].last == date(2026, 3, 2)
    assert [c.weight for c in indicator.compare] == [100_000, 200_000, 700_000]
    assert indicator.compare[1].curve == ((0, 100_000_000), (1_000_000, 85_000_000), (2_000_000, 0))
    assert pack.cases[0].period == "2026-03"


def test_lines_name_file_and_line(small: Any) -> None:
    lines = load_pack(small.folder).lines
    assert lines["indicators/calls_all/weight/0"] == "indicators/calls_all.yaml:9"
    assert lines["indicators/calls_all/compare/1/curve"] == "indicators/calls_all.yaml:13"
    assert lines["dimensions/order/weight/0"] == "dimensions.yaml:4"
    assert lines["grades/scales/0"] == "grades.yaml:2"
    assert lines["grades/caps/0"] == "grades.yaml:9"
    assert lines["sources/calls"] == "sources/calls.yaml:1"
    assert lines["sources/calls/columns/kind"] == "sources/calls.yaml:18"
    assert lines["sources/calls/gaps/0"] == "sources/calls.yaml:40"
    assert lines["exposures/people"] == "exposures/people.csv:1"
    assert lines["exposures/people/1"] == "exposures/people.csv:3"
    assert lines["areas/0102"] == "areas.csv:4"
    assert lines["indices/daily"] == "pack.yaml:13"
    assert lines["cases/0"] == "cases/one.yaml:1"


def test_an_error_carries_all_faults(small: Any) -> None:
    small.edit("dimensions.yaml", "value: 1,", "value: 0.9,")
    small.edit("pack.yaml", "Asia/Shanghai", "Asia/Shanghia")
    with pytest.raises(PackError) as caught:
        load_pack(small.folder)
    assert [fault.where for fault in caught.value.faults] == [
        "dimensions.yaml:4, [0].weight[0]",
        "pack.yaml:4, time_zone",
    ]
    assert caught.value.exit_code == 3


def test_the_digest_is_of_the_content_and_not_of_its_layout(small: Any) -> None:
    before = load_pack(small.folder).digest
    small.edit("grades.yaml", "scales:\n", "# a remark\n\nscales:\n")
    small.edit("indicators/calls_all.yaml", "value: 0.7,", "value: 0.700,")
    assert load_pack(small.folder).digest == before
    small.edit("grades.yaml", "from: 80", "from: 81")
    assert load_pack(small.folder).digest != before


def test_the_digest_does_not_depend_on_the_machine(small: Any) -> None:
    program = (
        "import sys; from pathlib import Path; from qingyu.pack.load import load_pack;"
        "print(load_pack(Path(sys.argv[1])).digest)"
    )
    digests = {
        subprocess.run(
            [sys.executable, "-c", program, str(small.folder)],
            env={"PYTHONPATH": str(ROOT / "src"), "PYTHONHASHSEED": seed, "TZ": zone, "LANG": "C"},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed, zone in (("1", "UTC"), ("2", "Pacific/Kiritimati"))
    }
    assert digests == {load_pack(small.folder).digest + "\n"}


@pytest.mark.parametrize("folder", ["packs/montco", "src/qingyu/pack/template"])
def test_the_packs_of_the_project_have_no_faults(folder: str) -> None:
    assert isinstance(load_pack(ROOT / folder), Pack)


def test_a_crlf_and_bom_pack_is_the_same_pack(small: Any) -> None:
    before = load_pack(small.folder).digest
    for path in sorted(small.folder.rglob("*.*")):
        path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes().replace(b"\n", b"\r\n"))
    assert load_pack(small.folder).digest == before


def test_merge_keys_and_anchors_work(small: Any) -> None:
    before = load_pack(small.folder).digest
    small.edit(
        "indicators/calls_all.yaml",
        "  - {with: peers, weight: 0.2, curve: *c}\n",
        "  - &p {with: peers, weight: 0.2, curve: *c}\n",
    )
    small.edit(
        "indicators/calls_all.yaml",
        "  - {with: trailing, weeks: 8, at_least: 6, weight: 0.7, curve: *c}\n",
        "  - {<<: *p, with: trailing, weeks: 8, at_least: 6, weight: 0.7}\n",
    )
    assert load_pack(small.folder).digest == before
