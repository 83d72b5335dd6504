"""The tables of `docs/explanation/simulator.md`, from what is declared.

python tests/simulate/city/doc_tables.py    prints them
"""

from __future__ import annotations

from qingyu.simulate.city.declared import EPISODES, SHARES, STREAMS
from qingyu.simulate.city.faults import KINDS, sentence

EXPOSURES = {
    "actual_population": "people there",
    "residents": "residents",
    "employed": "employed",
    "land_area": "hectares",
}
FOUND = {
    "reasons": "rows refused: `{code}`",
    "unplaced": "rows taken, in no area: `{code}`",
    "repeated": "repeats, counted once",
    "refused": "file refused whole",
    "again": "first receipt once more",
    "changes_nothing": "a batch that changes nothing",
    "suspect": "day suspect, counts for nothing",
    "missing": "day missing until it comes",
    "withdrawn": "batch taken back",
    "outlying": "day outlying, what rests on it provisional, until it is told anew",
    "unusual": "rows taken, named for an unusual `{code}`",
}


def streams() -> list[str]:
    heads = ("stream", "a day per 10,000", "φ", "spread", "month", "season", "week", "festival",
             "trend", "recorded")  # fmt: skip
    lines = [f"| {' | '.join(heads)} |", "|---" * len(heads) + "|"]
    for s in STREAMS:
        rate = f"{s.rate:g} {EXPOSURES[s.exposure]}"
        lines.append(
            f"| {s.id} | {rate} | {s.dispersion:g} | {s.spread:g} | {s.mood:g} | {s.season} |"
            f" {s.week} | {s.festival} | {s.trend:+g} | {s.recorded:g} |"
        )
    return lines


def shares() -> list[str]:
    lines = ["| share | of all | spread | month |", "|---|---|---|---|"]
    return lines + [f"| {s.id} | {s.share:g} | {s.spread:g} | {s.mood:g} |" for s in SHARES]


def episodes() -> list[str]:
    lines = ["| episode | days | on | at most or least | what |", "|---|---|---|---|---|"]
    for e in EPISODES:
        values = [value for _, value in e.factor]
        top = max(values) if max(values) > 1000 else min(values)
        what = e.name[0].lower() + e.name[1:]
        on = f"{e.on}: {', '.join(e.streams)}"
        lines.append(f"| {e.id} | {e.first} … {e.last} | {on} | × {top / 1000:g} | {what} |")
    return lines


def faults() -> list[str]:
    lines = ["| fault | what | files at `usual`, `many` | found as |", "|---|---|---|---|"]
    for kind in KINDS:
        found = FOUND[kind.where].format(code=kind.code)
        what = f"{sentence(kind.id)}" + ("; then sent again, mended" if kind.mended else "")
        lines.append(f"| {kind.id} | {what} | {kind.usual}, {kind.many} | {found} |")
    return lines


TABLES = {"streams": streams, "shares": shares, "episodes": episodes, "faults": faults}

if __name__ == "__main__":
    for name, table in TABLES.items():
        print(f"<!-- {name} -->")
        print("\n".join(table()))
