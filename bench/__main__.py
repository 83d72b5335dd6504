"""`make bench` (all), or `make bench BENCH="index day"`. `BENCH_SCALE=0.01` for a quick look;
`BENCH_DIR` says where the gigabytes go, `BENCH_PAIRS` how many pairs."""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path

from bench import cube, day, harness, index, receive

SCALE = float(os.environ.get("BENCH_SCALE", "1"))


def main(asked: list[str]) -> None:
    names = asked or ["index", "day", "receive", "cube"]
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
    else:
        raise SystemExit(f"no benchmark {name}; there are: index, day, receive, cube")


if __name__ == "__main__":
    main(sys.argv[1:])
