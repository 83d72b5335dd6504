"""The walk of the demo through a simulated city: some days of one department, to stay short."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from flows_files import only

from qingyu.cli.main import run
from qingyu.cli.shapes_simulate import DEMO
from qingyu.engine.store import Home
from qingyu.errors import CaseError
from qingyu.flows.demo_city import FOLDER, RECENT, is_city
from qingyu.flows.simulate import LAST, SEED, simulate_city
from qingyu.pack.load import load_pack
from qingyu.simulate.city.city import write_city
from qingyu.simulate.city.faults import KINDS

PACKS = Path(__file__).resolve().parents[2] / "packs"
ZHUHAI = PACKS / "zhuhai"
MARK = "模拟数据"

Said = Callable[..., tuple[int, str, str]]


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home whose files are there already: five days of one source, spoilt often."""
    folder = tmp_path_factory.mktemp("demo") / "zhuhai"
    Home.create(folder, ZHUHAI)
    write_city(
        load_pack(ZHUHAI), folder / FOLDER, date(2026, 10, 27), date(2026, 10, 31),
        seed=5, faults="many", scale=0.3, recent=1,
    )  # fmt: skip
    only(folder / FOLDER, {"police_110"})
    return folder


@pytest.fixture
def qingyu(capsys: pytest.CaptureFixture[str]) -> Said:
    def call(*words: object) -> tuple[int, str, str]:
        capsys.readouterr()
        code = run([str(word) for word in words])
        said = capsys.readouterr()
        return code, said.out, said.err

    return call


def test_the_walk_says_what_it_did_and_marks_it(home: Path, qingyu: Said) -> None:
    code, out, _ = qingyu("demo", "--home", home, "--lang", "zh")
    assert code == 0
    steps = [line for line in out.splitlines() if line[:2] in {f"{n}." for n in range(1, 9)}]
    assert len(steps) == 8
    tables = [n for n, line in enumerate(out.splitlines()) if line and not line.strip("- ")]
    assert len(tables) == 4  # reasons, faults, districts, towns
    lines = out.splitlines()
    for rule in tables:  # each table stands under a line with the mark, a few lines above
        assert any(MARK in line for line in lines[max(0, rule - 4) : rule]), lines[rule - 1]
    assert "接着看" in out
    assert "唐家湾镇" in out
    assert "2026-10-31" in out


def test_again_nothing_is_received_twice(home: Path, qingyu: Said) -> None:
    first = qingyu("demo", "--home", home, "--lang", "en")
    batches = Home.open(home).batches()
    code, out, err = qingyu("demo", "--home", home, "--lang", "en")
    assert code == 0
    assert Home.open(home).batches() == batches
    assert "Receiving" not in err
    assert out == first[1]


def test_for_programs(home: Path, qingyu: Said) -> None:
    code, out, err = qingyu("demo", "--home", home, "--json", "--lang", "en")
    found = json.loads(out)
    assert code == 0
    assert "1. Method" in err
    assert found["simulated"] is True
    assert all(fault["found"] == fault["injected"] > 0 for fault in found["faults"])
    assert {row["level"] for row in found["day"]["rows"]} == {"city", "district", "town"}
    assert all(row["simulated"] for row in [*found["day"]["rows"], *found["month"]["rows"]])
    assert set(found) == {name for name in DEMO.fields if "." not in name and "[" not in name} | {
        "faults"
    }
    received = found["received"]
    assert {f"received.{name}" for name in received} < set(DEMO.fields)
    assert {f"faults[].{name}" for name in found["faults"][0]} < set(DEMO.fields)
    told = ("new", "repeated", "unchanged", "corrected", "refused")
    assert received["rows"] == sum(received[name] for name in told)


