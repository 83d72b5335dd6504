"""Files of a department become a bundle: read, cut, check, number, sign.

box = Outbox.open(folder)
sent = make(box, pack, [Send("police_110", (Path("calls.csv"),))], who="the clerk")
"""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from qingyu.digest import digest_of_file
from qingyu.engine.connect import connect
from qingyu.errors import UsageError
from qingyu.flows.bundle_cut import cut
from qingyu.i18n import T
from qingyu.intake.boundaries import Boundaries
from qingyu.intake.bundle.manifest import Item, Member, Parent
from qingyu.intake.bundle.outbox import Outbox, Sent
from qingyu.intake.contract import Contract, compile_contract
from qingyu.intake.options import Options, from_micros, source_of, terms_of
from qingyu.intake.place import Placer
from qingyu.intake.read import open_sheet
from qingyu.intake.stage import stage_sheet
from qingyu.pack.model import Pack, Source


@dataclass(frozen=True)
class Send:
    """What `qingyu receive` would be told, said on the sender's side. `supplement`: bundle and item
    whose refused rows are sent mended."""

    source: str
    files: tuple[Path, ...]
    covers: tuple[date, date] | None = None
    version: str | None = None
    supplement: tuple[int, int] | None = None


def make(box: Outbox, pack: Pack, sends: Sequence[Send], *, who: str, anew: bool = False) -> Sent:
    """Make one bundle of these sends; the same contents again give the bundle there is."""
    with box.writing() as work:
        items, members = [], {}
        for number, send in enumerate(sends, 1):
            item, files = _item(box, pack, send, number, work)
            items.append(item)
            members.update(files)
        return box.number(items, members, who, anew)


def _item(
    box: Outbox, pack: Pack, send: Send, number: int, work: Path
) -> tuple[Item, dict[str, Path]]:
    source = source_of(pack, send.source)
    terms = _terms(box, pack, source, send)
    contract = compile_contract(pack, source, terms.extracted)
    files: dict[str, Path] = {}
    rows = 0
    left: list[str] = []
    for at, file in enumerate(send.files, 1):
        name = f"item-{number}-file-{at}.csv"
        done = cut(open_sheet(file, source), contract, work / name)
        _must_be_readable(pack, contract, file, done.path)
        files[name] = done.path
        rows += done.rows
        left += done.left
    item = Item(
        source=source.id,
        version=_version(source, terms, send),
        covers=_days(terms),
        delivery=source.delivery,
        supplement_of=_parent(send),
        rows=rows,
        cut=tuple(dict.fromkeys(name[:200] for name in left)),
        files=tuple(_member(name, path) for name, path in files.items()),
    )
    return item, files


def _terms(box: Outbox, pack: Pack, source: Source, send: Send) -> Options:
    """Version and days, held against the contract before anything is read."""
    if send.supplement is None:
        return terms_of(pack, source, send.files, send.covers, send.version)
    if send.covers is not None or send.version is not None:
        raise UsageError(
            f"--supplement {send.supplement[0]}",
            T("--covers or --version beside it"),
            T("neither: a supplement has those of its batch"),
            T("Leave them away."),
        )
    number, item = send.supplement
    sent = {one.manifest.number: one.manifest for one in box.sent()}
    items = sent[number].items if number in sent else ()
    if not 1 <= item <= len(items) or items[item - 1].source != source.id:
        raise UsageError(
            f"--supplement {number}/{item}",
            T("no such item of the source {source}", source=source.id),
            T("a bundle of this box, and the item's number if it has several"),
            T("See the receipt that came back, or `qingyu bundle status`."),
        )
    return Options(source, None, None, None, None)


def _must_be_readable(pack: Pack, contract: Contract, file: Path, done: Path) -> None:
    """What would be refused whole on the other side is refused here, by the sender's file name."""
    nowhere: Boundaries | None = None
    placer = Placer(pack, contract.source, nowhere)
    with (
        tempfile.TemporaryDirectory(prefix="qingyu-") as folder,
        connect(Path(folder)) as connection,
    ):
        named = Path(folder) / f"{file.stem}.csv"
        named.symlink_to(done)
        placer.register(connection)
        stage_sheet(
            connection, contract, placer, open_sheet(named, contract.source), 0, Path(folder)
        )


def _version(source: Source, terms: Options, send: Send) -> str | None:
    """The version in a form that means the same in any time zone."""
    if send.version is None or terms.version is None:
        return None
    if source.version.by == "sequence":
        return str(terms.version)
    return from_micros(terms.version).isoformat()


def _days(terms: Options) -> tuple[str, str] | None:
    return None if terms.covers is None else (str(terms.covers[0]), str(terms.covers[1]))


def _parent(send: Send) -> Parent | None:
    if send.supplement is None:
        return None
    return Parent(bundle=send.supplement[0], item=send.supplement[1])


def _member(name: str, path: Path) -> Member:
    return Member(name=name, size=path.stat().st_size, sha256=digest_of_file(path))
