"""The names of JSON fields of editions."""

from __future__ import annotations

from qingyu.cli.shape import Shape

_EDITION = {
    "kind": "`results`, `correction`, `withdrawal`",
    "index": "its id",
    "period": "as of `--period`",
    "moment": "not served before, ISO 8601",
    "reason": "of a correction or withdrawal, or null",
    "replaces": "object `edition`, `digest`, or null",
    "colours_changed": "areas whose colour is another than before",
}

RELEASE_DRAFT = Shape(
    "release draft, release withdraw",
    "One object.",
    {
        "draft": "its name, which ends with its digest",
        **_EDITION,
        "known": "the last batch known to it",
        "folder": "its contents",
        "approved": "list of roles that approved",
        "lacking": "list of roles that still have to",
        "warnings": "object: how many CAP documents it has, by `Alert`, `Update`, `Cancel`",
        "again": "whether the very draft was there already",
    },
)

RELEASE_PUBLISH = Shape(
    "release publish",
    "One object; `release list` has such in `editions`, beside `shelf`, `drafts`, `approvers`.",
    {
        "edition": "its number",
        **_EDITION,
        "released": "UTC",
        "sha256sums": "digest of its SHA256SUMS, which the next edition names",
        "again": "whether it was published already",
    },
)

RELEASE_VERIFY = Shape(
    "release verify",
    "A list, one object an edition; a last one, `edition` null, has what is wrong with the shelf.",
    {
        "edition": "its number, or null if it cannot be read",
        "sha256sums": "digest of its SHA256SUMS, or null",
        "key": "sixteen digits of the key that signed it, or null",
        "members": "files that the sums are about",
        "faults[]": "list: `where` (the member), `found`, `expected`, `remedy` each",
    },
)

RELEASE_RECHECK = Shape(
    "release recheck",
    "One object.",
    {
        "edition": "its number",
        "period": "its period",
        "cells": "compared",
        "differences[]": "list: `table`, `row`, `column`, `published`, `recomputed` each",
        "stations": "whether the digest of all stations agrees",
        "cube": "whether the digest of the summed cube agrees",
        "ledger": "whether the home's ledger is the one that was known then",
    },
)

CAP_CHECK = Shape(
    "cap check",
    "A list, one object a file.",
    {
        "file": "as it was given",
        "faults[]": "list: `check` (1 to 12), `where`, `found`, `expected`, `remedy` each",
        "unchecked": "list of numbers of checks for which nothing was given to hold it against",
        "ends": "list of messages that a Cancel of several would end",
    },
)

RELEASE = (RELEASE_DRAFT, RELEASE_PUBLISH, RELEASE_VERIFY, RELEASE_RECHECK, CAP_CHECK)
