"""The names of JSON fields, said once: the manual prints them and a test holds answers to them.

`parts[].count` is a field of the objects in the list `parts`. English only: these are names for
programs, and the words are for the manual.
"""

from __future__ import annotations

from qingyu.cli.run_shapes import BUNDLE_MAKE, BUNDLE_OPEN, BUNDLE_STATUS, DAILY, DOUBT
from qingyu.cli.shape import Shape
from qingyu.cli.shapes_integrity import INTEGRITY
from qingyu.cli.shapes_release import RELEASE
from qingyu.cli.shapes_simulate import DEMO, SIMULATE_CITY, SIMULATE_NATION
from qingyu.cli.shapes_warn import SILENCE, WARN

_SENTENCE = {
    "sentence": "object: what is unusual, or why there is no score",
    "sentence.zh": "text in Chinese",
    "sentence.en": "text in English",
    "sentence.numbers": "object: every number in the sentence, by name",
}

_ODDS = {
    "odds": "object: how sure all this is; null without a score, or with `--no-odds`",
    "odds.level": "90: of a hundred draws, so many lie within the intervals",
    "odds.lower": "of the score at the true rates, one decimal",
    "odds.upper": "likewise",
    "odds.rank": "list of two: the better and the worse rank of the interval, or null",
    "odds.grades": "object: grade → chance in per cent; they add up to 100",
    "odds.standing": "`top`, `bottom` (surely in that quarter), `between`, or null",
    "odds.driver": "id of the indicator that makes most of the width, or null",
    "odds.held": "object: indicator that was not drawn → `mean`, `stock`, `carried`",
    "odds.sentence": "object `zh`, `en`, `numbers`",
}

SHOW = Shape(
    "show",
    "A list, one object an area, in the order asked for.",
    {
        "area": "code of the area",
        "name": "its name",
        "level": "id of its level",
        "parent": "code of the area above it",
        "period": "`2016-10-15`, `2016-W42`, `2016-10-X2`, `2016-10`, `2016-Q3` or `2016`",
        "score": "0 to 100, three decimals",
        "grade": "`blue`, `yellow`, `orange`, `red`",
        "rank": "within its level, ties share the better one",
        "of": "how many are ranked",
        "change": "score less that of the period before as known now",
        "completeness": "0 to 1, six decimals: weight present × days covered",
        "state": "`ok`, `provisional`, `suspect`, `late`, `no_data`",
        **_SENTENCE,
        **_ODDS,
        "simulated": "whether the figures are made up",
        "bridged_since": "day of the last split or merge of areas that a number behind the score"
        " reaches across, or null",
        "doubts[]": "list: days far above what is usual, and odd records, on which the score rests,"
        f" so that it is provisional: {DOUBT}",
    },
)

