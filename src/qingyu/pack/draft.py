"""A pack as read so far: what its files say, each valid by itself, and what is wrong with them.

The rules (`pack/rules/`) look at a draft across files. A kind of thing with a faulty file is
`broken`: rules that would then complain of missing references leave it in peace, so that one slip
is told once and everything else is still told in the same run.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from pydantic import Field

from qingyu.digest import digest_of_file
from qingyu.errors import Fault
from qingyu.i18n import T
from qingyu.pack.contract import read_contract
from qingyu.pack.model import (
    Area,
    AreaClass,
    Calendar,
    Case,
    Change,
    Dimension,
    Exposure,
    ExposureRow,
    Grades,
    Index,
    Indicator,
    Integrity,
    Level,
    Model,
    Names,
    Outline,
    Publication,
    Source,
    Stars,
    Union,
    WarningCase,
    Warnings,
)
from qingyu.pack.parts import (
    files_in,
    list_of,
    model_of,
    note_list,
    note_spots,
    stem,
    table_of,
    tree_of,
)
from qingyu.pack.spots import Spot, Spots
from qingyu.pack.tables import (
    AREA_COLUMNS,
    CHANGE_COLUMNS,
    EXPOSURE_COLUMNS,
    read_areas,
    read_changes,
    read_exposure,
)
from qingyu.pack.tree import walk


class Head(Model):
    """`pack.yaml`."""

    id: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    name: Names
    version: str
    time_zone: str
    simulated: bool = False
    licence: str | None = None
    levels: tuple[Level, ...] = Field(min_length=1)
    classes: tuple[AreaClass, ...] = ()
    indices: tuple[Index, ...] = Field(min_length=1)


class DimensionList(Model):
    """`dimensions.yaml` is a list; this holds it while it is read."""

    dimensions: tuple[Dimension, ...] = Field(min_length=1)


class UnionList(Model):
    """`matching.yaml` is a list of unions."""

    unions: tuple[Union, ...] = Field(min_length=1)


class WarningCaseList(Model):
    """A file `cases/warnings*.yaml` is a list of cases of warning rules."""

    cases: tuple[WarningCase, ...] = Field(min_length=1)


class CaseList(Model):
    """A file of `cases/` is a list of cases."""

    cases: tuple[Case, ...] = Field(min_length=1)


@dataclass
class Draft:
    folder: Path
    faults: list[Fault] = field(default_factory=list)
    broken: set[str] = field(default_factory=set)
    spots: Spots = field(default_factory=Spots)
    head: Head | None = None
    areas: list[Area] = field(default_factory=list)
    area_lines: list[int] = field(default_factory=list)
    changes: list[Change] = field(default_factory=list)
    change_lines: list[int] = field(default_factory=list)
    outlines: list[Outline] = field(default_factory=list)
    exposures: list[Exposure] = field(default_factory=list)
    exposure_lines: dict[str, list[int]] = field(default_factory=dict)
    calendar: Calendar = field(default_factory=Calendar)
    sources: list[Source] = field(default_factory=list)
    unions: list[Union] = field(default_factory=list)
    dimensions: list[Dimension] = field(default_factory=list)
    indicators: list[Indicator] = field(default_factory=list)
    grades: Grades | None = None
    stars: Stars | None = None
    integrity: Integrity | None = None
    warnings: Warnings | None = None
    publication: Publication | None = None
    cases: list[Case] = field(default_factory=list)
    warning_cases: list[WarningCase] = field(default_factory=list)

    @property
    def levels(self) -> tuple[Level, ...]:
        return self.head.levels if self.head else ()

    @property
    def classes(self) -> tuple[AreaClass, ...]:
        return self.head.classes if self.head else ()

    @property
    def indices(self) -> tuple[Index, ...]:
        return self.head.indices if self.head else ()

    def source(self, name: str) -> Source | None:
        return next((source for source in self.sources if source.id == name), None)

    def union(self, name: str) -> Union | None:
        return next((union for union in self.unions if union.id == name), None)

    def fault(self, key: str | Spot, found: Any, expected: Any, remedy: Any) -> None:
        """A fault at the spot of a key such as `indicators/ems_cardiac/compare/1/weight`."""
        where = key if isinstance(key, Spot) else self.spots.of(key)
        self.faults.append(Fault(str(where), found, expected, remedy))


def read_draft(folder: Path) -> Draft:
    """Everything the pack's files say, with every fault of each file by itself."""
    draft = Draft(folder)
    if not folder.is_dir():
        draft.faults.append(
            Fault(
                str(folder),
                T("no folder"),
                T("the folder of a pack"),
                T("Check the path; `qingyu new` makes a pack to start from."),
            )
        )
        draft.broken.add("pack")
        return draft
    _read_head(draft)
    _read_areas(draft)
    _read_changes(draft)
    _read_exposures(draft)
    _read_calendar(draft)
    _read_sources(draft)
    _read_unions(draft)
    _read_dimensions(draft)
    _read_indicators(draft)
    _read_grades(draft)
    _read_stars(draft)
    _read_integrity(draft)
    _read_warnings(draft)
    _read_publication(draft)
    _read_cases(draft)
    _unknown_files(draft)
    return draft


