"""What `qingyu demo` shows of a simulated city. Every heading and table carries the mark."""

from __future__ import annotations

from qingyu.cli.glance_page import print_areas, print_counts, print_roots, print_worst
from qingyu.cli.screen import Column, count, print_table, say
from qingyu.cli.words import level_name, marked
from qingyu.flows.demo_city import CityDemo
from qingyu.flows.show import Shown
from qingyu.i18n import TN, Message, T, pick
from qingyu.intake.reasons import place_words, words
from qingyu.pack.model import Pack
from qingyu.simulate.city.faults import sentence


def print_city(found: CityDemo) -> None:
    """Refusals, faults, and the two indices."""
    pack = found.pack
    say("")
    _print_reasons(found)
    say("")
    _print_faults(found)
    day, month = found.glances
    say("")
    for glance in (day, month):
        say(marked(pack, _index_words(pack, glance)))
        print_roots(pack, glance)
    for level in _levels(pack, month):
        say("")
        for glance in (day, month):
            print_counts(pack, glance, level)
        print_areas(pack, day, month, level)
    say("")
    for level in _levels(pack, month):
        say(marked(pack, level_name(pack, level)))
        print_worst(pack, (day, month), level)


def _print_reasons(found: CityDemo) -> None:
    """Why rows were refused, or taken without a place; the most frequent first."""
    say(marked(found.pack, T("why rows were refused, or have no place")))
    refused, unplaced = found.reception.reasons, found.reception.unplaced_reasons
    told = [(many, T("row refused"), words(code)) for code, many in refused.items()]
    told += [(many, T("without a place"), place_words(kind)) for kind, many in unplaced.items()]
    told.sort(key=lambda one: (-one[0], str(one[2])))
    titles = [Column(str(T("Rows")), right=True), Column(str(T("What became of them"))),
              Column(str(T("Why")))]  # fmt: skip
    print_table(titles, [[count(many), str(fate), str(why)] for many, fate, why in told])


def _print_faults(found: CityDemo) -> None:
    say(marked(found.pack, T("faults put into the files, and what the receipts say of them")))
    titles = [
        Column(str(T("Fault"))),
        Column(str(T("Files")), right=True),
        Column(str(T("Put in")), right=True),
        Column(str(T("Found")), right=True),
    ]
    if found.missed:
        titles.append(Column(""))  # what is wrong
    rows = [
        [str(sentence(one.fault)), count(one.files), count(one.injected), count(one.found),
         *([str(_remark(one.injected - one.found, one.surplus))] if found.missed else [])]
        for one in found.faults
    ]  # fmt: skip
    print_table(titles, rows)


def _remark(missed: int, surplus: int) -> Message | str:
    if missed:
        return TN("{count} MISSED", "{count} MISSED", missed)
    if surplus:
        return TN("{count} refused that was in order", "{count} refused that were in order",
                  surplus)  # fmt: skip
    return ""


def _index_words(pack: Pack, glance: Shown) -> Message:
    """`daily index of 2026-10-31: 7 dimensions, 14 indicators`."""
    index = pack.index_for(glance.period.kind)
    inside = [one for one in pack.indicators if one.dimension in index.dimensions]
    return T(
        "{name} of {period}: {dimensions} dimensions, {indicators} indicators",
        name=pick(index.name.model_dump()),
        period=glance.period.label,
        dimensions=len(index.dimensions),
        indicators=len(inside),
    )


def _levels(pack: Pack, glance: Shown) -> list[str]:
    """Graded levels below the top, as far as rows have them."""
    present = {row.level for row in glance.rows if row.parent is not None}
    return [level.id for level in pack.levels if level.id in present]