EXPLAIN = Shape(
    "explain",
    "One object. The contributions of `parts` and the amounts of `charges` add up to `score`; the"
    "\namounts of `change` add up to `score` less `previous.score`.",
    {
        **{name: text for name, text in SHOW.fields.items() if name != "change"},
        "corrections[]": "list: declared corrections behind the counts: `batch`, `source`,"
        " `record`, `field`, `old`, `new`, `reason`, `who`, `received` each",
        "bridges[]": "list: one sentence each (`zh`, `en`, `numbers`) on what stands for the area"
        " before a split or merge",
        "known": "number of the batch after which this was known",
        "pack": "digest of the pack",
        "before_caps": "score before caps and vetoes",
        "parts[]": "list: one indicator each",
        "parts[].indicator": "its id",
        "parts[].name": "object `zh`, `en`",
        "parts[].dimension": "id of its dimension",
        "parts[].measure": "object: the measure as the pack writes it",
        "parts[].count": "the measure over the window",
        "parts[].measure_unit": "object `zh`, `en`: what a sum is counted in, or null",
        "parts[].window": "object: the days behind the count",
        "parts[].window.first": "date",
        "parts[].window.last": "date",
        "parts[].window.days": "days on which the area is valid",
        "parts[].window.counting": "days that count",
        "parts[].window.states": "object: source → state of the day → number of days",
        "parts[].exposure": "person-days (or the second measure, in units of the last of its "
        "`places`, as `unit` is) over the days that count",
        "parts[].unit": "the rate is per so many",
        "parts[].rate": "count per unit of exposure",
        "parts[].baseline": "object: the comparison with the most weight, in short",
        "parts[].baseline.with": "`own`, `trailing`, `peers`, `previous`, `parent`, `target`",
        "parts[].baseline.count": "its count",
        "parts[].baseline.exposure": "its exposure",
        "parts[].baseline.rate": "its rate",
        "parts[].baseline.expected": "events expected in the window at that rate",
        "parts[].state": "as in `show`",
        "parts[].reason": "object like `sentence`: why it has no score of its own",
        "parts[].fill": "`own`, `carried` or `from_parent`",
        "parts[].carried_from": "period that a carried score comes from",
        "parts[].points": "the indicator's score, six decimals",
        "parts[].weight": "in force within its dimension",
        "parts[].dimension_weight": "of its dimension in the index",
        "parts[].share": "of the whole index, after missing parts gave their weight away",
        "parts[].contribution": "its part of the score, six decimals",
        "parts[].comparisons[]": "list: one comparison each",
        "parts[].comparisons[].with": "what it is held against",
        "parts[].comparisons[].available": "whether it could be had",
        "parts[].comparisons[].ranges": "list of `first`, `last`: its days",
        "parts[].comparisons[].count": "its count",
        "parts[].comparisons[].exposure": "its exposure",
        "parts[].comparisons[].rate": "its rate",
        "parts[].comparisons[].kappa": "strength of shrinkage, in expected events",
        "parts[].comparisons[].expected": "events expected in the window",
        "parts[].comparisons[].compared": "(count + κ) ÷ (expected + κ)",
        "parts[].comparisons[].points": "the curve at that value",
        "parts[].comparisons[].weight": "as the pack says",
        "parts[].comparisons[].weight_given": "after missing comparisons gave their weight away",
        "parts[].comparisons[].segment": "the curve's points around `compared`",
        "parts[].comparisons[].usual": "expected, as a sentence says it",
        "parts[].comparisons[].percent": "difference, where a sentence may say it",
        "parts[].comparisons[].bridged_since": "as in `show`, of its sums",
        "parts[].comparisons[].pack_line": "`file:line` of the comparison",
        "parts[].comparisons[].curve_line": "`file:line` of the curve",
        "parts[].bridged_since": "as in `show`, of its window and available comparisons",
        "parts[].pack_line": "`file:line` of the indicator's weight in force",
        "parts[].pack_lines": "object: `file:line` of its other entries",
        "parts[].doubts": "list, as `doubts`, of this indicator",
        "parts[].united": "list, of a union: `kind`, `day`, `area`, `records` of each event that"
        " several records tell of",
        "dimensions[]": "list: one dimension each",
        "dimensions[].dimension": "its id",
        "dimensions[].name": "object `zh`, `en`",
        "dimensions[].weight": "in force in the index",
        "dimensions[].before_deductions": "six decimals",
        "dimensions[].points": "after deductions",
        "dimensions[].pack_line": "`file:line` of its weight",
        "charges[]": "list: deductions, caps, vetoes that took effect",
        "charges[].kind": "`deduction`, `cap`, `veto`",
        "charges[].id": "its id",
        "charges[].name": "object `zh`, `en`",
        "charges[].dimension": "for deductions",
        "charges[].count": "what was counted",
        "charges[].measure_unit": "as of a part",
        "charges[].points": "points off the dimension",
        "charges[].amount": "points off the index",
        "charges[].pack_line": "`file:line`",
        "split_note": "why the score has no split, where the method has none",
        "change[]": "list, in a fixed order",
        "change[].cause": "`late_data`, `exposure`, `method`, `availability`, `peers`, `baseline`, "
        "`world`",
        "change[].amount": "points, three decimals",
        "change[].joined": "true where the effect is contained in the next line",
        "previous": "object: the period before",
        "previous.period": "its label",
        "previous.score": "its score as first known",
        "previous.known": "after which batch that was",
        "previous.note": "why there is no change to tell",
        "scale_line": "`file:line` of the grades in force",
    },
)

