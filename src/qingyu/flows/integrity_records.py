"""How the checks of integrity read a home: the signed rows of a source, as known then."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from qingyu.engine.connect import connected, file_list
from qingyu.engine.counting import SIGNED
from qingyu.engine.delta import columns_of
from qingyu.engine.meter import count_read
from qingyu.engine.store import Home
from qingyu.flows.integrity_checks import Records
from qingyu.flows.integrity_rows import Rows
from qingyu.pack.integrity import Integrity
from qingyu.pack.model import Pack


def codes_of(pack: Pack, checks: Integrity) -> list[str]:
    """The areas that are looked at: those of the declared level, or of the lowest graded one."""
    graded = [level.id for level in pack.levels if level.graded]
    level = checks.level or graded[-1]
    return list(dict.fromkeys(area.code for area in pack.areas if area.level == level))


def records_of(home: Home, pack: Pack, codes: Sequence[str], known: int) -> Records:
    """How the checks read this home, as known after batch `known`."""
    places = places_in(pack, codes)

    @contextmanager
    def opened(source: str) -> Iterator[Rows]:
        contract = pack.source(source)
        kept = {one.name: (one.type, one.places) for one in contract.columns}
        kept |= {one.id: ("date", 0) for one in contract.computed}
        table = home.records_table(source)
        files = [file for file in (table.files() if table.exists() else ()) if file.number <= known]
        for file in files:
            count_read("records", file.rows, file.size)
        with connected() as connection:
            if not files:
                stored = {"key": "VARCHAR", "area": "VARCHAR", "day": "DATE", "batch": "INTEGER",
                          "sign": "INTEGER"}  # fmt: skip
                empty = ", ".join(f'CAST(NULL AS {k}) AS "{n}"' for n, k in stored.items())
                connection.execute(f"CREATE TEMP VIEW {SIGNED} AS SELECT {empty} WHERE false")
            else:
                paths = [file.path for file in files]
                stored = columns_of(paths)
                connection.execute(
                    f"CREATE TEMP VIEW {SIGNED} AS SELECT * FROM"
                    f" read_parquet({file_list([str(path) for path in paths])},"
                    f" union_by_name=true) WHERE batch <= {known}"
                )
            yield Rows(connection, stored, kept, places)

    return opened


def places_in(pack: Pack, codes: Sequence[str]) -> dict[str, int]:
    """Code of each area → place of the area looked at that it is, or (now) lies in."""
    above = {area.code: area.parent for area in pack.areas}
    place = {code: number for number, code in enumerate(codes)}
    found = {}
    for area in above:
        code: str | None = area
        while code is not None and code not in place:
            code = above.get(code)
        if code is not None:
            found[area] = place[code]
    return found
