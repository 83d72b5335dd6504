"""What the manual tells an auditor to type, typed: `minisign -V` and `sha256sum -c`."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import pytest
from release_office import Publisher, founded

pytestmark = pytest.mark.system


@pytest.fixture(scope="module")
def edition(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("stock")
    (folder / "founded").mkdir()
    founded(folder / "founded")
    return Publisher(folder / "founded", folder / "office").publish().folder


def run(command: str, folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["bash", "-ec", command], cwd=folder, capture_output=True, text=True, check=False
    )


CHECKS = {
    "the office": "minisign -V -m SHA256SUMS -p ../../qingyu.pub",
    "the files": "sha256sum -c --quiet SHA256SUMS",
    "the keys": "minisign -V -m ../../keys.json -p ../../qingyu.pub",
}


@pytest.mark.parametrize("what", CHECKS)
def test_stock_tools_find_an_edition_whole(edition: Path, what: str) -> None:
    ended = run(CHECKS[what], edition)
    assert ended.returncode == 0, ended.stderr


def test_the_trusted_comment_says_what_it_is(edition: Path) -> None:
    said = run(CHECKS["the office"], edition).stdout
    manifest = json.loads((edition / "manifest.json").read_text("utf-8"))
    assert f"qingyu edition 1; monthly 2016-03; moment {manifest['moment']}" in said


def test_stock_tools_find_an_approval(edition: Path, tmp_path: Path) -> None:
    chain = json.loads((edition / "chain.json").read_text("utf-8"))
    assert len(chain["approvals"]) == 2
    for one in chain["approvals"]:
        role, key = one["role"], one["public"]
        command = (
            f"grep -v -e '  chain.json$' -e '  approvals/' SHA256SUMS > {tmp_path}/approved\n"
            f"minisign -V -m {tmp_path}/approved -x approvals/{role}.minisig -P {key}"
        )
        ended = run(command, edition)
        assert ended.returncode == 0, ended.stderr
        assert f"role {role}" in ended.stdout


@pytest.mark.parametrize(
    ("name", "what"), [("SHA256SUMS", "the office"), ("badges/42091.svg", "the files"),
                       ("dictionary/index.html", "the files"), ("areas.parquet", "the files")]
)  # fmt: skip
def test_stock_tools_find_a_touched_byte(
    edition: Path, tmp_path: Path, name: str, what: str
) -> None:
    shelf = Path(shutil.copytree(edition.parents[1], tmp_path / "shelf", symlinks=True))
    path = shelf / "editions" / "1" / name
    path.write_bytes(path.read_bytes()[:-1] + b"~")
    ended = run(CHECKS[what], shelf / "editions" / "1")
    assert ended.returncode != 0
