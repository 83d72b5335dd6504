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
from qingyu.flows.edition_protect import about_of, guard, protected_of, sealed
from qingyu.flows.edition_tables import tables_of
from qingyu.flows.edition_traces import traces_of
from qingyu.flows.edition_traces_guarded import guarded_traces
from qingyu.flows.opening import Known, as_known, sources_of_index
from qingyu.flows.publish import Published, compute_from, last_period, panel_of
from qingyu.flows.tables import results_digest
from qingyu.i18n import T
from qingyu.minisign import Secret
from qingyu.pack.model import Pack, Publication, PublicIndex
from qingyu.periods import Period, parse
from qingyu.release.cap.notices import warnings_of
from qingyu.release.cap.rule import rule_of
from qingyu.release.cap.standing import series
from qingyu.release.colours import changed, published, table_of_changes
from qingyu.release.documents.made import documents_of
from qingyu.release.drafts import Draft, Drafts, approve, approved_by
from qingyu.release.folder import Members
from qingyu.release.keyring import Keyring
from qingyu.release.moment import moment_of
from qingyu.release.package import descriptor, members_of
from qingyu.release.people import Approver, People
from qingyu.release.protect.commit import NAME as COMMITMENTS
from qingyu.release.protect.secret import Secret as OfficeSecret
from qingyu.release.protect.secret import secret_in
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
    def secret(self) -> OfficeSecret:
        """What seals and commitments are made with; drawn the first time."""
        return secret_in(self.folder / "secret", draw=True)

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
    seen = as_known(office.home, office.pack, known)
    panel = panel_of(office.home, office.pack, seen)
    kind = public.indices[0].periods[0]
    wanted = parse(period) if period else last_period(office.pack, panel, kind)
    how = _public_index(office, wanted)
    protected = protected_of(office.pack, how.index)
    one = compute_from(office.pack, panel, [wanted], seen)
    standing = office.shelf.standing((how.index, wanted.label))
    tables = tables_of(one, _levels(office.pack, how))
    manifest = _manifest(office, one, wanted, how, seen, standing, because)
    guarded = None
    if protected:
        about = about_of(how.index, wanted.label, manifest["replaces"])
        guarded = guard(one, tables, protected, office.secret, about)
        tables, manifest = guarded.tables, sealed(manifest, office.secret, about)
    extra: list[Table] = []
    if standing is not None:
        rows = changed(standing.folder, tables[0])
        _must_differ(standing, rows, tables, manifest, because)
        manifest["colours_changed"] = sum(row["colour_changed"] for row in rows)
        extra = [table_of_changes(wanted.label, rows)]
    traces = (
        traces_of(one, tables[0].column("area").values.to_pylist())
        if guarded is None
        else guarded_traces(one, tables[0], guarded.shown, protected)
    )
    members = _members(one, [*tables, *extra], manifest, traces, office.shelf)
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
        **_told(office, how, wanted, datetime.fromisoformat(standing.manifest["moment"])),
    }
    bare = {"manifest.json": _json(manifest)}
    with office.alone():
        return office.drafts.put({**bare, **_warnings(bare, manifest, office.shelf)})


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
        _as_protected(found, office.public)
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
    moment = moment_of(how, period.last, pack.time_zone, *last, *before)
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
        "moment": moment.isoformat(),
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
        "protection": _protection(office.public),
        "signature": "minisign Ed25519",
        "licence": pack.licence,
        "program": f"qingyu {importlib.metadata.version('qingyu')}",
        **_told(office, how, period, moment),
    }


def _told(office: Office, how: PublicIndex, period: Period, moment: datetime) -> dict[str, Any]:
    """Where the shelf is served, and whether this edition warns."""
    editions = office.shelf.editions()
    rule = rule_of(office.public, how, period, office.pack.time_zone, moment, editions)
    return {"address": office.public.address, "alerts": rule}


def _warnings(members: Members, manifest: dict[str, Any], shelf: Shelf) -> dict[str, bytes]:
    before = series(shelf.editions(), manifest["index"], manifest["period_kind"])
    return warnings_of(members, before)


def _as_protected(found: Draft, public: Publication) -> None:
    """What was drafted under weaker rules than those of now is not published."""
    manifest = found.manifest
    if manifest["kind"] != "withdrawal" and manifest["protection"] != _protection(public):
        raise ReleaseError(
            found.id,
            T("a draft made under other rules of protection"),
            T("the levels that publication.yaml has now"),
            T("Draft again, and have it approved again."),
        )


def _protection(public: Publication) -> dict[str, Any]:
    """What of the pack's rules decides what an edition withholds."""
    return {
        "sources": {one.source: {"level": one.level, "least": one.least}
                    for one in public.protection if one.level != "open"},
        "told": [one.rule for one in public.told],
    }  # fmt: skip


def _must_differ(
    standing: Edition, rows: list[dict[str, Any]], tables: list[Table], manifest: dict[str, Any],
    because: str | None,
) -> None:  # fmt: skip
    old = standing.manifest
    same = old["kind"] != "withdrawal" and not rows
    # Fingerprints that are sealed differ each time; then what the public would see decides, so
    # that no edition says of withheld numbers that they changed.
    sealed_ = "sealed" in manifest
    if same and (_same_tables(standing, tables) if sealed_
                 else old["stations"] == manifest["stations"]):  # fmt: skip
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


def _same_tables(standing: Edition, tables: list[Table]) -> bool:
    """Whether an edition prints the same, what it commits to apart."""
    for table in tables:
        if table.name != COMMITMENTS:
            old, new = published(standing.folder, table.name), table.to_arrow()
            if old is None or old.column_names != new.column_names:
                return False
            if not old.cast(new.schema).equals(new):
                return False
    return True


def _members(
    one: Published, tables: list[Table], manifest: dict[str, Any], traces: bytes, shelf: Shelf
) -> dict[str, bytes]:
    about = {
        "name": f"{manifest['city']}-{manifest['index']}-{manifest['period']}".lower(),
        "title": manifest["name"]["en"] + (" (SIMULATED DATA)" if manifest["simulated"] else ""),
        "created": manifest["moment"],
        **({"licenses": [{"name": manifest["licence"]}]} if manifest["licence"] else {}),
    }
    files = members_of(tables)
    members = {
        **files,
        "datapackage.json": descriptor(tables, files, about),
        "manifest.json": _json(manifest),
        "method.json": method_of(one),
        "traces.jsonl": traces,
        **{f"pack/{name}": data for name, data in pack_files(Path(one.pack.folder)).items()},
    }
    return {**members, **documents_of(members), **_warnings(members, manifest, shelf)}


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
