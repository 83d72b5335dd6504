"""The entrance: help in two languages, errors in one clear sentence with their exit codes."""

from __future__ import annotations

import errno
import json
import re
from collections.abc import Iterator
from importlib import metadata
from typing import Any

import pytest
import typer
from typer.main import get_command

from qingyu import errors
from qingyu.cli import main as entrance
from qingyu.cli.main import build
from qingyu.cli.trouble import WHOLE_TRACE, ClickError, translate
from qingyu.errors import BUG_EXIT_CODE, InputError, QingyuError
from qingyu.i18n import T, use_language

Qingyu = Any  # the fixture of conftest.py

HAN = re.compile(r"[\u4e00-\u9fff]")


def commands() -> Iterator[tuple[str, Any]]:
    """All commands and groups of the tree, by the words that reach them."""

    def walk(words: tuple[str, ...], command: Any) -> Iterator[tuple[str, Any]]:
        yield " ".join(words), command
        for name, sub in getattr(command, "commands", {}).items():
            yield from walk((*words, name), sub)

    yield from walk((), get_command(build()))


@pytest.mark.parametrize("path", [path for path, _ in commands()])
def test_every_command_has_help_with_an_example_in_both_languages(
    qingyu: Qingyu, path: str
) -> None:
    english = qingyu(*path.split(), "--help", "--lang", "en")
    chinese = qingyu(*path.split(), "--help", "--lang", "zh")
    assert english.code == chinese.code == 0
    for said in (english, chinese):
        assert f"  qingyu {path}".rstrip() in said.out
        assert all(len(line) <= 100 for line in said.out.splitlines())
    assert english.out.startswith("Usage: qingyu")
    assert "Example:" in english.out
    assert not HAN.search(english.out)
    assert chinese.out.startswith("用法：qingyu")
    words = [line for line in chinese.out.splitlines() if line and not line.startswith("  ")]
    assert all(HAN.search(line) for line in words), chinese.out


def test_every_option_says_what_it_does_in_chinese_too() -> None:
    use_language("zh")
    for path, command in commands():
        for parameter in command.params:
            assert parameter.help, f"{path}: {parameter.name} has no help"
            assert HAN.search(str(T(parameter.help))), f"{path}: {parameter.help}"


def test_commands_that_print_tables_print_json() -> None:
    tables = {"supply", "show", "explain", "trace", "receive", "withdraw", "compute", "pack test"}
    having = {
        path
        for path, command in commands()
        if any("--json" in parameter.opts for parameter in command.params)
    }
    assert tables <= having


@pytest.mark.parametrize(
    ("words", "finding"),
    [
        (["shwo"], "the command “shwo”"),
        (["init"], "no HOME"),
        (["init", "x", "--pakc", "y"], "the option --pakc"),
        (["pack", "check"], "no PACK"),
        (["show", "--lang", "fr"], "fr"),
        (["show", "--period"], "the option --period without its value"),
    ],
)
def test_words_that_are_off(qingyu: Qingyu, words: list[str], finding: str) -> None:
    said = qingyu(*words)
    assert said.code == 2
    assert finding in said.err
    assert "Traceback" not in said.err
    assert said.out == ""


def test_a_misspelt_command_is_guessed(qingyu: Qingyu) -> None:
    assert "Did you mean `qingyu show`?" in qingyu("shwo").err


def test_alone_it_helps(qingyu: Qingyu) -> None:
    said = qingyu()
    assert said.code == 0
    assert "Commands:" in said.out


def test_version(qingyu: Qingyu) -> None:
    assert qingyu("--version").out == f"qingyu {metadata.version('qingyu')}\n"


def branches(kind: type[QingyuError]) -> Iterator[type[QingyuError]]:
    for branch in kind.__subclasses__():
        yield branch
        yield from branches(branch)


