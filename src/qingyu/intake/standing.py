"""What has become of declared corrections: in force, overruled by the department, or gone."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal

from qingyu.engine.connect import connected, file_list, quoted
from qingyu.engine.store import Home
from qingyu.intake.declared import Correction, corrections_of
from qingyu.intake.kept import kept_of

State = Literal["in_force", "overruled", "gone"]
Place = tuple[str, date]  # area and day


@dataclass(frozen=True)
class Standing:
    """One corrected record. by: the batch whose row is in force instead, if one is. places: where
    the record counted before and after the correction."""

    correction: Correction
    record: str
    state: State
    by: int | None
    places: tuple[Place, ...]

    def to_json(self) -> dict[str, object]:
        return {
            "batch": self.correction.batch.number,
            "record": self.record,
            "state": self.state,
            "by": self.by,
            "reason": self.correction.reason,
            "who": self.correction.batch.who,
        }


def standings(home: Home, source: str, known: int | None = None) -> tuple[Standing, ...]:
    """The corrected records of a source as known after batch `known` (default: the last), oldest
    correction first; those taken back are left out."""
    found = corrections_of(home, source, known)
    last = home.last if known is None else known
    return tuple(one for each in found for one in _of(home, source, each, found, last))


def _of(
    home: Home, source: str, one: Correction, every: tuple[Correction, ...], last: int
) -> list[Standing]:
    records = sorted({entry.record for entry in one.entries})
    with connected() as connection:
        said = " UNION ALL ".join(
            f"SELECT key, content64 FROM {kept_of(home, each.batch).said()}" for each in every
        )
        files = file_list(home.record_files(source, last))
        listed = ", ".join(quoted(record) for record in records)
        rows = f"read_parquet({files}, union_by_name=true)"
        now = connection.execute(
            "SELECT key, r.batch, EXISTS (SELECT 1 FROM"
            f" ({said}) c WHERE c.key = r.key AND c.content64 = r.content64) FROM"
            f" (SELECT key, content64, max(batch) FILTER (WHERE sign > 0) AS batch FROM {rows}"
            f" WHERE key IN ({listed}) AND batch <= {last} GROUP BY key, content64"
            " HAVING sum(sign) > 0) r"
        ).fetchall()
        places = connection.execute(
            f'SELECT DISTINCT key, area, "day" FROM {rows} WHERE key IN ({listed})'
            f" AND batch = {one.batch.number} ORDER BY ALL"
        ).fetchall()
    stands = {key: (batch, ours) for key, batch, ours in now}
    found = []
    for record in records:
        batch, ours = stands.get(record, (None, False))
        state: State = "gone" if batch is None else "in_force" if ours else "overruled"
        mine = tuple((area, day) for key, area, day in places if key == record)
        found.append(Standing(one, record, state, None if ours else batch, mine))
    return found
