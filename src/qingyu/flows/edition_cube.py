"""A fingerprint of the cube's summed state as known, up to a day."""

from __future__ import annotations

from datetime import date

import numpy as np

from qingyu.digest import digest_of
from qingyu.engine.tables import Panel


def state_of(panel: Panel, last: date) -> dict[str, object]:
    """Of every sum that is not zero, of all measures and areas, up to the day `last`: the digest of
    measures, areas and (measure, area, day, value) in that order, as little-endian 64-bit integers.
    """
    counts = panel.counts
    days = counts["day"].values
    stop = int(np.searchsorted(days, np.datetime64(last, "D"), side="right"))
    values = counts.values[:, :, :stop]
    measure, area, day = np.nonzero(values)
    number = days[:stop].astype("datetime64[D]").astype(np.int64)[day]
    columns = (measure, area, number, values[measure, area, day])
    parts = [np.ascontiguousarray(column, "<i8").tobytes() for column in columns]
    names = [*counts["measure"].values.tolist(), *counts["area"].values.tolist()]
    return {"digest": digest_of([*names, *parts]), "sums": len(day)}
