"""JSON Schema of each kind of pack file, made from the models: for editors and the manual.

Generated, never written by hand, so that what the editor allows is what the loader reads.
"""

from __future__ import annotations

from typing import Any

from open_data_contract_standard.model import OpenDataContractStandard
from pydantic import BaseModel
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue
from pydantic_core import core_schema

from qingyu.pack.contract import COLUMN_KEYS
from qingyu.pack.draft import CaseList, DimensionList, Head, UnionList, WarningCaseList
from qingyu.pack.model import (
    Calendar,
    Column,
    Grades,
    Indicator,
    Integrity,
    Publication,
    Source,
    Span,
    Stars,
    Warnings,
    to_micro,
    to_text,
)
from qingyu.pack.tables import AREA_COLUMNS, CHANGE_COLUMNS, EXPOSURE_COLUMNS
from qingyu.pack.written import Layout, Spelling

_DRAFT = "https://json-schema.org/draft/2020-12/schema"


class _AsWritten(GenerateJsonSchema):
    """Values as they stand in the files: decimals, spans as text, conditions as text or number."""

    def function_before_schema(
        self, schema: core_schema.BeforeValidatorFunctionSchema
    ) -> JsonSchemaValue:
        function: Any = schema["function"]["function"]
        if function is to_micro:
            return {"type": "number", "description": "a decimal of at most six places"}
        if function is to_text:
            return {"type": ["string", "number"]}
        if getattr(function, "__qualname__", "").startswith(f"{Span.__name__}."):
            return {"type": "string", "pattern": r"^[0-9]+ (days?|weeks?)$"}
        made = super().function_before_schema(schema)
        if getattr(function, "__qualname__", "").startswith(f"{Layout.__name__}."):
            several = made["properties"]["encoding"]
            made["properties"]["encoding"] = {"anyOf": [several["items"], several]}
        return made

    def model_schema(self, schema: core_schema.ModelSchema) -> JsonSchemaValue:
        """A spelling may be its bare name."""
        made = super().model_schema(schema)
        if schema["cls"] is not Spelling:
            return made
        said: JsonSchemaValue = {
            key: made.pop(key) for key in ("description", "examples") if key in made
        }
        return {**said, "anyOf": [{"type": "string"}, made]}

    def default_schema(self, schema: core_schema.WithDefaultSchema) -> JsonSchemaValue:
        """Defaults are kept in millionths; a file says nothing instead."""
        made = super().default_schema(schema)
        made.pop("default", None)
        return made


def schema() -> dict[str, object]:
    """One JSON Schema for each kind of file, by the file's name in a pack."""
    return {
        "pack.yaml": _of(Head),
        "dimensions.yaml": _list_of(DimensionList, "dimensions"),
        "indicators/*.yaml": _of(Indicator, "id"),
        "grades.yaml": _of(Grades),
        "stars.yaml": _of(Stars),
        "integrity.yaml": _of(Integrity),
        "calendar.yaml": _of(Calendar),
        "matching.yaml": _list_of(UnionList, "unions"),
        "warnings.yaml": _of(Warnings),
        "publication.yaml": _of(Publication),
        "cases/warnings*.yaml": _list_of(WarningCaseList, "cases"),
        "cases/*.yaml": _list_of(CaseList, "cases"),
        "sources/*.yaml": {"$schema": _DRAFT, **OpenDataContractStandard.model_json_schema()},
        "sources/*.yaml#qingyu": _of(Source, "id", "columns", "key"),
        "sources/*.yaml#qingyu of a column": _column(),
        "areas.csv": _table(AREA_COLUMNS),
        "changes.csv": _table(CHANGE_COLUMNS),
        "exposures/*.csv": _table(EXPOSURE_COLUMNS),
    }


def _of(model: type[BaseModel], *held: str) -> dict[str, object]:
    """A model's schema without the keys that the file's name or another part says."""
    made = model.model_json_schema(schema_generator=_AsWritten)
    for name in held:
        made["properties"].pop(name, None)
        if name in made.get("required", []):
            made["required"].remove(name)
    return {"$schema": _DRAFT, **made}


def _list_of(model: type[BaseModel], name: str) -> dict[str, object]:
    made = model.model_json_schema(schema_generator=_AsWritten)
    return {"$schema": _DRAFT, "$defs": made.get("$defs", {}), **made["properties"][name]}


def _column() -> dict[str, object]:
    made = _of(Column)
    properties: Any = made["properties"]
    kept = {name: properties[name] for name in COLUMN_KEYS}
    kept["type"] = {"const": "code"}
    return {
        "$schema": _DRAFT,
        "$defs": made["$defs"],
        "type": "object",
        "properties": kept,
        "additionalProperties": False,
    }


def _table(columns: tuple[str, ...]) -> dict[str, object]:
    """A CSV file as the list of its rows."""
    return {
        "$schema": _DRAFT,
        "type": "array",
        "items": {
            "type": "object",
            "properties": {name: {"type": "string"} for name in columns},
            "required": list(columns),
            "additionalProperties": False,
        },
    }
