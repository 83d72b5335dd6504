"""`qingyu demo`: from departments' files to explained grades, with every step said."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from qingyu.cli.helping import HelpfulCommand
from qingyu.cli.options import JsonOption, pack_folder, person
from qingyu.cli.screen import near, note, print_json, say
from qingyu.errors import UsageError
from qingyu.i18n import T, language_in_use
from qingyu.i18n import Text as Words

if TYPE_CHECKING:
    from qingyu.flows.demo import Demo
    from qingyu.flows.demo_city import CityDemo
    from qingyu.flows.show import Shown

HOMES = Path("demo-home")


def add_to(app: typer.Typer) -> None:
    """Add the command."""
    app.command(
        "demo",
        cls=HelpfulCommand,
        help=T("See it work: the files of a city become a graded and explained index.").text,
        epilog="qingyu demo\nqingyu demo --city montco --data 911.csv",
    )(demo)


def demo(
    city: Annotated[
        str, typer.Option("--city", metavar="PACK", help=T("The pack's name or folder.").text)
    ] = "zhuhai",
    data: Annotated[
        Path | None,
        typer.Option("--data", metavar="FILE", help=T("Your own file in the same layout.").text),
    ] = None,
    home: Annotated[
        Path | None,
        typer.Option(
            "--home",
            metavar="FOLDER",
            help=T("Where the demo keeps its data (else demo-home/PACK).").text,
        ),
    ] = None,
    as_json: JsonOption = False,
) -> None:
    from qingyu.flows.demo_city import is_city

    folder = pack_folder(city)
    place = home or HOMES / folder.resolve().name
    place.parent.mkdir(parents=True, exist_ok=True)
    if is_city(folder):
        _city(folder, data, place, as_json)
    else:
        _county(folder, data, place, as_json)


def _city(folder: Path, data: Path | None, home: Path, as_json: bool) -> None:
    from qingyu.cli.progress import staged
    from qingyu.flows.demo_city import demo_city
    from qingyu.index.exact_json import dumps

    if data is not None:
        raise UsageError(
            f"--data {data}",
            T("one file"),
            T("none: the files of this city's twenty sources are simulated"),
            T("Leave it out, or name another pack with --city or CITY=."),
        )
    tell = _teller(as_json)
    with staged() as progress:
        found = demo_city(home, folder, person(), tell, progress)
    if as_json:
        print_json(dumps(found.to_json()))
    else:
        from qingyu.cli.demo_city_page import print_city

        print_city(found)
        _print_further(found.glances, home)
    _publish(found, home, tell)
    found.must_have_found_all()


def _publish(found: CityDemo, home: Path, tell: Callable[[Words], None]) -> None:
    """The month as an edition, on the shelf beside the demo's homes."""
    from qingyu.flows.demo_edition import demo_edition

    if found.pack.publication is not None:
        shelf = (home.parent if home.parent == HOMES else home) / "shelf"
        demo_edition(found.home, found.pack, found.glances[1].period.label, shelf, tell)


def _county(folder: Path, data: Path | None, home: Path, as_json: bool) -> None:
    from qingyu.cli.progress import staged
    from qingyu.flows.demo import demo as walk
    from qingyu.index.exact_json import dumps

    beside = Path("..") / "shared" / "data"
    with staged() as progress:
        found = walk(home, folder, data, beside, person(), _teller(as_json), progress)
    if as_json:
        print_json(dumps(found.to_json()))
        return
    _print_refusals(found)
    _print_glance(found)
    _print_further(found.glances, home)


def _teller(as_json: bool) -> Callable[[Words], None]:
    """Says the steps, numbered; on standard error where the answer is for programs."""
    from qingyu.cli.progress import set_aside

    step = 0

    def tell(words: Words) -> None:
        nonlocal step
        step += 1
        with set_aside():
            (note if as_json else say)(f"{step}. {words}")

    return tell


def _print_refusals(found: Demo) -> None:
    from qingyu.cli.receipt_page import print_reasons

    print_reasons(found.receipt)
    if found.receipt.rejects is not None and found.receipt.refused:
        file = near(found.receipt.rejects)
        say(T("Refused rows, each with its reasons: {file}", file=file))


def _print_glance(found: Demo) -> None:
    """One table of all areas: the last day and the last month side by side."""
    from qingyu.cli.glance_page import print_areas, print_counts, print_roots, print_worst

    day, month = found.glances
    lowest = month.rows[-1].level
    say("")
    if found.simulated:
        say(T("SIMULATED DATA: no facts about any place."))
    for glance in (day, month):
        print_roots(found.pack, glance)
        print_counts(found.pack, glance, lowest)
    say("")
    print_areas(found.pack, day, month, lowest)
    say("")
    print_worst(found.pack, (day, month), lowest)


def _print_further(glances: Sequence[Shown], home: Path) -> None:
    day, month = glances
    command = _command()
    worst = month.worst.name if month.worst is not None else month.rows[0].name
    if month.worst is not None and language_in_use() == "zh":
        worst = month.worst.name_zh or worst
    say("")
    say(T("Look further:"))
    say(f'  {command} explain "{worst}" --period {month.period.label} --home {home}')
    say(f"  {command} show --period {day.period.label} --why --home {home}")
    say(f"  {command} now --day {day.period.label} --home {home}")
    say(f"  {command} supply --home {home}")


def _command() -> str:
    """How this very command is called from here: `qingyu`, or its path in the checkout."""
    called = Path(sys.argv[0]).absolute()
    here = Path.cwd()
    return os.path.relpath(called, here) if called.is_relative_to(here) else "qingyu"
