"""The same records give the same digests: in any process, on any host, in any order of arrival."""

from __future__ import annotations

import csv
import json
import os
import random
import subprocess
import sys
from datetime import date, timedelta
from decimal import Decimal
from importlib import import_module
from itertools import permutations
from pathlib import Path

import pytest
from scene import Scene, held, indicator, target

SRC = Path(__file__).resolve().parents[2] / "src"
DAY = timedelta(days=1)
FIRST, LAST = date(2023, 3, 1), date(2024, 6, 15)
Row = tuple[str, str, str, str, str]  # id, at, area, kind, amount
SAME_ANYWHERE = ("pack", "state", "panel", "results")


def _pack(folder: Path) -> None:
    """Every method that leaves the integers, estimated κ, two sources, a ratio and a sum."""
    daily = {"window": "7 days", "least_expected": Decimal("0.5"), "at_most": "28 days"}
    half = Decimal("0.5")
    scene = Scene(folder)
    scene.towns = tuple(f"t{n},Town {n},,town,c,,,,true," for n in range(1, 8))
    scene.residents = {f"t{n}": 4001 + 977 * n for n in range(1, 8)}
    scene.sources = {"calls": {"edges": "partial"}, "checks": {}}
    scene.dimensions = (
        {"id": "order", "weight": target(Decimal("0.7"))["target"]},
        {"id": "roads", "weight": target(Decimal("0.3"))["target"]},
    )
    scene.index = {"method": "geometric", "within": "generalised", "exponent": Decimal("-0.75")}
    compare = [held("peers", half), held("trailing", half, weeks=6, at_least=3)]
    summed = {"sum": "calls", "of": "amount", "places": 2}
    scene.indicators = {
        "a": indicator(daily=daily, compare=compare, shrink=None, weight=target(half)["target"]),
        "b": indicator(
            daily=daily, compare=[held("previous", half), held("parent", half)], shrink=None,
            measure=summed, weight=target(half)["target"],
        ),
        "c": indicator(
            daily=daily, nature="handling", dimension="roads",
            per={"measure": {"count": "checks"}, "unit": 1}, compare=[target(Decimal("0.4"))],
        ),
    }  # fmt: skip
    scene.drawn("month", LAST).write(folder)


def _sends(folder: Path) -> None:
    """Four sends: two halves of the calls that overlap and correct each other, all checks, and a
    last one with corrections to everything."""
    chance = random.Random(20240615)
    days = [FIRST + n * DAY for n in range((LAST - FIRST).days + 1)]

    def row(number: int, day: date) -> Row:
        at = f"{day} {chance.randrange(24):02d}:{chance.randrange(60):02d}:00"
        area = f"t{chance.choice([1, 2, 2, 3, 3, 3, 4, 5, 6, 7])}"
        amount = Decimal(chance.randrange(2000)) / 100
        return f"k{number:05d}", at, area, chance.choice(["theft", "fire"]), str(amount)

    calls = [row(n, chance.choice(days)) for n in range(2500)]
    checks = [row(n, chance.choice(days)) for n in range(4000)]
    middle = date(2023, 11, 1).isoformat()
    early = [r for r in calls if r[1] < middle]
    late = [r for r in calls if r[1] >= middle]
    mended = [(r[0], r[1], "t5", r[3], "9.99") for r in early[::7]]  # another place and amount
    again = [(r[0], r[1], r[2], "fire", r[4]) for r in calls[::11]]
    for number, (source, rows) in enumerate(
        [("calls", early), ("calls", [*late, *mended]), ("checks", checks), ("calls", again)]
    ):
        folder.mkdir(exist_ok=True)
        with (folder / f"{number}.{source}.csv").open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(["id", "at", "area", "kind", "amount"])
            writer.writerows(chance.sample(rows, len(rows)))


@pytest.fixture(scope="module")
def given(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("determinism")
    _pack(folder)
    _sends(folder / "sends")
    return folder


def walked(given: Path, work: Path, order: str = "0123", **host: str) -> dict[str, str]:
    """What a process on a host with these variables says."""
    work.mkdir()
    for name in ("pack", "sends"):
        (work / name).symlink_to(given / name)
    done = subprocess.run(
        [sys.executable, str(Path(__file__).with_name("spec_walk.py")), str(work), order],
        env={**os.environ, "PYTHONPATH": str(SRC), **host},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return dict(json.loads(done.stdout))


def cpu_features() -> list[str]:
    """What numpy can be told not to use: the dispatched features that this processor has."""
    umath = import_module("numpy._core._multiarray_umath")
    return [name for name in umath.__cpu_dispatch__ if umath.__cpu_features__.get(name)]


def hosts() -> dict[str, dict[str, str]]:
    """Two hosts that differ from this one, and from each other, in all that may not matter.
    (Where a processor dispatches no feature there is none to take away.)"""
    return {
        "old": {
            "TZ": "Asia/Kathmandu", "LANG": "zh_CN.UTF-8", "QINGYU_LANG": "zh",
            "PYTHONHASHSEED": "1", "OMP_NUM_THREADS": "1", "QINGYU_THREADS": "1",
            "NPY_DISABLE_CPU_FEATURES": " ".join(cpu_features()),
        },
        "new": {
            "TZ": "America/St_Johns", "LC_ALL": "tr_TR.UTF-8", "QINGYU_LANG": "en",
            "PYTHONHASHSEED": "4242", "OMP_NUM_THREADS": "3", "QINGYU_THREADS": "3",
        },
    }  # fmt: skip


@pytest.fixture(scope="module")
def here(given: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """What this host says of the sends in their order."""
    return walked(given, tmp_path_factory.mktemp("here") / "walk")


def test_every_host_says_the_same(given: Path, here: dict[str, str], tmp_path: Path) -> None:
    for name, host in hosts().items():
        assert walked(given, tmp_path / name, **host) == here, name


@pytest.mark.slow
def test_every_order_of_arrival_says_the_same(
    given: Path, here: dict[str, str], tmp_path: Path
) -> None:
    _orders(given, here, tmp_path, ["".join(order) for order in permutations("0123")])


def test_orders_of_arrival_say_the_same(given: Path, here: dict[str, str], tmp_path: Path) -> None:
    _orders(given, here, tmp_path, ["3210", "0312"])


def _orders(given: Path, here: dict[str, str], work: Path, orders: list[str]) -> None:
    for order in orders:
        said = walked(given, work / order, order)
        for name in SAME_ANYWHERE:
            assert said[name] == here[name], (order, name)
        # The ledger itself tells the order: what is compared is not blind.
        assert (said["cube"] == here["cube"]) is (order == "0123")


def test_one_record_less_says_something_else(
    given: Path, here: dict[str, str], tmp_path: Path
) -> None:
    other = tmp_path / "other"
    (other / "sends").mkdir(parents=True)
    (other / "pack").symlink_to(given / "pack")
    for path in (given / "sends").iterdir():
        lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
        cut = lines[:-1] if path.name.startswith("0") else lines
        (other / "sends" / path.name).write_text("".join(cut), encoding="utf-8")
    theirs = walked(other, tmp_path / "b")
    assert here["pack"] == theirs["pack"]
    assert all(here[name] != theirs[name] for name in ("state", "panel", "records", "cube"))