COMPUTE = Shape(
    "compute",
    "One object.",
    {
        "pack": "digest of the pack",
        "known": "number of the last batch used",
        "digest": "of all stations; equal on every machine",
        "folder": "where the tables are, or null",
        "periods": "list of labels",
        "scores": "how many scores were computed",
        "again": "true if an earlier run had kept them",
    },
)

TRACE = Shape(
    "trace",
    "One object.",
    {
        "source": "id of the source",
        "key": "the record's key as kept",
        "stands": "how many times it counts now",
        "steps[]": "list: one batch each",
        "steps[].batch": "its number",
        "steps[].kind": "`receive`, `supplement`, `withdraw`",
        "steps[].file": "name of the file",
        "steps[].file_digest": "SHA-256 of the file",
        "steps[].received": "UTC",
        "steps[].who": "who sent it",
        "steps[].plus": "rows added",
        "steps[].minus": "rows taken back",
        "steps[].version": "the source's version",
        "steps[].area": "code of the area",
        "steps[].day": "date",
        "steps[].declared": "object: `reason` and `entries` (`field`, `old`, `new`) of a declared"
        " correction, or null",
        "steps[].what": "in words",
        "steps[].receipt": "object: counts of that batch",
        "rejections": "list: where it was refused, and why",
        "area": "code of the area now",
        "area_name": "its name",
        "placed_by": "`code`, `name`, `point`",
        "day": "date",
        "at": "local time",
        "values": "object: the columns kept of it",
        "united": "list: the events of unions that it is a part of: `union`, `lead` (whether day"
        " and area are its own), `kind`, `day`, `area`, `records` (`source`, `key`, `at`, `area`)",
        "counted[]": "list: one measure each",
        "counted[].measure": "as the pack writes it",
        "counted[].fingerprint": "its key in the cube",
        "counted[].value": "what the record adds",
        "counted[].indicators": "list of `indicator`, `part`",
        "cells[]": "list: one indicator of one area and period each",
        "cells[].area": "code",
        "cells[].name": "name",
        "cells[].period": "label",
        "cells[].indicator": "id",
        "cells[].count": "of the indicator's window",
        "cells[].points": "the indicator's score",
        "cells[].state": "as in `show`",
        "cells[].score": "the area's score",
        "cells[].grade": "the area's grade",
    },
)

RECEIPT = Shape(
    "receive, withdraw, correct",
    "One object, the receipt. `rows` = `new` + `repeated` + `unchanged` + `corrected` + `refused`.",
    {
        "number": "of the batch; null for a dry run",
        "kind": "`receive`, `supplement`, `withdraw`",
        "source": "id of the source",
        "who": "who sent it",
        "received": "UTC",
        "version": "the source's version",
        "covers_first": "first day it tells all of",
        "covers_last": "last day",
        "delivery": "`increment` or `snapshot`",
        "refers_to": "batch that it supplements or withdraws",
        "rows": "in the file",
        "new": "rows",
        "repeated": "rows",
        "unchanged": "rows",
        "corrected": "rows",
        "withdrawn": "records of earlier batches",
        "refused": "rows",
        "unplaced": "accepted rows without an area",
        "reasons": "object: reason → refused rows; a row may have several",
        "unplaced_reasons": "object: reason → rows without an area",
        "file_name": "as sent",
        "file_digest": "SHA-256 of the bytes",
        "content_digest": "of what they say",
        "rejects": "the reject file, or null",
        "dry_run": "true: nothing was stored",
        "again": "true: received before; this is the first receipt",
        "ignored_columns": "columns that the contract does not know",
        "read_as": "what files were that are no plain CSV in UTF-8",
        "also_standing": "supplements of a withdrawn batch that still count",
        "newer": "batches of a newer version that tell some of its days: there it changes nothing",
        "unusual": "object: column → accepted rows with an unusual number in it",
        "unusual_rows[]": "list: the first of them, `file`, `row`, `column`, `value` each",
    },
)

