"""An edition of an index with protected inputs: what the public gets, and what is committed to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from qingyu.errors import ReleaseError
from qingyu.flows.edition_reach import reached
from qingyu.flows.publish import Published
from qingyu.i18n import T
from qingyu.index.ingredients import Int
from qingyu.pack.model import Pack
from qingyu.pack.protected import Protected
from qingyu.release.protect.commit import Row, rows_withheld, table_of_commitments
from qingyu.release.protect.cuts import bands, colours, shown_cuts
from qingyu.release.protect.secret import Secret
from qingyu.release.protect.withhold import Shown, withhold
from qingyu.release.table import Table

SEALED = ("cube", "stations", "ledger")
_MILLI = 1000


@dataclass(frozen=True)
class Guarded:
    """tables: as published, the commitments among them; rows: what each of these opens to."""

    tables: list[Table]
    rows: list[Row]
    shown: Mapping[str, Shown]


def protected_of(pack: Pack, index: str) -> Protected:
    """What is protected of an index; `ReleaseError` if that cannot be done safely."""
    found = Protected(pack, next(one for one in pack.indices if one.id == index))
    if found and (found.index.method, found.index.within) != ("arithmetic", "arithmetic"):
        raise ReleaseError(
            pack.lines.get(f"indices/{index}", "pack.yaml"),
            T("an index with protected inputs that is no weighted mean"),
            T("`method` and `within` arithmetic: only of these it is known what a colour tells"),
            T("Change the method, or do not make this index public."),
        )
    for name in found.indicators if found else ():
        if found.divided(name):
            raise ReleaseError(
                pack.lines.get(f"indicators/{name}/per/measure", f"indicators/{name}.yaml"),
                T("a share of a protected count"),
                T("an indicator divided by an exposure, or by what is not protected"),
                T("It is not known what a colour tells of both its parts: leave it out of this "
                  "index, or do not make the index public."),
            )  # fmt: skip
    return found


def guard(
    one: Published, tables: Sequence[Table], protected: Protected, secret: Secret,
    about: Sequence[str],
) -> Guarded:  # fmt: skip
    """`tables` (of `edition_tables`) as the public gets them. about: index, period and the digest
    of the edition that is replaced, so that no salt is used twice."""
    shown = shown_of(one, protected)
    public = withhold(tables, protected, shown)
    rows = list(rows_withheld(tables, public, protected))
    period = one.results.labels.periods[0].label
    return Guarded([*public, table_of_commitments(period, rows, secret, about)], rows, shown)


def shown_of(one: Published, protected: Protected) -> dict[str, Shown]:
    """By area: the colours that its edition shows."""
    labels, results = one.results.labels, one.results
    found = reached(one, protected)
    scale = int(one.ingredients.method.scale[-1])
    grades = one.pack.grades.scales[scale].grades if scale >= 0 else ()
    cuts: Int = np.array([-(-grade.cut // _MILLI) for grade in grades[:-1]], np.int64)
    grade = results.grade[:, 0]
    worst, best = colours(grade, shown_cuts(cuts, found.reach))
    least, greatest = bands(cuts, worst, best)
    names = [one_grade.id for one_grade in grades]
    return {
        code: Shown(names[worst[n]], names[best[n]], int(least[n]), int(greatest[n]), True)
        if found.sure[n] and grade[n] >= 0
        else Shown(None, None, None, None, bool(found.sure[n]))
        for n, code in enumerate(labels.areas)
    }


def sealed(manifest: dict[str, Any], secret: Secret, about: Sequence[str]) -> dict[str, Any]:
    """The manifest with fingerprints that nobody can try counts against: without the secret they
    say nothing, with it `recheck` compares them."""
    known = manifest["known"]
    return {
        **manifest,
        "known": {**known, "ledger": secret.seal(known["ledger"], "ledger", *about)},
        "cube": {"digest": secret.seal(manifest["cube"]["digest"], "cube", *about)},
        "stations": secret.seal(manifest["stations"], "stations", *about),
        "sealed": list(SEALED),
    }


def about_of(index: str, period: str, replaces: Mapping[str, Any] | None) -> tuple[str, str, str]:
    """What all salts of an edition are made from, beside the secret and the row."""
    return index, period, str(replaces["digest"]) if replaces else ""
