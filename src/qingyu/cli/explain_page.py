"""How an explanation looks in a terminal: the finding, the parts, the arithmetic, the change."""

from __future__ import annotations

from rich.text import Text

from qingyu.cli.odds_cells import print_odds
from qingyu.cli.screen import Cell, Column, count, mark, out, print_sections, print_table, say
from qingyu.cli.show_page import print_doubts, score_text
from qingyu.cli.united_page import print_united
from qingyu.cli.words import (
    cause_word,
    comparand_word,
    fill_word,
    grade_words,
    marked,
    name_of_area,
    picked,
    signed,
    state_word,
)
from qingyu.i18n import T
from qingyu.index.exact_json import Fixed
from qingyu.index.explanation import Charge, Explanation, Held, Part
from qingyu.pack.model import Pack


def print_explanation(pack: Pack, found: Explanation) -> None:
    """Words first, then the parts that sum to the score, then every station, then the change."""
    _print_title(pack, found)
    _print_parts(pack, found)
    _print_stations(pack, found)
    print_united(pack, found)
    _print_change(pack, found)


def _print_title(pack: Pack, found: Explanation) -> None:
    line = Text(marked(pack, f"{name_of_area(pack, found.area)} {found.period}  "))
    line.append_text(mark(found.grade))
    line.append(f" {grade_words(pack, found.grade)}  {score_text(found.score)}")
    if found.rank is not None:
        line.append("  " + str(T("rank {rank} of {of}", rank=found.rank, of=found.of)))
    out().print(line)
    say(found.sentence.text)
    print_odds(pack, found)
    if found.bridged_since is not None:
        since = found.bridged_since.isoformat()
        say(T("Bridged since {day}: a part of these numbers stands for other areas.", day=since))
        for bridge in found.bridges:
            say(bridge.text)
    print_doubts(found.doubts)
    for one in found.corrections:
        say(
            T(
                "Record {record} of {source} was corrected by declaration: {field} {old} → {new}"
                " (batch {batch}, {who}: {reason}).",
                record=one.record,
                source=one.source,
                field=one.field,
                old=one.old or "-",
                new=one.new or "-",
                batch=one.batch,
                who=one.who,
                reason=one.reason,
            )
        )
    say(
        T(
            "{state}; {share} % of the weight and days were there; as known after batch {known}.",
            state=state_word(found.state),
            share=round(found.completeness / 10_000),
            known=found.known,
        ),
        "dim",
    )


def _print_parts(pack: Pack, found: Explanation) -> None:
    say("")
    say(marked(pack, T("Where the score comes from (the parts add up to it exactly):")))
    rows: list[list[Cell]] = []
    for part in found.parts:
        dimension = picked(pack.dimension(part.dimension).name.model_dump())
        rows.append(
            [
                dimension,
                picked(part.name),
                _amount(part),
                _usual(part),
                _micro(part.points),
                _percent(part.share),
                _micro(part.contribution),
                _remark(part),
            ]
        )
    for charge in found.charges:
        amount = "-" if charge.amount is None else _micro(charge.amount)
        rows.append(["", picked(charge.name), _amount(charge), "", "", "", amount, charge.kind])
    print_table(
        [
            Column(str(T("Dimension")), drop=2),
            Column(str(T("Indicator"))),
            Column(str(T("Counted")), right=True),
            Column(str(T("Usual")), right=True),
            Column(str(T("Points")), right=True, drop=3),
            Column(str(T("Weight")), right=True, drop=4),
            Column(str(T("Contribution")), right=True),
            Column(str(T("Remark")), drop=1),
        ],
        rows,
    )
    if found.split_note is not None:
        say(found.split_note)


def _print_stations(pack: Pack, found: Explanation) -> None:
    say("")
    say(marked(pack, T("The arithmetic, station by station:")))
    print_sections(
        [
            Column(str(T("Against"))),
            Column(str(T("Its count")), right=True, drop=4),
            Column(str(T("Its exposure")), right=True, drop=2),
            Column("kappa", right=True, drop=3),
            Column(str(T("Expected")), right=True),
            Column(str(T("Compared")), right=True),
            Column(str(T("Points")), right=True),
            Column(str(T("Weight")), right=True),
            Column(str(T("Line")), right=True, drop=1),
        ],
        [_stations(part, _divisor_places(pack, part)) for part in found.parts],
    )


