"""A pack as read so far: what its files say, each valid by itself, and what is wrong with them.

The rules (`pack/rules/`) look at a draft across files. A kind of thing with a faulty file is
`broken`: rules that would then complain of missing references leave it in peace, so that one slip
is told once and everything else is still told in the same run.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, Field

from qingyu.errors import Fault
from qingyu.i18n import T
from qingyu.pack.contract import read_contract
from qingyu.pack.faults import validated
from qingyu.pack.files import read_text
from qingyu.pack.model import (
    Area,
    AreaClass,
    Calendar,
    Case,
    Dimension,
    Exposure,
    ExposureRow,
    Grades,
    Index,
    Indicator,
    Level,
    Model,
    Names,
    Source,
)
from qingyu.pack.spots import Path as TreePath
from qingyu.pack.spots import Spot, Spots
from qingyu.pack.tables import (
    AREA_COLUMNS,
    EXPOSURE_COLUMNS,
    Table,
    read_areas,
    read_exposure,
)
from qingyu.pack.tree import Tree, parse, walk

M = TypeVar("M", bound=BaseModel)


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
    exposures: list[Exposure] = field(default_factory=list)
    exposure_lines: dict[str, list[int]] = field(default_factory=dict)
    calendar: Calendar = field(default_factory=Calendar)
    sources: list[Source] = field(default_factory=list)
    dimensions: list[Dimension] = field(default_factory=list)
    indicators: list[Indicator] = field(default_factory=list)
    grades: Grades | None = None
    cases: list[Case] = field(default_factory=list)

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
    _read_exposures(draft)
    _read_calendar(draft)
    _read_sources(draft)
    _read_dimensions(draft)
    _read_indicators(draft)
    _read_grades(draft)
    _read_cases(draft)
    _unknown_files(draft)
    return draft


# -- one kind of file each --------------------------------------------------------------------


def _read_head(draft: Draft) -> None:
    tree = _tree(draft, "pack.yaml", "pack")
    draft.head = _model(draft, Head, tree, "pack", {})
    if tree is None:
        return
    _spots(draft, tree, "pack", ())
    for kind in ("levels", "classes", "indices"):
        _spots_of_list(draft, tree, kind, (kind,))


def _read_areas(draft: Draft) -> None:
    table = _table(draft, "areas.csv", AREA_COLUMNS, "areas")
    known = len(draft.faults)
    rows = read_areas(table) if table else []
    if len(draft.faults) > known:
        draft.broken.add("areas")
    for line, area in rows:
        draft.areas.append(area)
        draft.area_lines.append(line)
        draft.spots.add(f"areas/{area.code}", Spot("areas.csv", line))


def _read_exposures(draft: Draft) -> None:
    for file in _files(draft, "exposures", ".csv"):
        table = _table(draft, file, EXPOSURE_COLUMNS, "exposures")
        name = _stem(file)
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
    tree = _tree(draft, "calendar.yaml", "calendar")
    made = _model(draft, Calendar, tree, "calendar", {})
    draft.calendar = made or draft.calendar
    if tree is not None:
        _spots(draft, tree, "calendar", ())


def _read_sources(draft: Draft) -> None:
    for file in _files(draft, "sources", ".yaml"):
        tree = _tree(draft, file, "sources")
        if tree is None:
            continue
        name = _stem(file)
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


def _read_dimensions(draft: Draft) -> None:
    tree = _tree(draft, "dimensions.yaml", "dimensions")
    made = _list_model(draft, DimensionList, "dimensions", tree, "dimensions")
    if tree is not None:
        _spots(draft, tree, "dimensions", ())
        _spots_of_list(draft, tree, "dimensions", ())
    draft.dimensions = list(made.dimensions) if made else []


def _read_indicators(draft: Draft) -> None:
    for file in _files(draft, "indicators", ".yaml"):
        tree = _tree(draft, file, "indicators")
        name = _stem(file)
        made = _model(draft, Indicator, tree, "indicators", {"id": name})
        if made is not None:
            draft.indicators.append(made)
        if tree is not None:
            _spots(draft, tree, f"indicators/{name}", ())


def _read_grades(draft: Draft) -> None:
    tree = _tree(draft, "grades.yaml", "grades")
    draft.grades = _model(draft, Grades, tree, "grades", {})
    if tree is not None:
        _spots(draft, tree, "grades", ())


def _read_cases(draft: Draft) -> None:
    for file in _files(draft, "cases", ".yaml"):
        tree = _tree(draft, file, "cases")
        made = _list_model(draft, CaseList, "cases", tree, "cases")
        for number, case in enumerate(made.cases if made else ()):
            if tree is not None:
                _spots(draft, tree, f"cases/{len(draft.cases)}", (number,))
            draft.cases.append(case)


def _unknown_files(draft: Draft) -> None:
    """A file that nothing reads is a slip: `indicators/x.yml` would otherwise count for nothing."""
    for folder, suffix in (
        ("indicators", ".yaml"), ("sources", ".yaml"), ("cases", ".yaml"), ("exposures", ".csv"),
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


# -- helpers ----------------------------------------------------------------------------------


def _files(draft: Draft, folder: str, suffix: str) -> list[str]:
    place = draft.folder / folder
    names = [path.name for path in place.iterdir()] if place.is_dir() else []
    return [
        f"{folder}/{name}"
        for name in sorted(names)
        if name.endswith(suffix) and not name.startswith(".")
    ]


def _stem(file: str) -> str:
    return file.rsplit("/", 1)[-1].rsplit(".", 1)[0]


def _tree(draft: Draft, file: str, kind: str) -> Tree | None:
    text = read_text(draft.folder / file, file)
    if isinstance(text, Fault):
        draft.faults.append(text)
        draft.broken.add(kind)
        return None
    tree = parse(text, file)
    draft.faults.extend(tree.faults)
    if tree.faults:
        draft.broken.add(kind)
    return tree if not tree.faults else None


def _table(draft: Draft, file: str, columns: tuple[str, ...], kind: str) -> Table | None:
    text = read_text(draft.folder / file, file)
    if isinstance(text, Fault):
        draft.faults.append(text)
        draft.broken.add(kind)
        return None
    known = len(draft.faults)
    table = Table(text, file, columns, draft.faults)
    if len(draft.faults) > known:
        draft.broken.add(kind)
    return table


def _model(
    draft: Draft, model: type[M], tree: Tree | None, kind: str, extra: dict[str, Any]
) -> M | None:
    if tree is None:
        return None
    made = validated(model, tree.value, tree.spot, draft.faults, extra)
    if made is None:
        draft.broken.add(kind)
    return made


def _list_model(draft: Draft, model: type[M], name: str, tree: Tree | None, kind: str) -> M | None:
    """A file that is a list, read through a model with that list as its one field."""
    if tree is None:
        return None
    if not isinstance(tree.value, tuple):
        draft.fault(
            tree.spot(()),
            T("no list"),
            T("a list, each entry beginning with a hyphen"),
            T("Begin each entry with `- `."),
        )
        draft.broken.add(kind)
        return None

    def locate(path: TreePath) -> Spot:
        return tree.spot(path[1:])

    made = validated(model, {name: tree.value}, locate, draft.faults, {})
    if made is None:
        draft.broken.add(kind)
    return made


def _spots(draft: Draft, tree: Tree, key: str, inside: TreePath) -> None:
    """Keys for everything in (a part of) a file, by position."""
    depth = len(inside)
    for path in tree.lines:
        if path[:depth] == inside:
            draft.spots.add("/".join((key, *map(str, path[depth:]))), tree.spot(path))


def _spots_of_list(draft: Draft, tree: Tree, kind: str, inside: TreePath) -> None:
    """Keys for a list whose entries have an `id`: `dimensions/ems/weight/0`."""
    entries: Any = tree.value
    for step in inside:
        entries = entries.get(step) if isinstance(entries, dict) else None
    for number, entry in enumerate(entries if isinstance(entries, tuple) else ()):
        if isinstance(entry, dict) and "id" in entry:
            _spots(draft, tree, f"{kind}/{entry['id']}", (*inside, number))
