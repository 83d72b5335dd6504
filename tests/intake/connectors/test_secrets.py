"""Where a secret may stand, and that its place is told and never its text."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import SecretStr

from qingyu.errors import InputError
from qingyu.intake.connectors.secrets import is_open, is_written_out, reveal

CANARY = "canary-ocean-7"


def test_from_the_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RECORDS", CANARY)
    assert reveal(tmp_path, SecretStr("env:RECORDS"), "calls") == CANARY


def test_from_a_file_of_the_home(tmp_path: Path) -> None:
    (tmp_path / "token").write_text(f"{CANARY}\r\n")
    (tmp_path / "token").chmod(0o640)
    assert reveal(tmp_path, SecretStr("file:token"), "calls") == CANARY
    assert reveal(tmp_path, SecretStr(f"file:{tmp_path}/token"), "calls") == CANARY


def test_written_out(tmp_path: Path) -> None:
    assert reveal(tmp_path, SecretStr(CANARY), "calls") == CANARY
    assert is_written_out(SecretStr(CANARY))
    assert not is_written_out(SecretStr("env:X"))
    assert not is_written_out(None)


@pytest.mark.parametrize("mode", [0o604, 0o606, 0o644])
def test_a_file_that_everybody_can_read_is_refused(tmp_path: Path, mode: int) -> None:
    (tmp_path / "token").write_text(CANARY)
    (tmp_path / "token").chmod(mode)
    with pytest.raises(InputError, match="everybody") as failure:
        reveal(tmp_path, SecretStr("file:token"), "calls")
    assert CANARY not in str(failure.value)


def test_what_is_not_there_is_told_by_its_place(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("RECORDS", raising=False)
    (tmp_path / "empty").touch(mode=0o600)
    (tmp_path / "bytes").write_bytes(b"\xff\xfe")
    (tmp_path / "bytes").chmod(0o600)
    for place, words in (
        ("env:RECORDS", "env:RECORDS: found no secret"),
        ("file:empty", "no secret"),
        ("file:none", "No such file"),
        ("file:bytes", "no text in UTF-8"),
    ):
        with pytest.raises(InputError, match=words):
            reveal(tmp_path, SecretStr(place), "calls")


def test_open_to_others(tmp_path: Path) -> None:
    path = tmp_path / "connectors.yaml"
    path.touch(mode=0o600)
    assert not is_open(path)
    for mode in (0o640, 0o604, 0o620):
        path.chmod(mode)
        assert is_open(path)
