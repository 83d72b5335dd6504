"""The cube against sums done by hand and by a plain loop."""

from __future__ import annotations

from collections import Counter
from datetime import date
from pathlib import Path

import duckdb
import pytest
from engine_town import CLAIM, FIRE, LOSS, NAMES, Row, measure_of, receive, source, town
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from qingyu.engine.cube import backfill, fingerprint, measures_of, uncounted
from qingyu.engine.delta import REBUILT
from qingyu.engine.fingerprints import cube_digest, records_digest, state_digest
from qingyu.engine.measures import Measures
from qingyu.engine.panel import load_panel
from qingyu.engine.rebuild import rebuild
from qingyu.engine.store import Home
from qingyu.engine.upkeep import upkeep
from qingyu.errors import HomeError, PackError
from qingyu.pack.model import Stars

PACK = town()
COUNT = fingerprint(measure_of({"count": "calls"}))
FIRES = fingerprint(measure_of(FIRE))
LOSSES = fingerprint(measure_of(LOSS))


def ledger(home: Home) -> list[tuple[str, str, date, int, int]]:
    files = [str(file.path) for file in home.cube_table.files()]
    if not files:
        return []
    return sorted(duckdb.sql(f"SELECT * FROM read_parquet({files})").fetchall())


def test_one_batch_by_hand(home: Home) -> None:
    receive(
        home,
        PACK,
        [
            (1, "k1", 1, "A", "2020-01-02", "fire", 150),
            (2, "k2", 1, "A", "2020-01-02", "fire", 50),  # sent twice, counted each time
            (1, "k3", 1, "B", "2020-01-02", "theft", None),
        ],
    )
    day = date(2020, 1, 2)
    assert ledger(home) == sorted(
        [
            (COUNT, "A", day, 1, 1 + 2),
            (COUNT, "B", day, 1, 1),
            (FIRES, "A", day, 1, 1 + 2),
            (LOSSES, "A", day, 1, 150 + 2 * 50),
        ]
    )


def test_a_correction_is_minus_the_old_and_plus_the_new(home: Home) -> None:
    receive(home, PACK, [(1, "k1", 1, "A", "2020-01-02", "fire", 150)])
    receive(
        home,
        PACK,
        [
            (-1, "k1", 1, "A", "2020-01-02", "fire", 150),
            (1, "k1", 2, "B", "2020-01-03", "fire", 175),
        ],
    )
    panel = load_panel(home, PACK)
    assert panel.counts.sel(measure=LOSSES, area="A").values.tolist() == [0, 0]
    assert panel.counts.sel(measure=LOSSES, area="B").values.tolist() == [0, 175]
    before = load_panel(home, PACK, known=1)
    assert before.counts.sel(measure=FIRES, area="A").values.tolist() == [1]


def test_changes_that_cancel_leave_no_row(home: Home) -> None:
    receive(
        home,
        PACK,
        [
            (-1, "k1", 1, "A", "2020-01-02", "fire", 150),
            (1, "k1", 2, "A", "2020-01-02", "fire", 150),
        ],
    )
    assert ledger(home) == []
    assert home.last == 1


CONDITIONS = [
    ({"kind": {"equals": "fire"}}, {"k1"}),
    ({"kind": {"in": ["fire", "theft"]}}, {"k1", "k2"}),
    ({"kind": {"not": {"equals": "fire"}}}, {"k2", "k3"}),  # an empty kind is not fire
    ({"kind": {"not": {"in": ["theft"]}}}, {"k1", "k3"}),
    ({"amount": {"between": ["0.5", "1.50"]}}, {"k1", "k2"}),
    ({"amount": {"between": ["0.501", "1.499"]}}, set()),
    ({"amount": {"equals": "1.5"}}, {"k1"}),
    ({"amount": {"equals": "1.505"}}, set()),
    ({"amount": {"not": {"between": ["0", "9"]}}}, {"k3"}),
    ({"id": {"between": ["2020-01-01", "2020-12-31"]}}, set()),
    ({"nowhere": {"equals": "x"}}, set()),
    ({"nowhere": {"not": {"equals": "x"}}}, {"k1", "k2", "k3"}),
    ({"kind": {"equals": "fire"}, "amount": {"between": ["2", "3"]}}, set()),
]


