"""Each command on a made-up county: what it says, its JSON against the manual, its exit code."""

from __future__ import annotations

import csv
import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from qingyu.cli import shapes

Qingyu = Any  # the fixture of conftest.py
MONTH = "2016-10"


def names_of(value: Any, lead: str = "") -> set[str]:
    """The names of a JSON answer in the manual's form: `parts[].count`."""
    if isinstance(value, list):
        return set().union(*(names_of(item, lead) for item in value), set())
    if not isinstance(value, dict):
        return {lead.rstrip(".")} if lead else set()
    found: set[str] = set()
    for name, item in value.items():
        path = f"{lead}{name}"
        if isinstance(item, list):
            found |= {path, f"{path}[]", *names_of(item, f"{path}[].")}
        elif isinstance(item, dict):
            found |= {path, *names_of(item, f"{path}.")}
        else:
            found.add(path)
    return found


def holds(shape: shapes.Shape, answer: Any) -> None:
    """Every documented name is there, and no name of an object is there undocumented."""
    answered = names_of(answer)
    documented = set(shape.fields)
    leaves = {name for name in documented if f"{name}[]" not in documented}
    assert {name for name in leaves if not optional(name, answer)} <= answered
    # Below some fields the names are data (sources, numbers, columns), not part of the contract.
    free = {name for name in leaves if not any(other.startswith(f"{name}.") for other in leaves)}
    unknown = {
        name
        for name in answered - documented
        if not {name.removesuffix("[]"), f"{name}[]"} & documented
        and not any(name.startswith((f"{f}.", f"{f}[].")) for f in free)
    }
    assert not unknown


def optional(name: str, answer: Any) -> bool:
    """Below a list that is empty, or an object that is null everywhere, there is nothing."""
    head = name
    while "." in head:
        head = head.rpartition(".")[0]
        if head.endswith("[]") and not every(answer, head.removesuffix("[]"), list):
            return True
        if not head.endswith("[]") and not every(answer, head, dict):
            return True
    return False


def every(answer: Any, path: str, kind: type) -> list[Any]:
    """All values at a path that are non-empty lists, or objects."""
    values = answer if isinstance(answer, list) else [answer]
    for step in path.split("."):
        many = step.endswith("[]")
        values = [v[step.removesuffix("[]")] for v in values if isinstance(v, dict)]
        if many:
            values = [item for v in values if isinstance(v, list) for item in v]
    return [value for value in values if isinstance(value, kind) and value]


# -- supply ---------------------------------------------------------------------------------------


def test_a_receipt_says_what_became_of_each_row(qingyu: Qingyu, made: Path) -> None:
    said = qingyu("receive", "calls", made / "calls.csv", "--home", made / "home")
    assert said.code == 0
    assert "received before" in said.out
    assert "another row of the same file has the same key" in said.out
    assert f"receive calls FILE --supplement 1 --home {made / 'home'}" in said.out
    answer = qingyu("receive", "calls", made / "calls.csv", "--home", made / "home", "--json").json
    holds(shapes.RECEIPT, answer)
    assert answer["again"] is True
    parts = ("new", "repeated", "unchanged", "corrected", "refused")
    assert sum(answer[part] for part in parts) == answer["rows"]


def test_each_file_is_a_batch_of_its_own(qingyu: Qingyu, home: Path, tmp_path: Path) -> None:
    bad = tmp_path / "bad.csv"
    bad.write_text("nothing like it\n1\n", "utf-8")
    words = ("receive", "calls", bad, tmp_path / "nowhere.csv", "--each", "--home", home)
    said = qingyu(*words)
    assert said.code == 4
    assert said.out.count("Not taken: ") == 2
    answer = qingyu(*words, "--json")
    holds(shapes.RECEIPTS, answer.json)
    assert [one["receipt"] for one in answer.json] == [None, None]
    assert qingyu("receive", "calls", bad, "--each", "--supplement", 1, "--home", home).code == 2


def test_a_dry_run_writes_nothing(qingyu: Qingyu, tmp_path: Path, made: Path) -> None:
    qingyu("init", tmp_path / "home", "--pack", "montco")
    before = sorted(path for path in (tmp_path / "home").rglob("*"))
    said = qingyu("receive", "calls", made / "calls.csv", "--home", tmp_path / "home", "--dry-run",
                  "--json")  # fmt: skip
    assert said.code == 0
    assert said.json["number"] is None
    assert said.json["new"] > 8_000
    assert sorted(path for path in (tmp_path / "home").rglob("*")) == before


def test_rejects_are_mended_and_sent_alone(qingyu: Qingyu, home: Path, tmp_path: Path) -> None:
    with (home / "rejects" / "1.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 12
    first_of_each = list({row["desc"]: row for row in reversed(rows)}.values())
    mended = tmp_path / "mended.csv"
    with mended.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, rows[0])
        writer.writeheader()
        writer.writerows(first_of_each)
    said = qingyu("receive", "calls", mended, "--supplement", 1, "--home", home, "--json")
    assert said.code == 0
    assert (said.json["kind"], said.json["new"], said.json["refused"]) == ("supplement", 6, 0)
    assert said.json["withdrawn"] == 0


