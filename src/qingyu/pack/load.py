"""A pack's folder becomes a `Pack`, or one error that names every fault in it."""

from __future__ import annotations

from pathlib import Path

from qingyu.digest import digest_of, digest_of_tree
from qingyu.errors import PackError
from qingyu.pack.check import checked
from qingyu.pack.draft import Draft
from qingyu.pack.feeds import Corrections
from qingyu.pack.model import Pack
from qingyu.pack.seal import seal


def load_pack(folder: Path) -> Pack:
    """The pack in `folder`, read and checked.

    Raises `PackError` with all faults at once, each with file, line, key and remedy. A pack that
    breaks a rule is never computed with, so nothing behind this needs to ask again.
    """
    draft = checked(folder)
    if draft.faults:
        raise PackError.of(draft.faults)
    return _pack(draft)


def _pack(draft: Draft) -> Pack:
    head, grades = draft.head, draft.grades
    assert head is not None  # without it there are faults
    assert grades is not None
    pack = Pack(
        **dict(head),
        areas=tuple(draft.areas),
        changes=tuple(sorted(draft.changes, key=lambda one: (one.day, one.source, one.heir))),
        outlines=tuple(sorted(draft.outlines, key=lambda one: one.day)),
        exposures=tuple(draft.exposures),
        calendar=draft.calendar,
        sources=tuple(draft.sources),
        unions=tuple(draft.unions),
        dimensions=tuple(draft.dimensions),
        indicators=tuple(draft.indicators),
        grades=grades,
        stars=draft.stars,
        integrity=draft.integrity,
        warnings=draft.warnings,
        publication=draft.publication,
        cases=tuple(draft.cases),
        warning_cases=tuple(draft.warning_cases),
        digest="",
        folder=str(draft.folder),
        lines=draft.spots.lines(),
    )
    pack = seal(pack)
    return pack.model_copy(update={"digest": digest_of_pack(pack)})


_NO_SCORES = {"integrity", "publication", "warnings", "warning_cases"}


def digest_of_pack(pack: Pack) -> str:
    """The fingerprint of what a pack says, whatever its comments, layout, folder and lines.

    Exposures, which may be hundreds of thousands of rows, go in as one digest a file. What the
    auditor looks at and when a warning is raised stay out: no score changes with them.
    """
    tree = pack.model_dump(exclude={"digest", "exposures", *_NO_SCORES})
    for source in tree["sources"]:
        if source["corrections"] == Corrections().model_dump():
            del source["corrections"]
        for column in source["columns"]:
            if column["unit"] is None:
                del column["unit"]
    if not pack.changes:  # a pack without them is fingerprinted as before there were any
        del tree["changes"]
    if not pack.outlines:
        del tree["outlines"]
    if pack.stars is None:
        del tree["stars"]
    tree["exposures"] = {
        exposure.id: digest_of(
            part
            for row in exposure.rows
            for part in (row.area, row.valid_from, row.known_from, row.value)
        )
        for exposure in pack.exposures
    }
    return digest_of_tree(tree)
