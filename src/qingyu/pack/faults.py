"""What a model refuses, told to the person who wrote the pack.

Pydantic says *that* a value does not fit; here each of its findings becomes a `Fault` with place,
finding, expectation and remedy in two languages.
"""

from __future__ import annotations

import types
import typing
from collections.abc import Callable
from difflib import get_close_matches
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from qingyu.errors import Fault
from qingyu.i18n import Message, T, Text
from qingyu.pack.spots import Path, Spot

M = TypeVar("M", bound=BaseModel)
Locate = Callable[[Path], Spot]

_KINDS: dict[str, Message] = {
    "string_type": T("text"),
    "int_type": T("a whole number"),
    "int_parsing": T("a whole number"),
    "int_from_float": T("a whole number"),
    "bool_type": T("true or false"),
    "bool_parsing": T("true or false"),
    "date_type": T("a date such as 2026-10-31"),
    "date_parsing": T("a date such as 2026-10-31"),
    "date_from_datetime_parsing": T("a date such as 2026-10-31"),
    "date_from_datetime_inexact": T("a date such as 2026-10-31"),
    "tuple_type": T("a list"),
    "list_type": T("a list"),
    "dict_type": T("a mapping of keys to values"),
    "model_type": T("a mapping of keys to values"),
    "model_attributes_type": T("a mapping of keys to values"),
}


def validated(
    model: type[M], value: Any, locate: Locate, faults: list[Fault], extra: dict[str, Any]
) -> M | None:
    """`value` (plus `extra`, what the file's name says) as a model, or its faults.

    With faults that leave no doubt (a key too many, a word nearly right) the model comes as it was
    meant, so that rules can tell what else is wrong; with others it is None."""
    if not isinstance(value, dict):
        faults.append(
            Fault(
                str(locate(())),
                quoted(value),
                T("a mapping of keys to values"),
                T("Write `key: value` lines; `qingyu pack schema` lists the keys."),
            )
        )
        return None
    held, whole = tuple(extra), {**value, **extra}
    clash = [key for key in held if key in value]
    faults.extend(_extra_key(model, (key,), locate, held) for key in clash)
    made: M | None
    try:
        made = model.model_validate(whole, strict=True)
    except ValidationError as error:
        details: list[dict[str, Any]] = [{**found} for found in error.errors(include_url=False)]
        for detail in details:
            path = _written(detail["loc"])
            found = at(whole, path)
            if detail["type"] == "extra_forbidden":
                faults.append(_extra_key(model, path, locate, held))
            elif not _follows(detail, found):
                faults.append(_fault(detail, path, locate(path), found))
        made = _as_meant(model, whole, details)
    return None if clash else made


def _as_meant(model: type[M], value: Any, details: list[dict[str, Any]]) -> M | None:
    """Each word and key taken for the one it nearly is, a key that is near none left out."""
    for detail in details:
        path = _written(detail["loc"])
        entry: dict[str | int, Any]
        if detail["type"] == "extra_forbidden":
            free = [key for key in keys_at(model, path[:-1]) if key not in at(value, path[:-1])]
            near = nearest(str(path[-1]), free)
            entry = {} if near is None else {near: at(value, path)}
        elif detail["type"] == "literal_error":
            near = nearest(str(at(value, path)), _choices(detail))
            entry = {} if near is None else {path[-1]: near}
        else:
            continue  # a key that seems to be missing may be one of those misspelt
        value = _changed(value, path, entry)
    try:
        return model.model_validate(value, strict=True)
    except ValidationError:
        return None


def _changed(value: Any, path: Path, entry: dict[str | int, Any]) -> Any:
    """`value` with `entry`, of one key or of none, in the place of the one at a path."""
    step, rest = path[0], path[1:]
    if isinstance(value, dict):
        kept = {key: inside for key, inside in value.items() if key != step}
        return {**kept, **({step: _changed(value[step], rest, entry)} if rest else entry)}
    items = list(value)
    items[int(step)] = _changed(items[int(step)], rest, entry) if rest else entry.get(step)
    return tuple(items)


def at(value: Any, path: Path) -> Any:
    """The value at a path as its author wrote it; None where nothing is written."""
    for step in path:
        try:
            value = value[step]
        except (KeyError, IndexError, TypeError):
            return None
    return value


def _follows(detail: dict[str, Any], found: Any) -> bool:
    """Pydantic counts only the items that are right: "too short" may merely follow from them."""
    least = detail.get("ctx", {}).get("min_length", 0)
    return detail["type"] == "too_short" and isinstance(found, tuple) and len(found) >= least


def quoted(value: Any) -> Text:
    """A value as a person would recognise it, never longer than a line."""
    if value is None or value == "":
        return T("nothing")
    if isinstance(value, bool):
        return _short(value)
    if isinstance(value, dict):
        return T("a mapping with the keys {keys}", keys=_short(", ".join(map(str, value))))
    if isinstance(value, list | tuple):
        return T("a list of {count}", count=len(value))
    return f"“{_short(value)}”"


def _short(value: object, most: int = 60) -> str:
    written = str(value).lower() if isinstance(value, bool) else str(value)
    text = " ".join(written.split())
    return text if len(text) <= most else f"{text[: most - 1]}…"


def nearest(word: str, words: typing.Iterable[str]) -> str | None:
    """The known word that `word` was probably meant to be."""
    pool = sorted(words)
    folded = {known.casefold(): known for known in reversed(pool)}
    found = get_close_matches(word.casefold(), list(folded), n=1, cutoff=0.6)
    return folded[found[0]] if found else None