def test_a_batch_is_taken_back(qingyu: Qingyu, home: Path) -> None:
    said = qingyu("withdraw", 1, "--home", home)
    assert said.code == 0
    assert "Batch 2 withdraws batch 1" in said.out
    assert qingyu("show", "--period", MONTH, "--home", home, "--json").json[0]["score"] is None
    known = qingyu("show", "--period", MONTH, "--home", home, "--as-known", 1, "--json").json
    assert known[0]["score"] is not None


def test_supply_tells_the_states_of_days_apart(qingyu: Qingyu, made: Path) -> None:
    words = ["supply", "--home", made / "home", "--today", "2016-12-02"]
    answer = qingyu(*words, "--json").json
    holds(shapes.SUPPLY, answer)
    [row] = answer
    assert row["gap"] == [{"first": "2016-05-01", "last": "2016-05-01"}]
    assert [span["first"] for span in row["partial"]] == ["2015-12-10", "2016-11-30"]
    assert (row["due"], row["status"]) == ("2016-11-30", "late")
    said = qingyu(*words).out
    assert "911 calls (calls)" in said
    assert "2015-12-10, 2016-11-30" in said
    assert qingyu(*words[:3], "--today", "2016-12-01").code == 0
    assert "up to date" in qingyu(*words[:3], "--today", "2016-12-01").out


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (["receive", "thefts", "x.csv"], 9),
        (["receive", "calls", "nowhere.csv"], 4),
        (["receive", "calls", "nowhere.csv", "--covers", "2016-13-01"], 2),
        (["receive", "calls", "nowhere.csv", "--covers", "2016-10-02..2016-10-01"], 2),
        (["withdraw", "77"], 9),
        (["show", "--period", "2016-13"], 2),
        (["show", "--level", "village"], 9),
        (["show", "--as-known", "yesterday"], 2),
        (["explain", "SPRINGFELD"], 9),
        (["trace", "no such call"], 9),
    ],
)
def test_mistakes_are_one_clear_sentence(
    qingyu: Qingyu, made: Path, words: list[str], code: int
) -> None:
    said = qingyu(*words, "--home", made / "home")
    assert said.code == code, said.err
    lines = said.err.splitlines()
    assert sum(line.startswith("Error: ") for line in lines) == 1
    assert "Traceback" not in said.err


# -- index ----------------------------------------------------------------------------------------


def test_show_in_both_languages(qingyu: Qingyu, made: Path) -> None:
    english = qingyu("show", "--period", MONTH, "--home", made / "home")
    assert english.code == 0
    assert "township: 62 areas:" in english.out
    assert "LOWER MERION" in english.out
    chinese = qingyu("show", "--period", MONTH, "--home", made / "home", "--lang", "zh")
    assert "下梅里恩乡" in chinese.out
    assert "LOWER MERION" not in chinese.out


def test_the_counts_in_the_heading_add_up(qingyu: Qingyu, made: Path) -> None:
    said = qingyu("show", "--period", MONTH, "--home", made / "home", "--level", "township")
    heading = next(line for line in said.out.splitlines() if line.startswith("township: "))
    parts = heading.split(": ")[2].split(", ")
    assert sum(int(part.split()[0]) for part in parts) == 62


def test_show_as_json(qingyu: Qingyu, made: Path) -> None:
    said = qingyu("show", "--period", MONTH, "--home", made / "home", "--json")
    holds(shapes.SHOW, said.json)
    assert len(said.json) == 63
    assert [row["level"] for row in said.json] == ["county"] + ["township"] * 62
    exact = json.loads(said.out, parse_float=str)
    for row in exact:
        assert row["score"] is None or len(row["score"].partition(".")[2]) == 3


def test_explain_adds_up(qingyu: Qingyu, made: Path) -> None:
    said = qingyu("explain", "LOWER MERION", "--period", MONTH, "--home", made / "home", "--json")
    holds(shapes.EXPLAIN, said.json)
    exact = json.loads(said.out, parse_float=Decimal)
    parts = [part["contribution"] for part in exact["parts"] if part["contribution"] is not None]
    assert sum(parts) + sum(one["amount"] for one in exact["charges"]) == exact["score"]
    change = sum(line["amount"] for line in exact["change"])
    assert change == exact["score"] - exact["previous"]["score"]


def test_an_area_that_is_not_known_is_met_with_the_nearest_ones(qingyu: Qingyu, made: Path) -> None:
    said = qingyu("explain", "HATFIELD", "--period", MONTH, "--home", made / "home", "--json")
    assert said.code == 9
    [fault] = json.loads(said.err)["faults"]
    nearest = fault["expected"].casefold()
    assert nearest.count("hatfield") == 2  # each area by one of its names
    assert "boro" in nearest