@pytest.mark.parametrize(("where", "kept"), CONDITIONS)
def test_conditions(home: Home, where: dict[str, object], kept: set[str]) -> None:
    pack = town({"count": "calls", "where": where})
    rows: list[Row] = [
        (1, "k1", 1, "A", "2020-01-02", "fire", 150),
        (1, "k2", 1, "B", "2020-01-02", "theft", 50),
        (1, "k3", 1, "T", "2020-01-02", None, None),  # type: ignore[list-item]
    ]
    receive(home, pack, rows)
    name = fingerprint(pack.indicators[0].measure)
    counts = load_panel(home, pack).counts.sel(measure=name)
    places = {"k1": "A", "k2": "B", "k3": "T"}
    for key, area in places.items():
        assert int(counts.sel(area=area).sum()) == (1 if key in kept else 0), key


@pytest.mark.parametrize(
    ("name", "bounds", "kept"),
    [
        ("when", ["2020-01-02", "2020-01-02"], 2),
        ("when", ["2020-01-02T10:00:00", "2020-01-02T23:59:59"], 1),
        ("until", ["2020-01-05", "2020-01-09"], 1),
        ("size", ["2", "10"], 2),
        ("size", ["1.5", "2.5"], 1),
        ("label", ["9", "10"], 1),  # text that writes numbers is compared as numbers
        ("label", ["2020-01-01", "2020-01-03"], 1),
    ],
)
def test_between_by_type(home: Home, name: str, bounds: list[str], kept: int) -> None:
    kinds = {"when": "timestamp", "until": "date", "size": "integer", "label": "text"}
    columns = [{"name": n, "type": k} for n, k in kinds.items()]
    measure = {"count": "calls", "where": {name: {"between": bounds}}}
    pack = town(measure, sources=[source("calls", columns=columns, key=["label"])])
    with home.writing() as writer:
        staged = writer.staging / "rows.parquet"
        duckdb.sql(
            f"""COPY (SELECT label AS key, i::UBIGINT AS key64, 1::UBIGINT AS content64,
              1::BIGINT AS version, 1::INTEGER AS batch, 1::INTEGER AS sign, 'A' AS area,
              DATE '2020-01-02' AS day, c_when AS "at", c_when, c_until, c_size, label AS c_label
            FROM (VALUES
              (1, TIMESTAMP '2020-01-02 08:00:00', DATE '2020-01-04', 2::BIGINT, '10'),
              (2, TIMESTAMP '2020-01-02 12:00:00', DATE '2020-01-09', 10::BIGINT, 'n/a'),
              (3, TIMESTAMP '2020-01-03 00:00:00', NULL, NULL, '2020-01-03')
            ) rows(i, c_when, c_until, c_size, label)) TO '{staged}'"""
        )
        from engine_town import draft

        writer.commit(draft(pack, records=staged))
    name = fingerprint(pack.indicators[0].measure)
    assert int(load_panel(home, pack).counts.sel(measure=name).sum()) == kept


def test_a_sum_keeps_its_decimals(home: Home) -> None:
    finer = {"sum": "calls", "of": "amount", "places": 4}
    pack = town(finer)
    receive(home, pack, [(3, "k1", 1, "A", "2020-01-02", "fire", 150)])
    name = fingerprint(measure_of(finer))
    assert int(load_panel(home, pack).counts.sel(measure=name).sum()) == 3 * 15000
    coarser = town({"sum": "calls", "of": "amount", "places": 1})
    with pytest.raises(PackError, match="at least the 2 decimals"):
        receive(home, coarser, [(1, "k2", 1, "A", "2020-01-02", "fire", 150)])


