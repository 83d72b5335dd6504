"""The schema knows every key of the models, and every file of the packs keeps to it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from qingyu.pack.model import Calendar, Grades, Indicator, Source
from qingyu.pack.schema import schema
from qingyu.pack.tree import parse
from qingyu.pack.written import Layout, Spelling, Written

ROOT = Path(__file__).parents[2]
PACKS = (
    ROOT / "packs" / "montco",
    ROOT / "src" / "qingyu" / "pack" / "template",
    *sorted((ROOT / "tests" / "real" / "packs").iterdir()),
)


def test_the_schema_is_json() -> None:
    assert json.loads(json.dumps(schema())) == schema()


@pytest.mark.parametrize(
    ("file", "model", "held"),
    [
        ("indicators/*.yaml", Indicator, {"id"}),
        ("grades.yaml", Grades, set()),
        ("calendar.yaml", Calendar, set()),
        ("sources/*.yaml#qingyu", Source, {"id", "columns", "key"}),
    ],
)
def test_each_key_of_a_model_is_in_the_schema(file: str, model: Any, held: set[str]) -> None:
    made: Any = schema()[file]
    keys = {field.alias or name for name, field in model.model_fields.items()}
    assert set(made["properties"]) == keys - held
    assert made["additionalProperties"] is False


def test_decimals_and_spans_are_as_written() -> None:
    made: Any = schema()["indicators/*.yaml"]
    assert made["$defs"]["Dated"]["properties"]["value"]["type"] == "number"
    assert made["$defs"]["Span"]["type"] == "string"


def test_the_examples_of_forms_are_valid() -> None:
    defs: Any = schema()["sources/*.yaml#qingyu"]["$defs"]  # type: ignore[index]
    columns: Any = schema()["sources/*.yaml#qingyu of a column"]["$defs"]  # type: ignore[index]
    models = {"Layout": (Layout, defs), "Written": (Written, columns)}
    for name, (model, where) in models.items():
        assert where[name]["examples"]
        for example in where[name]["examples"]:
            model.model_validate(example)
    spelling = columns["Spelling"]["examples"]
    assert [Spelling.model_validate(example).name for example in spelling] == [
        "发生时间", "natureza",
    ]  # fmt: skip


def _files() -> Iterator[tuple[Path, str]]:
    for pack in PACKS:
        for kind in schema():
            if kind.endswith(".yaml"):
                for path in sorted(pack.glob(kind)):
                    rules = path.parent.name == "cases" and path.name.startswith("warnings")
                    if not rules or "warnings" in kind:  # cases of rules have a form of their own
                        yield path, kind


@pytest.mark.parametrize(("path", "kind"), list(_files()), ids=lambda value: str(value)[-40:])
def test_the_files_of_the_packs_keep_to_the_schema(path: Path, kind: str) -> None:
    root: Any = schema()[kind]
    tree = parse(path.read_text(encoding="utf-8"), path.name)
    assert list(_misfits(tree.value, root, root, path.name)) == []


def _misfits(value: Any, rule: Any, root: Any, at: str) -> Iterator[str]:
    """The part of JSON Schema that our schemas use, read by hand."""
    if "$ref" in rule:
        yield from _misfits(value, root["$defs"][rule["$ref"].rsplit("/", 1)[1]], root, at)
    elif "anyOf" in rule:
        if not any(not list(_misfits(value, option, root, at)) for option in rule["anyOf"]):
            yield f"{at}: {value!r} fits no option"
    else:
        yield from _plain_misfits(value, rule, root, at)


def _plain_misfits(value: Any, rule: Any, root: Any, at: str) -> Iterator[str]:
    kinds = {
        "string": str | date,
        "number": int | Decimal,
        "integer": int,
        "boolean": bool,
        "array": tuple,
        "object": dict,
        "null": type(None),
    }
    wanted = rule.get("type", [])
    names = [wanted] if isinstance(wanted, str) else wanted
    if names and not any(isinstance(value, kinds[name]) for name in names):  # type: ignore[arg-type]
        yield f"{at}: {value!r} is no {names}"
    if "enum" in rule and value not in rule["enum"]:
        yield f"{at}: {value!r} is not of {rule['enum']}"
    if isinstance(value, dict) and "properties" in rule:
        missing = set(rule.get("required", [])) - set(value)
        unknown = set(value) - set(rule["properties"])
        if missing or (unknown and rule.get("additionalProperties") is False):
            yield f"{at}: missing {missing}, unknown {unknown}"
        for key in set(value) & set(rule["properties"]):
            yield from _misfits(value[key], rule["properties"][key], root, f"{at}.{key}")
    if isinstance(value, tuple) and isinstance(rule.get("items"), dict):
        for number, item in enumerate(value):
            yield from _misfits(item, rule["items"], root, f"{at}[{number}]")


def test_the_reader_of_schemas_sees_faults() -> None:
    made: Any = schema()["grades.yaml"]
    assert list(_misfits({"scales": (), "cap": ()}, made, made, "x"))
    assert list(_misfits({"scales": ({"from": 1},)}, made, made, "x"))
    assert list(_misfits({}, made, made, "x"))