def test_explain_prints_every_station(qingyu: Qingyu, made: Path) -> None:
    words = ["explain", "LOWER MERION", "--period", MONTH, "--home", made / "home"]
    said, answer = qingyu(*words), json.loads(qingyu(*words, "--json").out, parse_float=str)
    assert answer["score"] in said.out
    for part in answer["parts"]:
        assert part["pack_line"] in said.out
        for held in part["comparisons"]:
            if held["available"]:
                assert held["compared"] in said.out
                assert held["points"] in said.out
    chinese = qingyu(*words, "--lang", "zh").out
    assert "逐步算式" in chinese
    assert "Compared" not in chinese


def test_compute_gives_one_digest(qingyu: Qingyu, home: Path) -> None:
    first = qingyu("compute", "--period", MONTH, "--home", home, "--json")
    holds(shapes.COMPUTE, first.json)
    again = qingyu("compute", "--period", MONTH, "--home", home, "--json")
    assert again.json["digest"] == first.json["digest"]
    assert (first.json["again"], again.json["again"]) == (False, True)
    assert first.json["digest"] in qingyu("compute", "--period", MONTH, "--home", home).out


def test_trace_from_file_to_colour(qingyu: Qingyu, made: Path) -> None:
    with (made / "calls.csv").open(encoding="utf-8", newline="") as file:
        call = next(row for row in csv.DictReader(file) if row["timeStamp"] > "2016-10-12")
    said = qingyu("trace", call["desc"], "--home", made / "home", "--json")
    holds(shapes.TRACE, said.json)
    assert said.json["stands"] == 1
    assert any(cell["period"] == MONTH for cell in said.json["cells"])
    printed = qingyu("trace", call["desc"], "--home", made / "home").out
    assert "Came with batch 1." in printed
    assert call["addr"] not in printed.split("values")[0]


def test_the_address_of_a_call_is_nowhere(qingyu: Qingyu, made: Path) -> None:
    """A column that the contract cuts is in no file of the home and in no answer."""
    street = b"THISTLEDOWN"
    assert street in (made / "calls.csv").read_bytes()
    kept = [p for p in (made / "home").rglob("*") if p.is_file() and street in p.read_bytes()]
    assert not kept


# -- pack and home --------------------------------------------------------------------------------


def test_pack_check_and_test(qingyu: Qingyu, tmp_path: Path) -> None:
    assert qingyu("new", tmp_path / "town", "--name", "Springfield").code == 0
    for folder in (tmp_path / "town", Path("packs/montco")):
        checked = qingyu("pack", "check", folder, "--json")
        assert checked.code == 0, checked.err
        holds(shapes.PACK_CHECK, checked.json)
        tested = qingyu("pack", "test", folder, "--json")
        assert tested.code == 0, tested.err
        holds(shapes.PACK_TEST, tested.json)
        assert tested.json
    assert qingyu("new", tmp_path / "town", "--name", "Again").code == 2


def test_a_faulty_pack_names_all_its_faults(qingyu: Qingyu, tmp_path: Path) -> None:
    qingyu("new", tmp_path / "town", "--name", "Springfield")
    grades = tmp_path / "town" / "grades.yaml"
    grades.write_text(grades.read_text(encoding="utf-8") + "\nnonsense: 1\n", encoding="utf-8")
    head = tmp_path / "town" / "pack.yaml"
    head.write_text(head.read_text(encoding="utf-8") + "\nmore: 1\n", encoding="utf-8")
    said = qingyu("pack", "check", tmp_path / "town")
    assert said.code == 3
    assert "grades.yaml:" in said.err
    assert "pack.yaml:" in said.err
    assert "there are 2 things to mend" in said.err
    as_json = json.loads(qingyu("pack", "check", tmp_path / "town", "--json").err)
    assert len(as_json["faults"]) == 2


def test_pack_schema_is_json(qingyu: Qingyu) -> None:
    assert isinstance(qingyu("pack", "schema").json, dict)


def test_rebuild_agrees(qingyu: Qingyu, home: Path) -> None:
    answer = qingyu("engine", "rebuild", "--home", home, "--json").json
    holds(shapes.REBUILD, answer)
    assert answer["differing"] == 0
    assert answer["rows"] > 5_000
    assert "none differed" in qingyu("engine", "rebuild", "--home", home).out


def test_upgrade_has_nothing_to_do(qingyu: Qingyu, home: Path) -> None:
    said = qingyu("upgrade", home)
    assert said.code == 0
    assert "nothing to do" in said.out


def test_a_home_of_the_future_is_refused(qingyu: Qingyu, home: Path) -> None:
    (home / "format").write_text("999\n", encoding="utf-8")
    for words in (["show"], ["supply"], ["engine", "rebuild"]):
        assert qingyu(*words, "--home", home).code == 7


def test_a_pack_that_moved_away(qingyu: Qingyu, home: Path) -> None:
    (home / "pack").write_text("nowhere-at-all\n", encoding="utf-8")
    said = qingyu("show", "--home", home)
    assert said.code == 6
    assert "no longer there" in said.err


def test_simulate_never_writes_over(qingyu: Qingyu, made: Path) -> None:
    assert qingyu("simulate", made / "calls.csv").code == 2
