"""Two languages from one source of words.

Code writes its sentences in English as `T("row {row} refused", row=17)`; the catalogues in
`locale/zh/*.po` (one per room, merged here) hold the Chinese. A `Message` is data until it is
printed, so an error raised in one language can be shown in another. Simplified Chinese is the
default; `QINGYU_LANG`, then an English locale of the terminal, then nothing else changes it.
"""

from __future__ import annotations

import gettext
import io
import os
from dataclasses import dataclass, field
from functools import cache
from importlib import resources
from typing import Literal, cast

Language = Literal["zh", "en"]
LANGUAGES: tuple[Language, ...] = ("zh", "en")
DEFAULT_LANGUAGE: Language = "zh"

_current: Language | None = None


@dataclass(frozen=True)
class Message:
    """A sentence and its values; `str()` renders it in the language in use."""

    text: str
    values: dict[str, object] = field(default_factory=dict)
    plural: str | None = None
    count: int | None = None

    def render(self, language: Language) -> str:
        template = _translate(self.text, self.plural, self.count, language)
        return template.format(**{k: _value(v, language) for k, v in self.values.items()})

    def __str__(self) -> str:
        return self.render(language_in_use())


Text = Message | str


def T(text: str, /, **values: object) -> Message:  # noqa: N802 - the name catalogues extract
    """A translatable sentence; `text` is English with `{name}` fields."""
    return Message(text, values)


def TN(one: str, many: str, count: int, **values: object) -> Message:  # noqa: N802
    """A translatable sentence with a number in it, `{count}`."""
    return Message(one, {"count": count, **values}, many, count)


def render(text: Text, language: Language) -> str:
    return text.render(language) if isinstance(text, Message) else text


def language_in_use() -> Language:
    return _current if _current is not None else language_of_environment(dict(os.environ))


def use_language(language: Language | None) -> None:
    """Fix the language for this process; `None` goes back to the environment's."""
    global _current
    _current = language


def language_of_environment(environment: dict[str, str]) -> Language:
    """`QINGYU_LANG` if it names a language we speak; else an `en_…` locale; else Chinese."""
    asked = environment.get("QINGYU_LANG", "").lower()
    for language in LANGUAGES:
        if asked.startswith(language):
            return language
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        if environment.get(name):
            return "en" if environment[name].lower().startswith("en") else DEFAULT_LANGUAGE
    return DEFAULT_LANGUAGE


def pick(names: dict[str, str], language: Language | None = None) -> str:
    """The text of a `{zh: …, en: …}` mapping of a pack in the language in use."""
    wanted = language or language_in_use()
    return names.get(wanted) or names.get("en") or names.get("zh") or next(iter(names.values()))


def _value(value: object, language: Language) -> object:
    return value.render(language) if isinstance(value, Message) else value


def _translate(one: str, many: str | None, count: int | None, language: Language) -> str:
    if many is None or count is None:
        return one if language == "en" else _catalogue(language).gettext(one)
    if language == "en":
        return one if count == 1 else many
    return _catalogue(language).ngettext(one, many, count)


@cache
def _catalogue(language: Language) -> gettext.NullTranslations:
    """All rooms' catalogues of one language as one (compiled in memory: no build step)."""
    from babel.messages.catalog import Catalog
    from babel.messages.mofile import write_mo
    from babel.messages.pofile import read_po

    merged = Catalog(locale="zh_Hans_CN" if language == "zh" else language)
    folder = resources.files("qingyu") / "locale" / language
    files = sorted(
        (entry for entry in folder.iterdir() if entry.name.endswith(".po")),
        key=lambda entry: entry.name,
    )
    for entry in files:
        for message in read_po(io.BytesIO(entry.read_bytes())):
            if message.id:
                merged.add(message.id, message.string)
    compiled = io.BytesIO()
    write_mo(compiled, merged)
    compiled.seek(0)
    return cast(gettext.NullTranslations, gettext.GNUTranslations(compiled))
