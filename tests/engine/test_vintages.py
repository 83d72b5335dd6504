"""Panels of several batches in one walk are those of each batch alone."""

from __future__ import annotations

import sys
from datetime import date, timedelta
from pathlib import Path

import numpy as np

from qingyu.engine.panel import load_panel
from qingyu.engine.vintages import vintages

sys.path.append(str(Path(__file__).parents[1] / "flows"))
from flows_county import County, calls, edited


def test_each_panel_is_as_it_was_known_then(tmp_path: Path) -> None:
    county = County(tmp_path)
    first = date(2016, 1, 1)
    given = calls(first=first, last=first + timedelta(days=9))
    county.take(given)
    county.take(calls(first=first + timedelta(days=8), last=first + timedelta(days=15)))
    changed = edited(given, given[0].desc, twp="ABINGTON")
    county.take(changed)
    county.take(calls(first=first - timedelta(days=3), last=first))  # earlier days, later
    for numbers in ([1, 2, 3, 4], [2, 4], [4]):
        for panel in vintages(county.home, county.pack, numbers):
            alone = load_panel(county.home, county.pack, panel.known)
            same = panel.counts.sel(day=alone.counts["day"])
            assert np.array_equal(same.values, alone.counts.values)
            assert panel.counts.values.sum() == alone.counts.values.sum()
            states = panel.coverage.sel(day=alone.coverage["day"])
            assert np.array_equal(states.values, alone.coverage.values)
            assert panel.outlying == alone.outlying


def test_no_batch_no_panel(tmp_path: Path) -> None:
    county = County(tmp_path)
    assert list(vintages(county.home, county.pack, [])) == []
