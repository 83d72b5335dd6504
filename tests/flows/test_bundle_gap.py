"""The whole way over the gap: two sides, each in a network of its own in which there is nobody, a
carrier that the receiver can only read, and every step of both sides killed."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

PROGRAM = Path(__file__).parent / "bundle_kill.py"
# In the name space of mounts that goes with it, the carrier becomes read-only for this side alone.
READ_ONLY = 'mount --bind "$1" "$1" && mount -o remount,ro,bind "$1" && shift && exec "$@"'


def alone(side: str, folder: Path, *before: str) -> dict[str, Any]:
    """Run one side without any network; gives what it tells."""
    one_thread = {**os.environ, "QINGYU_THREADS": "1"}  # many short lives, each of few rows
    words = [*unshared(), *before, sys.executable, str(PROGRAM)]
    done = subprocess.run(
        [*words, side, str(folder)],
        env=one_thread,
        capture_output=True,
        text=True,
        check=False,
        timeout=1800,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    told: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return told


def unshared() -> list[str]:
    """The command that takes network and mounts away: as root, or as a root of one's own."""
    plain = ["unshare", "--net", "--mount"]
    works = subprocess.run([*plain, "true"], capture_output=True, check=False).returncode == 0
    return plain if works else [*plain, "--map-root-user"]


@pytest.mark.system
@pytest.mark.slow
def test_two_networks_one_carrier_every_step_killed(
    tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    sent = alone("send", tmp_path)
    carrier = tmp_path / "carrier"
    assert sorted(path.name for path in carrier.iterdir()) == [
        "police-000001.qyb", "police-000002.qyb", "police.pub",
    ]  # fmt: skip
    opened = alone("receive", tmp_path, "sh", "-c", READ_ONLY, "sh", str(carrier))
    for side, told in (("sender", sent), ("receiver", opened)):
        assert told["wrong"] == [], side
        assert set(told["networks"]) <= {"lo"}, side
        assert told["kills"] > 30
        record_property(f"kills of the {side}", told["kills"])
