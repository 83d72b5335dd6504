"""Words for what the rooms say in codes: states, causes, comparisons, names of areas."""

from __future__ import annotations

from collections.abc import Mapping

from qingyu.cli.screen import colour_word
from qingyu.i18n import Message, T, language_in_use, pick
from qingyu.pack.model import Pack

_STATES = {
    "ok": T("complete"),
    "provisional": T("provisional"),
    "suspect": T("suspect"),
    "late": T("late"),
    "no_data": T("no data"),
}
_CAUSES = {
    "late_data": T("data that came late"),
    "exposure": T("residents and other exposures"),
    "method": T("the method (weights, curves, grades)"),
    "availability": T("what could be compared"),
    "peers": T("the class of peers"),
    "baseline": T("what is usual here"),
    "world": T("what happened"),
}
_COMPARANDS = {
    "own": T("earlier years"),
    "trailing": T("weeks before"),
    "peers": T("peers"),
    "previous": T("period before"),
    "parent": T("area above"),
    "target": T("target"),
}
_FILLS = {
    "carried": T("carried forward"),
    "from_parent": T("from the area above"),
}


def state_word(state: str) -> Message | str:
    return _STATES.get(state, state)


def cause_word(cause: str) -> Message | str:
    return _CAUSES.get(cause, cause)


def comparand_word(kind: str) -> Message | str:
    return _COMPARANDS.get(kind, kind)


def fill_word(fill: str) -> Message | str:
    return _FILLS.get(fill, "")


def area_name(name: str, name_zh: str | None) -> str:
    """An area's name in the language in use."""
    return name_zh if name_zh and language_in_use() == "zh" else name


def name_of_area(pack: Pack, code: str | None) -> str:
    """The printed name of the area with this code; the code where the pack does not know it."""
    for area in pack.areas:
        if area.code == code:
            return area_name(area.name, area.name_zh)
    return code or ""


def grade_words(pack: Pack, grade: str | None) -> str:
    """`red poor`: the colour and the pack's word for it, never one without the other."""
    for scale in reversed(pack.grades.scales):
        for one in scale.grades:
            if one.id == grade:
                return f"{colour_word(grade)} {pick(one.name.model_dump())}"
    return str(colour_word(None))


def marked(pack: Pack, text: object) -> str:
    """The words with the mark of a pack whose figures are made up, and so on every heading."""
    return str(T("SIMULATED DATA · {text}", text=str(text))) if pack.simulated else str(text)


def level_name(pack: Pack, level: str) -> str:
    return next((pick(one.name.model_dump()) for one in pack.levels if one.id == level), level)


def picked(names: Mapping[str, str]) -> str:
    """A `{zh, en}` mapping in the language in use."""
    return pick(dict(names))


def signed(milli: int | None) -> str:
    """A change in thousandths with its sign: `+1.250`, `-0.400`; `-` where there is none."""
    if milli is None:
        return "-"
    whole, part = divmod(abs(milli), 1000)
    sign = "+" if milli > 0 else "-" if milli < 0 else " "
    return f"{sign}{whole}.{part:03d}"


def direction(milli: int | None) -> str:
    """The arrow with its word; arrows stand in last columns only."""
    if milli is None:
        return ""
    if milli == 0:
        return str(T("same"))
    return f"↑ {T('better')}" if milli > 0 else f"↓ {T('worse')}"
