"""`make bench` (all), or `make bench BENCH="index day"`. `BENCH_SCALE=0.01` for a quick look;
`BENCH_DIR` says where the gigabytes go, `BENCH_PAIRS` how many pairs."""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path

from bench import cube, daily, day, harness, index, nation, odds, protect, receive, release, warn

SCALE = float(os.environ.get("BENCH_SCALE", "1"))
KNOWN = "index, day, receive, cube, nation, daily, warn, release, protect, odds"


def main(asked: list[str]) -> None:
    names = asked or [
        "index",
        "day",
        "receive",
        "cube",
        "daily",
        "warn",
        "release",
        "protect",
        "odds",
    ]
    print(harness.machine())
    with tempfile.TemporaryDirectory(dir=os.environ.get("BENCH_DIR")) as folder:
        for name in names:
            _run(name, Path(folder) / name)


def _run(name: str, work: Path) -> None:
    if name == "index":
        index.main(work, nation=max(40, int(40_000 * SCALE)))
    elif name == "day":
        day.main(work)
    elif name == "receive":
        receive.main(work, int(10_000_000 * SCALE))
    elif name == "cube":
        cube.main(work, int(100_000_000 * SCALE))
    elif name == "nation":
        towns = max(2 * nation.FILES, int(40_000 * SCALE))
        nation.main(work, towns, int(10_000_000 * SCALE), min(3, harness.PAIRS))
    elif name == "daily":
        daily.main(work, scale=SCALE)
    elif name == "warn":
        warn.main(work, nation=max(40, int(40_000 * SCALE)))
    elif name == "release":
        release.main(work, days=max(10, int(365 * SCALE)))
    elif name == "protect":
        protect.main(work, (31, 345, max(500, int(8_000 * SCALE))))
    elif name == "odds":
        odds.main(work)
    else:
        raise SystemExit(f"no benchmark {name}; there are: {KNOWN}")


if __name__ == "__main__":
    main(sys.argv[1:])