def test_the_fingerprint_is_of_the_meaning() -> None:
    one = measure_of({"count": "calls", "where": {"kind": {"in": ["b", "a", "a"]}}})
    same = measure_of({"count": "calls", "where": {"kind": {"in": ["a", "b"]}}, "places": 0})
    other = measure_of({"count": "calls", "where": {"kind": {"not": {"in": ["a", "b"]}}}})
    assert fingerprint(one) == fingerprint(same) != fingerprint(other)
    assert fingerprint(measure_of(FIRE)) == "006fb52d8d22203a"  # stored in homes: never changes


def test_measures_survive_the_note() -> None:
    measures = measures_of(PACK)
    again = Measures.from_json(measures.to_json())
    assert again == measures
    assert again.columns == measures.columns
    assert len(measures) == 2 + 3  # a count for each source, and the indicators'
    assert set(measures.of("claims")) == {
        fingerprint(measure_of({"count": "claims"})),
        fingerprint(measure_of(CLAIM)),
    }


# -- a new measure, and the whole anew ----------------------------------------------------------


def three_batches(home: Home) -> None:
    receive(home, PACK, [(1, "k1", 1, "A", "2020-01-02", "theft", 150)])
    receive(home, PACK, [(1, "c1", 1, "A", "2020-01-02", "flood", None)], source="claims")
    receive(
        home,
        PACK,
        [
            (-1, "k1", 1, "A", "2020-01-02", "theft", 150),
            (1, "k1", 2, "B", "2020-01-03", "theft", 175),
        ],
    )


def test_a_new_measure_is_counted_for_old_batches(home: Home) -> None:
    three_batches(home)
    theft = {"count": "calls", "where": {"kind": {"equals": "theft"}}}
    newer = town(FIRE, LOSS, CLAIM, theft)
    with pytest.raises(HomeError, match="one measure of the pack that is not counted"):
        load_panel(home, newer)
    assert uncounted(home.batches(), measures_of(newer)) == {
        "calls": {fingerprint(measure_of(theft)): [1, 3]}
    }
    (batch,) = backfill(home, newer, "clerk")
    assert (batch.number, batch.kind, batch.source) == (4, "count", "calls")
    assert backfill(home, newer, "clerk") == ()
    name = fingerprint(measure_of(theft))
    assert load_panel(home, newer).counts.sel(measure=name, area="B").values.tolist() == [0, 1]
    then = load_panel(home, newer, known=1).counts.sel(measure=name)
    assert then.sel(area="A").values.tolist() == [1]  # as known then, by the pack of now
    assert load_panel(home, PACK).known == 4


def test_a_measure_that_went_and_came_back(home: Home) -> None:
    receive(home, PACK, [(1, "k1", 1, "A", "2020-01-02", "fire", 150)])
    load_panel(home, PACK)  # leaves a snapshot
    receive(home, town(LOSS), [(1, "k2", 1, "A", "2020-01-02", "fire", 1)])
    with pytest.raises(HomeError):
        load_panel(home, PACK)
    assert [b.measures for b in backfill(home, PACK, "clerk")] == [(FIRES,)]
    assert load_panel(home, PACK).counts.sel(measure=FIRES, area="A").values.tolist() == [2]


def test_rebuild_equals_the_increments(home: Home) -> None:
    three_batches(home)
    before = cube_digest(home)
    found = rebuild(home, PACK, "clerk")
    assert (found.rows, found.differing, found.counted) == (len(ledger(home)), 0, ())
    assert cube_digest(home) == before
    assert home.cube_table.transaction(REBUILT) == 0


def test_rebuild_mends_a_cube_that_is_wrong(home: Home) -> None:
    three_batches(home)
    right, panel = cube_digest(home), load_panel(home, PACK)
    extra = home.cube_table.folder / "r1-00000003.parquet"
    sql = "SELECT measure, area, day, batch, value + 1 AS value"
    stored = home.cube_table.files()
    listed = [str(file.path) for file in stored]
    duckdb.sql(f"COPY ({sql} FROM read_parquet({listed})) TO '{extra}'")
    with home.writing():
        home.cube_table.swap(stored, [extra], rebuilt=1)
    assert cube_digest(home) != right
    assert int(load_panel(home, PACK).counts.sum()) != int(panel.counts.sum())
    found = rebuild(home, PACK, "clerk")
    assert found.differing == 2 * found.rows
    assert cube_digest(home) == right
    assert load_panel(home, PACK).counts.equals(panel.counts)  # no stale snapshot answers