def _stations(part: Part, places: int) -> tuple[str, list[list[Cell]]]:
    return _heading(part, places), [_station(held, places) for held in part.comparisons]


def _divisor_places(pack: Pack, part: Part) -> int:
    """Decimals in which the second measure of a ratio is kept: hours of patrol in tenths."""
    per = pack.indicator(part.indicator).per.measure
    return 0 if per is None else per.places


def _heading(part: Part, places: int) -> str:
    """`Fires (indicators/fire_burning.yaml:19): 9 in 2016-11-02..2016-11-29, 28/28 days, …`."""
    name = picked(part.name)
    line = part.pack_line or part.indicator
    if part.window is None:
        return str(T("{name} ({line}): no window; {why}", name=name, line=line, why=_remark(part)))
    return str(
        T(
            "{name} ({line}): {count} in {first}..{last}, {counting}/{days} days, "
            "exposure {exposure}",
            name=name,
            line=line,
            count=_amount(part),
            first=part.window.first,
            last=part.window.last,
            counting=part.window.counting,
            days=part.window.days,
            exposure=_whole(_scaled(part.exposure, places)),
        )
    )


def _station(held: Held, places: int) -> list[Cell]:
    against = "  " + str(comparand_word(held.kind))
    if not held.available:
        gone = str(T("not available"))
        return [against, "-", "-", "-", "-", "-", gone, "0.0 %", _line(held)]
    return [
        against,
        _whole(held.count),
        _whole(_scaled(held.exposure, places)),
        _micro(held.kappa),
        _micro(held.expected),
        _micro(held.compared),
        _micro(held.points),
        _percent(held.weight_given),
        _line(held),
    ]


def _line(held: Held) -> str:
    """The line of the comparison in the file that the heading names."""
    return (held.pack_line or "").rpartition(":")[2]


def _print_change(pack: Pack, found: Explanation) -> None:
    change = found.change
    say("")
    if change.note is not None or found.score is None or change.before is None:
        note = change.note or T("There is none to tell.")
        say(T("Change since {period}: {note}", period=change.period, note=note))
        return
    title = T(
        "What changed since {period} ({score}, as first known after batch {known}):",
        period=change.period,
        score=score_text(change.before),
        known=change.known,
    )
    say(marked(pack, title))
    rows: list[list[Cell]] = [
        [str(cause_word(line.cause)), str(T("with the next line")) if line.joined else
         signed(line.amount)]
        for line in change.lines
    ]  # fmt: skip
    rows.append([str(T("in all")), signed(found.score - change.before)])
    print_table([Column(str(T("Cause"))), Column(str(T("Points")), right=True)], rows)


def _amount(one: Part | Charge) -> str:
    """What was counted, with its unit if it adds up something."""
    if one.measure_unit is None:
        return str(one.count)
    return str(T("{amount} {unit}", amount=one.count, unit=picked(one.measure_unit)))


def _usual(part: Part) -> str:
    lead = part.leading
    return "-" if lead is None or lead.usual is None else count(lead.usual)


def _remark(part: Part) -> str:
    if part.points is None and part.reason is not None:
        return str(part.reason)
    if part.fill != "own":
        return str(fill_word(part.fill))
    words = [] if part.state == "ok" else [str(state_word(part.state))]
    if part.bridged_since is not None:
        words.append(str(T("bridged since {day}", day=part.bridged_since.isoformat())))
    return ", ".join(words)


def _micro(value: int | None) -> str:
    return "-" if value is None else str(Fixed(value, 6))


def _whole(value: int | Fixed | None) -> str:
    if isinstance(value, Fixed):
        return str(value)
    return "-" if value is None else count(value)


def _scaled(value: int | Fixed | None, places: int) -> int | Fixed | None:
    """A divisor kept in units of its last decimal, as what it is."""
    if value is None or not places:
        return value
    if isinstance(value, Fixed):
        return Fixed(value.units, value.places + places)
    return Fixed(value, places)


def _percent(micro: int) -> str:
    """Millionths as per cent with one decimal."""
    return f"{Fixed(round(micro / 1000), 1)} %"
