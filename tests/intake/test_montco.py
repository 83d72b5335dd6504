"""The county's real files: each defect named in their README is met, and counted to its figure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pytest
from intake_town import still_clock

from qingyu.engine.fingerprints import state_digest
from qingyu.engine.store import Home
from qingyu.intake.receipt import Receipt
from qingyu.intake.receive import receive
from qingyu.pack.load import load_pack
from qingyu.pack.model import Pack

pytestmark = [pytest.mark.shared, pytest.mark.slow]

PACK = Path(__file__).parents[2] / "packs" / "montco"
LATER = "911_2015-12-10_2016-11-30.parquet"
EARLIER = "earlier_release_2015-12-10_2016-08-24.parquet"
OUTLINES = "townships_2018.geojson"


@dataclass(frozen=True)
class County:
    home: Home
    pack: Pack
    receipts: tuple[Receipt, ...]

    def sql(self, text: str) -> list[tuple[Any, ...]]:
        """A query over `records`, all signed rows."""
        files = self.home.record_files("calls")
        sql = f"WITH records AS (FROM read_parquet({files!r}, union_by_name=true)) {text}"
        return duckdb.sql(sql).fetchall()


def received(folder: Path, data: Path, *names: str, boundaries: Path | None = None) -> County:
    pack = load_pack(PACK)
    home = Home.create(folder / "home", PACK)
    home.clock = still_clock
    receipts = tuple(
        receive(home, pack, "calls", [data / name], who="clerk", boundaries=boundaries)
        for name in names
    )
    return County(home, pack, receipts)


@pytest.fixture(scope="module")
def data(shared: Path) -> Path:
    return shared / "data" / "montco911"


@pytest.fixture(scope="module")
def in_order(data: Path, tmp_path_factory: pytest.TempPathFactory) -> County:
    return received(tmp_path_factory.mktemp("order"), data, EARLIER, LATER)


@pytest.fixture(scope="module")
def reverse(data: Path, tmp_path_factory: pytest.TempPathFactory) -> County:
    return received(tmp_path_factory.mktemp("reverse"), data, LATER, EARLIER)


def test_the_earlier_release_has_33_keys_that_contradict_themselves(in_order: County) -> None:
    earlier = in_order.receipts[0]
    assert (earlier.rows, earlier.new, earlier.refused) == (99_492, 99_422, 70)
    assert earlier.reasons == {"conflict_in_file": 70}
    assert earlier.rejects is not None
    (keys,) = duckdb.sql(
        f"SELECT count(DISTINCT \"desc\") FROM read_csv('{earlier.rejects}', all_varchar=true)"
    ).fetchall()
    assert keys == (33,)


def test_the_later_release_corrects_and_withdraws(in_order: County) -> None:
    later = in_order.receipts[1]
    assert (later.rows, later.repeated, later.refused) == (138_114, 37, 0)
    assert later.new == 138_114 - 37 - later.corrected - later.unchanged
    assert later.withdrawn == 519
    # 98,973 calls are in both; 33 of them are those that the earlier release contradicted.
    assert later.corrected + later.unchanged == 98_903
    assert (later.covers_first, later.covers_last) == (date(2015, 12, 10), date(2016, 11, 30))


def test_calls_on_another_day_than_before(in_order: County) -> None:
    """The README's 167, less those among the contradicting keys."""
    (moved,) = in_order.sql(
        "SELECT count(*) FROM records o JOIN records n USING (key, batch)"
        " WHERE batch = 2 AND o.sign = -1 AND n.sign = 1 AND o.day <> n.day"
    )
    assert moved == (167,)


def test_either_order_ends_in_the_same_records(in_order: County, reverse: County) -> None:
    in_force = (
        "SELECT md5(string_agg(row::VARCHAR, '|' ORDER BY row::VARCHAR)), count(*) FROM (SELECT"
        ' {key: key, area: area, day: day, moment: "at", zip: c_zip, title: c_title, twp: c_twp,'
        " n: sum(sign)::BIGINT} AS row FROM records"
        ' GROUP BY key, area, day, "at", c_zip, c_title, c_twp HAVING sum(sign) <> 0)'
    )
    assert in_order.sql(in_force) == reverse.sql(in_force)
    assert state_digest(in_order.home, "calls") == state_digest(reverse.home, "calls")
    assert in_order.sql(in_force)[0][1] == 138_114 - 37
    late = reverse.receipts[1]
    assert (late.new, late.corrected, late.withdrawn) == (0, 0, 0)
    assert late.unchanged == 99_422


def test_either_order_ends_in_the_same_cube(in_order: County, reverse: County) -> None:
    def cube(county: County) -> list[tuple[Any, ...]]:
        files = [str(file.path) for file in county.home.cube_table.files()]
        return duckdb.sql(
            f"SELECT measure, area, day, sum(value)::BIGINT FROM read_parquet({files!r})"
            " GROUP BY ALL HAVING sum(value) <> 0 ORDER BY ALL"
        ).fetchall()

    assert cube(in_order) == cube(reverse)


