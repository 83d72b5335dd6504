"""How often the checks of integrity accuse an honest place, and find a manipulated one.

`main(out)` simulates cities with known truth and writes `integrity_looks.parquet` (one row a city,
act, strength, town and check) and the table of rates that `qingyu integrity` prints. Cities are
simulated with seeds of their own: those on which the checks were developed are not among them.

    clean      nothing is wrong, no town changes more than a town does from month to month
    changed    nothing is wrong, and five towns truly change: thefts halve, accidents double, help
               is asked half as often again, requests are left lying, residents are more content
    acts       one town of the clean city does one of the nine acts of `qingyu.simulate.manipulate`
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from evaluation.integrity_city import City, months_to
from qingyu.evaluate.integrity.look import State, adjusted
from qingyu.evaluate.integrity.rates import Rate, source_digest, written
from qingyu.flows.integrity_checks import Checked, checked
from qingyu.pack.integrity import KINDS, Integrity
from qingyu.pack.load import load_pack
from qingyu.pack.model import MICRO, Measure, Pack
from qingyu.periods import parse
from qingyu.simulate.city.declared import ZHUHAI
from qingyu.simulate.city.model import Episode
from qingyu.simulate.city.shapes import number_of
from qingyu.simulate.city.world import World, world_of
from qingyu.simulate.manipulate import SOURCES, Act, Kind, printed

MONTH = parse("2024-03")  # no festival in it; the twelve months before hold one
HONEST = tuple(range(2001, 2061))  # seeds of cities in which nothing is wrong
ACTED = HONEST[:16]  # of these, those in which every act is done as well
DEVELOPED_ON = tuple(range(1, 21))  # seeds that the checks were written with
STRENGTHS = (0.15, 0.3, 0.6)
FOUND_BY: dict[Kind, str] = {
    "reclassify": "reclassified", "withdraw": "withdrawn", "hold_back": "held_back",
    "postpone": "postponed", "invent": "heaped", "backdate": "hugging", "suppress": "low",
    "split": "repeated", "flood": "flooded",
}  # fmt: skip
_DECLARED = dict.fromkeys(("withdrawn", "held_back", "postponed"), "counted")
SIZES = ("small", "middle", "large")  # thirds of the towns by residents
_PACK = Path(__file__).resolve().parents[1] / "packs" / "zhuhai"
_ALL_MONTH = ((0, 1000), (0, 1000))


def city_of(pack: Pack, seed: int, scenario: Sequence[Episode] = ()) -> City:
    """The simulated city of a seed, thirteen months of it."""
    world = world_of(pack, seed, 1.0, replace(ZHUHAI, episodes=tuple(scenario)))
    return City(pack, world, months_to(MONTH, 13))


def by_size(pack: Pack, city: City) -> list[list[str]]:
    """Codes of the towns in thirds by residents, the smallest first."""
    towns = city.world.towns
    people = towns.exposures["residents"].on(np.array([number_of(MONTH.first)]))[:, 0]
    order = [towns.codes[n] for n in np.argsort(people, kind="stable")]
    cut = len(order) // 3
    return [order[:cut], order[cut:-cut], order[-cut:]]


def chosen(towns: Sequence[str], seed: int, draw: int) -> str:
    """One of the towns, by the seed."""
    return towns[int(np.random.default_rng((seed, draw)).integers(len(towns)))]


def real_changes(pack: Pack, seed: int) -> tuple[Episode, ...]:
    """Five towns that truly change in the month judged."""
    _, middle, large = by_size(pack, city_of(pack, seed))
    towns = [*np.random.default_rng((seed, 99)).permutation([*middle, *large])[:5]]
    whole = ((0, 1000), (1, 500), (29, 500), (30, 1000))

    def times(thousandths: int) -> tuple[tuple[int, int], ...]:
        return tuple((day, 1000 if value == 1000 else thousandths) for day, value in whole)

    said = (
        ("theft", "happens", 500), ("accidents", "happens", 2000),
        ("calls_for_help", "happens", 1500), ("hotline_in_time", "fails", 4000),
        ("content", "fails", 300),
    )  # fmt: skip
    return tuple(
        Episode(name, name, name, (str(town),), (name,), MONTH.first, times(factor), on)
        for town, (name, on, factor) in zip(towns, said, strict=True)
    )


def looking_for(checks: Integrity, act: Act) -> Integrity:
    """Those of the checks that are made for the act, on the source it tampers with."""
    made_for = _DECLARED.get(FOUND_BY[act.kind], FOUND_BY[act.kind])

    def kept(kind: str) -> tuple[object, ...]:
        given = getattr(checks, kind) if kind == made_for else ()
        return tuple(one for one in given if _source(one) == act.source)

    return checks.model_copy(update={kind: kept(kind) for kind in KINDS})


def _source(check: object) -> str:
    measure = getattr(check, "measure", None)
    return measure.source if isinstance(measure, Measure) else str(getattr(check, "count", ""))


def replaced(clean: Sequence[Checked], anew: Sequence[Checked]) -> list[Checked]:
    """What was done anew in the place of what was."""
    by_name = {(one.kind, one.id): one for one in anew}
    return [by_name.get((one.kind, one.id), one) for one in clean]


def rows_of(done: Sequence[Checked], level: float, **said: object) -> Iterator[dict[str, object]]:
    """One row a check and town that was judged."""
    corrected = adjusted([one.looks.p for one in done])
    for one, q in zip(done, corrected, strict=True):
        for place in range(len(q)):
            yield said | {
                "kind": one.kind, "check": one.id, "place": place,
                "state": str(one.looks.state[place]), "of": int(one.looks.of[place]),
                "p": float(one.looks.p[place]), "q": float(q[place]),
                "found": bool(q[place] <= level),
            }  # fmt: skip


def honest(pack: Pack, seed: int) -> Iterator[dict[str, object]]:
    """The clean city of a seed and the changed one."""
    checks, level = checks_of(pack)
    plain: dict[str, object] = {"seed": seed, "act": "", "strength": 0.0, "size": "", "town": -1}
    for world, episodes in (("clean", ()), ("changed", real_changes(pack, seed))):
        city = city_of(pack, seed, episodes)
        done = list(checked(checks, city.records(), city.when))
        yield from rows_of(done, level, world=world, **plain)


def acted(pack: Pack, seed: int) -> Iterator[dict[str, object]]:
    """Every act in a town of each size of the clean city."""
    city = city_of(pack, seed)
    clean = list(checked(checks_of(pack)[0], city.records(), city.when))
    for number, kind in enumerate(SOURCES):
        for third, size in zip(by_size(pack, city), SIZES, strict=True):
            town = chosen(third, seed, number)
            for strength in STRENGTHS:
                act = act_in(city.world, kind, town, strength, seed)
                yield from looks_at(pack, city, clean, act, strength=strength, size=size, seed=seed)


def looks_at(
    pack: Pack, city: City, clean: Sequence[Checked], act: Act, **said: object
) -> Iterator[dict[str, object]]:
    """What the check made for the act says of every town."""
    checks, level = checks_of(pack)
    anew = list(checked(looking_for(checks, act), city.records((act,)), city.when))
    town = next(n for n, code in enumerate(city.world.towns.codes)
                if printed(city.world.towns, code) == act.towns)  # fmt: skip
    for row in rows_of(replaced(clean, anew), level, world="act", act=act.kind, town=town, **said):
        if row["kind"] == FOUND_BY[act.kind]:
            yield row


def checks_of(pack: Pack) -> tuple[Integrity, float]:
    """The pack's checks, and the share of findings that may be false."""
    assert pack.integrity is not None
    return pack.integrity, pack.integrity.false_findings / MICRO


