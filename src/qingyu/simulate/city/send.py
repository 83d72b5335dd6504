"""Deliveries become files, and some of them are spoilt on the way."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from qingyu.pack.model import Pack, Source
from qingyu.simulate.city.events import DAY
from qingyu.simulate.city.faults import KINDS, Dice, FaultKind, Injected, Level, wanted
from qingyu.simulate.city.forms import Sheet, as_bytes, write_table
from qingyu.simulate.city.plan import HOUR, Delivery, version_of, written
from qingyu.simulate.city.records.book import Book
from qingyu.simulate.city.records.books import MAKERS
from qingyu.simulate.city.shapes import day_of
from qingyu.simulate.city.spoil import spoil
from qingyu.simulate.city.world import World

LATE_DAYS = 4
_TRIAL_ROWS = 12
_QUIET_WEEKS = 4  # a day far from usual is known by the same weekday of weeks before


class Sender:
    """Writes the files of one source after another. `sent`: all deliveries; `injected`: all faults
    put in."""

    def __init__(self, pack: Pack, world: World, folder: Path, level: Level) -> None:
        self.pack, self.world, self.folder, self.level = pack, world, folder, level
        self.sent: list[Delivery] = []
        self.injected: list[Injected] = []
        self.files = self.rows = self.bytes = 0

    def send(self, source: Source, plan: list[Delivery]) -> None:
        """All deliveries of a source, `plan` in the order of arrival."""
        (self.folder / "files" / source.id).mkdir(parents=True)
        for delivery in plan:
            if delivery.kind == "history":
                self._history(delivery)
        plan = [delivery for delivery in plan if delivery.kind != "history"]
        if not plan:
            return
        book = MAKERS[source.id].book(self.world, min(d.first for d in plan), plan[-1].last)
        faults = self._chosen(source, plan)
        for number, delivery in enumerate(plan):
            sheet = Sheet.of(book.told(delivery.first, delivery.last, delivery.extracted))
            if not sheet.rows:
                continue
            kind = faults.pop(number, None)
            if kind is None:
                self._keep(delivery, as_bytes(sheet, source), len(sheet.rows))
            elif not self._faulty(kind, delivery, sheet, source, book):
                self._later(faults, kind, number, len(plan))

    def write_lists(self) -> None:
        """`deliveries.json` and `faults.json`."""
        self.sent.sort(key=lambda delivery: (delivery.arrives, delivery.file, delivery.kind))
        sent = [delivery.public(number) for number, delivery in enumerate(self.sent, 1)]
        self._list("deliveries.json", {"simulated": True, "deliveries": sent})
        ordered = sorted(self.injected, key=lambda one: (one.kind.id, one.day, one.file))
        found = [one.public(n, str(day_of(one.day))) for n, one in enumerate(ordered, 1)]
        self._list("faults.json", {"simulated": True, "level": self.level, "faults": found})

    def _list(self, name: str, content: object) -> None:
        text = json.dumps(content, ensure_ascii=False, indent=1)
        (self.folder / name).write_text(text + "\n", encoding="utf-8")

    def _history(self, delivery: Delivery) -> None:
        book = MAKERS[delivery.source].book(self.world, delivery.first, delivery.last)
        table = book.told(delivery.first, delivery.last, delivery.extracted)
        if not len(table):
            return
        path = self.folder / delivery.file
        write_table(path, table)
        self._count(delivery, path.stat().st_size, len(table))

    def _keep(self, delivery: Delivery, data: bytes, rows: int) -> None:
        (self.folder / delivery.file).write_bytes(data)
        self._count(delivery, len(data), rows)

    def _count(self, delivery: Delivery, size: int, rows: int) -> None:
        self.sent.append(delivery)
        self.files += 1
        self.rows += rows
        self.bytes += size

    # -- faults ---------------------------------------------------------------------------------

    def _chosen(self, source: Source, plan: list[Delivery]) -> dict[int, FaultKind]:
        """Which of the source's deliveries get which fault: each at most one. A kind's files are
        dealt to its sources in turn."""
        found: dict[int, FaultKind] = {}
        for kind in KINDS:
            if source.id not in kind.sources:
                continue
            turn = kind.sources.index(source.id)
            many = len(kind.sources)
            dealt = range(wanted(kind, self.level))
            dice = Dice(self.world.seed, f"{kind.id} {source.id}")
            for _ in [n for n in dealt if (n + _shift(kind)) % many == turn]:
                free = [n for n in _fitting(kind, plan) if n not in found]
                if free:
                    found[free[dice.below(len(free))]] = kind
        return found

    def _later(self, faults: dict[int, FaultKind], kind: FaultKind, number: int, of: int) -> None:
        """A fault that found nothing to spoil waits for a later delivery."""
        free = [later for later in range(number + 1, of - 1) if later not in faults]
        if free:
            faults[free[0]] = kind

    def _faulty(
        self, kind: FaultKind, delivery: Delivery, sheet: Sheet, source: Source, book: Book
    ) -> bool:
        """Write the delivery with its fault. False, and written without, if it cannot have it."""
        good, rows = as_bytes(sheet, source), len(sheet.rows)
        if kind.where in ("again", "missing", "changes_nothing", "withdrawn"):
            return self._on_the_way(kind, delivery, sheet, source, book)
        dice = Dice(self.world.seed, f"{kind.id} {delivery.file}")
        spoilt = spoil(kind, sheet, source, self.pack, dice)
        if spoilt is None:
            self._keep(delivery, good, rows)
            return False
        if kind.where == "outlying":
            delivery = replace(delivery, crowded=delivery.last)
        self._keep(delivery, spoilt.data, rows + spoilt.more)
        code = kind.code.format(column=spoilt.column)
        self._note(kind, delivery, code, spoilt.count, spoilt.rows)
        if kind.mended:
            again = delivery.named("_b", kind="resend", arrives=delivery.arrives + 3 * HOUR)
            self._keep(again, good, rows)
        return True

    def _on_the_way(
        self, kind: FaultKind, delivery: Delivery, sheet: Sheet, source: Source, book: Book
    ) -> bool:
        """Faults of sending: the file itself is as it should be."""
        data, rows = as_bytes(sheet, source), len(sheet.rows)
        later = delivery.arrives + DAY // 2
        if kind.id == "late_file":
            arrives = delivery.arrives + LATE_DAYS * DAY
            delivery = replace(delivery, arrives=arrives, late=delivery.last)
            self._keep(delivery, data, rows)
            self._note(kind, delivery, "", 1)
            return True
        self._keep(delivery, data, rows)
        if kind.id == "file_twice":
            extra = replace(delivery, kind="extra", arrives=later)
            self.sent.append(extra)
        elif kind.id == "renamed_copy":
            extra = delivery.named("（副本）", kind="extra", arrives=later)
            self._keep(extra, data, rows)
        elif kind.id == "older_after_newer":
            extra = self._older(delivery, source, book)
        else:
            extra = self._trial(delivery, sheet, source)
        self._note(kind, extra, "", 1)
        return True

    def _older(self, delivery: Delivery, source: Source, book: Book) -> Delivery:
        """A file made an hour after this one that comes when the next day's is there already."""
        made = delivery.extracted + HOUR
        first = max(delivery.first, delivery.last - 1)
        extra = delivery.named(
            "_older", kind="extra", first=first, extracted=made,
            arrives=delivery.arrives + DAY + HOUR,
            version=version_of(source, made, delivery.last),
        )  # fmt: skip
        sheet = Sheet.of(book.told(first, extra.last, made))
        self._keep(extra, as_bytes(sheet, source), len(sheet.rows))
        return extra

    def _trial(self, delivery: Delivery, sheet: Sheet, source: Source) -> Delivery:
        """Rows under numbers of their own, sent by mistake and withdrawn on the next day."""
        rows = [list(row) for row in sheet.rows[:_TRIAL_ROWS]]
        for number, row in enumerate(rows):
            row[0] = f"TEST{written(delivery.arrives)[:10]}{number:03d}"
        extra = delivery.named("_trial", kind="extra", arrives=delivery.arrives + HOUR)
        self._keep(extra, as_bytes(Sheet(sheet.header, rows), source), len(rows))
        self.sent.append(
            replace(extra, kind="withdraw", arrives=extra.arrives + DAY, withdraws=extra.file)
        )
        return extra

    def _note(
        self, kind: FaultKind, delivery: Delivery, code: str, count: int,
        rows: tuple[int, ...] = (),
    ) -> None:  # fmt: skip
        self.injected.append(
            Injected(kind, delivery.source, delivery.file, delivery.last, code, count, rows)
        )


def _shift(kind: FaultKind) -> int:
    """So that not every kind begins with its first source."""
    return sum(kind.id.encode())


def _fitting(kind: FaultKind, plan: list[Delivery]) -> Iterator[int]:
    """Deliveries that may have it: not the last one, which nothing follows; a silent day only where
    four weeks lie before it, and a crowded one."""
    for number in range(len(plan) - 1 if len(plan) > 2 else len(plan)):
        if kind.id not in ("silent_day", "crowded_day") or number >= _QUIET_WEEKS * 7:
            yield number
