"""The entrance of `qingyu`: builds the commands, runs one, translates its errors once."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import Annotated

import typer

from qingyu.cli import (
    bundle,
    cap,
    correct,
    daily,
    demo,
    home,
    index,
    integrity,
    match,
    now,
    pack,
    release,
    simulate,
    supply,
    warn,
)
from qingyu.cli.helping import HelpfulGroup
from qingyu.cli.screen import say
from qingyu.cli.trouble import report
from qingyu.errors import UsageError
from qingyu.i18n import LANGUAGES, Language, T, use_language

_GROUPS = (
    demo,
    simulate,
    home,
    supply,
    correct,
    bundle,
    daily,
    index,
    now,
    warn,
    release,
    cap,
    match,
    integrity,
    pack,
)


def build() -> typer.Typer:
    """All commands; each module of a group adds its own."""
    app = typer.Typer(
        cls=HelpfulGroup,
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
        help=T(
            "Qingyu measures a city's safety openly: records in, graded and explained scores out. "
            "Add --lang zh or --lang en anywhere to choose the language."
        ).text,
        epilog="qingyu demo",
    )
    app.callback()(_root)
    for group in _GROUPS:
        group.add_to(app)
    return app


def main() -> None:
    """Run the command line of this process."""
    sys.exit(run(sys.argv[1:]))


def run(arguments: Sequence[str]) -> int:
    """Run one command; gives its exit code (the error tree's, 0 when all is well)."""
    as_json = "--json" in arguments
    try:
        words, language = _language(list(arguments))
        if language is not None:
            use_language(language)
        return _run(_home_last(words))
    except KeyboardInterrupt:
        return 130
    except Exception as error:
        return report(error, as_json)


def _run(words: list[str]) -> int:
    command = typer.main.get_command(build())
    try:
        code = command.main(args=words, prog_name="qingyu", standalone_mode=False)
    except Exception as error:
        if type(error).__name__ != "NoArgsIsHelpError":
            raise
        say(error.ctx.get_help())  # type: ignore[attr-defined]
        return 0
    return code if isinstance(code, int) else 0


def _show_version(asked: bool) -> None:
    if asked:
        from importlib import metadata

        say(f"qingyu {metadata.version('qingyu')}")
        raise typer.Exit


def _root(
    version: Annotated[
        bool,
        typer.Option(
            "--version",
            is_eager=True,
            callback=_show_version,
            help=T("Show the version.").text,
        ),
    ] = False,
) -> None:
    """Options of `qingyu` itself."""


def _language(words: list[str]) -> tuple[list[str], Language | None]:
    """Take `--lang X` out of the words, wherever it stands (not behind `--`)."""
    end = words.index("--") if "--" in words else len(words)
    for place, word in enumerate(words[:end]):
        name, equals, value = word.partition("=")
        if name != "--lang":
            continue
        used = 1 if equals else 2
        value = value if equals else "".join(words[place + 1 : place + 2])
        for language in LANGUAGES:
            if value == language:
                return words[:place] + words[place + used :], language
        raise UsageError(
            "--lang", value or T("nothing"), " | ".join(LANGUAGES), T("Name one of the two.")
        )
    return words, None


def _home_last(words: list[str]) -> list[str]:
    """`qingyu --home X show` means `qingyu show --home X`."""
    if len(words) > 2 and words[0] == "--home":
        return [*words[2:], "--home", words[1]]
    if len(words) > 1 and words[0].startswith("--home="):
        return [*words[1:], words[0]]
    return words