def act_in(world: World, kind: Kind, town: str, strength: float, seed: int) -> Act:
    """The act in that town, in the month judged."""
    first, last = number_of(MONTH.first), number_of(MONTH.last)
    return Act(kind, printed(world.towns, town), first, last, strength, seed)


def tabled(looks: pd.DataFrame) -> list[Rate]:
    """The rates of every check: cities with any finding of the kind where nothing is wrong, and
    manipulated towns found, by act, strength and size."""
    source, found = source_digest(), []
    for kind in FOUND_BY.values():
        for world in ("clean", "changed"):
            mine = looks[(looks.world == world) & (looks.kind == kind)]
            cities = mine.groupby("seed").found.any()
            found.append(Rate(kind, world, 0.0, "", int(cities.sum()), len(cities), source))
        act = next(act for act, by in FOUND_BY.items() if by == kind)
        mine = looks[(looks.act == act) & (looks.kind == kind) & (looks.place == looks.town)]
        towns = mine.groupby(["strength", "size", "seed"]).found.any()
        for strength in STRENGTHS:
            for size in SIZES:
                tries = towns.loc[strength, size]
                found.append(Rate(kind, act, strength, size, int(tries.sum()), len(tries), source))
    return found


def compact(looks: pd.DataFrame) -> pd.DataFrame:
    """Chances with three digits, so that the file stays small."""
    rounded = looks[["p", "q"]].map(lambda p: float(f"{p:.2e}")).astype("float32")
    return looks.assign(p=rounded.p, q=rounded.q)


def main(
    out: Path, honest_seeds: Sequence[int] = HONEST, acted_seeds: Sequence[int] = ACTED
) -> None:
    """Simulate, judge, and write what came of it below `out`: `integrity_looks.parquet`, and the
    rates as `integrity_rates.csv`, which is the table that the package carries."""
    pack = load_pack(_PACK)
    out.mkdir(parents=True, exist_ok=True)
    rows: list[dict[str, object]] = []
    for seed in honest_seeds:
        rows += (row for row in honest(pack, seed) if row["state"] == State.JUDGED)
        print(f"honest city {seed}", file=sys.stderr, flush=True)
    for seed in acted_seeds:
        rows += acted(pack, seed)
        print(f"acts in city {seed}", file=sys.stderr, flush=True)
    looks = compact(pd.DataFrame(rows))
    table = pa.Table.from_pandas(looks, preserve_index=False)
    pq.write_table(table, out / "integrity_looks.parquet", compression="zstd")
    (out / "integrity_rates.csv").write_text(written(tabled(looks)), encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent / "results")
