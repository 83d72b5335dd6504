"""Drawn cities: a pack of the house with protected sources, and counts drawn for its areas.

The counts are drawn straight into a panel: small ones in most areas, larger in some. What is a
part of something else is drawn as a part of it.
"""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from qingyu.engine.cube import measures_of
from qingyu.engine.tables import UNPLACED, DayState, Panel, fingerprint
from qingyu.pack.load import load_pack
from qingyu.pack.model import Measure, Pack

PACKS = Path(__file__).resolve().parents[3] / "packs"
LAST = date(2026, 3, 31)
DAYS = 500
OPEN = ("air", "civility", "fire_checks", "fleet", "honours", "land", "sampling", "sites",
        "urban_management",
        # shares of these are refused where they are protected
        "disputes", "health", "hotline_12345", "market_12315", "petitions", "police_122",
        "ratings")  # fmt: skip
TOLD = """\
told:
  - {rule: homicide, why: "Every homicide is in the papers."}
"""


@dataclass(frozen=True)
class Drawn:
    pack: Pack
    panel: Panel


def guarded_pack(folder: Path, name: str, level: str = "small_counts") -> Path:
    """A copy of a pack in which personal sources have this level of protection."""
    copy = Path(shutil.copytree(PACKS / name, folder / f"{name}-{level}"))
    shutil.rmtree(copy / "cases")
    path = copy / "publication.yaml"
    lines, source = [], ""
    for line in path.read_text("utf-8").splitlines():
        source = line.split("source:")[-1].strip() if "source:" in line else source
        lines.append(line.replace("level: open", f"level: {level}") if source not in OPEN else line)
    told = TOLD if name == "zhuhai" else ""
    path.write_text("\n".join(lines) + "\n" + told, "utf-8")
    return copy


def drawn(pack_folder: Path, seed: int, busy: float = 1.0) -> Drawn:
    """busy: factor on all rates; 1 puts most months of most areas between 0 and 30."""
    pack = load_pack(pack_folder)
    rng = np.random.default_rng(seed)
    measures = measures_of(pack)
    places = [area.code for area in pack.areas] + [UNPLACED]
    leaves = np.isin(places, lowest(pack))
    size = rng.lognormal(0, 1.0, len(places)) * leaves
    days = np.array([LAST - timedelta(days=n) for n in reversed(range(DAYS))], "datetime64[D]")
    counts: dict[str, NDArray[np.int64]] = {
        name: rng.poisson((size * busy * rng.gamma(2, 0.08))[:, None], (len(places), DAYS)).astype(
            np.int64
        )
        for name in measures
    }
    for one in pack.indicators:
        if one.per.measure is not None:
            _part(rng, counts, one.measure, one.per.measure)
    coverage = np.full((len(pack.sources), DAYS), DayState.FULL, np.uint8)
    sources = [source.id for source in pack.sources]
    panel = Panel(
        xr.DataArray(np.stack(list(counts.values())), dims=("measure", "area", "day"),
                     coords={"measure": list(counts), "area": places, "day": days}),
        xr.DataArray(coverage, dims=("source", "day"), coords={"source": sources, "day": days}),
        0,
    )  # fmt: skip
    return Drawn(pack, panel)


def lowest(pack: Pack) -> list[str]:
    """Codes of graded areas without a graded one below."""
    graded = {level.id for level in pack.levels if level.graded}
    shown = [area for area in pack.areas if area.level in graded]
    parents = {area.parent for area in shown}
    return [area.code for area in shown if area.code not in parents]


def _part(
    rng: np.random.Generator, counts: dict[str, NDArray[np.int64]], part: Measure, whole: Measure
) -> None:
    mine, all_ = fingerprint(part), counts[fingerprint(whole)]
    if part.count is not None:
        counts[mine] = rng.binomial(all_, 0.88).astype(np.int64)
    else:  # an amount of each record: a rating, an index of air, hectares
        counts[mine] = all_ * 70 * 10**part.places // 10**whole.places
