"""Two processes at once, many rounds: one waits or is told, and no update is lost."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from engine_town import receive, town

from qingyu.engine.keyindex import KeyIndex
from qingyu.engine.panel import load_panel
from qingyu.engine.store import Home
from qingyu.errors import LockedError

HERE = Path(__file__).parent
PACK = town()
ROUNDS = 12

WRITER = """
import sys
sys.path.append(sys.argv[1])
from pathlib import Path
from engine_town import put, town
from qingyu.engine.store import Home
from qingyu.errors import LockedError
home, name = Home.open(Path(sys.argv[2])), sys.argv[3]
rounds, wait = int(sys.argv[4]), float(sys.argv[5])
told = done = 0
print("ready", flush=True)
sys.stdin.readline()
while done < rounds:
    try:
        with home.writing(wait) as writer:
            rows = [(1, f"{name} {done}", 1, "A", "2020-01-02", "fire", 1)]
            put(writer, town(), rows, content_digest=f"{name} {done}")
        done += 1
    except LockedError:
        told += 1
print(told, flush=True)
"""

HOLDER = """
import sys
sys.path.append(sys.argv[1])
from pathlib import Path
from qingyu.engine.store import Home
with Home.open(Path(sys.argv[2])).writing() as writer:
    (writer.staging / "half.parquet").write_bytes(b"half")
    print("holding", flush=True)
    sys.stdin.readline()
"""


def start(program: str, *arguments: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", program, str(HERE), *arguments],
        env=os.environ | {"PYTHONPATH": str(HERE.parents[1] / "src")},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


def said(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    return process.stdout.readline().strip()


def go_on(process: subprocess.Popen[str]) -> None:
    assert process.stdin is not None
    process.stdin.write("\n")
    process.stdin.flush()


def ended(process: subprocess.Popen[str]) -> int:
    process.communicate()
    return process.returncode


@pytest.mark.slow
@pytest.mark.parametrize("wait", ["30", "0"])
def test_two_processes_at_once(home: Home, wait: str) -> None:
    """With patience one waits; without, it is told and comes again. Never is anything lost."""
    names = ("left", "right")
    both = [start(WRITER, str(home.folder), name, str(ROUNDS), wait) for name in names]
    assert [said(process) for process in both] == ["ready", "ready"]
    for process in both:
        go_on(process)
    told = [int(said(process)) for process in both]
    assert [ended(process) for process in both] == [0, 0]
    contents = [batch.content_digest for batch in home.batches()]
    assert sorted(contents) == sorted(f"{n} {k}" for n in names for k in range(ROUNDS))
    for name in names:  # each one's own batches are in its own order
        assert [c for c in contents if c.startswith(name)] == [f"{name} {k}" for k in range(ROUNDS)]
    assert len(KeyIndex(home, "calls")) == 2 * ROUNDS
    assert int(load_panel(home, PACK).counts.max()) == 2 * ROUNDS
    if wait == "30":
        assert told == [0, 0]


def test_the_lock_of_a_killed_process_is_free(home: Home) -> None:
    holder = start(HOLDER, str(home.folder))
    assert said(holder) == "holding"
    told = f"process {holder.pid} on .* writing to this home"
    with pytest.raises(LockedError, match=told), home.writing(wait=0):
        pass
    holder.send_signal(signal.SIGKILL)
    assert ended(holder) == -signal.SIGKILL
    receive(home, PACK, [(1, "k1", 1, "A", "2020-01-02", "fire", 1)])
    assert home.last == 1
    assert list((home.folder / "staging").iterdir()) == []
    assert f'"pid": {os.getpid()}' in (home.folder / "lock").read_text()


def test_who_waits_gets_the_lock(home: Home) -> None:
    holder = start(HOLDER, str(home.folder))
    assert said(holder) == "holding"
    go_on(holder)  # it lets go at some moment from now
    with home.writing(wait=30):
        pass
    assert ended(holder) == 0
