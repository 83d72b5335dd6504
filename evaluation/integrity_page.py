"""The tables of docs/explanation/integrity.md, written from the committed results."""

from __future__ import annotations

import csv
import sys
from collections.abc import Sequence
from pathlib import Path

from evaluation.integrity_pitfalls import Told
from qingyu.evaluate.integrity.rates import Rate, rates

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs" / "explanation" / "integrity.md"
PITFALLS = ROOT / "evaluation" / "results" / "integrity_pitfalls.csv"
NAMES = {
    "reclassified": "moved between categories", "withdrawn": "struck out after the count",
    "held_back": "came after the count", "postponed": "dip before the end",
    "heaped": "on round marks", "hugging": "crowding at the limit",
    "low": "low beside another source", "repeated": "split into several",
    "flooded": "flood of good marks",
}  # fmt: skip


def rates_table(rows: Sequence[Rate]) -> str:
    """False alarms with their intervals; hits by strength, small / middling / large."""
    lines = [
        "| check | false alarms, clean | changed | hits at 15 % (small / middling / large) |"
        " at 30 % | at 60 % |",
        "|---|---|---|---|---|---|",
    ]
    for kind, name in NAMES.items():
        mine = [one for one in rows if one.kind == kind]
        cells = [_false(one) for one in mine[:2]]
        for strength in sorted({one.strength for one in mine[2:]}):
            same = [one for one in mine[2:] if one.strength == strength]
            cells.append(" / ".join(f"{100 * one.share:.0f}" for one in same) + " %")
        lines.append(f"| {name} | {' | '.join(cells)} |")
    return "\n".join(lines)


def _false(one: Rate) -> str:
    low, high = one.interval
    return f"{one.found} of {one.tries} ({100 * low:.0f}–{100 * high:.0f} %)"


def pitfalls_table(rows: Sequence[Told]) -> str:
    """One line a reading."""
    lines = ["| trap | how it is read | falsely told |", "|---|---|---|"]
    lines += [f"| {one.trap} | {one.reading} | {100 * one.share:.1f} % |" for one in rows]
    return "\n".join(lines)


def committed() -> list[Told]:
    """The table of traps as it is committed."""
    with PITFALLS.open(encoding="utf-8", newline="") as file:
        return [
            Told(row["trap"], row["reading"], int(row["wrong"]), int(row["of"]))
            for row in csv.DictReader(file)
        ]


def written(text: str) -> str:
    """The page with its tables as they are."""
    for mark, table in (("rates", rates_table(rates())), ("pitfalls", pitfalls_table(committed()))):
        before, _, rest = text.partition(f"<!-- {mark} -->\n")
        _, _, after = rest.partition(f"<!-- /{mark} -->")
        text = f"{before}<!-- {mark} -->\n{table}\n<!-- /{mark} -->{after}"
    return text


if __name__ == "__main__":
    PAGE.write_text(written(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
    print(f"wrote {PAGE}", file=sys.stderr)
