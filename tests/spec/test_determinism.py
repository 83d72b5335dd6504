"""The same records give the same digests: in any process, on any host, in any order of arrival."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from importlib import import_module
from itertools import permutations
from pathlib import Path

import pytest
from town import write_pack, write_sends

SRC = Path(__file__).resolve().parents[2] / "src"
SAME_ANYWHERE = ("pack", "state", "panel", "results")


@pytest.fixture(scope="module")
def given(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("determinism")
    write_pack(folder)
    write_sends(folder / "sends")
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
