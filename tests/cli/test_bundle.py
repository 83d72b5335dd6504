"""`qingyu bundle` as two clerks type it."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from qingyu.cli import shapes


def holds(shape: shapes.Shape, answer: Any) -> None:
    """The names of an answer, two levels deep where the manual goes so deep."""
    objects = answer if isinstance(answer, list) else [answer]
    documented = {name.replace("[]", "") for name in shape.fields}
    for one in objects:
        names = set(one)
        for item in one.get("items", []):
            names |= {f"items.{name}" for name in item}
        assert names == documented


@dataclass
class Sides:
    """A box with one bundle, its key, a carrier, and a home that has received nothing."""

    box: Path
    carrier: Path
    home: Path
    calls: Path

    @property
    def key(self) -> Path:
        return next(self.box.glob("*.pub"))


@pytest.fixture
def sides(qingyu: Any, made: Path, tmp_path: Path) -> Sides:
    sides = Sides(tmp_path / "box", tmp_path / "usb", tmp_path / "new-home", tmp_path / "calls.csv")
    lines = (made / "calls.csv").read_text("utf-8").splitlines(keepends=True)
    sides.calls.write_text("".join(lines[:300]), "utf-8")
    sides.carrier.mkdir()
    assert qingyu("init", sides.home, "--pack", "montco").code == 0
    assert qingyu("bundle", "init", sides.box, "police", "--pack", "montco").code == 0
    return sides


def test_made_carried_trusted_opened(qingyu: Any, sides: Sides) -> None:
    words = ["bundle", "make", sides.calls, "--source", "calls", "--box", sides.box]
    sent = qingyu(*words, "--to", sides.carrier)
    assert sent.code == 0
    assert "Stays behind: addr" in sent.out
    assert "Bundle 1 of police" in sent.out
    assert (sides.carrier / "police-000001.qyb").is_file()
    again = qingyu(*words)
    assert "are bundle 1 of police already" in again.out

    opening = ["bundle", "open", sides.carrier, "--home", sides.home]
    refused = qingyu(*opening)
    assert refused.code == 4
    assert "the stream police, signed with key" in refused.err
    trusted = qingyu("bundle", "trust", sides.key, "police", "--source", "calls",
                     "--home", sides.home)  # fmt: skip
    assert trusted.code == 0
    assert sides.key.stem.removeprefix("police-") in trusted.out
    done = qingyu(*opening)
    assert done.code == 0
    assert "bundle 1 of police, received" in done.out
    assert "calls: Batch 1: 299 rows" in done.out
    again = qingyu(*opening)
    assert again.code == 0
    assert "received before; nothing changes" in again.out
    status = qingyu("bundle", "status", "--home", sides.home)
    assert "Stream police: last bundle 1" in status.out
    assert "Last bundle 1" in qingyu("bundle", "status", "--box", sides.box).out


def test_json_has_stable_names(qingyu: Any, sides: Sides) -> None:
    sent = qingyu("bundle", "make", f"calls={sides.calls}", "--box", sides.box, "--json")
    holds(shapes.BUNDLE_MAKE, sent.json)
    assert sent.json["items"][0]["cut"] == ["addr"]
    file = sent.json["file"]
    qingyu("bundle", "trust", sides.key, "police", "--source", "calls", "--home", sides.home)
    done = qingyu("bundle", "open", file, "--home", sides.home, "--json")
    holds(shapes.BUNDLE_OPEN, done.json)
    assert [one["fate"] for one in done.json] == ["received"]
    found = qingyu("bundle", "status", "--home", sides.home, "--json")
    holds(shapes.BUNDLE_STATUS, found.json)
    assert qingyu("bundle", "status", "--box", sides.box, "--json").json["last"] == 1


def test_what_stands_still_says_so_and_how_to_go_on(qingyu: Any, sides: Sides) -> None:
    def make(box: Path, number: int) -> Path:
        lines = sides.calls.read_text("utf-8").splitlines(keepends=True)
        path = sides.calls.with_name(f"part{number}.csv")
        path.write_text("".join(lines[:1] + lines[number * 20 : number * 20 + 20]), "utf-8")
        made = qingyu("bundle", "make", path, "--source", "calls", "--box", box, "--json")
        return Path(made.json["file"])

    qingyu("bundle", "trust", sides.key, "police", "--source", "calls", "--home", sides.home)
    first = make(sides.box, 1)
    twin = Path(shutil.copytree(sides.box, sides.box.with_name("twin")))
    ours, theirs, third = make(sides.box, 2), make(twin, 3), make(sides.box, 4)
    home = ["--home", sides.home]
    gap = qingyu("bundle", "open", first, third, *home)
    assert gap.code == 0
    assert "bundles 2 have not arrived" in gap.err
    fork = qingyu("bundle", "open", ours, theirs, *home)
    assert fork.code == 5
    assert "qingyu bundle decide police 2 --keep DIGEST" in fork.err
    (state,) = qingyu("bundle", "status", *home, "--json").json
    # Our own third bundle was there already and says which one it follows.
    assert state["forks"][0]["number"] == 2
    assert "Fork at 2" in qingyu("bundle", "status", *home).out
    sent = qingyu("bundle", "status", "--box", twin, "--json").json["last_digest"]
    words = ["bundle", "decide", "police", "2", "--because", "telephone", *home]
    assert qingyu(*words).code == 2
    assert qingyu(*words, "--keep", "nothing1").code == 9
    decided = qingyu(*words, "--keep", sent[:16])
    assert decided.code == 0
    assert "Decided by the duty officer" in decided.out
    (state,) = qingyu("bundle", "status", *home, "--json").json
    assert (state["forks"], [one["number"] for one in state["set_aside"]]) == ([], [2, 3])
    assert state["set_aside"][1]["withdrawn"] == [2]
    page = qingyu("bundle", "status", *home).out
    assert "Set aside by decision: 2-3" in page
    assert "telephone" in page
    revoked = qingyu("bundle", "revoke", "police", state["keys"][0]["key"], "--because", "x", *home)
    assert revoked.code == 0
    assert "revoked by the duty officer" in qingyu("bundle", "status", *home).out


def test_lost_keys_and_copies(qingyu: Any, sides: Sides) -> None:
    qingyu("bundle", "make", sides.calls, "--source", "calls", "--box", sides.box)
    before = sides.key.name
    rotated = qingyu("bundle", "rotate", "--box", sides.box)
    assert rotated.code == 0
    assert before not in rotated.out
    copied = qingyu("bundle", "copy", 1, "--box", sides.box, "--to", sides.carrier)
    assert copied.code == 0
    assert (sides.carrier / "police-000001.qyb").is_file()
    assert qingyu("bundle", "copy", 2, "--box", sides.box, "--to", sides.carrier).code == 9
    sides.box.joinpath("keys").joinpath(next(p.name for p in (sides.box / "keys").iterdir())).chmod(
        0o644
    )
    for key in (sides.box / "keys").iterdir():
        key.chmod(0o644)
    refused = qingyu("bundle", "make", sides.calls, "--source", "calls", "--anew", "--box",
                     sides.box)  # fmt: skip
    assert refused.code == 6
    assert "others can read (mode 644)" in refused.err


@pytest.mark.parametrize(
    "words",
    [
        ["calls.csv"],
        ["=calls.csv"],
        ["a=x.csv", "b=y.csv", "--covers", "2026-10-01..2026-10-02"],
        ["a=x.csv", "--version", "b=1"],
        ["a=x.csv", "--version", "1", "--version", "2"],
        ["a=x.csv", "--supplement", "seven"],
    ],
)
def test_words_that_are_off(qingyu: Any, sides: Sides, words: list[str]) -> None:
    said = qingyu("bundle", "make", *words, "--box", sides.box)
    assert said.code == 2
    assert "Traceback" not in said.err


def test_chinese(qingyu: Any, sides: Sides) -> None:
    said = qingyu("bundle", "open", sides.calls, "--home", sides.home, "--lang", "zh")
    assert said.code == 4
    assert "不是数据包的文件" in said.err
    page = qingyu("bundle", "make", "--help", "--lang", "zh").out
    assert "去掉文件中的个人信息列" in page
    assert "qingyu bundle make calls.csv" in page