def did_you_mean(word: str, words: typing.Iterable[str], otherwise: Text) -> Text:
    pool = list(words)
    near = nearest(word, pool)
    return T("Did you mean “{near}”?", near=near) if near else otherwise


def listed(words: typing.Iterable[str], most: int = 12) -> str:
    pool = list(words)
    return ", ".join(pool[:most]) + (" …" if len(pool) > most else "")


def _fault(detail: dict[str, Any], path: Path, spot: Spot, found: Any) -> Fault:
    kind, context = str(detail["type"]), detail.get("ctx", {})
    mend = T("Mend the value; `qingyu pack schema` lists its form.")
    if kind == "missing":
        return Fault(
            str(spot),
            T("no key “{key}”", key=str(path[-1])),
            T("this key, which has no default"),
            T("Add it; `qingyu pack schema` says what it holds."),
        )
    if kind == "literal_error":
        return _literal(str(spot), found, _choices(detail))
    if kind == "value_error":
        return Fault(str(spot), quoted(found), context["error"].args[0], mend)
    return Fault(str(spot), quoted(found), _expected(kind, context), _remedy(kind, found) or mend)


def _written(loc: Path) -> Path:
    """Pydantic's path without the names of types it puts between the steps."""
    return tuple(s for s in loc if isinstance(s, int) or not s.startswith(("function-", "tuple[")))


def _expected(kind: str, context: dict[str, Any]) -> Text:
    if kind in _KINDS:
        return _KINDS[kind]
    if kind in ("greater_than_equal", "greater_than", "less_than_equal", "less_than"):
        sign = {"greater_than_equal": "≥", "greater_than": ">", "less_than_equal": "≤"}
        bound = next(iter(context.values()))
        return T("a value {sign} {bound}", sign=sign.get(kind, "<"), bound=_bound(bound))
    if kind in ("too_short", "too_long"):
        least, most = context.get("min_length"), context.get("max_length")
        if kind == "too_short":
            return T("at least {count} of them", count=least)
        return T("at most {count} of them", count=most)
    if kind == "string_pattern_mismatch":
        return T("text of the form {pattern}", pattern=context["pattern"])
    return T("a value of the right kind ({kind})", kind=kind)


def _bound(bound: object) -> str:
    """Bounds of decimals stand in the models in millionths."""
    if isinstance(bound, int) and abs(bound) >= 10_000:
        whole, rest = divmod(bound, 1_000_000)
        return f"{whole}" if not rest else f"{whole}.{rest:06d}".rstrip("0")
    return str(bound)


def _remedy(kind: str, value: Any) -> Text | None:
    if kind == "string_type" and not isinstance(value, dict | tuple | list) and value is not None:
        return T("Put it in quotes if it is meant: '{value}'.", value=_short(value))
    if kind.startswith("int") or kind.startswith("date") or kind.startswith("bool"):
        return T("Write it without quotes and in this form.")
    return None


def _choices(detail: dict[str, Any]) -> list[str]:
    """The words that a literal may be, of Pydantic's own sentence."""
    expected = str(detail.get("ctx", {}).get("expected", ""))
    return [word.strip("' ") for word in expected.replace(" or ", ", ").split(",")]


def _literal(where: str, value: Any, words: list[str]) -> Fault:
    otherwise = T("Choose one of these words.")
    return Fault(
        where,
        quoted(value),
        T("one of {words}", words=", ".join(words)),
        did_you_mean(str(value), words, otherwise),
    )


def _extra_key(model: type[BaseModel], path: Path, locate: Locate, held: tuple[str, ...]) -> Fault:
    keys = [key for key in keys_at(model, path[:-1]) if len(path) > 1 or key not in held]
    word = str(path[-1])
    return Fault(
        str(locate(path)),
        T("the unknown key “{key}”", key=word),
        T("one of {words}", words=listed(keys, 30)),
        did_you_mean(word, keys, T("Take it away.")),
    )


def keys_at(model: type[BaseModel], path: Path) -> list[str]:
    """The keys that may be written at a path of a model, by the names used in files."""
    holder: Any = model
    for step in path:
        holder = _inside(holder, step)
    return [field.alias or name for name, field in getattr(holder, "model_fields", {}).items()]


def _inside(holder: Any, step: str | int) -> Any:
    """The model found one step down: through optionals, tuples, dicts and annotations."""
    if isinstance(step, str) and isinstance(holder, type) and issubclass(holder, BaseModel):
        for name, field in holder.model_fields.items():
            if step in (name, field.alias):
                return _bare(field.annotation)
        return None
    return _bare(holder)


def _bare(annotation: Any) -> Any:
    """The model (or dict of models) an annotation is about; dicts stay until their key is read."""
    origin = typing.get_origin(annotation)
    if origin in (typing.Union, types.UnionType):
        return next((_bare(a) for a in typing.get_args(annotation) if a is not type(None)), None)
    if origin in (tuple, list):
        return _Items(_bare(typing.get_args(annotation)[0]))
    if origin is dict:
        return _Items(_bare(typing.get_args(annotation)[1]))
    if isinstance(annotation, _Items):
        return annotation.of
    return annotation


class _Items:
    """The inside of a list or mapping, one step down."""

    def __init__(self, of: Any) -> None:
        self.of = of
