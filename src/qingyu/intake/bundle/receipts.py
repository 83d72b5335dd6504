"""The receipt of a bundle as a page of text that a person can read, print and carry back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from qingyu.i18n import TN, Message, T, Text, language_in_use
from qingyu.intake.bundle.manifest import Item
from qingyu.intake.bundle.nodes import Node, Outcome


def page(node: Node) -> str:
    """The page in the language in use; the node must have been taken."""
    taken, manifest = node.taken, node.manifest
    assert taken is not None
    lines: list[Text] = [
        T("Receipt for bundle {number} of the stream {stream}", number=manifest.number,
          stream=manifest.stream),
        "",
        T("File: {file}", file=node.file),
        T("Digest: {digest}", digest=node.digest),
        T("Digest of the bundle before it: {digest}", digest=manifest.previous or "-"),
        T("Signed with key {key}", key=manifest.key),
        T("Received {when} (UTC) by {who}", when=taken.when, who=taken.who),
    ]  # fmt: skip
    if taken.missing:
        lines.append(missing_words(taken.missing))
    for number, (item, outcome) in enumerate(zip(manifest.items, taken.items, strict=True), 1):
        lines += ["", *_item(number, item, outcome)]
    if node.undone is not None:
        lines += [
            "",
            T("Set aside by decision; batches {batches} withdrawn {when} (UTC) by {who}.",
              batches=in_words(node.undone.batches), when=node.undone.when, who=node.undone.who),
        ]  # fmt: skip
    return "\n".join(map(str, lines)) + "\n"


def missing_words(missing: tuple[int, ...]) -> Message:
    return T("Warning: bundles before it have not arrived: {numbers}.", numbers=in_words(missing))


def in_words(given: tuple[int, ...]) -> str:
    """`3, 5-7`; a long gap is one stretch."""
    stretches: list[list[int]] = []
    for number in given:
        if stretches and number == stretches[-1][1] + 1:
            stretches[-1][1] = number
        else:
            stretches.append([number, number])
    return ", ".join(f"{a}" if a == b else f"{a}-{b}" for a, b in stretches) or "-"


def _item(number: int, item: Item, outcome: Outcome) -> list[Text]:
    lines: list[Text] = [
        T("Item {number}: source {source}, {rows} rows", number=number, source=item.source,
          rows=item.rows)
    ]  # fmt: skip
    if item.covers is not None:
        first, last = item.covers
        lines.append(T("  Days {first} to {last}", first=first, last=last))
    if item.cut:
        lines.append(T("  Left out by the sender: {names}", names=", ".join(item.cut)))
    if outcome.refused is not None:
        for fault in outcome.refused["faults"]:
            sentence = T(
                "{where}: found {found}; expected {expected}. {remedy}",
                **{name: fault[name] for name in ("where", "found", "expected", "remedy")},
            )
            lines.append(T("  Refused whole: {sentence}", sentence=sentence))
        return lines
    assert outcome.receipt is not None
    lines.append("  " + str(outcome.receipt["sentence"][language_in_use()]))
    lines += reasons(outcome.receipt)
    if outcome.receipt["rejects"]:
        lines.append(T("  Refused rows are in {file}", file=outcome.receipt["rejects"]))
    return lines


def reasons(receipt: Mapping[str, Any]) -> list[Text]:
    """Why rows were refused, or found no place, and which rows were refused. Notes of bundles that
    were opened before this was kept have none."""
    lines: list[Text] = []
    for one in receipt.get("why", ()):
        text, rows = one["why"][language_in_use()], one["rows"]
        if one["what"] == "refused":
            lines.append(TN("    {count} row refused: {why}", "    {count} rows refused: {why}",
                            rows, why=text))  # fmt: skip
        else:
            lines.append(TN("    {count} row without a place: {why}",
                            "    {count} rows without a place: {why}", rows, why=text))  # fmt: skip
    lines += [f"    {note[language_in_use()]}" for note in receipt.get("notes", ())]
    numbers = receipt.get("refused_rows", ())
    if numbers:
        lines.append(T("    Refused rows, as numbered in the sender's file: {numbers}",
                       numbers=", ".join(numbers)))  # fmt: skip
    return lines
