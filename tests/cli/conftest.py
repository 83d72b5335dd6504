"""Runs the command line inside the test's process, as `qingyu` would, on a small made-up home."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from qingyu.cli.main import run
from qingyu.i18n import use_language

CALLS = 9_000


@dataclass(frozen=True)
class Said:
    """What a command answered."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


Qingyu = Callable[..., Said]


@pytest.fixture
def qingyu(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Qingyu:
    """`qingyu("show", "--period", "2016-10")`; English unless `--lang` says otherwise."""
    monkeypatch.delenv("QINGYU_HOME", raising=False)
    monkeypatch.setenv("QINGYU_WHO", "the duty officer")

    def call(*words: object) -> Said:
        use_language("en")
        capsys.readouterr()
        code = run([str(word) for word in words])
        said = capsys.readouterr()
        return Said(code, said.out, said.err)

    return call


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with `calls.csv` (made up) and `home`, which has received it."""
    folder = tmp_path_factory.mktemp("made")
    calls, home = folder / "calls.csv", folder / "home"
    for words in (
        ["simulate", calls, "--rows", CALLS],
        ["init", home, "--pack", "montco"],
        ["receive", "calls", calls, "--home", home],
    ):
        assert run([str(word) for word in words]) == 0
    return folder


@pytest.fixture
def home(made: Path, tmp_path: Path) -> Path:
    """A home of one's own to write to."""
    return Path(shutil.copytree(made / "home", tmp_path / "home"))
