"""Both splits of the product and of the twin as the same plain rows.

`{(period, area, "part" | "deduction" | "cap" | "veto", id): micro-points}` and
`{(period, area, "change", cause): milli-points}`; what has no split is left out of both, and
`(period, area, "lines")` says how many lines there are.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import agree
from draw import Drawn
from twin_cells import Cells
from twin_change import changes
from twin_days import Days
from twin_index import Scores
from twin_periods import before, label
from twin_read import read_pack
from twin_split import limits, split

from qingyu.engine.tables import Panel
from qingyu.index.causes import before_and_now, score_of, split_change
from qingyu.index.ingredients import MISSING
from qingyu.index.spot import Spot, spot
from qingyu.index.steps import evaluate, gather
from qingyu.index.trace import explain, no_change
from qingyu.pack.load import load_pack
from qingyu.pack.model import Pack
from qingyu.periods import parse

Rows = dict[tuple[object, ...], object]
FIRST_KNOWN = 77_777  # what the period before is said to have had at first, where that is asked


def twin_rows(drawn: Drawn, folder: Path) -> Rows:
    pack = read_pack(folder)
    days = Days(pack, drawn.records, drawn.covers, drawn.first, drawn.last, drawn.known_on)
    scores = Scores(Cells(days))
    rows: Rows = {}
    for period in drawn.periods:
        then = scores.plain(before(period))
        for code, area in scores.plain(period).items():
            if area.score is None:
                continue
            key = (label(period), code)
            lines = split(scores, code, period)
            rows[(*key, "lines")] = lines is not None
            for line, amount in ((lines or {}) | limits(scores, code, period)).items():
                rows |= {(*key, *line): amount} if amount else {}
            if code in then and then[code].score is not None:
                for cause, amount in changes(scores, code, period, FIRST_KNOWN):
                    rows[*key, "change", cause] = amount
    return rows


def product_rows(drawn: Drawn, folder: Path) -> Rows:
    pack = load_pack(folder)
    panel = agree.panel(drawn, pack)
    rows: Rows = {}
    for place in _places(drawn, pack, panel):
        key = (place.period.label, place.code)
        found = explain(place, no_change(place.period, None))
        lines = [("part", part.indicator, part.contribution) for part in found.parts]
        lines += [(charge.kind, charge.id, charge.amount) for charge in found.charges]
        rows[(*key, "lines")] = found.split_note is None
        rows |= {(*key, kind, name): amount for kind, name, amount in lines if amount}
        earlier, now = before_and_now(place.ingredients)
        if score_of(pack, earlier, place.area) is not None:
            for line in split_change(pack, FIRST_KNOWN, earlier, now, place.area):
                rows[*key, "change", line.cause] = line.amount
    return rows


def _places(drawn: Drawn, pack: Pack, panel: Panel) -> Iterator[Spot]:
    """Every area with a score, in every period asked."""
    for period in drawn.periods:
        pair = [parse(label(before(period))), parse(label(period))]
        ingredients = gather(pack, panel, pair, drawn.known_on)
        results = evaluate(pack, ingredients)
        for number, code in enumerate(results.labels.areas):
            if results.score[number, -1] != MISSING:
                yield spot(pack, panel, ingredients, results, code, pair[-1])
