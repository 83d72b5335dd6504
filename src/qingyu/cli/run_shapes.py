"""The names of JSON fields of what runs between offices: bundles, and the daily run."""

from __future__ import annotations

from qingyu.cli.shape import Shape

DOUBT = (
    "`source`, `day`, `total` (records, or the odd ones of them), `usual` (null for odd records),"
    " `column`, `least`, `most` (of odd records, else null) and `sentence` each"
)

_BUNDLE_ITEM = {
    "items[]": "list: one send of one source each",
    "items[].source": "its id",
}

BUNDLE_MAKE = Shape(
    "bundle make",
    "One object. Digests are of the bundle's manifest.",
    {
        "stream": "its name",
        "number": "the bundle's number in it",
        "digest": "of this bundle",
        "previous": "digest of the bundle before it, or null",
        "again": "whether the same contents had this number already",
        "made": "UTC",
        "who": "who made it",
        "file": "the bundle in the box",
        "copies": "list: copies on the carrier",
        **_BUNDLE_ITEM,
        "items[].version": "as given, or null",
        "items[].covers": "first and last day, or null",
        "items[].delivery": "`increment`, `snapshot`",
        "items[].supplement_of": "object `bundle`, `item`, or null",
        "items[].rows": "rows of its files",
        "items[].cut": "list: columns that stay behind",
        "items[].files": "list of objects `name`, `size`, `sha256`",
    },
)

BUNDLE_OPEN = Shape(
    "bundle open, bundle decide",
    "A list, one object a file; then one for each bundle that had waited and was received now.",
    {
        "file": "the file's name, null for a bundle that had waited",
        "fate": "`received`, `repeat`, `waiting`, `forked`, `refused`",
        "stream": "its name, or null where nothing was proven",
        "number": "the bundle's number, or null",
        "digest": "of the bundle, or null",
        "code": "why it was refused, or null",
        "member": "the file inside it that was touched, or null",
        "sentence": "why it was refused, in words, or null",
        "receipt": "the page for people, or null",
        "missing": "list: numbers before it that had not arrived when it was received",
        **_BUNDLE_ITEM,
        "items[].batch": "the batch's number, or null",
        "items[].again": "whether an earlier batch said the same",
        "items[].receipt": "object: the batch's receipt as of `receive`, `sentence`, `why` (each "
        "reason with its rows) and `refused_rows` (numbers in the sender's file), or null",
        "items[].refused": "object: the error that refused the item whole, or null",
    },
)

BUNDLE_STATUS = Shape(
    "bundle status",
    "Of a home: a list, one object a stream; a last one with `stream` null has the `refused` files"
    "\nof no known stream. Of a box: one object `stream`, `box`, `pack`, `key`, `public_key`,"
    "\n`last`, `last_digest`, `last_made`, `kept`.",
    {
        "stream": "its name, or null",
        "last": "highest number received, 0 if none",
        "last_digest": "its digest, or null",
        "last_received": "UTC, or null",
        "last_arrived": "UTC: when the last believed file came, received or not",
        "gaps": "list of numbers that have not come",
        "lost": "list of numbers that a person gave up",
        "forks[]": "list: one object `number`, `digests` each",
        "waiting": "list of numbers that are kept until their turn",
        "set_aside[]": "list: one object `number`, `digest`, `withdrawn` (batches) each",
        "items_refused[]": "list: one object `number`, `item`, `source` each",
        "decisions[]": "list: `number`, `digest` (null: lost), `who`, `when`, `because` each",
        "refused[]": "list: `file`, `digest`, `code`, `member`, `stream`, `number`, `when`, `who`,"
        " `sentence` (`zh`, `en`), `settled` each",
        "sources": "list of sources that it may send",
        "on_gap": "`take`, `wait`",
        "keys[]": "list: `key`, `who`, `since`, `after` (null: in force), `revoked_by`,"
        " `revoked_on`, `because` each",
    },
)

DAILY = Shape(
    "daily",
    "One object. What is kept in `daily/reports/` has `ran_at` instead of the last three.",
    {
        "day": "the run's today, in the city",
        "pack": "id of the pack",
        "simulated": "whether the data are made up",
        "known": "number of the last batch",
        "received[]": "list: `batch`, `kind`, `source`, `rows`, `new`, `corrected`, `withdrawn`,"
        " `refused` each",
        "refused[]": "list: `source`, `file`, `reason` each",
        "waiting": "names of files that may still be being written",
        "empty[]": "list: `source`, `first`, `last` each: asked for, and no record there",
        "late": "ids of sources that are late or have never sent",
        "outlying": "list: days far above what is usual, and odd records, neither confirmed nor"
        f" corrected yet: {DOUBT}",
        "periods[]": "list: `period`, `kind`, `counts` (grade or `no_data` to areas), `worst` (a"
        " row of `show`, or null) each",
        "changes[]": "list: `period`, `area`, `was`, `grade`, `amount` (points; null if one"
        " of the two has no score), `causes` (`cause`, `amount`, `joined` each; they add up) each",
        "warnings": "null for a pack without rules, else object: `morning`, `judged` and `days` (of"
        " the last week), `episodes` (those that speak: `key`, `number`, `area`, `subject`,"
        " `severity`, `rules`, `state`, `first`, `last`, `new`, `sentence` each),"
        " `told_by_another`, `silenced`, `not_judged` (`source`, `what`, `subjects` each)",
        "again": "whether nothing was new",
        "milliseconds": "object: by stage",
        "rows_read": "object: by stage",
        "cells_read": "object: by stage",
    },
)