RECEIPTS = Shape(
    "receive --each",
    "A list, one object a file, in the order given.",
    {
        "file": "its path",
        "receipt": "object: the receipt, as `receive` gives it; null if the file was refused whole",
        "refused": "object: the error; null if the file was taken",
    },
)

_SPANS = "list of `first`, `last`"

SUPPLY = Shape(
    "supply",
    "A list, one object a source.",
    {
        "source": "its id",
        "department": "who sends it",
        "status": "`current`, `late`, `never`",
        "due": "last day that should be here by now",
        "full": f"{_SPANS}: days that count",
        "suspect": f"{_SPANS}: covered, but far below usual",
        "outlying": "list: full days far above what is usual, `day`, `total`, `usual` each",
        "odd": "list: odd records not confirmed, `day`, `column`, `total` each",
        "partial": f"{_SPANS}: edges of what was covered",
        "gap": f"{_SPANS}: declared in the contract",
        "missing": f"{_SPANS}: days in between that nothing covers",
        "late": "object `first`, `last`: due days that are not full, or null",
        "batches": "numbers of the batches in force",
        "withdrawn": "numbers of those taken back",
        "last_received": "UTC",
        "accepted": "rows",
        "refused": "rows that were not sent mended",
        "unplaced": "accepted rows without an area",
        "corrections": "list: declared corrections, `batch`, `record`, `state` (`in_force`,"
        " `overruled`, `gone`), `by` (the batch in force instead), `reason`, `who` each",
    },
)

PACK_TEST = Shape(
    "pack test",
    "A list, one object an expectation.",
    {
        "case": "the case's name",
        "where": "`file:line`",
        "area": "code",
        "what": "`score`, `grade`, `state`, or an indicator's id",
        "expected": "as the case says",
        "found": "as computed",
        "holds": "whether they are equal",
    },
)

PACK_CHECK = Shape(
    "pack check",
    "One object; a faulty pack is an error (exit code 3) whose `faults` are all of them.",
    {
        "pack": "its id",
        "version": "its version",
        "digest": "of its content",
        "faults": "an empty list",
    },
)

REBUILD = Shape(
    "engine rebuild",
    "One object.",
    {
        "rows": "rows of the cube",
        "differing": "how many were missing or wrong",
        "counted": "numbers of batches that counted new measures on the way",
        "unreadable": "whether the stored cube could not be read; every row then differs",
    },
)

MATCH_CHECK = Shape(
    "match check",
    "One object. A pair is two records of one event.",
    {
        "union": "its id",
        "records": "standing in the home and of some kind of the union",
        "labelled": "how many of these the labels know",
        "events": "what the union makes of them",
        "true_events": "how many they are by the labels",
        "true": "pairs that are one event",
        "found": "pairs united",
        "right": "both",
        "precision": "right ÷ found, six decimals, or null",
        "recall": "right ÷ true",
        "by_sources": "list: the same for each two `sources`",
    },
)

SHAPES = (
    DEMO,
    SIMULATE_CITY,
    SIMULATE_NATION,
    SHOW,
    EXPLAIN,
    COMPUTE,
    TRACE,
    RECEIPT,
    RECEIPTS,
    SUPPLY,
    BUNDLE_MAKE,
    BUNDLE_OPEN,
    BUNDLE_STATUS,
    PACK_CHECK,
    PACK_TEST,
    REBUILD,
    DAILY,
    MATCH_CHECK,
    INTEGRITY,
    WARN,
    SILENCE,
    *RELEASE,
)
