"""The home of a city's data: where its tables live, and who may write to them.

home/
    format      the number of this layout; written last when a home is made
    pack        the folder of the city's pack
    lock        one writer at a time
    batches/    Delta: one row per batch; only a row here commits
    records/    Delta, one table per source: signed rows
    cube/       Delta: signed changes of every measure, per batch, area and day
    rejects/  snapshots/   by batch number
    index/  cache/         derived; may be deleted at any time
    staging/  pending.json what is on its way in
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from qingyu.engine import disk, recover
from qingyu.engine.batches import COLUMNS, Batch, Draft, from_stored, verify_chain
from qingyu.engine.connect import connected, file_list
from qingyu.engine.damage import naming_damage
from qingyu.engine.delta import DataFile, Table
from qingyu.engine.layout import CUBE_COLUMNS, FOLDERS, FORMAT, LOCK, check_format, check_free
from qingyu.engine.lock import locked
from qingyu.engine.upkeep import upkeep, upkeep_if_overdue
from qingyu.engine.writer import Writer
from qingyu.errors import LockedError, NotFoundError, UsageError
from qingyu.i18n import T

__all__ = ["Batch", "Draft", "Home", "Writer"]


def utc_now() -> datetime:
    """The only wall clock of the engine: it goes into receipts and nowhere else."""
    return datetime.now(UTC)


class Home:
    """An open home. Reading needs no lock; `writing` takes the one there is."""

    def __init__(self, folder: Path, pack_folder: Path) -> None:
        self.folder = folder
        self.pack_folder = pack_folder
        self.clock: Callable[[], datetime] = utc_now
        self.batches_table = Table(folder / "batches", "batches")
        self.cube_table = Table(
            folder / "cube",
            "cube",
            T("Run `qingyu engine rebuild`: it counts the cube again from the records."),
        )
        self._records: dict[str, Table] = {}
        self._seen: tuple[tuple[DataFile, ...], tuple[Batch, ...]] = ((), ())

    @classmethod
    def create(cls, folder: Path, pack_folder: Path) -> Home:
        """A new empty home in a folder that is empty or not there yet (an unfinished one is
        finished); `HomeError` otherwise."""
        folder = folder.absolute()
        check_free(folder)
        if not folder.is_dir():
            disk.act("mkdir", folder, lambda: folder.mkdir(mode=0o700, parents=True))
        disk.act("chmod", folder, lambda: folder.chmod(0o700))
        with locked(folder / LOCK, wait=0):
            check_free(folder)
            home = cls(folder, pack_folder.absolute())
            for name in FOLDERS:
                disk.make_folder(folder / name)
            home.batches_table.create(COLUMNS)
            home.cube_table.create(CUBE_COLUMNS)
            disk.replace(folder / "pack", f"{home.pack_folder}\n".encode())
            disk.replace(folder / "format", f"{FORMAT}\n".encode())
        return home

    @classmethod
    def open(cls, folder: Path) -> Home:
        """The home in `folder`; `HomeError` if there is none, `FormatError` if this Qingyu
        cannot use it."""
        folder = folder.absolute()
        check_format(folder)
        return cls(folder, Path((folder / "pack").read_text("utf-8").rstrip("\n")))

    # -- reading ------------------------------------------------------------------------------

    def batches(self) -> tuple[Batch, ...]:
        """All committed batches in order, their chain verified (`DamageError`). Of those that
        were read and verified before, only what came after them is read."""
        files = self.batches_table.listed()
        seen, rows = self._seen
        if files is not seen:
            more = set(files) - set(seen)
            rows = rows if len(files) - len(more) == len(seen) else ()
            newer = self._read_batches(files if not rows else [f for f in files if f in more])
            verify_chain(newer, str(self.batches_table.folder), after=rows)
            self._seen = (files, (*rows, *newer))
        return self._seen[1]

    @property
    def last(self) -> int:
        """The number of the last committed batch; 0 before the first."""
        return len(self.batches())

    def known(self, text: str | None, time_zone: str) -> int:
        """The batch after which `text` asks what was known: its number, or the last batch
        received by the end of that local day (0: none yet). None asks for the last of all."""
        if text is None:
            return self.last
        asked = text.strip()
        if asked.isascii() and asked.isdigit():
            return self.batch(int(asked)).number if int(asked) else 0
        try:
            day = date.fromisoformat(asked)
        except ValueError:
            raise UsageError(
                asked,
                T("neither a batch number nor a day"),
                T("a batch number such as 12, or a day such as 2016-10-15"),
                T("Write one of these forms."),
            ) from None
        end = datetime.combine(day + timedelta(days=1), datetime.min.time(), ZoneInfo(time_zone))
        numbers = [b.number for b in self.batches() if datetime.fromisoformat(b.received) < end]
        return max(numbers, default=0)

    def batch(self, number: int) -> Batch:
        """The batch with this number, or a `NotFoundError`."""
        rows = self.batches()
        if not 1 <= number <= len(rows):
            raise NotFoundError(
                str(number),
                T("no batch with this number"),
                T("a number from 1 to {last}", last=len(rows)),
                T("See `qingyu supply` for the batches of each source."),
            )
        return rows[number - 1]

    def records_table(self, source: str) -> Table:
        if source not in self._records:
            self._records[source] = Table(self.folder / "records" / source, f"records/{source}")
        return self._records[source]

    def record_files(self, source: str, known: int | None = None) -> list[str]:
        """Registered Parquet files of a source that hold batches up to `known`, oldest first."""
        table = self.records_table(source)
        limit = self.last if known is None else min(known, self.last)
        if not table.exists():
            return []
        return [str(file.path) for file in table.files(lambda file: file.number <= limit)]

    def rejects_of(self, number: int) -> Path | None:
        """The kept file of a batch's refused rows."""
        return _kept(self.folder / "rejects", number)

    def snapshot_of(self, number: int) -> Path | None:
        """The kept (cut) version of what a batch sent."""
        return _kept(self.folder / "snapshots", number)

    def _read_batches(self, wanted: Sequence[DataFile]) -> tuple[Batch, ...]:
        names = {file.path for file in wanted}
        files = [str(f.path) for f in self.batches_table.files(lambda file: file.path in names)]
        if not files:
            return ()
        columns = ", ".join(f'"{name}"' for name in COLUMNS)
        with naming_damage([Path(file) for file in files]), connected() as connection:
            rows = connection.execute(
                f"SELECT {columns} FROM read_parquet({file_list(files)}) ORDER BY number"
            ).fetchall()
        return tuple(from_stored(dict(zip(COLUMNS, row, strict=True))) for row in rows)

    # -- writing ------------------------------------------------------------------------------

    @contextmanager
    def writing(self, wait: float = 30.0) -> Iterator[Writer]:
        """The one right to write, for the length of the block. What a killed run left is first
        finished or swept. `LockedError` names who holds the lock after `wait` seconds."""
        with locked(self.folder / LOCK, wait):
            check_format(self.folder)
            recover.recover(self)
            writer = Writer(self)
            try:
                yield writer
            except BaseException:
                writer.abandon()
                raise
            upkeep_if_overdue(self)
            writer.close()

    def upkeep(self, wait: float = 0.0) -> bool:
        """Merge, compact and checkpoint what has become due, outside any batch; False if
        another process is writing (it can wait)."""
        try:
            with self.writing(wait):
                upkeep(self)
        except LockedError:
            return False
        return True


def _kept(folder: Path, number: int) -> Path | None:
    for usual in (folder / str(number), folder / f"{number}.csv"):
        if usual.exists():
            return usual
    return next((path for path in folder.glob(f"{number}*") if _number(path) == number), None)


def _number(path: Path) -> int:
    return recover.number_of(path)
