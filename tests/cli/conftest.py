"""Runs the command line inside the test's process, as `qingyu` would."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from qingyu.cli.main import run
from qingyu.i18n import use_language

PACKS = Path(__file__).resolve().parents[2] / "packs"


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

    def call(*words: object) -> Said:
        use_language("en")
        capsys.readouterr()
        code = run([str(word) for word in words])
        said = capsys.readouterr()
        return Said(code, said.out, said.err)

    return call
