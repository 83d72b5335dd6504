"""How a receipt and the state of the sources look in a terminal."""

from __future__ import annotations

from collections.abc import Mapping
from zoneinfo import ZoneInfo

from qingyu.cli.screen import Column, count, listed, near, print_table, say
from qingyu.engine.coverage import mostly_refused
from qingyu.flows.receive_each import Taken
from qingyu.i18n import TN, T, Text
from qingyu.index.doubts import ends_of, range_words
from qingyu.intake.options import from_micros
from qingyu.intake.reasons import place_words, words
from qingyu.intake.receipt import Receipt, newer_words
from qingyu.pack.model import Pack


def print_receipt(pack: Pack, receipt: Receipt, home: str) -> None:
    """The sentence, the reasons, where the refused rows are and what to do with them.

    `home`: words that name the home in a command, as `qingyu.cli.options.naming` gives them."""
    say(receipt.sentence())
    if receipt.covers_first is not None:
        say(
            T(
                "It tells {first} to {last}, version {version}, sent by {who}.",
                first=receipt.covers_first,
                last=receipt.covers_last,
                version=version_words(pack, receipt),
                who=receipt.who,
            )
        )
    print_reasons(receipt)
    print_unusual(pack, receipt)
    for words_of_file in receipt.read_as:
        say(T("Read as: {what}", what=words_of_file))
    if receipt.ignored_columns:
        names = listed(receipt.ignored_columns)
        say(T("Columns that the contract does not know, not stored: {names}.", names=names))
    if receipt.newer:
        say(newer_words(receipt.newer))
    for other in receipt.also_standing:
        say(T("Supplement {number} to it still counts.", number=other))
    if receipt.kind == "receive" and mostly_refused(
        pack.source(receipt.source), receipt.rows, receipt.refused
    ):
        say(T("Too many rows were refused for its days to be known: by this file they count for "
              "nothing until the mended rows, or all of it, have come."))  # fmt: skip
    if receipt.rejects is not None and receipt.refused:
        say(T("Refused rows, each with its reasons: {file}", file=near(receipt.rejects)))
        say(
            T(
                "Mend them and send only these: "
                "qingyu receive {source} FILE --supplement {number}{home}",
                source=receipt.source,
                number=receipt.number,
                home=home,
            )
        )


def print_taken(pack: Pack, taken: Taken, home: str) -> None:
    """One of many files: its name, then its receipt, or why it was refused whole."""
    say("")
    say(taken.file.name, "bold")
    if taken.receipt is not None:
        print_receipt(pack, taken.receipt, home)
    if taken.refused is not None:
        say(T("Not taken: {reason}", reason=str(taken.refused)))


def version_words(pack: Pack, receipt: Receipt) -> str:
    """A version that is a moment as the city's clock shows it; any other as its number."""
    kind = pack.source(receipt.source).version.by
    if kind not in ("newest", "extract") or receipt.version <= 0:
        return str(receipt.version)
    moment = from_micros(receipt.version)
    return moment.astimezone(ZoneInfo(pack.time_zone)).replace(tzinfo=None).isoformat(" ")


def print_reasons(receipt: Receipt) -> None:
    """Why rows were refused, and why some have no place; the most frequent first."""
    refused = {code: words(code) for code in receipt.reasons}
    _reasons(T("Why refused"), receipt.reasons, refused)
    unplaced = {kind: place_words(kind) for kind in receipt.unplaced_reasons}
    _reasons(T("Why without a place"), receipt.unplaced_reasons, unplaced)


def print_unusual(pack: Pack, receipt: Receipt) -> None:
    """Rows that were taken with a number far from what is usual: which, and what is to be done."""
    if not receipt.unusual:
        return
    source = pack.source(receipt.source)
    for name, number in receipt.unusual.items():
        column = next((c for c in source.columns if c.name == name and c.usually), None)
        words = "…" if column is None else range_words(*ends_of(column))
        say(TN("One row was taken with an unusual “{column}” ({range}).",
               "{count} rows were taken with an unusual “{column}” ({range}).", number,
               column=name, range=words))  # fmt: skip
    for row in receipt.unusual_rows:
        say(T("  {file}, row {row}: {column} {value}", **row.to_json()))
    if receipt.unusual_rows and sum(receipt.unusual.values()) > len(receipt.unusual_rows):
        say("  …")
    say(T("What rests on them is provisional. Send wrong ones again, or confirm their days in "
          "sources/{source}.yaml.", source=receipt.source))  # fmt: skip


def _reasons(title: Text, counts: Mapping[str, int], texts: Mapping[str, Text]) -> None:
    if not counts:
        return
    ordered = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    print_table(
        [Column(str(T("Rows")), right=True), Column(str(title))],
        [[count(number), str(texts[code])] for code, number in ordered],
    )
