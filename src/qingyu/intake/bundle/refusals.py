"""Why a bundle is refused: one sentence for each reason, and a stable code for programs."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar

from qingyu.errors import InputError
from qingyu.i18n import T, Text

CODES = (
    "no_file", "not_a_bundle", "truncated", "too_large", "newer_format", "member_name",
    "member_twice", "member_kind", "member_extra", "member_missing", "altered", "manifest",
    "unknown_stream", "wrong_key", "revoked_key", "source_not_allowed", "set_aside",
)  # fmt: skip

_COPY_AGAIN = T("Copy the file from the sender's folder again, and open the new copy.")
_ASK = T("Do not use it: ask the sender what it sent, and show this sentence to who guards keys.")


class RefusedError(InputError):
    """A bundle that is not taken. `code` is one of `CODES`; `member` the file inside it that was
    touched; `stream` and `number` what its manifest says, once its signature holds."""

    known_codes: ClassVar[tuple[str, ...]] = CODES

    def __init__(
        self,
        code: str,
        path: Path,
        found: Text,
        expected: Text,
        remedy: Text,
        member: str | None = None,
    ) -> None:
        assert code in CODES, code
        name = shown(path.name)
        super().__init__(f"{name}: {member}" if member else name, found, expected, remedy)
        self.code = code
        self.member = member
        self.stream: str | None = None
        self.number: int | None = None


def shown(name: str) -> str:
    """A file's name, safe to print: what a screen would not show, or turn round, as its code."""
    return name if name.isprintable() else ascii(name)[1:-1]


def not_a_bundle(path: Path) -> RefusedError:
    return RefusedError(
        "not_a_bundle",
        path,
        T("a file that is no bundle"),
        T("a file made by `qingyu bundle make`"),
        T("Name the file that the sender carried over."),
    )


def truncated(path: Path) -> RefusedError:
    return RefusedError(
        "truncated",
        path,
        T("a bundle that is cut off before its end, or has other bytes behind it"),
        T("a whole bundle"),
        _COPY_AGAIN,
    )


def too_large(path: Path, limit: int, member: str | None = None) -> RefusedError:
    return RefusedError(
        "too_large",
        path,
        T("more than {limit} bytes", limit=limit),
        T("at most {limit} bytes", limit=limit),
        T("Send the files in several bundles; if nobody made such a bundle, throw it away."),
        member,
    )


def too_many(path: Path, count: int, limit: int) -> RefusedError:
    return RefusedError(
        "too_large",
        path,
        T("{count} members", count=count),
        T("at most {limit} members", limit=limit),
        T("Send the files in several bundles; if nobody made such a bundle, throw it away."),
    )


def bad_name(path: Path, name: str) -> RefusedError:
    return RefusedError(
        "member_name",
        path,
        T("a member named {name}, which a bundle cannot have", name=ascii(name)),
        T("plain names such as item-1-file-1.csv"),
        _ASK,
        ascii(name)[1:-1],
    )


def twice(path: Path, name: str) -> RefusedError:
    return RefusedError(
        "member_twice", path, T("this member more than once"), T("each member once"), _ASK, name
    )


def bad_kind(path: Path, name: str) -> RefusedError:
    return RefusedError(
        "member_kind",
        path,
        T("a member that is encrypted, a link, or packed in an unknown way"),
        T("plain files"),
        _ASK,
        name,
    )


def unnamed(path: Path, name: str) -> RefusedError:
    return RefusedError(
        "member_extra",
        path,
        T("a member that the signed manifest does not name"),
        T("the members of the manifest and no other"),
        _ASK,
        name,
    )


def missing(path: Path, name: str) -> RefusedError:
    return RefusedError(
        "member_missing",
        path,
        T("no such member, though the signed manifest names it"),
        T("every member of the manifest"),
        _COPY_AGAIN,
        name,
    )


def altered(path: Path, name: str) -> RefusedError:
    return RefusedError(
        "altered",
        path,
        T("a member that was altered or damaged after it was signed"),
        T("the bytes that the sender signed"),
        _COPY_AGAIN,
        name,
    )


def bad_manifest(path: Path, words: Text) -> RefusedError:
    return RefusedError(
        "manifest",
        path,
        T("a signed manifest that breaks the form of bundles ({words})", words=words),
        T("a manifest as `qingyu bundle make` writes it"),
        T("Ask the sender which program made it."),
    )


def newer(path: Path, form: str) -> RefusedError:
    return RefusedError(
        "newer_format",
        path,
        T("a bundle of the form “{form}”", form=form),
        T("a form that this Qingyu knows"),
        T("Use the newer Qingyu to open it."),
    )


def unknown_stream(path: Path, stream: str, key: str) -> RefusedError:
    return RefusedError(
        "unknown_stream",
        path,
        T("the stream {stream}, signed with key {key}", stream=stream, key=key),
        T("a stream that is trusted here"),
        T("If it is expected: `qingyu bundle trust KEY.pub {stream} --source SOURCE`.",
          stream=stream),
    )  # fmt: skip


def wrong_key(path: Path, stream: str, key: str, known: str) -> RefusedError:
    return RefusedError(
        "wrong_key",
        path,
        T("the stream {stream}, signed with key {key}", stream=stream, key=key),
        T("a signature with {known}", known=known),
        T("Ask the sender whether its key was renewed; if so, trust the new one."),
    )


def revoked(path: Path, stream: str, key: str, after: int) -> RefusedError:
    return RefusedError(
        "revoked_key",
        path,
        T("a signature with key {key} of {stream}, which is revoked", stream=stream, key=key),
        T("that key on bundles up to number {after} only", after=after),
        _ASK,
    )


def not_allowed(path: Path, stream: str, source: str, allowed: str) -> RefusedError:
    return RefusedError(
        "source_not_allowed",
        path,
        T("the source {source}, which the stream {stream} may not send", source=source,
          stream=stream),
        allowed,
        T("If it may: trust the stream's key again and name every source."),
    )  # fmt: skip


def set_aside(path: Path, stream: str, number: int) -> RefusedError:
    return RefusedError(
        "set_aside",
        path,
        T("bundle {number} of {stream}, which was set aside by decision, or follows one that was",
          number=number, stream=stream),
        T("the bundle that was decided for"),
        T("Ask the sender for a new bundle; `qingyu bundle status` tells who decided."),
    )  # fmt: skip
