"""Five hundred ways to damage a file: the same truth or a refusal, never another truth."""

from __future__ import annotations

import csv
import io
import random
from collections.abc import Callable
from pathlib import Path

import pytest
from intake_town import HEADER, as_csv, row, town

from qingyu.engine.connect import connect
from qingyu.errors import InputError
from qingyu.intake.bulk import Bulk
from qingyu.intake.contract import compile_contract
from qingyu.intake.match import fold_bucket
from qingyu.intake.place import Placer
from qingyu.intake.read import open_sheet
from qingyu.intake.stage import stage_sheet

GOLDEN = [
    row("1", "2020-01-05 10:00:00", number="17", amount="3.50", note="first, and more"),
    row("2", "2020-01-06 11:30:00", kind="theft", place="00012", number="0"),
    row("3", "2020-02-29 23:59:59", amount="-0.05", note='she said "no"'),
    row("4", "2020-03-01 00:00:00", number="", name="Birch  hill", place=""),
    row("5", "2020-03-02 08:00:00", number="1000", amount="12"),
    row("6", "2020-03-03 08:00:00", note="two\nlines"),
]
NAMES = HEADER.split(",")
Truth = dict[str, tuple[object, ...]]
Mutation = Callable[[random.Random, list[str]], bytes]
PACK = town()
WAYS = 500


def truth_of(path: Path) -> tuple[Truth, int]:
    """The records a file yields, and how many of its rows are refused."""
    source = PACK.source("calls")
    with connect() as connection:
        placer = Placer(PACK, source)
        placer.register(connection)
        contract = compile_contract(PACK, source)
        stage = stage_sheet(connection, contract, placer, open_sheet(path, source), 0, path.parent)
        bulk = Bulk(connection, contract, [stage])
        for rows in bulk.buckets():
            fold_bucket(bulk, rows, each=False)
        kept = connection.execute(
            "SELECT key, area, day, c_kind, c_number, c_amount, c_note FROM staged"
            " ANTI JOIN late USING (part, pos) WHERE fit"
        ).fetchall()
        return {r[0]: r[1:] for r in kept}, bulk.totals().refused


def joined(lines: list[str], end: str = "\n") -> bytes:
    return (end.join(lines) + end).encode()


def drop_cell(draw: random.Random, lines: list[str]) -> bytes:
    at = draw.randrange(len(lines))
    commas = [n for n, c in enumerate(lines[at]) if c == ","]
    cut = draw.choice(commas)
    lines[at] = lines[at][:cut] + lines[at][cut + 1 :]
    return joined(lines)


def add_comma(draw: random.Random, lines: list[str]) -> bytes:
    """Outside quotes: within them it is another text, which nobody can tell from the right one."""
    at = draw.randrange(len(lines))
    cut = draw.choice([n for n in range(len(lines[at]) + 1) if lines[at][:n].count('"') % 2 == 0])
    lines[at] = lines[at][:cut] + "," + lines[at][cut:]
    return joined(lines)


def add_quote(draw: random.Random, lines: list[str]) -> bytes:
    at = draw.randrange(len(lines))
    starts = [0, *(n + 1 for n, c in enumerate(lines[at]) if c == ",")]
    cut = draw.choice(starts)
    lines[at] = lines[at][:cut] + '"' + lines[at][cut:]
    return joined(lines)


def two_quotes(draw: random.Random, lines: list[str]) -> bytes:
    for at, side in zip(sorted(draw.sample(range(1, len(lines)), 2)), (1, 0), strict=True):
        commas = [n for n, c in enumerate(lines[at]) if c == ","]
        cut = draw.choice(commas) + side
        lines[at] = lines[at][:cut] + '"' + lines[at][cut:]
    return joined(lines)


def reorder_columns(draw: random.Random, lines: list[str]) -> bytes:
    order = draw.sample(NAMES, len(NAMES))
    return as_csv([{name: r[name] for name in order} for r in GOLDEN], ",".join(order)).encode()


def drop_column(draw: random.Random, lines: list[str]) -> bytes:
    gone = draw.choice(NAMES)
    names = [name for name in NAMES if name != gone]
    return as_csv([{n: r[n] for n in names} for r in GOLDEN], ",".join(names)).encode()


def add_column(draw: random.Random, lines: list[str]) -> bytes:
    names = [*NAMES]
    new = draw.choice(["extra", "ID", "when ", "名", "number"])
    names.insert(draw.randrange(len(names) + 1), new)
    rows = [{**r, new: r.get(new, "7")} for r in GOLDEN]
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(names)
    writer.writerows([[r[n] for n in names] for r in rows])
    return text.getvalue().encode()


def repeat_header(draw: random.Random, lines: list[str]) -> bytes:
    lines.insert(draw.randrange(1, len(lines) + 1), lines[0])
    return joined(lines)


def title_above(draw: random.Random, lines: list[str]) -> bytes:
    return joined([draw.choice(["Calls", "Calls,,,", "", ",,,", "#" * 20]), *lines])


