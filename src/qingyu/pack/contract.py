"""A source's contract: an Open Data Contract Standard (v3) file read as our `Source`.

The standard says what the columns are; what it has no words for (key and version of a delivery,
place, gaps, personal columns) stands under one custom property named `qingyu`, once for the
contract and once for each column that needs it.
"""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal
from typing import Any

from open_data_contract_standard.model import OpenDataContractStandard
from pydantic import ValidationError

from qingyu.errors import Fault
from qingyu.i18n import T
from qingyu.pack.faults import Locate, at, did_you_mean, keys_at, listed, quoted, validated
from qingyu.pack.model import Source
from qingyu.pack.spots import Path, Spot
from qingyu.pack.tree import Tree, walk

OURS = "qingyu"
_WHOLE: Path = ()
_TYPES = {
    "string": "text",
    "integer": "integer",
    "number": "decimal",
    "date": "date",
    "timestamp": "timestamp",
}
_OPTIONS = {"pattern": "pattern", "minimum": "least", "maximum": "most", "format": "format"}
COLUMN_KEYS = (  # of ours for a column, beside those of the standard
    "type", "personal", "places", "unit", "optional", "names", "made_of", "joint", "path",
    "written", "usually",
)  # fmt: skip
# The standard writes time forms as java.time does; we read with strptime's.
_TIME_PARTS = {
    "yyyy": "%Y", "MM": "%m", "dd": "%d", "HH": "%H", "hh": "%I", "mm": "%M", "ss": "%S",
    "XXX": "%z", "a": "%p", "'T'": "T",
}  # fmt: skip
_TIME_FORM = re.compile("|".join(_TIME_PARTS) + r"|[^A-Za-z']", re.ASCII)


def read_contract(tree: Tree, name: str, faults: list[Fault]) -> tuple[Source | None, Locate]:
    """The source a contract describes, or None and all that is wrong with it; and the function
    that says where in the contract a path of the source stands."""
    if not isinstance(tree.value, dict):
        return validated(Source, tree.value, tree.spot, faults, {}), tree.spot
    known = len(faults)
    _check_standard(tree, faults)
    if len(faults) > known:
        return None, tree.spot
    reader = _Reader(tree, faults)
    value = reader.source()
    if value is None:
        return None, tree.spot
    held = {"id": name, "columns": value.pop("columns"), "key": value.pop("key")}
    source = validated(Source, value, reader.locate, faults, held)
    return (source if len(faults) == known else None), reader.locate


# -- the standard -----------------------------------------------------------------------------


def _check_standard(tree: Tree, faults: list[Fault]) -> None:
    value = tree.value
    for key in ("version", "apiVersion", "kind", "id"):
        if value.get(key) is None:
            faults.append(
                Fault(
                    str(tree.spot((key,))),
                    T("no key “{key}”", key=key),
                    T("this key of the Open Data Contract Standard"),
                    T("Add it; the contract of `qingyu new` shows one."),
                )
            )
    _must_be(tree, ("kind",), "DataContract", faults)
    api = value.get("apiVersion")
    if api is not None and not str(api).startswith("v3."):
        faults.append(
            Fault(
                str(tree.spot(("apiVersion",))),
                quoted(api),
                T("version 3 of the standard, such as v3.1.0"),
                T("Rewrite the contract in the third version's form."),
            )
        )
    faults.extend(_unknown_keys(tree))
    try:
        OpenDataContractStandard.model_validate(_plain(value))
    except ValidationError as error:
        for detail in error.errors(include_url=False):
            if detail["type"] != "extra_forbidden":  # told better by _unknown_keys
                faults.append(_misfit(tree, tuple(detail["loc"])))


def _must_be(tree: Tree, path: Path, word: str, faults: list[Fault]) -> None:
    value = tree.value.get(path[0])
    if value is not None and value != word:
        faults.append(
            Fault(str(tree.spot(path)), quoted(value), word, T("Write “{word}”.", word=word))
        )


