"""Help pages in the language in use: what a command does, an example, its options."""

from __future__ import annotations

import difflib
import io
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text
from typer.core import TyperCommand, TyperGroup

from qingyu.errors import UsageError
from qingyu.i18n import Message, T

_WIDEST = 100


class HelpfulCommand(TyperCommand):
    """A command whose help page is ours."""

    def format_help(self, ctx: Any, formatter: Any) -> None:
        formatter.write(help_page(self, ctx))


class HelpfulGroup(TyperGroup):
    """A group of commands whose help page is ours, and which guesses at misspelt names."""

    def format_help(self, ctx: Any, formatter: Any) -> None:
        formatter.write(help_page(self, ctx))

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        name = args[0]
        if name.startswith("-") or self.get_command(ctx, name) is not None:
            return super().resolve_command(ctx, args)
        near = difflib.get_close_matches(name, self.commands, n=1)
        path = ctx.command_path
        raise UsageError(
            path,
            T("the command “{name}”", name=name),
            T("one of: {names}", names=", ".join(self.commands)),
            T("Did you mean `{path} {name}`?", path=path, name=near[0])
            if near
            else T("`{command} --help` lists them, with an example.", command=path),
        )


def help_page(command: Any, context: Any) -> str:
    """The page as text, wrapped by the width of characters (Chinese ones take two cells)."""
    console = Console(
        file=io.StringIO(), width=min(context_width(), _WIDEST), markup=False, highlight=False
    )
    console.print(Text(str(T("Usage: {usage}", usage=_usage(command, context)))))
    console.print()
    console.print(Text(words(command.help)))
    if command.epilog:
        console.print()
        console.print(Text(str(T("Example:"))))
        for line in command.epilog.splitlines():
            console.print(Text("  " + line), soft_wrap=True)
    _section(console, T("Commands:"), _commands(command))
    _section(console, T("What to give:"), _parameters(command, context, "argument"))
    _section(console, T("Options:"), _parameters(command, context, "option"))
    written = console.file
    assert isinstance(written, io.StringIO)
    return "\n".join(line.rstrip() for line in written.getvalue().splitlines()) + "\n"


def words(text: str | None) -> str:
    """The English words of a help text in the language in use."""
    return str(Message(text)) if text else ""


def context_width() -> int:
    from qingyu.cli.screen import out

    return out().width


def _usage(command: Any, context: Any) -> str:
    pieces = [context.command_path]
    for parameter in command.get_params(context):
        if parameter.param_type_name == "argument":
            name = _name(parameter)
            pieces.append(name if parameter.required else f"[{name}]")
    if hasattr(command, "commands"):
        pieces.append(str(T("COMMAND")))
    return " ".join([*pieces, str(T("[OPTIONS]"))])


def _commands(command: Any) -> list[tuple[str, str]]:
    known = getattr(command, "commands", {})
    return [(name, words(sub.help)) for name, sub in known.items() if not sub.hidden]


def _parameters(command: Any, context: Any, kind: str) -> list[tuple[str, str]]:
    rows = []
    for parameter in command.get_params(context):
        if parameter.param_type_name != kind or getattr(parameter, "hidden", False):
            continue
        if "--help" in parameter.opts:
            rows.append(("--help", str(T("Show this page."))))
        else:
            rows.append((_name(parameter), words(parameter.help)))
    return rows


def _name(parameter: Any) -> str:
    if parameter.param_type_name == "argument":
        return str(parameter.metavar or parameter.name.upper())
    name = ", ".join(parameter.opts)
    return name if parameter.is_flag else f"{name} {parameter.metavar or 'TEXT'}"


def _section(console: Console, title: Message, rows: list[tuple[str, str]]) -> None:
    if not rows:
        return
    console.print()
    console.print(Text(str(title)))
    grid = Table.grid(padding=(0, 2, 0, 0))
    grid.add_column(no_wrap=True)
    grid.add_column(overflow="fold")
    for name, text in rows:
        grid.add_row(Text("  " + name), Text(text))
    console.print(grid)
