"""Progress of long work: a bar that steps aside for sentences, or a line a stage."""

from __future__ import annotations

import io
import sys

import pytest

from qingyu.cli import progress
from qingyu.cli.progress import set_aside, staged
from qingyu.i18n import T


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_off_a_terminal_each_stage_is_said_once(capsys: pytest.CaptureFixture[str]) -> None:
    with staged() as tell, set_aside():
        for done in range(3):
            tell("Receiving", done, 3)
        tell(T("Counting"), 0, 0)
    said = capsys.readouterr()
    assert said.out == ""
    assert len(said.err.splitlines()) == 2


def test_the_bar_is_off_the_screen_while_something_is_said(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    screen = Terminal()
    monkeypatch.setattr(sys, "stderr", screen)
    with staged() as tell:
        tell("Receiving", 1, 3)
        (shown,) = progress._shown
        with set_aside():
            assert not shown.live.is_started
        assert shown.live.is_started
        tell("Receiving", 2, 3)
    assert progress._shown == []
    assert "Receiving" in screen.getvalue()


def test_an_error_takes_the_bar_away(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stderr", Terminal())

    def work() -> None:
        with staged() as tell:
            tell("Receiving", 1, 3)
            raise OSError("full")

    with pytest.raises(OSError, match="full"):
        work()
    assert progress._shown == []
