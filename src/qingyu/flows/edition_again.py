"""An edition made once more from the records as known then, with its own copy of the pack."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from qingyu.engine.store import Home
from qingyu.errors import ReleaseError
from qingyu.flows.edition_cube import state_of
from qingyu.flows.edition_protect import about_of, guard, protected_of, sealed
from qingyu.flows.edition_tables import tables_of
from qingyu.flows.opening import Known
from qingyu.flows.publish import Published, compute_from, panel_of
from qingyu.flows.tables import results_digest
from qingyu.i18n import T
from qingyu.pack.load import load_pack
from qingyu.periods import parse
from qingyu.release.edition import Edition, read_edition
from qingyu.release.protect.commit import Row
from qingyu.release.protect.secret import Secret, secret_in
from qingyu.release.table import Table


@dataclass(frozen=True)
class Again:
    """tables: as the public has them; rows: what is committed to; prints: cube, stations and
    ledger as a manifest has them. secret, about: what salts are made from, where there are any."""

    edition: Edition
    tables: list[Table]
    rows: list[Row]
    prints: dict[str, Any]
    secret: Secret | None
    about: tuple[str, str, str]


def again(home: Home, folder: Path) -> Again:
    edition = read_edition(folder)
    manifest = edition.manifest
    if manifest["kind"] == "withdrawal":
        raise ReleaseError(
            str(folder),
            T("a withdrawal, which has no numbers"),
            T("an edition with results"),
            T("Name the edition that it took back."),
        )
    pack = load_pack(folder / "pack")
    known = manifest["known"]
    seen = Known(known["batch"], None if known["day"] is None else date.fromisoformat(known["day"]))
    period = parse(manifest["period"])
    one = compute_from(pack, panel_of(home, pack, seen), [period], seen)
    how = pack.publication.of(manifest["index"], period.kind) if pack.publication else None
    levels = list(how.areas) if how and how.areas else [lv.id for lv in pack.levels if lv.graded]
    tables, prints = tables_of(one, levels), _fingerprints(home, one, period.last, seen)
    about = about_of(manifest["index"], period.label, manifest["replaces"])
    protected = protected_of(pack, manifest["index"])
    if not protected:
        return Again(edition, tables, [], prints, None, about)
    secret = secret_in(home.folder / "release" / "secret")
    guarded = guard(one, tables, protected, secret, about)
    prints = sealed(prints, secret, about)
    return Again(edition, guarded.tables, guarded.rows, prints, secret, about)


def _fingerprints(home: Home, one: Published, last: date, seen: Known) -> dict[str, Any]:
    """As the manifest has them."""
    batches = home.batches()[: seen.batch]
    return {
        "stations": results_digest(one.results),
        "cube": state_of(one.panel, last),
        "known": {"ledger": batches[-1].digest if batches else None},
    }
