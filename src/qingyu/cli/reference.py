"""`python -m qingyu.cli.reference`: the manual's reference pages, made from the code itself.

Commands come from the command line, keys of a pack from its models, exit codes from the error
tree, names of JSON fields from `shapes.py`. A test holds the pages against a fresh run.
"""

from __future__ import annotations

import inspect
import types
import typing
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Annotated, Any, Literal, Union

import typer
from pydantic import BaseModel, BeforeValidator

from qingyu import errors
from qingyu.cli.helping import help_page
from qingyu.cli.main import build
from qingyu.cli.shapes import SHAPES
from qingyu.i18n import use_language
from qingyu.pack import model

_MADE = "<!-- Made by `make reference`; edit the code, not this page. -->\n"


def pages() -> dict[str, str]:
    """File name → text of each reference page."""
    use_language("en")
    return {
        "commands.md": commands_page(),
        "pack.md": pack_page(),
        "json.md": json_page(),
        "exit-codes.md": exit_codes_page(),
    }


def commands_page() -> str:
    """One section a command, with its help page."""
    parts = [_MADE, "# Commands\n"]
    root = typer.main.get_command(build())
    for path, command, context in _walk(root, "qingyu", None):
        parts.append(f"## {path}\n\n```\n{help_page(command, context).strip()}\n```\n")
    return "\n".join(parts)


def pack_page() -> str:
    """One section a model, one line a key."""
    parts = [
        _MADE,
        "# Keys of a pack\n",
        "Numbers are decimals of at most six places. Unknown keys are refused. `qingyu pack schema`"
        "\nprints the same as JSON Schema.\n",
    ]
    for name, kind in _models():
        # A model without words of its own would otherwise show those of the library's base.
        said = inspect.cleandoc(kind.__dict__.get("__doc__") or "")
        parts.append(f"## {name}\n\n{said}\n" if said else f"## {name}\n")
        parts.append("| key | value | default |\n|---|---|---|")
        for key, field in kind.model_fields.items():
            written = field.alias or key
            value = "number" if _is_micro(field.metadata) else describe(field.annotation)
            default = "required" if field.is_required() else _default(field)
            parts.append(f"| `{written}` | {value} | {default} |")
        parts.append("")
    return "\n".join(parts)


def json_page() -> str:
    """The names of JSON fields, which do not change."""
    parts = [
        _MADE,
        "# JSON of `--json`\n",
        "These names are stable: fields may be added, none is renamed or taken away. Numbers with\n"
        "decimals are printed exactly, made from integers; read them as decimals, not as binary\n"
        "floats. Missing is `null`.\n",
    ]
    for shape in SHAPES:
        parts.append(f"## {shape.command}\n\n{shape.about}\n\n| field | value |\n|---|---|")
        parts += [f"| `{name}` | {meaning} |" for name, meaning in shape.fields.items()]
        parts.append("")
    return "\n".join(parts)


def exit_codes_page() -> str:
    """The tree as drawn in errors.py, and a table."""
    drawing = (errors.__doc__ or "").split("\n\n")[1]
    parts = [
        _MADE,
        "# Exit codes\n",
        f"```\n{drawing}\n```\n",
        "With `--json` an error is printed on standard error as an object with `error`,\n"
        "`exit_code` and `faults[]` (`where`, `found`, `expected`, `remedy`).\n",
        "| code | `error` |\n|---|---|\n| 0 | all is well |",
    ]
    codes = sorted((kind.exit_code, kind.name) for kind in _branches(errors.QingyuError))
    parts += [f"| {code} | `{name}` |" for code, name in codes]
    parts.append("| 11 | `qingyu daily` only: the run finished, and a file was refused |")
    parts.append(f"| {errors.BUG_EXIT_CODE} | a fault in Qingyu itself, with a traceback |")
    parts.append("| 130 | stopped with Ctrl-C |\n")
    return "\n".join(parts)


def describe(kind: Any) -> str:
    """A type in the words of someone who writes YAML."""
    origin, arguments = typing.get_origin(kind), typing.get_args(kind)
    if origin is Annotated:
        return "number" if _is_micro(arguments[1:]) else describe(arguments[0])
    if origin is Literal:
        return " \\| ".join(f"`{value}`" for value in arguments)
    if origin in (Union, types.UnionType):
        return " or ".join(describe(part) for part in arguments if part is not type(None))
    if origin is tuple and len(arguments) == 2 and arguments[1] is Ellipsis:
        return f"list of {describe(arguments[0])}"
    if origin is tuple:
        return "[" + ", ".join(describe(part) for part in arguments) + "]"
    if origin is dict:
        return f"{describe(arguments[0])} → {describe(arguments[1])}"
    if inspect.isclass(kind) and issubclass(kind, BaseModel):
        return (
            "`7 days`, `8 weeks`"
            if kind is model.Span
            else f"[{kind.__name__}](#{kind.__name__.lower()})"
        )
    plain = {str: "text", int: "integer", bool: "true or false", date: "date"}
    return plain.get(kind, getattr(kind, "__name__", str(kind)))


def main(folder: Path = Path("docs/reference")) -> None:
    """Write the pages."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in pages().items():
        (folder / name).write_text(text, encoding="utf-8")


def _walk(command: Any, path: str, parent: Any) -> Iterator[tuple[str, Any, Any]]:
    context = command.context_class(command, info_name=path.split()[-1], parent=parent)
    yield path, command, context
    for name, sub in getattr(command, "commands", {}).items():
        yield from _walk(sub, f"{path} {name}", context)


def _models() -> list[tuple[str, type[BaseModel]]]:
    """The models that are written in files, in the order model.py imports them."""
    found = [
        (name, kind)
        for name, kind in vars(model).items()
        if inspect.isclass(kind)
        and issubclass(kind, model.Model)
        and kind.__module__.startswith("qingyu.pack.")
    ]
    return [(name, kind) for name, kind in found if name not in {"Model", "Span"}]


def _is_micro(metadata: Any) -> bool:
    return any(isinstance(m, BeforeValidator) and m.func is model.to_micro for m in metadata)


def _default(field: Any) -> str:
    value = field.get_default(call_default_factory=True)
    if value is None or value in ((), {}):
        return "–"
    if isinstance(value, model.Span):
        return f"`{value.days} days`"
    if isinstance(value, BaseModel):
        return "its defaults"
    if _is_micro(field.metadata):
        return f"`{value / model.MICRO:g}`"
    return f"`{str(value).lower() if isinstance(value, bool) else value}`"


def _branches(kind: type[errors.QingyuError]) -> Iterator[type[errors.QingyuError]]:
    """Those that are drawn; a room's own kind of one of them has its name and exit code."""
    for branch in kind.__subclasses__():
        if branch.exit_code > 1 and branch.__module__ == errors.__name__:
            yield branch
        yield from _branches(branch)


if __name__ == "__main__":
    main()