def test_calls_without_a_township_stand_in_the_bucket(in_order: County) -> None:
    assert in_order.receipts[1].unplaced_reasons == {"nowhere": 42}
    assert in_order.sql("SELECT sum(sign)::BIGINT FROM records WHERE area = '~unplaced'") == [(42,)]


def test_neighbouring_counties_have_areas_of_their_own(in_order: County) -> None:
    graded = {level.id for level in in_order.pack.levels if level.graded}
    outside = {area.code for area in in_order.pack.areas if area.level not in graded}
    found = dict(
        in_order.sql(
            "SELECT area, sum(sign)::BIGINT FROM records GROUP BY area HAVING sum(sign) <> 0"
        )
    )
    share = sum(count for area, count in found.items() if area in outside) / sum(found.values())
    assert 0.015 < share < 0.025  # "about 2 % of rows"
    assert len(found.keys() & outside) == 6


def test_the_two_hatfields_are_apart(in_order: County) -> None:
    pairs = in_order.sql(
        "SELECT DISTINCT c_twp, area FROM records WHERE c_twp LIKE 'HATFIELD%' ORDER BY c_twp"
    )
    assert [twp for twp, _ in pairs] == ["HATFIELD BORO", "HATFIELD TOWNSHIP"]
    assert len({area for _, area in pairs}) == 2


def test_half_of_the_first_of_may_is_missing(in_order: County) -> None:
    (found,) = in_order.sql(
        "SELECT sum(sign)::BIGINT, max(hour(\"at\")) FROM records WHERE day = DATE '2016-05-01'"
        " AND batch = 2 AND sign > 0"
    )
    assert found == (136, 12)
    (gap,) = in_order.pack.source("calls").gaps
    assert (gap.first, gap.last) == (date(2016, 5, 1), date(2016, 5, 1))


def test_the_snow_storm_is_kept(in_order: County) -> None:
    (found,) = in_order.sql("SELECT sum(sign)::BIGINT FROM records WHERE day = DATE '2016-01-23'")
    assert found == (887,)


def test_empty_postal_codes_stay_empty(in_order: County) -> None:
    (found,) = in_order.sql("SELECT sum(sign)::BIGINT FROM records WHERE c_zip IS NULL")
    assert 17_480 - 37 <= found[0] <= 17_480


def test_nothing_of_a_caller_is_kept(in_order: County) -> None:
    columns = {name for (name,) in in_order.sql("SELECT column_name FROM (DESCRIBE records)")}
    assert {"c_addr", "c_lat", "c_lng", "c_row_no"}.isdisjoint(columns)
    (plain,) = in_order.sql("SELECT count(*) FROM records WHERE key NOT LIKE 'sha256:%'")
    assert plain == (0,)


def test_supply_shows_the_gap_and_the_edges(in_order: County) -> None:
    from qingyu.intake.supply import supply

    (row,) = supply(in_order.home, in_order.pack, date(2016, 12, 5))
    may, first, last = date(2016, 5, 1), date(2015, 12, 10), date(2016, 11, 30)
    assert row.gap == ((may, may),)
    assert row.partial == ((first, first), (last, last))
    assert (row.missing, row.late) == ((), (last, date(2016, 12, 3)))
    assert row.refused == 70


def test_polygons_agree_with_the_names(data: Path, tmp_path: Path) -> None:
    """Placed by point alone, how many calls fall where their township's name says."""
    pack = load_pack(PACK)
    source = pack.source("calls")
    place = source.place.model_copy(update={"by": ("point",)})
    pack = pack.model_copy(update={"sources": (source.model_copy(update={"place": place}),)})
    home = Home.create(tmp_path / "home", PACK)
    receipt = receive(home, pack, "calls", [data / LATER], who="clerk", boundaries=data / OUTLINES)
    named = {
        name.casefold(): area.code for area in pack.areas for name in (area.name, *area.aliases)
    }
    files = home.record_files("calls")
    pairs = duckdb.sql(
        f"SELECT c_twp, area, count(*) FROM read_parquet({files!r}) GROUP BY ALL"
    ).fetchall()
    graded = {area.code for area in pack.areas} - {"~unplaced"}
    inside = [p for p in pairs if p[1] in graded and p[0]]
    agreed = sum(n for twp, area, n in inside if named.get(twp.casefold()) == area)
    total = sum(n for *_, n in inside)
    print(f"\n{agreed} of {total} calls in a polygon agree with twp: {agreed / total:.2%};")
    print(f"in no polygon: {receipt.unplaced_reasons}")
    # Of the rest two in three lie within 0.002 degrees of the township that they name; one in seven
    # names a neighbouring county (many of these on one point in Lower Salford).
    assert 0.93 < agreed / total < 0.97
    assert receipt.unplaced_reasons.get("outside", 0) > 0
    assert receipt.unplaced_reasons.get("swapped", 0) == 0


def test_points_help_where_the_name_is_missing(data: Path, tmp_path: Path) -> None:
    plain = received(tmp_path / "a", data, LATER)
    helped = received(tmp_path / "b", data, LATER, boundaries=data / OUTLINES)
    assert helped.receipts[0].unplaced < plain.receipts[0].unplaced == 42
    assert helped.receipts[0].new == plain.receipts[0].new
