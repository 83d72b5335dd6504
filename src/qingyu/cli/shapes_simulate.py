"""The names of JSON fields of what is made up: `simulate` and `demo`."""

from __future__ import annotations

from qingyu.cli.shape import Shape

_WRITTEN = {
    "simulated": "true: every figure is made up",
    "folder": "where everything was written",
    "first": "first day",
    "last": "last day",
    "seed": "with the same seed and options the files are the same to the byte",
    "files": "how many departments' files",
    "rows": "rows in them",
    "bytes": "their size",
}

SIMULATE_CITY = Shape(
    "simulate zhuhai",
    "One object.",
    {
        **_WRITTEN,
        "departments": "how many send files",
        "truth_rows": "rows of `truth/indicators.parquet`",
        "labels": "rows of `truth/seen.parquet`",
        "faults": "object: kind of fault → list of two: files with it, and how much of it",
    },
)

SIMULATE_NATION = Shape(
    "simulate nation",
    "One object.",
    {**_WRITTEN, "towns": "how many towns"},
)

_ROWS = "list: rows as of `show`"

DEMO = Shape(
    "demo",
    "One object, of a simulated city; of another pack it has `receipt` (as of `receive`) instead of"
    "\n`files`, `received` and `faults`. A fault that was not found ends with exit code 10.",
    {
        "simulated": "whether the figures are made up",
        "pack": "its id",
        "files": "folder of the departments' files",
        "received": "object: what became of all deliveries",
        "received.files": "deliveries",
        "received.batches": "that were taken",
        "received.again": "deliveries that had been received before",
        "received.refused_whole": "files of which nothing was taken",
        "received.taken_back": "batches withdrawn",
        "received.rows": "rows; = `new` + `repeated` + `unchanged` + `corrected` + `refused`",
        "received.new": "rows",
        "received.repeated": "rows",
        "received.unchanged": "rows",
        "received.corrected": "rows",
        "received.withdrawn": "records of earlier batches",
        "received.refused": "rows",
        "received.unplaced": "accepted rows without an area",
        "received.reasons": "object: reason → refused rows; a row may have several",
        "received.unplaced_reasons": "object: reason → rows without an area",
        "faults[]": "list: one kind of fault each, in the published order",
        "faults[].fault": "its id",
        "faults[].files": "files with it",
        "faults[].injected": "rows (or files, of faults of whole files) put in",
        "faults[].found": "of these, told by the receipts",
        "faults[].surplus": "rows refused for the same reason that were in order",
        "day": "object: the daily index of the last whole day",
        "day.period": "its label",
        "day.rows": _ROWS,
        "month": "object: the monthly index of the last whole month",
        "month.period": "its label",
        "month.rows": _ROWS,
    },
)