def rename_column(draw: random.Random, lines: list[str]) -> bytes:
    gone = draw.choice(NAMES)
    lines[0] = lines[0].replace(gone, draw.choice([gone + "x", gone.upper(), "", f" {gone} "]), 1)
    return joined(lines)


def swap_header_cells(draw: random.Random, lines: list[str]) -> bytes:
    """What does not fit its column any more is refused (id and number would fit each other's)."""
    names = [*NAMES]
    one, two = (
        names.index(n) for n in (draw.choice(["id", "number"]), draw.choice(["when", "kind"]))
    )
    names[one], names[two] = names[two], names[one]
    return joined([",".join(names), *lines[1:]])


def truncate(draw: random.Random, lines: list[str]) -> bytes:
    whole = joined(lines)
    return whole[: draw.randrange(len(whole))]


def encode(draw: random.Random, lines: list[str]) -> bytes:
    lines[2] = lines[2].replace("00012", "").replace("theft,0,,,", "theft,0,,,桤木")
    text = "\n".join(lines) + "\n"
    return text.encode(
        draw.choice(["gbk", "utf-16", "utf-16-le", "utf-8-sig", "gb18030", "utf-32"])
    )


def line_ends(draw: random.Random, lines: list[str]) -> bytes:
    ends = [draw.choice(["\n", "\r\n", "\r"]) for _ in lines]
    if draw.random() < 0.5:
        ends = [ends[0]] * len(lines)
    return "".join(line + end for line, end in zip(lines, ends, strict=True)).encode()


def separator(draw: random.Random, lines: list[str]) -> bytes:
    marks = [draw.choice(";\t,|") for _ in lines]
    if draw.random() < 0.5:
        marks = [marks[0]] * len(lines)
    text = io.StringIO()
    for line, mark in zip(lines, marks, strict=True):
        (cells,) = csv.reader(io.StringIO(line, newline=""))
        csv.writer(text, delimiter=mark, lineterminator="\n").writerow(cells)
    return text.getvalue().encode()


def nul_or_control(draw: random.Random, lines: list[str]) -> bytes:
    whole = bytearray(joined(lines))
    whole.insert(draw.randrange(len(whole)), draw.choice([0, 0x80, 0xFF, 0xB5]))
    return bytes(whole)


def blank_lines(draw: random.Random, lines: list[str]) -> bytes:
    lines.insert(draw.randrange(1, len(lines) + 1), draw.choice(["", " ", "," * 11, '""']))
    return joined(lines)


def permute(draw: random.Random, lines: list[str]) -> bytes:
    return joined([lines[0], *draw.sample(lines[1:], len(lines) - 1)])


def double_a_row(draw: random.Random, lines: list[str]) -> bytes:
    lines.append(draw.choice(lines[1:]))
    return joined(lines)


def drop_line_break(draw: random.Random, lines: list[str]) -> bytes:
    at = draw.randrange(len(lines) - 1)
    return joined([*lines[:at], lines[at] + lines[at + 1], *lines[at + 2 :]])


def number_forms(draw: random.Random, lines: list[str]) -> bytes:
    forms = ["NaN", "inf", "1e309", "１７", "17起", "1 7", '"1,7"', "17.5", "-17", "０", "十七"]
    lines[1] = lines[1].replace(",17,", f",{draw.choice(forms)},")
    return joined(lines)


MUTATIONS: list[Mutation] = [
    drop_cell, add_comma, add_quote, two_quotes, reorder_columns, drop_column, add_column,
    repeat_header, title_above, rename_column, swap_header_cells, truncate, encode, line_ends,
    separator, nul_or_control, blank_lines, permute, double_a_row, drop_line_break, number_forms,
]  # fmt: skip


def logical_lines() -> list[str]:
    """One text per row of the golden file (a quoted cell may hold a line break)."""
    return [as_csv([r]).split("\n", 1)[1].rstrip("\n") for r in GOLDEN]


@pytest.mark.slow
def test_no_damage_changes_the_truth(tmp_path: Path) -> None:
    path = tmp_path / "calls.csv"
    path.write_bytes(joined([HEADER, *logical_lines()]))
    golden, refused = truth_of(path)
    assert (len(golden), refused) == (len(GOLDEN), 0)
    outcomes = {"refused whole": 0, "same truth": 0, "some rows refused": 0}
    for number in range(WAYS):
        draw = random.Random(number)
        mutation = MUTATIONS[number % len(MUTATIONS)]
        data = mutation(draw, [HEADER, *logical_lines()])
        path.write_bytes(data)
        try:
            found, refused = truth_of(path)
        except InputError:
            outcomes["refused whole"] += 1
            continue
        label = f"{mutation.__name__}, number {number}: {data!r}"
        changed = {k: v for k, v in found.items() if golden.get(k) != v}
        assert not changed, label
        if mutation is truncate:  # rows that never came cannot be missed: coverage tells of them
            continue
        assert refused or found == golden, label
        outcomes["some rows refused" if refused else "same truth"] += 1
    assert min(outcomes.values()) > WAYS // 20, outcomes
