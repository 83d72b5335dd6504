"""Editions: `draft`, `approve`, `publish`, `withdraw`, `list`.

A draft is a pure function of the records as known, the pack, the period and the edition that it
takes the place of; no clock has a part in it. Only what publication adds (chain, approvals,
signature) knows when people did what.
"""

from __future__ import annotations

import importlib.metadata
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from qingyu import disk
from qingyu.engine.store import Home
from qingyu.errors import ReleaseError
from qingyu.flows.edition_cube import state_of
from qingyu.flows.edition_method import method_of
from qingyu.flows.edition_tables import tables_of
from qingyu.flows.edition_traces import traces_of
from qingyu.flows.opening import Known, as_known, sources_of_index
from qingyu.flows.publish import Published, compute_from, last_period, panel_of
from qingyu.flows.tables import results_digest
from qingyu.i18n import T
from qingyu.minisign import Secret
from qingyu.pack.model import Pack, Publication, PublicIndex
from qingyu.periods import Period, parse
from qingyu.release.colours import changed, table_of_changes
from qingyu.release.drafts import Draft, Drafts, approve, approved_by
from qingyu.release.keyring import Keyring
from qingyu.release.moment import moment_of
from qingyu.release.package import descriptor, members_of
from qingyu.release.people import Approver, People
from qingyu.release.shelf import Edition, Shelf
from qingyu.release.table import Table

FORMAT = 1
_PACK_FILES = (".yaml", ".csv", ".md", ".geojson")


@dataclass(frozen=True)
class Office:
    """A home's part in publishing: private folders, and the shelf that is served."""

    home: Home
    pack: Pack

    @property
    def folder(self) -> Path:
        return self.home.folder / "release"

    @property
    def keyring(self) -> Keyring:
        return Keyring(self.folder / "keys")

    @property
    def people(self) -> People:
        return People(self.folder / "people.json")

    @property
    def drafts(self) -> Drafts:
        return Drafts(self.folder / "drafts")

    @property
    def shelf(self) -> Shelf:
        note = self.folder / "shelf"
        return Shelf(
            Path(note.read_text().strip()) if note.exists() else self.home.folder / "shelf"
        )

    @property
    def public(self) -> Publication:
        if self.pack.publication is None:
            raise ReleaseError(
                "publication.yaml",
                T("no such file in the pack"),
                T("what is public, when, by whom approved, and what is protected"),
                T("Write one; docs/explanation/editions.md says how."),
            )
        return self.pack.publication

    def now(self) -> str:
        return self.home.clock().astimezone(UTC).isoformat(timespec="seconds")

    @contextmanager
    def alone(self) -> Iterator[None]:
        disk.make_folder(self.folder)
        with disk.locked(self.folder / "lock", T("another process working on editions")):
            yield


def draft(
    office: Office, period: str | None = None, known: str | None = None, because: str | None = None
) -> tuple[Draft, bool]:
    """Draft the edition of a period (default: the last whole one), and whether it was there."""
    public = office.public
    refuse_protected(office.pack)
    seen = as_known(office.home, office.pack, known)
    panel = panel_of(office.home, office.pack, seen)
    kind = public.indices[0].periods[0]
    wanted = parse(period) if period else last_period(office.pack, panel, kind)
    how = _public_index(office, wanted)
    one = compute_from(office.pack, panel, [wanted], seen)
    standing = office.shelf.standing((how.index, wanted.label))
    tables = tables_of(one, _levels(office.pack, how))
    manifest = _manifest(office, one, wanted, how, seen, standing, because)
    extra: list[Table] = []
    if standing is not None:
        rows = changed(standing.folder, tables[0])
        _must_differ(standing, rows, one, because)
        manifest["colours_changed"] = sum(row["colour_changed"] for row in rows)
        extra = [table_of_changes(wanted.label, rows)]
    members = _members(one, [*tables, *extra], manifest)
    with office.alone():
        return office.drafts.put(members)


def withdraw(office: Office, period: str, because: str) -> tuple[Draft, bool]:
    """Draft an edition that takes back the one that stands; it is approved like any other."""
    wanted = parse(period)
    how = _public_index(office, wanted)
    standing = office.shelf.standing((how.index, wanted.label))
    if standing is None or standing.manifest["kind"] == "withdrawal":
        raise ReleaseError(
            wanted.label,
            T("no edition of this period that stands"),
            T("a published edition"),
            T("`qingyu release list` shows what was published."),
        )
    manifest = {
        **standing.manifest,
        "kind": "withdrawal",
        "reason": because,
        "replaces": {"edition": standing.number, "digest": standing.digest},
        "colours_changed": 0,
    }
    with office.alone():
        return office.drafts.put({"manifest.json": _json(manifest)})


def approve_draft(office: Office, named: str, key: Path) -> tuple[Draft, Approver]:
    secret = Secret.read(key)
    with office.alone():
        found = office.drafts.find(named)
        roles = office.public.approved_by
        return found, approve(found, secret, office.people, roles, office.now())


