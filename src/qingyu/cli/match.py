"""`qingyu match check`: how well a union unites what is one event."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from qingyu.cli.helping import HelpfulCommand, HelpfulGroup
from qingyu.cli.options import HomeOption, JsonOption, open_home
from qingyu.cli.screen import Column, count, print_json, print_table, say
from qingyu.i18n import T, pick

if TYPE_CHECKING:
    from qingyu.flows.match_check import Judged, Tally
    from qingyu.pack.model import Pack


def add_to(app: typer.Typer) -> None:
    """Add the commands of this group."""
    group = typer.Typer(
        cls=HelpfulGroup,
        no_args_is_help=True,
        help=T("Judge the matching of several departments' records (matching.yaml).").text,
        epilog="qingyu match check city/truth/seen.parquet --home zhuhai-home",
    )
    group.callback()(_match)
    group.command(
        "check",
        cls=HelpfulCommand,
        help=T("Precision and recall of a union, held against records known to be one event.").text,
        epilog="qingyu match check city/truth/seen.parquet --home zhuhai-home",
    )(check)
    app.add_typer(group, name="match")


def _match() -> None:
    """Without a callback Typer would not take the group's own words."""


def check(
    labels: Annotated[
        Path,
        typer.Argument(
            metavar="LABELS",
            help=T("Parquet with `event`, `source`, `record`; one event's records share it.").text,
        ),
    ],
    union: Annotated[
        str | None,
        typer.Option("--union", metavar="NAME", help=T("Which union, if there are several.").text),
    ] = None,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    from qingyu.flows.match_check import judge
    from qingyu.index.exact_json import dumps

    opened, pack = open_home(home)
    found = judge(opened, pack, labels, union)
    if as_json:
        print_json(dumps(found.to_json()))
        return
    _print(pack, found)


def _print(pack: Pack, found: Judged) -> None:
    say(
        T(
            "{name}: {records} records are {events} events; by the labels they are {true_events}.",
            name=pick(_name(pack, found.union)),
            records=count(found.records),
            events=count(found.events),
            true_events=count(found.true_events),
        )
    )
    names = {source.id: pick(source.name.model_dump()) for source in pack.sources}
    rows = [
        [f"{names[one]} – {names[other]}", *_cells(tally)]
        for (one, other), tally in found.by_sources.items()
    ]
    rows.append([str(T("in all")), *_cells(found.whole)])
    print_table(
        [
            Column(str(T("Sources"))),
            Column(str(T("Pairs that are one")), right=True),
            Column(str(T("Pairs united")), right=True),
            Column(str(T("Rightly")), right=True),
            Column(str(T("Precision")), right=True),
            Column(str(T("Recall")), right=True),
        ],
        rows,
    )


def _name(pack: Pack, union: str) -> dict[str, str]:
    found = pack.union(union)
    assert found is not None
    return found.name.model_dump()


def _cells(tally: Tally) -> list[str]:
    shares = [_percent(share) for share in (tally.precision, tally.recall)]
    return [count(tally.true), count(tally.found), count(tally.right), *shares]


def _percent(share: int | None) -> str:
    """Millionths as per cent with one decimal, cut off: never better than it is."""
    return "-" if share is None else f"{share // 10_000}.{share // 1000 % 10} %"