def _unknown_keys(tree: Tree) -> list[Fault]:
    """Keys the standard does not know. Its published models only look at the top."""
    found = []
    for path, value in walk(tree.value):
        keys = set(keys_at(OpenDataContractStandard, path)) if isinstance(value, dict) else set()
        for key in value if keys else ():
            if key not in keys:
                found.append(
                    Fault(
                        str(tree.spot((*path, key))),
                        T("the unknown key “{key}”", key=key),
                        T("a key of the Open Data Contract Standard: {keys}", keys=_few(keys)),
                        did_you_mean(key, keys, T("Take it away.")),
                    )
                )
    return found


def _few(keys: set[str]) -> str:
    return listed(sorted(keys), 30)


def _misfit(tree: Tree, loc: Path) -> Fault:
    path = tuple(s for s in loc if isinstance(s, int) or s[:1].islower())
    return Fault(
        str(tree.spot(path)),
        quoted(at(tree.value, path)),
        T("a value of the kind the Open Data Contract Standard gives this key"),
        T("Mend the value; see the standard's page for this key."),
    )


def _plain(value: Any) -> Any:
    """The tree as JSON would have it, for the standard's own models."""
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    if isinstance(value, Decimal | date):
        return float(value) if isinstance(value, Decimal) else value.isoformat()
    return value


# -- ours -------------------------------------------------------------------------------------