# -- one kind of file each --------------------------------------------------------------------


def _read_head(draft: Draft) -> None:
    tree = tree_of(draft, "pack.yaml", "pack")
    draft.head = model_of(draft, Head, tree, "pack", {})
    if tree is None:
        return
    note_spots(draft, tree, "pack", ())
    for kind in ("levels", "classes", "indices"):
        note_list(draft, tree, kind, (kind,))


def _read_areas(draft: Draft) -> None:
    table = table_of(draft, "areas.csv", AREA_COLUMNS, "areas")
    known = len(draft.faults)
    rows = read_areas(table) if table else []
    if len(draft.faults) > known:
        draft.broken.add("areas")
    for line, area in rows:
        draft.areas.append(area)
        draft.area_lines.append(line)
        draft.spots.add(f"areas/{area.code}", Spot("areas.csv", line))


def _read_changes(draft: Draft) -> None:
    if not (draft.folder / "changes.csv").exists():
        return
    table = table_of(draft, "changes.csv", CHANGE_COLUMNS, "changes")
    known = len(draft.faults)
    rows = read_changes(table) if table else []
    if len(draft.faults) > known:
        draft.broken.add("changes")
    for number, (line, change) in enumerate(rows):
        draft.changes.append(change)
        draft.change_lines.append(line)
        draft.spots.add(f"changes/{number}", Spot("changes.csv", line))
    _read_outlines(draft, {change.day.isoformat(): change.day for change in draft.changes})


def _read_outlines(draft: Draft, days: dict[str, date]) -> None:
    """Files of `boundaries/` are named by the day of a change; what is in them intake reads."""
    for file in files_in(draft, "boundaries", ".geojson"):
        if stem(file) in days:
            digest = digest_of_file(draft.folder / file)
            draft.outlines.append(Outline(day=days[stem(file)], digest=digest))
            continue
        draft.fault(
            Spot(file, 1),
            T("a name that is no day of changes.csv"),
            T("boundaries/DATE.geojson, the areas as they are from that day on"),
            T("Rename the file, or declare what changed on that day."),
        )


def _read_exposures(draft: Draft) -> None:
    for file in files_in(draft, "exposures", ".csv"):
        table = table_of(draft, file, EXPOSURE_COLUMNS, "exposures")
        name = stem(file)
        known = len(draft.faults)
        rows = read_exposure(table) if table else []
        if len(draft.faults) > known:
            draft.broken.add("exposures")
        draft.spots.add(f"exposures/{name}", Spot(file, 1))
        draft.exposure_lines[name] = [line for line, _ in rows]
        for number, (line, _) in enumerate(rows):
            draft.spots.add(f"exposures/{name}/{number}", Spot(file, line))
        made: tuple[ExposureRow, ...] = tuple(row for _, row in rows)
        draft.exposures.append(Exposure(id=name, rows=made))


def _read_calendar(draft: Draft) -> None:
    if not (draft.folder / "calendar.yaml").exists():
        return
    tree = tree_of(draft, "calendar.yaml", "calendar")
    made = model_of(draft, Calendar, tree, "calendar", {})
    draft.calendar = made or draft.calendar
    if tree is not None:
        note_spots(draft, tree, "calendar", ())


def _read_sources(draft: Draft) -> None:
    for file in files_in(draft, "sources", ".yaml"):
        tree = tree_of(draft, file, "sources")
        if tree is None:
            continue
        name = stem(file)
        draft.spots.add(f"sources/{name}", Spot(file, 1))
        known = len(draft.faults)
        source, locate = read_contract(tree, name, draft.faults)
        if source is None or len(draft.faults) > known:
            draft.broken.add("sources")
            continue
        draft.sources.append(source)
        for path, _ in walk(source.model_dump(by_alias=True)):
            draft.spots.add("/".join(("sources", name, *map(str, path))), locate(path))
        for number, column in enumerate(source.columns):
            draft.spots.add(f"sources/{name}/columns/{column.name}", locate(("columns", number)))