def test_a_fault_that_is_not_found_fails_the_demo(home: Path, qingyu: Said) -> None:
    path = home / FOLDER / "faults.json"
    kept = path.read_text("utf-8")
    listed = json.loads(kept)
    target = next(e for e in listed["faults"] if e["found_by"]["where"] in ("reasons", "unplaced"))
    target["found_by"]["count"] += 1
    path.write_text(json.dumps(listed), encoding="utf-8")
    code, out, err = qingyu("demo", "--home", home, "--lang", "en")
    path.write_text(json.dumps({**listed, "faults": []}), encoding="utf-8")
    none = qingyu("demo", "--home", home, "--lang", "en")
    path.write_text(kept, encoding="utf-8")
    assert (code, none[0]) == (CaseError.exit_code,) * 2
    assert "1 MISSED" in out
    assert target["fault"] in err


def test_refusals_that_no_fault_explains_fail_the_demo(home: Path, qingyu: Said) -> None:
    """One kind of fault forgotten: what it led to is then nobody's."""
    path = home / FOLDER / "faults.json"
    kept = path.read_text("utf-8")
    listed = json.loads(kept)
    gone = next(e["fault"] for e in listed["faults"] if e["found_by"]["where"] == "unplaced")
    listed["faults"] = [e for e in listed["faults"] if e["fault"] != gone]
    path.write_text(json.dumps(listed), encoding="utf-8")
    code, _, err = qingyu("demo", "--home", home, "--lang", "en")
    path.write_text(kept, encoding="utf-8")
    assert code == CaseError.exit_code
    assert "less those that the faults explain" in err


def test_show_and_explain_carry_the_mark(home: Path, qingyu: Said) -> None:
    qingyu("demo", "--home", home)
    words = ("--period", "2026-10-30", "--home", home)
    _, shown, _ = qingyu("show", *words, "--lang", "zh")
    headings = [line for line in shown.splitlines() if "31个" in line or "7个" in line]
    assert headings
    assert all(line.startswith(MARK) for line in headings)
    _, explained, _ = qingyu("explain", "拱北街道", *words, "--lang", "zh")
    assert explained.startswith(MARK)
    assert explained.count(MARK) >= 3
    assert MARK in qingyu("supply", "--home", home, "--lang", "zh")[1].splitlines()[0]
    assert all(row["simulated"] for row in json.loads(qingyu("show", *words, "--json")[1]))
    assert json.loads(qingyu("explain", "拱北街道", *words, "--json")[1])["simulated"] is True


def test_files_half_written_are_written_again(tmp_path: Path) -> None:
    """A run killed while it wrote leaves a folder under another name, which is thrown away."""
    from qingyu.flows.demo_city import _files

    half = tmp_path / (FOLDER + ".part")
    half.mkdir()
    (half / "deliveries.json").write_text("{")
    told: list[object] = []
    done = _files(tmp_path / FOLDER, ZHUHAI, told.append, lambda *_: None, first=date(2026, 10, 29))
    assert not half.exists()
    assert json.loads((done / "deliveries.json").read_text("utf-8"))["simulated"] is True
    assert _files(done, ZHUHAI, told.append, lambda *_: None) == done
    assert "earlier run" in str(told[-1]) or "上次运行" in str(told[-1])


def test_only_packs_whose_sources_can_be_simulated_are_cities() -> None:
    assert is_city(ZHUHAI)
    assert not is_city(PACKS / "montco")


def test_a_file_of_ones_own_is_not_for_the_city(qingyu: Said, tmp_path: Path) -> None:
    code, _, err = qingyu("demo", "--data", tmp_path / "x.csv", "--lang", "en")
    assert code == 2
    assert "--data" in err


@pytest.mark.slow
def test_the_demo_puts_in_every_kind_of_fault(tmp_path: Path) -> None:
    """The kinds depend on the recent month alone, so four weeks of history would do as well."""
    written = simulate_city(
        ZHUHAI, tmp_path / "city", first=date(2026, 9, 1), last=LAST, seed=SEED, recent=RECENT,
        history="whole",
    )  # fmt: skip
    assert set(written.faults) == {kind.id for kind in KINDS}
