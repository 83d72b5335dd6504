"""`qingyu daily` as a timer runs it: what it says, in which language, and how it ends."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from qingyu.cli.run_shapes import DAILY

Qingyu = Any  # the fixture of conftest.py
CANARY = "canary-ocean-7"


class Office:
    """A home of the county with a watched folder, and `qingyu daily` on it."""

    def __init__(self, qingyu: Qingyu, folder: Path) -> None:
        self.qingyu, self.home, self.post = qingyu, folder / "home", folder / "post"
        self.post.mkdir()
        assert qingyu("init", self.home, "--pack", "montco").code == 0
        self.settle(f"feeds:\n  - source: calls\n    folder: {{path: {self.post}, settle: 0}}\n")

    def settle(self, text: str, mode: int = 0o600) -> None:
        path = self.home / "connectors.yaml"
        path.write_text(text, "utf-8")
        path.chmod(mode)

    def daily(self, *words: object) -> Any:
        return self.qingyu("daily", "--home", self.home, *words)


@pytest.fixture
def office(qingyu: Qingyu, tmp_path: Path) -> Office:
    return Office(qingyu, tmp_path)


def test_all_well_is_0_and_its_json_is_the_manuals(office: Office, made: Path) -> None:
    (office.post / "calls.csv").write_bytes((made / "calls.csv").read_bytes())
    said = office.daily("--date", "2016-11-02", "--json")
    assert said.code == 0
    assert {name.removesuffix("[]") for name in DAILY.fields} == set(said.json)
    assert {"collect", "count", "panel", "supply", "compute", "warn", "report"} == set(
        said.json["rows_read"]
    )
    for name in ("rows_read", "cells_read"):
        assert said.json[name].keys() == said.json["milliseconds"].keys()
    again = office.daily("--date", "2016-11-02", "--json")
    assert (again.code, again.json["again"]) == (0, True)


@pytest.mark.parametrize(("language", "words"), [("en", "Refused, from calls"), ("zh", "calls")])
def test_a_refused_file_is_11_and_the_rest_goes_on(
    office: Office, made: Path, language: str, words: str
) -> None:
    (office.post / "a.csv").write_text("no,such\n1,2\n")
    (office.post / "b.csv").write_bytes((made / "calls.csv").read_bytes())
    said = office.qingyu("--lang", language, "daily", "--home", office.home, "--date", "2016-11-02")
    assert said.code == 11
    assert words in said.out
    assert (office.post / "refused" / "a.csv").is_file()
    assert (office.post / "done" / "b.csv").is_file()


def test_many_batches_of_a_source_are_one_line(office: Office, made: Path) -> None:
    """At the first run of a city there are hundreds; --json has each."""
    whole = (made / "calls.csv").read_text("utf-8").splitlines(keepends=True)
    (office.post / "a.csv").write_text("".join(whole[:40]), "utf-8")
    (office.post / "b.csv").write_text("".join([whole[0], *whole[40:]]), "utf-8")
    words = ("daily", "--home", office.home, "--date", "2016-11-02")
    said = office.qingyu("--lang", "en", *words)
    rows = f"{len(whole) - 1:,} rows"
    assert [line for line in said.out.splitlines() if "batches of" in line] == [
        line for line in said.out.splitlines() if line.startswith("2 batches of calls (1 to 2)")
    ]
    assert f"2 batches of calls (1 to 2): {rows}" in said.out
    report = json.loads((office.home / "daily" / "reports" / "2016-11-02.json").read_text("utf-8"))
    assert [batch["batch"] for batch in report["received"]] == [1, 2]


def test_not_run_by_its_hour_is_12(office: Office) -> None:
    said = office.daily("--check", "00:00")
    assert said.code == 12
    assert "has not finished" in said.err
    assert (office.home / "daily" / "NOT-RUN").is_file()
    assert office.daily().code == 0
    said = office.daily("--check", "00:00")
    assert (said.code, said.err) == (0, "")
    assert not (office.home / "daily" / "NOT-RUN").exists()


def test_another_run_at_work_is_8(office: Office) -> None:
    from qingyu.engine.lock import locked

    assert office.daily().code == 0
    with locked(office.home / "daily" / "lock", 0):
        said = office.daily("--json")
    assert said.code == 8
    assert json.loads(said.err)["error"] == "locked"


def test_a_clock_that_jumped_is_5(office: Office) -> None:
    assert office.daily("--date", "2099-01-01").code == 0
    assert office.daily().code == 5


@pytest.mark.parametrize("words", [("--date", "31.10.2026"), ("--check", "8 o'clock")])
def test_words_that_are_off_are_2(office: Office, words: tuple[str, str]) -> None:
    assert office.daily(*words).code == 2


def test_faults_of_the_settings_are_3_and_hold_no_secret(office: Office) -> None:
    http = f"{{url: 'https://x.example/', form: csv, token: {CANARY}}}"
    office.settle(f"feeds:\n  - source: calls\n    http: {http}\n", mode=0o644)
    said = office.daily()
    assert said.code == 3
    assert "others can read" in said.err
    assert CANARY not in said.err + said.out
    said = office.daily("--json")
    assert (said.code, CANARY in said.err) == (3, False)


def test_a_home_that_is_none_is_6(office: Office, tmp_path: Path) -> None:
    assert office.qingyu("daily", "--home", tmp_path / "none").code == 6


def test_the_schema_of_the_settings(office: Office) -> None:
    assert {"Folder", "Sql", "Http"} <= set(office.daily("--schema").json["$defs"])