def _read_unions(draft: Draft) -> None:
    if not (draft.folder / "matching.yaml").exists():
        return
    tree = tree_of(draft, "matching.yaml", "matching")
    made = list_of(draft, UnionList, "unions", tree, "matching")
    if tree is not None:
        note_spots(draft, tree, "matching", ())
        note_list(draft, tree, "matching", ())
    draft.unions = list(made.unions) if made else []


def _read_dimensions(draft: Draft) -> None:
    tree = tree_of(draft, "dimensions.yaml", "dimensions")
    made = list_of(draft, DimensionList, "dimensions", tree, "dimensions")
    if tree is not None:
        note_spots(draft, tree, "dimensions", ())
        note_list(draft, tree, "dimensions", ())
    draft.dimensions = list(made.dimensions) if made else []


def _read_indicators(draft: Draft) -> None:
    for file in files_in(draft, "indicators", ".yaml"):
        tree = tree_of(draft, file, "indicators")
        name = stem(file)
        made = model_of(draft, Indicator, tree, "indicators", {"id": name})
        if made is not None:
            draft.indicators.append(made)
        if tree is not None:
            note_spots(draft, tree, f"indicators/{name}", ())


def _read_grades(draft: Draft) -> None:
    tree = tree_of(draft, "grades.yaml", "grades")
    draft.grades = model_of(draft, Grades, tree, "grades", {})
    if tree is not None:
        note_spots(draft, tree, "grades", ())


def _read_stars(draft: Draft) -> None:
    if not (draft.folder / "stars.yaml").exists():
        return
    tree = tree_of(draft, "stars.yaml", "stars")
    draft.stars = model_of(draft, Stars, tree, "stars", {})
    if tree is not None:
        note_spots(draft, tree, "stars", ())
        note_list(draft, tree, "stars/items", ("items",))


def _read_integrity(draft: Draft) -> None:
    if not (draft.folder / "integrity.yaml").exists():
        return
    tree = tree_of(draft, "integrity.yaml", "integrity")
    draft.integrity = model_of(draft, Integrity, tree, "integrity", {})
    if tree is not None:
        note_spots(draft, tree, "integrity", ())


def _read_warnings(draft: Draft) -> None:
    if not (draft.folder / "warnings.yaml").exists():
        return
    tree = tree_of(draft, "warnings.yaml", "warnings")
    draft.warnings = model_of(draft, Warnings, tree, "warnings", {})
    if tree is not None:
        note_spots(draft, tree, "warnings", ())
        note_list(draft, tree, "warnings/rules", ("rules",))


def _read_publication(draft: Draft) -> None:
    if not (draft.folder / "publication.yaml").exists():
        return
    tree = tree_of(draft, "publication.yaml", "publication")
    draft.publication = model_of(draft, Publication, tree, "publication", {})
    if tree is not None:
        note_spots(draft, tree, "publication", ())


def _read_cases(draft: Draft) -> None:
    for file in files_in(draft, "cases", ".yaml"):
        tree = tree_of(draft, file, "cases")
        if stem(file).startswith("warnings"):
            rules = list_of(draft, WarningCaseList, "cases", tree, "cases")
            for number, rule_case in enumerate(rules.cases if rules else ()):
                if tree is not None:
                    key = f"warning_cases/{len(draft.warning_cases)}"
                    note_spots(draft, tree, key, (number,))
                draft.warning_cases.append(rule_case)
            continue
        made = list_of(draft, CaseList, "cases", tree, "cases")
        for number, case in enumerate(made.cases if made else ()):
            if tree is not None:
                note_spots(draft, tree, f"cases/{len(draft.cases)}", (number,))
            draft.cases.append(case)


def _unknown_files(draft: Draft) -> None:
    """A file that nothing reads is a slip: `indicators/x.yml` would otherwise count for nothing."""
    for folder, suffix in (
        ("indicators", ".yaml"), ("sources", ".yaml"), ("cases", ".yaml"), ("exposures", ".csv"),
        ("boundaries", ".geojson"),
    ):  # fmt: skip
        place = draft.folder / folder
        for path in sorted(place.iterdir()) if place.is_dir() else ():
            if path.suffix != suffix and not path.name.startswith("."):
                draft.faults.append(
                    Fault(
                        f"{folder}/{path.name}",
                        T("a file that nothing reads"),
                        T("files that end in {suffix}", suffix=suffix),
                        T("Rename it or take it away."),
                    )
                )
