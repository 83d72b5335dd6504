"""What became of a file: the one thing a sender gets back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from qingyu.engine.batches import Batch, Draft
from qingyu.i18n import TN, T, Text

UNPLACED_PREFIX = "unplaced_"  # of reasons that count bucketed rows, which are not refused
UNUSUAL_PREFIX = "unusual:"  # of those that count accepted rows with an unusual number, by column


@dataclass(frozen=True)
class UnusualRow:
    """A row that was taken with an unusual number: where it stands in the sender's file, and the
    number."""

    file: str
    row: int
    column: str
    value: str

    def to_json(self) -> dict[str, object]:
        return vars(self)


@dataclass(frozen=True, kw_only=True)
class Receipt:
    """Every row of the file is in exactly one of `new`, `repeated`, `unchanged`, `corrected`,
    `refused`; `unplaced` of the accepted ones stand in the bucket; `withdrawn` are records of
    earlier batches that this one took back. A dry run has no number and no reject file."""

    number: int | None
    kind: str
    source: str
    who: str
    received: str | None  # UTC, ISO 8601
    version: int
    covers_first: date | None
    covers_last: date | None
    delivery: str
    refers_to: int | None
    rows: int
    new: int
    repeated: int
    unchanged: int
    corrected: int
    withdrawn: int
    refused: int
    unplaced: int
    reasons: dict[str, int] = field(hash=False)  # refused rows by reason; a row may have several
    unplaced_reasons: dict[str, int] = field(hash=False)
    file_name: str
    file_digest: str
    content_digest: str
    rejects: Path | None
    dry_run: bool = False
    again: bool = False  # the same content was received before; this is the first receipt
    ignored_columns: tuple[str, ...] = ()  # columns the contract does not know: never stored
    read_as: tuple[Text, ...] = ()  # of files that are no plain CSV in UTF-8: what they were
    also_standing: tuple[int, ...] = ()  # supplements of a withdrawn batch that still count
    newer: tuple[int, ...] = ()  # batches of a newer version that tell some of its days
    unusual: dict[str, int] = field(default_factory=dict, hash=False)  # accepted rows by column
    unusual_rows: tuple[UnusualRow, ...] = ()  # the first of them

    @property
    def accepted(self) -> int:
        return self.rows - self.refused

    def sentence(self) -> Text:
        """The receipt in one line."""
        if self.kind == "withdraw":
            text = T(
                "Batch {number} withdraws batch {other}: {withdrawn} records taken back, "
                "{new} of earlier batches in force again.",
                number=self._number(),
                other=self.refers_to,
                withdrawn=self.withdrawn,
                new=self.new,
            )
            return T("It was taken back before. {first}", first=text) if self.again else text
        if self.kind == "correct":
            text = T(
                "{number}: {count} records corrected as declared: {reason}",
                number=self._number(),
                count=self.corrected,
                reason=self.file_name,
            )
            return T("It was declared before. {first}", first=text) if self.again else text
        text = T(
            "{number}: {rows} rows: {new} new, {repeated} repeated, {unchanged} unchanged, "
            "{corrected} corrected, {refused} refused; {withdrawn} records withdrawn, "
            "{unplaced} rows without a place.",
            number=self._number(),
            rows=self.rows,
            new=self.new,
            repeated=self.repeated,
            unchanged=self.unchanged,
            corrected=self.corrected,
            refused=self.refused,
            withdrawn=self.withdrawn,
            unplaced=self.unplaced,
        )
        if self.again:
            return T("The same content was received before. {first}", first=text)
        return text

    def public(self) -> dict[str, object]:
        """The receipt as JSON for other programs."""
        plain: dict[str, object] = {}
        for name, value in vars(self).items():
            plain[name] = value.isoformat() if isinstance(value, date) else value
        plain["rejects"] = str(self.rejects) if self.rejects else None
        plain["ignored_columns"] = list(self.ignored_columns)
        plain["read_as"] = [str(words) for words in self.read_as]
        plain["also_standing"] = list(self.also_standing)
        plain["newer"] = list(self.newer)
        plain["unusual_rows"] = [row.to_json() for row in self.unusual_rows]
        return plain

    def _number(self) -> Text:
        if self.number is None:
            return T("Dry run")
        return (
            T("Batch {number}", number=self.number) if self.kind != "withdraw" else str(self.number)
        )


def receipt_of(
    batch: Batch | Draft,
    rejects: Path | None,
    *,
    again: bool = False,
    ignored_columns: tuple[str, ...] = (),
    read_as: tuple[Text, ...] = (),
    also_standing: tuple[int, ...] = (),
    newer: tuple[int, ...] = (),
    unusual_rows: tuple[UnusualRow, ...] = (),
) -> Receipt:
    """The receipt of a committed batch, whenever it is asked for; of a draft, that of a dry run."""
    refused, unplaced = split_reasons(batch.reasons)
    committed = batch if isinstance(batch, Batch) else None
    return Receipt(
        number=committed.number if committed else None,
        kind=batch.kind,
        source=batch.source,
        who=batch.who,
        received=committed.received if committed else None,
        version=batch.version,
        covers_first=batch.covers_first,
        covers_last=batch.covers_last,
        delivery=batch.delivery,
        refers_to=batch.refers_to,
        rows=batch.rows,
        new=batch.new,
        repeated=batch.repeated,
        unchanged=batch.unchanged,
        corrected=batch.corrected,
        withdrawn=batch.withdrawn,
        refused=batch.refused,
        unplaced=batch.unplaced,
        reasons=refused,
        unplaced_reasons=unplaced,
        file_name=batch.file_name,
        file_digest=batch.file_digest,
        content_digest=batch.content_digest,
        rejects=rejects,
        dry_run=committed is None,
        again=again,
        ignored_columns=ignored_columns,
        read_as=read_as,
        also_standing=also_standing,
        newer=newer,
        unusual=unusual_in(batch.reasons),
        unusual_rows=unusual_rows,
    )


def split_reasons(reasons: Mapping[str, int]) -> tuple[dict[str, int], dict[str, int]]:
    """A batch's reasons as those of refused rows and those of rows in the bucket."""
    bucket = {
        name.removeprefix(UNPLACED_PREFIX): count
        for name, count in reasons.items()
        if name.startswith(UNPLACED_PREFIX)
    }
    others = (UNPLACED_PREFIX, UNUSUAL_PREFIX)
    refused = {name: count for name, count in reasons.items() if not name.startswith(others)}
    return refused, bucket


def unusual_in(reasons: Mapping[str, int]) -> dict[str, int]:
    """Column → accepted rows with an unusual number in it, among a batch's reasons."""
    return {
        name.removeprefix(UNUSUAL_PREFIX): count
        for name, count in reasons.items()
        if name.startswith(UNUSUAL_PREFIX)
    }


def newer_words(newer: Sequence[int]) -> Text:
    """Why a file that came late changes nothing, where newer ones have spoken."""
    return TN(
        "A newer file, batch {numbers}, tells days of this one, too: what this one says otherwise "
        "there changes nothing.",
        "{count} newer files, the last of them batch {numbers}, tell days of this one, too: what "
        "this one says otherwise there changes nothing.",
        len(newer),
        numbers=max(newer),
    )