class _Reader:
    """Turns the contract's tree into the keys of `Source` and remembers where each stood."""

    def __init__(self, tree: Tree, faults: list[Fault]) -> None:
        self.tree = tree
        self.faults = faults
        self.origin: dict[Path, Path] = {}  # a path of `Source` → where the contract says it

    def locate(self, path: Path) -> Spot:
        """The spot of a path of `Source` in the contract's own words."""
        for end in range(len(path), -1, -1):
            if path[:end] in self.origin:
                origin: Path = (*self.origin[path[:end]], *path[end:])
                return self.tree.spot(origin)
        return self.tree.spot(path)

    def source(self) -> dict[str, Any] | None:
        tables: tuple[dict[str, Any], ...] = self.tree.value.get("schema") or ()
        if len(tables) != 1 or not tables[0].get("properties"):
            bare = T("a table without `properties`")
            self.faults.append(
                Fault(
                    str(self.tree.spot(("schema",))),
                    bare if len(tables) == 1 else T("{count} tables", count=len(tables)),
                    T("exactly one table with its columns under `properties`"),
                    T("Write one contract per file that is sent."),
                )
            )
            return None
        value, path = self._ours(self.tree.value, _WHOLE)
        if value is None:
            self._no_block(where=str(self.tree.spot(("customProperties",))))
            return None
        self.origin[_WHOLE] = path
        columns = tables[0]["properties"]
        return {**value, "columns": self._columns(columns), "key": self._key(columns)}

    def _ours(self, holder: dict[str, Any], path: Path) -> tuple[dict[str, Any] | None, Path]:
        """The mapping under the custom property `qingyu`, and its path."""
        for number, custom in enumerate(holder.get("customProperties") or ()):
            if custom.get("property") == OURS and isinstance(custom.get("value"), dict):
                return custom["value"], (*path, "customProperties", number, "value")
        return None, path

    def _no_block(self, where: str) -> None:
        self.faults.append(
            Fault(
                where,
                T("no custom property “qingyu”"),
                T("our part of the contract: name, department, time, version, delivery, place"),
                T("Add `- property: qingyu` with a mapping as its `value`."),
            )
        )

    def _columns(self, columns: tuple[dict[str, Any], ...]) -> tuple[dict[str, Any], ...]:
        base: Path = ("schema", 0, "properties")
        self.origin[("columns",)] = base
        return tuple(self._column(c, n, (*base, n)) for n, c in enumerate(columns))

    def _column(self, column: dict[str, Any], number: int, path: Path) -> dict[str, Any]:
        here: Path = ("columns", number)
        self.origin[here] = path
        made: dict[str, Any] = {}

        def take(key: str, value: Any, origin: Path) -> None:
            if value is not None:
                made[key] = value
                self.origin[(*here, key)] = (*path, *origin)

        physical = column.get("physicalName")
        take("name", physical or column.get("name"), ("physicalName" if physical else "name",))
        take("type", self._type(column, path), ("logicalType",))
        take("required", column.get("required"), ("required",))
        take("description", column.get("description"), ("description",))
        options = column.get("logicalTypeOptions") or {}
        for option in options:  # an option that nothing checks would be an empty promise
            if option not in _OPTIONS:
                self._unknown(option, (*path, "logicalTypeOptions", option), tuple(_OPTIONS))
        for theirs, ours in _OPTIONS.items():
            take(ours, options.get(theirs), ("logicalTypeOptions", theirs))
        if "format" in made:
            made["format"] = self._format(made["format"], (*path, "logicalTypeOptions", "format"))
        if column.get("enum"):
            take("among", tuple(str(item.get("value")) for item in column["enum"]), ("enum",))
        own, own_path = self._ours(column, _WHOLE)
        for key, value in (own or {}).items():
            if key in COLUMN_KEYS:
                take(key, value, (*own_path, key))
            else:
                self._unknown(key, (*path, *own_path, key), COLUMN_KEYS)
        return made

    def _type(self, column: dict[str, Any], path: Path) -> str | None:
        word = column.get("logicalType")
        if word in _TYPES:
            return _TYPES[word]
        self.faults.append(
            Fault(
                str(self.tree.spot((*path, "logicalType"))),
                quoted(word),
                T("one of {words}", words=", ".join(_TYPES)),
                did_you_mean(str(word), _TYPES, T("Choose one of these words.")),
            )
        )
        return "text"

    def _format(self, form: Any, path: Path) -> str:
        text = str(form)
        if "".join(_TIME_FORM.findall(text)) != text:
            self.faults.append(
                Fault(
                    str(self.tree.spot(path)),
                    quoted(form),
                    T("a time form of these parts: {parts}", parts=" ".join(_TIME_PARTS)),
                    T("Write it like yyyy-MM-dd HH:mm:ss."),
                )
            )
        parts = _TIME_FORM.findall(text)
        # An hour of twelve is none without its half of the day.
        if "".join(parts) == text and ("hh" in parts) != ("a" in parts):
            self.faults.append(
                Fault(
                    str(self.tree.spot(path)),
                    quoted(form),
                    T("hh and a together: hours of twelve with AM or PM"),
                    T("Write HH for hours of twenty-four."),
                )
            )
        return _TIME_FORM.sub(lambda part: _TIME_PARTS.get(part[0], part[0]), text)

    def _unknown(self, key: str, path: Path, known: tuple[str, ...]) -> None:
        self.faults.append(
            Fault(
                str(self.tree.spot(path)),
                T("the unknown key “{key}”", key=key),
                T("one of {words}", words=", ".join(known)),
                did_you_mean(key, known, T("Take it away.")),
            )
        )

    def _key(self, columns: tuple[dict[str, Any], ...]) -> tuple[str, ...]:
        """The key columns: those with `primaryKey`, in the order of `primaryKeyPosition`."""
        self.origin[("key",)] = ("schema", 0, "properties")
        marked = [
            (column.get("primaryKeyPosition") or number + 1, number, column)
            for number, column in enumerate(columns)
            if column.get("primaryKey")
        ]
        if not marked:
            self.faults.append(
                Fault(
                    str(self.tree.spot(("schema", 0, "properties"))),
                    T("no column with `primaryKey: true`"),
                    T("at least one: what tells one record from another"),
                    T("Mark the key's column, or columns with `primaryKeyPosition`."),
                )
            )
            return (str(columns[0].get("name")),)  # told; no second fault for an empty key
        return tuple(
            str(c.get("physicalName") or c.get("name")) for _, _, c in sorted(marked, key=_order)
        )


def _order(marked: tuple[int, int, dict[str, Any]]) -> tuple[int, int]:
    return marked[0], marked[1]
