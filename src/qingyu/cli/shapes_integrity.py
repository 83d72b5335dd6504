"""The names of JSON fields of `integrity`."""

from __future__ import annotations

from qingyu.cli.shape import Shape

INTEGRITY = Shape(
    "integrity",
    "One object, for the auditor: nothing of it is stored or published. Chances are rounded to four"
    "\ndigits.",
    {
        "pack": "its id",
        "simulated": "whether the figures are made up",
        "declared": "whether the pack says what to look at; else only what is automatic was done",
        "period": "its label",
        "known": "number of the batch after which this was known",
        "false_findings": "share of findings that may be false on average",
        "looks": "how many looks were judged and corrected for",
        "findings[]": "list, the strongest first",
        "findings[].kind": "`reclassified`, `withdrawn`, `held_back`, `postponed`, `heaped`,"
        " `hugging`, `low`, `repeated`, `flooded` or `aimed`",
        "findings[].check": "id of the check in integrity.yaml",
        "findings[].name": "object `zh`, `en`",
        "findings[].source": "whose records; of `aimed` the index",
        "findings[].area": "code, or null: the whole city",
        "findings[].seen": "records",
        "findings[].of": "of how many; of `low` the other source's",
        "findings[].expected": "how many of them if nothing is wrong",
        "findings[].p": "chance of that much in the suspected direction if nothing is wrong",
        "findings[].corrected": "the same, corrected for the number of looks",
        "findings[].batches": "list: numbers of the batches that did it, where the ledger tells",
        "caveats[]": "list: where the effort of recording moved",
        "caveats[].check": "id of the check",
        "caveats[].name": "object `zh`, `en`",
        "caveats[].indicator": "id of the indicator behind which it is",
        "caveats[].area": "code",
        "caveats[].effort": "in the period, as an integer of the contract's decimals",
        "caveats[].ratio": "to its mean over the periods before",
        "checks[]": "list: every check that was done",
        "checks[].kind": "as of `findings[]`",
        "checks[].check": "its id",
        "checks[].name": "object `zh`, `en`",
        "checks[].source": "whose records",
        "checks[].states": "object: `judged`, `too_few`, `no_past`, `unrelated`, `unseen` → areas;"
        " only what is judged says anything",
        "rates[]": "list: false alarms and hits on simulated cities",
        "rates[].kind": "as of `findings[]`",
        "rates[].world": "`clean`, `changed` (towns truly change), or the act of manipulation",
        "rates[].strength": "share of the records that the act touches",
        "rates[].size": "of the manipulated town: `small`, `middle`, `large`",
        "rates[].found": "honest worlds: cities with any finding of the kind; acts: towns found",
        "rates[].tries": "of how many",
        "rates[].source": "digest of the checks with which the rates were made",
    },
)
