"""`qingyu compute`, `show`, `explain`, `trace`: from the cube to an explained grade."""

from __future__ import annotations

from typing import Annotated, Literal

import typer

from qingyu.cli.helping import HelpfulCommand
from qingyu.cli.options import HomeOption, JsonOption, KnownOption, PeriodOption, open_home
from qingyu.cli.screen import count, print_json, say, to_json
from qingyu.i18n import T, pick

OddsOption = Annotated[
    bool,
    typer.Option(
        "--odds/--no-odds",
        help=T("How sure each score, rank and colour is (drawn anew each time).").text,
    ),
]


def add_to(app: typer.Typer) -> None:
    """Add the commands of this group."""
    app.command(
        "show",
        cls=HelpfulCommand,
        help=T("Show the areas of a period: grade, score, rank, change; worst first.").text,
        epilog="qingyu show --period 2016-10 --home montco-home",
    )(show)
    app.command(
        "explain",
        cls=HelpfulCommand,
        help=T("Say what is behind one score, to the last digit, and why it changed.").text,
        epilog='qingyu explain "LOWER MERION" --period 2016-10 --home montco-home',
    )(explain)
    app.command(
        "compute",
        cls=HelpfulCommand,
        help=T("Compute all areas of a period, or of all periods, with a digest to compare.").text,
        epilog="qingyu compute --home montco-home\nqingyu compute --period 2016-10 --as-known 1",
    )(compute)
    app.command(
        "trace",
        cls=HelpfulCommand,
        help=T("Follow one record from its file to the colours it counts in.").text,
        epilog='qingyu trace "sha256:…" --home montco-home',
    )(trace)


def show(
    period: PeriodOption = None,
    level: Annotated[
        str | None,
        typer.Option("--level", metavar="LEVEL", help=T("Only areas of this level.").text),
    ] = None,
    order: Annotated[
        Literal["worst", "rank", "area"],
        typer.Option("--order", metavar="ORDER", help=T("worst, rank or area first.").text),
    ] = "worst",
    why: Annotated[bool, typer.Option("--why", help=T("A sentence for each area.").text)] = False,
    odds: OddsOption = True,
    as_known: KnownOption = None,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    from qingyu.cli.show_page import print_shown
    from qingyu.cli.words import marked
    from qingyu.flows.show import show as shown
    from qingyu.index.exact_json import dumps

    opened, pack = open_home(home)
    found = shown(opened, pack, period, level, as_known, order, odds)
    if as_json:
        print_json(dumps(found.to_json()))
        return
    name = pick(pack.name.model_dump())
    title = T("{name}, {period}, as known after batch {known}", name=name,
              period=found.period.label, known=found.known)  # fmt: skip
    say(marked(pack, title))
    print_shown(pack, found.rows, why=why)


def explain(
    area: Annotated[
        str, typer.Argument(metavar="AREA", help=T("An area's code or printed name.").text)
    ],
    period: PeriodOption = None,
    odds: OddsOption = True,
    as_known: KnownOption = None,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    from qingyu.cli.explain_page import print_explanation
    from qingyu.flows.explain import explain as explained
    from qingyu.index.exact_json import dumps

    opened, pack = open_home(home)
    found = explained(opened, pack, area, period, as_known, odds)
    if as_json:
        print_json(dumps(found.to_json() | {"simulated": pack.simulated}))
        return
    print_explanation(pack, found)


def compute(
    period: PeriodOption = None,
    as_known: KnownOption = None,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    from qingyu.cli.progress import staged
    from qingyu.flows.compute import compute as computed

    opened, pack = open_home(home)
    with staged() as tell:

        def progress(done: int, whole: int) -> None:
            tell(T("Computing"), done, whole)

        found = computed(opened, pack, period, as_known, progress)
    if as_json:
        print_json(to_json(found.to_json()))
        return
    labels = [one.label for one in found.periods]
    again = T("kept from an earlier run") if found.again else T("computed now")
    say(
        T(
            "{periods} periods ({first} to {last}), {scores} scores, as known after batch "
            "{known}; {again}.",
            periods=len(labels),
            first=labels[0],
            last=labels[-1],
            scores=count(found.scores),
            known=found.known,
            again=again,
        )
    )
    say(T("Digest of all stations: {digest}", digest=found.digest))
    if found.folder is not None:
        say(T("Tables: {folder}", folder=found.folder))


def trace(
    record: Annotated[
        str,
        typer.Argument(
            metavar="RECORD", help=T("Its key as the source sends it, or sha256:… of it.").text
        ),
    ],
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    from qingyu.cli.trace_page import print_trace
    from qingyu.flows.trace_record import trace_record
    from qingyu.index.exact_json import dumps

    opened, pack = open_home(home)
    found = trace_record(opened, pack, record)
    if as_json:
        print_json(dumps(found.to_json()))
        return
    print_trace(pack, found)