def publish(office: Office, named: str) -> tuple[Edition, bool]:
    """Put an approved draft on the shelf, not a second before its moment."""
    with office.alone():
        found = office.drafts.find(named)
        refuse_protected(office.pack)
        roles = office.public.approved_by
        approvers = approved_by(found, office.people, roles)
        lacking = [role for role in roles if role not in approvers]
        if lacking:
            raise ReleaseError(
                found.id,
                T("no approval by {roles}", roles=", ".join(lacking)),
                T("an approval by each of {roles}", roles=", ".join(roles)),
                T("`qingyu release approve {draft} --key FILE`, each with their own key.",
                  draft=found.id),
            )  # fmt: skip
        now = office.now()
        moment = found.manifest["moment"]
        if datetime.fromisoformat(now) < datetime.fromisoformat(moment):
            raise ReleaseError(
                found.id,
                T("an edition under embargo until {moment}", moment=moment),
                T("its moment, which the calendar of publication.yaml sets"),
                T("Publish it then; until then nothing of it is on the shelf."),
            )
        edition, again = office.shelf.publish(found, office.keyring, approvers, now)
        office.drafts.drop(found.folder)
        return edition, again


def refuse_protected(pack: Pack) -> None:
    """Nothing withholds counts yet, so a source that must be protected stops the whole index."""
    assert pack.publication is not None
    for number, one in enumerate(pack.publication.protection):
        if one.level != "open":
            where = pack.lines.get(f"publication/protection/{number}/level", "publication.yaml")
            raise ReleaseError(
                where,
                T("the source {source} with the level {level}", source=one.source, level=one.level),
                T("`open`: withholding counts is not built, and an edition prints them all"),
                T("Do not publish this index with this version of Qingyu."),
            )


# -- parts ------------------------------------------------------------------------------------


def _public_index(office: Office, period: Period) -> PublicIndex:
    index = next((i for i in office.pack.indices if period.kind in i.periods), None)
    found = None if index is None else office.public.of(index.id, period.kind)
    if found is None:
        raise ReleaseError(
            period.label,
            T("a {kind}, which is not public", kind=period.kind),
            T("a kind of period that publication.yaml makes public"),
            T("Ask for such a period, or add the kind to publication.yaml."),
        )
    return found


def _levels(pack: Pack, how: PublicIndex) -> list[str]:
    return list(how.areas) or [level.id for level in pack.levels if level.graded]


def _manifest(
    office: Office, one: Published, period: Period, how: PublicIndex, seen: Known,
    standing: Edition | None, because: str | None,
) -> dict[str, Any]:  # fmt: skip
    pack = office.pack
    batches = office.home.batches()[: one.panel.known]
    sources = sources_of_index(pack, period.kind)
    came = [batch.received for batch in batches if batch.source in sources]
    last = [max(came, key=datetime.fromisoformat)] if came else []
    before = [standing.manifest["moment"]] if standing else []
    return {
        "format": FORMAT,
        "kind": "correction" if standing else "results",
        "city": pack.id,
        "name": pack.name.model_dump(),
        "simulated": pack.simulated,
        "index": how.index,
        "period": period.label,
        "period_kind": period.kind,
        "last_day": period.last.isoformat(),
        "moment": moment_of(how, period.last, pack.time_zone, *last, *before).isoformat(),
        "pack": {"version": pack.version, "digest": pack.digest},
        "known": {
            "batch": seen.batch,
            "day": None if seen.day is None else seen.day.isoformat(),
            "ledger": batches[-1].digest if batches else None,
        },
        "cube": state_of(one.panel, period.last),
        "stations": results_digest(one.results),
        "replaces": standing and {"edition": standing.number, "digest": standing.digest},
        "reason": because,
        "colours_changed": 0,
        "signature": "minisign Ed25519",
        "licence": pack.licence,
        "program": f"qingyu {importlib.metadata.version('qingyu')}",
    }


def _must_differ(
    standing: Edition, rows: list[dict[str, Any]], one: Published, because: str | None
) -> None:
    old = standing.manifest
    same = old["kind"] != "withdrawal" and not rows
    if same and old["stations"] == results_digest(one.results):
        raise ReleaseError(
            standing.manifest["period"],
            T("the very results of edition {number}", number=standing.number),
            T("results that differ from what stands"),
            T("Nothing has to be corrected."),
        )
    if not because:
        raise ReleaseError(
            standing.manifest["period"],
            T("edition {number} of this period", number=standing.number),
            T("the reason of a correction"),
            T("Draft again with --because TEXT; it is printed in the new edition."),
        )


def _members(one: Published, tables: list[Table], manifest: dict[str, Any]) -> dict[str, bytes]:
    about = {
        "name": f"{manifest['city']}-{manifest['index']}-{manifest['period']}".lower(),
        "title": manifest["name"]["en"] + (" (SIMULATED DATA)" if manifest["simulated"] else ""),
        "created": manifest["moment"],
    }
    files = members_of(tables)
    areas = tables[0].column("area").values.to_pylist()
    return {
        **files,
        "datapackage.json": descriptor(tables, files, about),
        "manifest.json": _json(manifest),
        "method.json": method_of(one),
        "traces.jsonl": traces_of(one, areas),
        **{f"pack/{name}": data for name, data in pack_files(Path(one.pack.folder)).items()},
    }


def pack_files(folder: Path) -> dict[str, bytes]:
    """The pack as it is read: its kinds of files, nothing hidden, no links."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.suffix in _PACK_FILES and path.is_file() and not path.is_symlink()
        and not any(part.startswith(".") for part in path.relative_to(folder).parts)
    }  # fmt: skip


def _json(value: object) -> bytes:
    return (json.dumps(value, ensure_ascii=False, indent=1) + "\n").encode()