@pytest.mark.parametrize("branch", list(branches(QingyuError)), ids=lambda kind: kind.__name__)
def test_each_branch_of_the_tree_is_one_line_and_its_code(
    qingyu: Qingyu, monkeypatch: pytest.MonkeyPatch, branch: type[QingyuError]
) -> None:
    def fail(_: list[str]) -> int:
        raise branch("row 17", T("no number"), "0", "x.")

    monkeypatch.setattr(entrance, "_run", fail)
    said = qingyu("show")
    assert said.code == branch.exit_code
    line, code = said.err.splitlines()
    assert line == "Error: row 17: found no number; expected 0. x."
    assert code == f"(exit code {branch.exit_code})"

    as_json = json.loads(qingyu("show", "--json").err)
    assert as_json["error"] == branch.name
    assert as_json["exit_code"] == branch.exit_code
    assert as_json["faults"][0]["where"] == "row 17"


def test_several_faults_are_all_said(qingyu: Qingyu, monkeypatch: pytest.MonkeyPatch) -> None:
    faults = [errors.Fault(f"a.yaml:{n}", "x", "y", "z.") for n in (3, 7)]

    def fail(_: list[str]) -> int:
        raise InputError.of(faults)

    monkeypatch.setattr(entrance, "_run", fail)
    said = qingyu("show")
    assert said.err.splitlines()[:3] == [
        "Error: there are 2 things to mend.",
        "  1. a.yaml:3: found x; expected y. z.",
        "  2. a.yaml:7: found x; expected y. z.",
    ]


def test_a_bug_keeps_its_traceback(qingyu: Qingyu, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_: list[str]) -> int:
        raise ZeroDivisionError("never")

    monkeypatch.setattr(entrance, "_run", fail)
    said = qingyu("show")
    assert said.code == BUG_EXIT_CODE
    assert "Traceback" in said.err
    assert "fault in Qingyu itself" in said.err


def test_no_word_of_a_record_is_in_a_trace(qingyu: Qingyu, monkeypatch: pytest.MonkeyPatch) -> None:
    """A library's complaint quotes the cell that it could not read."""
    canary = "13912345678"

    def fail(_: list[str]) -> int:
        try:
            int(f"{canary}x")
        except ValueError as error:
            raise KeyError(canary) from error
        return 0

    monkeypatch.setattr(entrance, "_run", fail)
    said = qingyu("show")
    assert said.code == BUG_EXIT_CODE
    assert canary not in said.err + said.out
    assert "builtins.ValueError" in said.err
    assert "builtins.KeyError" in said.err
    assert "in fail" in said.err
    monkeypatch.setenv(WHOLE_TRACE, "1")
    assert canary in qingyu("show").err


def test_ctrl_c_ends_quietly(qingyu: Qingyu, monkeypatch: pytest.MonkeyPatch) -> None:
    def stop(_: list[str]) -> int:
        raise KeyboardInterrupt

    monkeypatch.setattr(entrance, "_run", stop)
    assert qingyu("show").code == 130


def test_a_full_disk_is_the_machines_fault() -> None:
    error = translate(OSError(errno.ENOSPC, "No space left on device", "x.parquet"))
    assert isinstance(error, errors.StorageError)
    assert error.exit_code == 20
    assert "no space left on the disk" in str(error)
    assert translate(OSError(errno.ECHILD, "odd")) is None


def test_errors_speak_the_language_asked_for(qingyu: Qingyu) -> None:
    assert qingyu("show", "--lang", "zh").err.startswith("错误：")
    assert qingyu("--lang=en", "show").err.startswith("Error: ")


def test_home_may_be_named_before_the_command(qingyu: Qingyu, tmp_path: Any) -> None:
    after = qingyu("show", "--home", tmp_path)
    assert after.code == 6
    assert qingyu("--home", tmp_path, "show").err == after.err
    assert qingyu(f"--home={tmp_path}", "show").err == after.err


def test_the_tree_ends_where_click_begins() -> None:
    """Typer carries its own Click, so the root of its errors is found through a public name."""
    assert issubclass(typer.BadParameter, ClickError)
    assert ClickError.__name__ == "ClickException"
