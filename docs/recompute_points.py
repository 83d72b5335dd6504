"""From counts to points, as a stranger does it: python3 recompute_points.py EDITION."""

import csv
import itertools
import json
import sys
from fractions import Fraction
from pathlib import Path

FOLDER = Path(sys.argv[1])
METHOD = json.loads((FOLDER / "method.json").read_text("utf-8"), parse_float=str)
HOW = {one["id"]: one for one in METHOD["indicators"]}


def table(name):
    with (FOLDER / f"{name}.csv").open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def station(value):  # six decimals, half-even: Python rounds fractions so, exactly
    return Fraction(round(value * 10**6), 10**6)


def curve(points, x):
    points = [(Fraction(a), Fraction(b)) for a, b in points]
    for (a, y), (b, z) in itertools.pairwise(points):
        if a <= x <= b:
            return station((y * (b - x) + z * (x - a)) / (b - a))
    return points[0][1] if x < points[0][0] else points[-1][1]


def stations(line, cell):  # expected, compared, points of one comparison
    how, scale = HOW[line["indicator"]], 10 ** HOW[line["indicator"]]["places"]
    rule, kappa = how["compare"][int(line["place"])], Fraction(line["kappa"] or 0)
    count, exposure = Fraction(cell["count"]) * scale, Fraction(cell["exposure"])
    if line["with"] == "minmax":
        low, high = Fraction(rule["low"]), Fraction(rule["high"])
        rate = station(how["unit"] * count / exposure)
        left = (high - rate) if how["better"] == "lower" else (rate - low)
        return None, rate, station(100 * min(max(left, 0), high - low) / (high - low))
    if line["with"] == "target":
        usual = Fraction(rule["target"]) / how["unit"]
    else:
        usual = Fraction(line["count"]) * scale / Fraction(line["exposure"])
    expected = station(usual * exposure)
    compared = station((count + kappa) / (expected + kappa))
    return expected, compared, curve(rule["curve"], compared)


cells = {(c["area"], c["indicator"]): c for c in table("indicators")}
held, done, wrong = {key: [] for key in cells}, 0, 0
for line in table("comparisons"):
    if line["available"] == "true":
        key = line["area"], line["indicator"]
        found = stations(line, cells[key])
        for name, value in zip(("expected", "compared", "points"), found, strict=True):
            done += 1
            if value is not None and value != Fraction(line[name]):
                wrong += 1
                print(*key, line["with"], name, line[name], "but", float(value))
        weight = Fraction(HOW[key[1]]["compare"][int(line["place"])]["weight"])
        held[key].append((weight, found[2]))
for key, cell in cells.items():
    if cell["fill"] == "own" and held[key]:
        done, whole = done + 1, sum(weight for weight, _ in held[key])
        value = station(sum(weight * points for weight, points in held[key]) / whole)
        if value != Fraction(cell["points"] or -1):
            wrong += 1
            print(*key, "points", cell["points"], "but", float(value))
print(f"{done} numbers redone, {wrong} differ")
sys.exit(wrong > 0)