def test_rebuild_keeps_other_packs_measures(home: Home) -> None:
    three_batches(home)
    other = town(LOSS)
    stored = home.cube_table.files()
    empty = home.cube_table.folder / "r1-00000003.parquet"
    listed = [str(file.path) for file in stored]
    duckdb.sql(
        f"COPY (SELECT * FROM read_parquet({listed}) WHERE measure <> '{LOSSES}') TO '{empty}'"
    )
    with home.writing():
        home.cube_table.swap(stored, [empty], rebuilt=1)
    assert rebuild(home, other, "clerk").differing > 0
    assert rebuild(home, PACK, "clerk").differing == 0


# -- against a plain loop -------------------------------------------------------------------------

DAYS = ["2019-12-31", "2020-01-01", "2020-01-02"]
drawn_rows = st.lists(
    st.tuples(
        st.sampled_from([-2, -1, 1, 1, 3]),
        st.sampled_from(["k1", "k2", "k3"]),
        st.integers(1, 3),
        st.sampled_from(["A", "B", "T"]),
        st.sampled_from(DAYS),
        st.sampled_from(["fire", "theft"]),
        st.one_of(st.none(), st.integers(-500, 500)),
    ),
    max_size=6,
)


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(batches=st.lists(drawn_rows, min_size=1, max_size=4))
def test_the_ledger_equals_a_plain_loop(
    tmp_path_factory: pytest.TempPathFactory, batches: list[list[Row]]
) -> None:
    folder: Path = tmp_path_factory.mktemp("drawn")
    home = Home.create(folder / "home", folder)
    right: Counter[tuple[str, str, date, int]] = Counter()
    for number, rows in enumerate(batches, start=1):
        receive(home, PACK, rows)
        for sign, _, _, area, day, kind, amount in rows:
            cell = (area, date.fromisoformat(day), number)
            right[COUNT, *cell] += sign
            right[FIRES, *cell] += sign * (kind == "fire")
            right[LOSSES, *cell] += sign * (amount or 0)
    expected = sorted((*cell, value) for cell, value in right.items() if value)
    assert ledger(home) == expected
    digest, records = cube_digest(home), records_digest(home, "calls")
    with home.writing():
        upkeep(home, due=1, recent=0)
    assert ledger(home) == expected
    assert cube_digest(home) == digest
    assert records_digest(home, "calls") == records
    assert state_digest(home, "calls")
    assert rebuild(home, PACK, "clerk").differing == 0


def test_what_only_the_stars_count_is_counted_for_old_batches(home: Home) -> None:
    """So that stars can be computed for months before the pack had any."""
    three_batches(home)
    theft = {"count": "calls", "where": {"kind": {"equals": "theft"}}}
    item = {
        "id": "thefts", "name": NAMES, "nature": "harm", "better": "lower", "measure": theft,
        "weight": [{"from": "2020-01-01", "value": 1, "reference": "drawn"}],
    }  # fmt: skip
    rules = {
        "from": "2020-01-01", "reference": "drawn", "certainty": "0.8",
        "bands": [{"stars": 5, "share": 1}],
    }  # fmt: skip
    stars = {"level": "village", "classes": ["all"], "items": [item], "rules": [rules]}
    newer = PACK.model_copy(update={"stars": Stars.model_validate(stars)})
    (batch,) = backfill(home, newer, "clerk")
    name = fingerprint(measure_of(theft))
    assert batch.measures == (name,)
    counts = load_panel(home, newer).counts.sel(measure=name)
    assert counts.sel(area="A").values.tolist() == [0, 0]
    assert counts.sel(area="B").values.tolist() == [0, 1]
    receive(home, newer, [(1, "k9", 1, "A", "2020-01-03", "theft", 1)])
    assert load_panel(home, newer).counts.sel(measure=name, area="A").values.tolist() == [0, 1]
