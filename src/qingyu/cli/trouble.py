"""The one place where errors become words and exit codes."""

from __future__ import annotations

import errno
import os
import sys
import traceback
from typing import Any

import typer

from qingyu.cli.screen import note, to_json
from qingyu.errors import BUG_EXIT_CODE, QingyuError, StorageError, UsageError
from qingyu.i18n import TN, Message, T

# Typer carries its own copy of Click; the public way to the root of its usage errors.
ClickError: type[Exception] = typer.BadParameter.__mro__[2]

WHOLE_TRACE = "QINGYU_TRACE"  # for who may see records

_DISK_TROUBLE = {
    errno.ENOSPC: T("no space left on the disk"),
    errno.EDQUOT: T("the disk quota used up"),
    errno.EROFS: T("a read-only disk"),
    errno.EACCES: T("no permission"),
    errno.EPERM: T("no permission"),
    errno.EIO: T("a disk that fails"),
    errno.EMFILE: T("too many open files"),
}


def report(error: BaseException, as_json: bool) -> int:
    """Print `error` for a person (or as JSON for a program); gives the exit code."""
    known = translate(error)
    if known is None:
        _print_trace(error)
        note(
            T(
                "This is a fault in Qingyu itself, not in what you gave it. What was stored before "
                "is safe; please report the lines above."
            )
        )
        return BUG_EXIT_CODE
    if as_json:
        sys.stderr.write(to_json(known.public()) + "\n")
        return known.exit_code
    faults = known.faults
    if len(faults) == 1:
        note(T("Error: {sentence}", sentence=faults[0].sentence()))
    else:
        note(
            TN(
                "Error: there is {count} thing to mend.",
                "Error: there are {count} things to mend.",
                len(faults),
            )
        )
        for number, fault in enumerate(faults, 1):
            note(f"{number:>3}. {fault.sentence()}")
    note(T("(exit code {code})", code=known.exit_code), "dim")
    return known.exit_code


def _print_trace(error: BaseException) -> None:
    """Where it happened, of the error and of what led to it. The errors' own words stay out: those
    of libraries quote cells of records, and what is reported travels."""
    if os.environ.get(WHOLE_TRACE):
        traceback.print_exception(error)
        return
    chain = [error]
    while (before := chain[0].__cause__ or chain[0].__context__) is not None:
        chain.insert(0, before)
    for one in chain:
        sys.stderr.write("Traceback (most recent call last):\n")
        sys.stderr.writelines(traceback.format_tb(one.__traceback__))
        sys.stderr.write(f"{type(one).__module__}.{type(one).__qualname__}\n")
    note(
        T(
            "The error's own words are left out, since they may quote a record; {name}=1 shows "
            "them.",
            name=WHOLE_TRACE,
        )
    )


def translate(error: BaseException) -> QingyuError | None:
    """The branch of the error tree that `error` belongs to; `None` if it is a bug."""
    if isinstance(error, QingyuError):
        return error
    if isinstance(error, ClickError):
        return _usage(error)
    if isinstance(error, OSError) and error.errno in _DISK_TROUBLE:
        return StorageError(
            str(error.filename or T("the disk")),
            _DISK_TROUBLE[error.errno],
            T("a place that can be written and read"),
            T("Make room or set the permissions, then run the command again."),
        )
    return None


def _usage(error: Any) -> UsageError:
    """A complaint of the option parser in our own words."""
    path = error.ctx.command_path if getattr(error, "ctx", None) else "qingyu"
    return UsageError(
        path,
        _finding(error),
        T("the words that this command knows"),
        T("`{command} --help` lists them, with an example.", command=path),
    )


def _finding(error: Any) -> Message:
    kind = type(error).__name__
    if kind == "NoSuchOption":
        return T("the option {option}", option=error.option_name)
    if kind == "MissingParameter":
        return T("no {name}", name=_parameter(error))
    if kind == "BadParameter":
        return T("a value of {name} that cannot be read", name=_parameter(error))
    if kind == "BadOptionUsage":
        return T("the option {option} without its value", option=error.option_name)
    return T("words that it cannot place ({message})", message=error.format_message())


def _parameter(error: Any) -> str:
    parameter = error.param
    if parameter is None:
        return str(error.param_hint or "?")
    options = [word for word in parameter.opts if word.startswith("-")]
    return options[-1] if options else str(parameter.metavar or parameter.name).upper()
