"""Run by a test in a process of its own: a small city, and the digest of all its bytes.

python make_city.py PACK FOLDER
"""

from __future__ import annotations

import sys
from datetime import date
from hashlib import sha256
from pathlib import Path

from qingyu.pack.load import load_pack
from qingyu.simulate.city.city import write_city


def digest(folder: Path) -> str:
    whole = sha256()
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            whole.update(f"{path.relative_to(folder)} {path.stat().st_size} ".encode())
            whole.update(path.read_bytes())
    return whole.hexdigest()


def make(pack: Path, folder: Path) -> None:
    """Some weeks of history and ten days that come day by day."""
    write_city(
        load_pack(pack), folder, date(2026, 8, 25), date(2026, 10, 10),
        seed=77, faults="many", scale=0.3, recent=1,
    )  # fmt: skip


if __name__ == "__main__":
    make(Path(sys.argv[1]), Path(sys.argv[2]))
    print(digest(Path(sys.argv[2])))
