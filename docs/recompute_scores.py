"""From points to colours and ranks, as a stranger does it: python3 recompute_scores.py EDITION."""

import csv
import json
import sys
from fractions import Fraction
from pathlib import Path

FOLDER = Path(sys.argv[1])
METHOD = json.loads((FOLDER / "method.json").read_text("utf-8"), parse_float=str)
GRADES = [(grade["id"], Fraction(grade["from"])) for grade in METHOD["grades"]]
NAMES = [name for name, _ in GRADES]


def table(name, *key):
    with (FOLDER / f"{name}.csv").open(encoding="utf-8-sig", newline="") as file:
        return {tuple(row[k] for k in key): row for row in csv.DictReader(file)}


def number(text):
    return Fraction(text) if text else None


def mean(members, places):  # of (weight, value): what is present, if that is enough
    there = [(weight, value) for weight, value in members if value is not None and weight]
    have, whole = sum(w for w, _ in there), sum(w for w, _ in members)
    if not have or have < Fraction(METHOD["least_share"]) * whole:
        return None
    return Fraction(round(sum(w * v for w, v in there) / have * 10**places), 10**places)


def limit(place):  # the most that is still below the next better grade
    return Fraction(-(-GRADES[place - 1][1] * 1000 // 1) - 1, 1000) if place else Fraction(100)


def counted(kind, code, dimension, rule):
    row = charges.get((code, kind, dimension, rule["id"]))
    return int(row["count"]) if row else 0


def dimension(code, one):
    mine = [i for i in METHOD["indicators"] if i["dimension"] == one["id"]]
    values = [(Fraction(i["weight"]), number(cells[code, i["id"]]["points"])) for i in mine]
    value = mean(values, 6)
    for rule in one["deductions"] if value is not None else ():
        off = Fraction(rule["points"]) * counted("deduction", code, one["id"], rule)
        value -= min(off, Fraction(rule["at_most"]))
    weight = Fraction(one["weight"]) * any(w for w, _ in values)
    return weight, None if value is None else max(value, Fraction(0))


def score(code):
    parts = [dimension(code, one) for one in METHOD["dimensions"]]
    for one, (_, value) in zip(METHOD["dimensions"], parts, strict=True):
        if dimensions[code, one["id"]]["withheld"] == "false":
            check(code, one["id"], number(dimensions[code, one["id"]]["points"]), value)
    caps = [c for c in METHOD["caps"] if counted("cap", code, "", c) >= c["at_least"]]
    most = [limit(NAMES.index(c["grade"])) for c in caps]
    most += [limit(len(NAMES) - 1)] * vetoed(code)
    value = mean(parts, 3)
    return None if value is None else min([value, *most])


def vetoed(code):
    return any(counted("veto", code, "", v) >= v["at_least"] for v in METHOD["vetoes"])


def check(code, what, printed, found):
    done.append(printed == found)
    if printed != found:
        print(code, what, printed, "but", found)


assert METHOD["method"] == METHOD["within"] == "arithmetic", "only the weighted mean is redone"
charges = table("charges", "area", "kind", "dimension", "id")
dimensions, cells = (
    table("dimensions", "area", "dimension"),
    table("indicators", "area", "indicator"),
)
areas, done = table("areas", "area"), []
scores = {code: score(code) for (code,) in areas}
for (code,), row in areas.items():
    if row["withheld"] == "true":  # what the colour rests on is not for the public
        continue
    check(code, "score", number(row["score"]), scores[code])
    grade = next((name for name, cut in GRADES if (scores[code] or -1) >= cut), NAMES[-1])
    check(code, "grade", row["grade"], grade if scores[code] is not None else "")
    peers = [c for (c,), r in areas.items() if r["level"] == row["level"] and not vetoed(c)
             and r["rankable"] == "true" and scores[c] is not None]  # fmt: skip
    rank = 1 + sum(scores[c] > scores[code] for c in peers) if code in peers else None
    check(code, "rank", number(row["rank"]), rank)
    check(code, "of", number(row["of"]), len(peers))
print(f"{len(done)} numbers redone, {done.count(False)} differ")
sys.exit(False in done)
