"""A file is held against whom we trust: the signature first, then the form, then every byte."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from qingyu.intake.bundle import refusals
from qingyu.intake.bundle.container import Container, Sealed
from qingyu.intake.bundle.manifest import FORM, MANIFEST, SIGNATURE, Manifest, claimed, parse
from qingyu.intake.bundle.refusals import RefusedError
from qingyu.intake.bundle.trust import Trust, Trusted
from qingyu.minisign import Signature


@dataclass(frozen=True)
class Proven:
    """A manifest whose signature holds, and every member with it."""

    manifest: Manifest
    signature: str
    key: Trusted


def verify(file: IO[bytes], path: Path, trusts: Mapping[str, Trust]) -> Proven:
    """The proven contents of an open bundle; `RefusedError` says what is wrong with it, by the name
    of `path`. Whether its key is revoked, and what the stream may send, is asked by `permitted`."""
    container = Container(path, file)
    sealed = container.sealed()
    signature, key = _signed(path, sealed, trusts)
    manifest, key = _manifest(path, sealed, trusts, key)
    try:
        container.check(manifest)
    except RefusedError as refused:
        refused.stream, refused.number = manifest.stream, manifest.number
        raise
    return Proven(manifest, signature.text(), key)


def permitted(path: Path, proven: Proven, trust: Trust) -> None:
    """That the key is still good for this number, and the sources are the stream's own."""
    manifest, key = proven.manifest, proven.key
    error = None
    if key.after is not None and manifest.number > key.after:
        error = refusals.revoked(path, manifest.stream, key.key, key.after)
    else:
        for item in manifest.items:
            if item.source not in trust.sources:
                allowed = ", ".join(trust.sources)
                error = refusals.not_allowed(path, manifest.stream, item.source, allowed)
                break
    if error is not None:
        error.stream, error.number = manifest.stream, manifest.number
        raise error


def _signed(path: Path, sealed: Sealed, trusts: Mapping[str, Trust]) -> tuple[Signature, Trusted]:
    """The signature and the trusted key that made it."""
    signature = Signature.of_text(sealed.signature)
    if signature is None:
        raise refusals.altered(path, SIGNATURE)
    known = [key for trust in trusts.values() for key in trust.keys
             if key.public.id == signature.key_id]  # fmt: skip
    if not known:
        raise _stranger(path, sealed, signature, trusts)
    for key in known:
        if key.public.verifies(sealed.manifest, signature):
            return signature, key
    raise refusals.altered(path, MANIFEST)


def _stranger(
    path: Path, sealed: Sealed, signature: Signature, trusts: Mapping[str, Trust]
) -> RefusedError:
    form, stream = claimed(sealed.manifest)
    if not form:
        return refusals.altered(path, MANIFEST)
    trust = trusts.get(stream)
    if trust is None:
        return refusals.unknown_stream(path, stream or "?", signature.key_name)
    known = ", ".join(key.key for key in trust.in_force) or "-"
    return refusals.wrong_key(path, stream, signature.key_name, known)


def _manifest(
    path: Path, sealed: Sealed, trusts: Mapping[str, Trust], key: Trusted
) -> tuple[Manifest, Trusted]:
    """The manifest, and the key as its own stream trusts it (keys may serve several streams)."""
    form, _ = claimed(sealed.manifest)
    if form != FORM:
        raise refusals.newer(path, form)
    try:
        manifest = parse(sealed.manifest)
    except ValueError as error:
        raise refusals.bad_manifest(path, str(error)) from None
    trust = trusts.get(manifest.stream)
    if trust is None:
        raise refusals.unknown_stream(path, manifest.stream, key.key)
    own = trust.key(key.key)
    if own is None or own.line != key.line or manifest.key != key.key:
        known = ", ".join(one.key for one in trust.in_force) or "-"
        raise refusals.wrong_key(path, manifest.stream, key.key, known)
    return manifest, own
