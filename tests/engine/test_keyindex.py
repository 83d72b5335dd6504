"""The key index against a dictionary."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from engine_town import Row, key64, receive, town
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from qingyu.engine import keyindex, runs
from qingyu.engine.keyindex import KeyIndex, _mergeable
from qingyu.engine.runs import Run, merged, merged_blocks
from qingyu.engine.store import Home

PACK = town()


def row(sign: int, key: str, version: int, kind: str = "fire") -> Row:
    return (sign, key, version, "A", "2020-01-01", kind, None)


def content(version: int, kind: str = "fire") -> int:
    return key64(f"{version} A 2020-01-01 {kind} None")


def seen(home: Home, *keys: str) -> list[tuple[bool, int, int, int]]:
    hits = KeyIndex(home, "calls").probe(np.array([key64(key) for key in keys], np.uint64))
    columns = (hits.found, hits.content, hits.version, hits.batch)
    return list(zip(*(column.tolist() for column in columns), strict=True))


def test_the_newest_wins_and_a_tombstone_keeps_its_version(home: Home) -> None:
    receive(home, PACK, [row(1, "k1", 1), row(1, "k2", 1)])
    receive(home, PACK, [row(-1, "k1", 1), row(1, "k1", 5, "theft"), row(-1, "k2", 1)])
    nothing = (False, 0, 0, 0)
    expected = [(True, content(5, "theft"), 5, 2), nothing, (True, 0, 1, 2)]
    assert seen(home, "k1", "k3", "k2") == expected
    assert seen(home) == []
    (home.folder / "index" / "calls" / "runs.json").unlink()
    assert seen(home, "k1", "k3", "k2") == expected  # from the records alone


def test_an_older_version_may_come_back(home: Home) -> None:
    receive(home, PACK, [row(1, "k1", 1)])
    receive(home, PACK, [row(-1, "k1", 1), row(1, "k1", 2)])
    receive(home, PACK, [row(-1, "k1", 2), row(1, "k1", 1)], kind="withdraw", refers_to=2)
    assert seen(home, "k1") == [(True, content(1), 1, 3)]


def test_a_source_without_records(home: Home) -> None:
    assert seen(home, "k1") == [(False, 0, 0, 0)]
    receive(home, PACK, [row(1, "k1", 1)], source="claims")
    assert seen(home, "k1") == [(False, 0, 0, 0)]
    assert len(KeyIndex(home, "claims")) == 1


@pytest.mark.parametrize(
    "harm",
    [
        lambda folder: (folder / "runs.json").write_text("{"),
        lambda folder: (folder / "0.key").write_bytes(b"short"),
        lambda folder: (folder / "0.version").unlink(),
        lambda folder: edit(folder, "digest", "of another home"),
        lambda folder: edit(folder, "upto", 99),
        lambda folder: edit(folder, "layout", 99),
    ],
)
def test_a_derived_index_may_be_lost_or_stale(home: Home, harm: Callable[[Path], object]) -> None:
    receive(home, PACK, [row(1, "k1", 1)])
    receive(home, PACK, [row(1, "k2", 1)])
    right = [(True, content(1), 1, 1), (True, content(1), 1, 2)]
    assert seen(home, "k1", "k2") == right
    harm(home.folder / "index" / "calls")
    assert seen(home, "k1", "k2") == right
    receive(home, PACK, [row(1, "k3", 1)])
    assert seen(home, "k1", "k3") == [right[0], (True, content(1), 1, 3)]


def edit(folder: Path, key: str, value: object) -> None:
    path = folder / "runs.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | {key: value}))


def test_an_index_that_is_behind_catches_up(home: Home) -> None:
    receive(home, PACK, [row(1, "k1", 1)])
    kept = (home.folder / "index" / "calls" / "runs.json").read_bytes()
    receive(home, PACK, [row(-1, "k1", 1), row(1, "k1", 2)])
    (home.folder / "index" / "calls" / "runs.json").write_bytes(kept)
    assert seen(home, "k1") == [(True, content(2), 2, 2)]


def test_merging_changes_nothing(home: Home) -> None:
    for number in range(1, 6):
        receive(home, PACK, [row(1, f"k{number}", 1), row(1, "common", number)])
    before = seen(home, "k1", "k3", "k5", "common", "none")
    reader = KeyIndex(home, "calls")
    assert reader.runs == 5
    with home.writing():
        assert KeyIndex.merge(home, "calls")
        assert not KeyIndex.merge(home, "calls")
    assert seen(home, "k1", "k3", "k5", "common", "none") == before
    assert (KeyIndex(home, "calls").runs, len(KeyIndex(home, "calls"))) == (1, 6)
    old = reader.probe(np.array([key64("common")], np.uint64))  # its files are gone, its maps live
    assert old.version.tolist() == [5]
    names = {path.name for path in (home.folder / "index" / "calls").iterdir()}
    assert len(names) == 1 + 4


def test_runs_stay_few_and_merging_cheap() -> None:
    runs: list[int] = []
    written = 0
    for _ in range(2000):
        runs.append(1)
        while (count := _mergeable(runs)) >= 4:
            total = sum(runs[-count:])
            runs[-count:] = [total]
            written += total
        assert len(runs) <= 16
    assert written < 12 * 2000  # each entry is written about log₄(2000) = 5.5 times


entries = st.dictionaries(st.integers(0, 40), st.integers(1, 9), max_size=12)


def run(number: int, drawn: dict[int, int]) -> Run:
    keys = np.array(sorted(drawn), np.uint64)
    values = np.array([drawn[int(key)] for key in keys], np.uint64)
    return Run(keys, values, values.astype(np.int64), np.full(len(keys), number, np.int32))


@given(drawn=st.lists(entries, min_size=1, max_size=5), block=st.integers(1, 5))
def test_merges_equal_a_dictionary(drawn: list[dict[int, int]], block: int) -> None:
    runs = [run(number, one) for number, one in enumerate(drawn)]
    right: dict[int, tuple[int, int]] = {}
    for number, one in enumerate(drawn):
        right |= {key: (value, number) for key, value in one.items()}
    whole = runs[0]
    for newer in runs[1:]:
        whole = merged(whole, newer)
    pieces = list(merged_blocks(runs, block))
    for found in (whole, _joined(pieces)):
        assert found.key.tolist() == sorted(right)
        state = zip(found.content.tolist(), found.batch.tolist(), strict=True)
        assert list(state) == [right[key] for key in sorted(right)]


def _joined(pieces: list[Run]) -> Run:
    columns = [
        [getattr(p, name) for p in pieces] for name in ("key", "content", "version", "batch")
    ]
    return Run(*(np.concatenate(column) for column in columns))


steps = st.lists(st.tuples(st.sampled_from("abcde"), st.integers(0, 3)), max_size=5)


@settings(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(history=st.lists(steps, max_size=5))
def test_a_history_equals_a_dictionary(
    tmp_path_factory: pytest.TempPathFactory, history: list[list[tuple[str, int]]]
) -> None:
    """Each batch sets some keys to a version; version 0 takes the key away."""
    folder = tmp_path_factory.mktemp("drawn")
    home = Home.create(folder / "home", folder)
    state: dict[str, int] = {}
    right: dict[str, tuple[bool, int, int, int]] = {}
    for number, changes in enumerate(history, start=1):
        rows: list[Row] = []
        for key, version in dict(changes).items():
            if key in state:
                rows.append(row(-1, key, state[key]))
                right[key] = (True, 0, state.pop(key), number)
            if version:
                rows.append(row(1, key, version))
                state[key] = version
                right[key] = (True, content(version), version, number)
        receive(home, PACK, rows)
    assert seen(home, *"abcde") == [right.get(key, (False, 0, 0, 0)) for key in "abcde"]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    run=st.sets(st.integers(0, 60)),
    keys=st.lists(st.integers(0, 60)),
    stretch=st.integers(1, 9),
)
def test_places_by_stretches_are_those_of_a_search(
    run: set[int], keys: list[int], stretch: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(runs, "_LOOKED_UP", stretch)
    inside, asked = np.array(sorted(run), np.uint64), np.array(sorted(keys), np.uint64)
    assert runs.places_of(inside, asked).tolist() == np.searchsorted(inside, asked).tolist()


@given(
    keys=st.lists(
        st.integers(0, 5) | st.integers(2**64 - 3, 2**64 - 1) | st.integers(0, 2**64 - 1)
    ),
    size=st.integers(1, 4),
)
def test_ascending_by_stretches_is_a_sort(keys: list[int], size: int) -> None:
    given_keys = np.array(keys, np.uint64)
    order, joined = runs.ascending(given_keys)
    assert sorted(order.tolist()) == list(range(len(keys)))
    found: list[int] = []
    for block in runs.stretches(joined, size):
        stretch = given_keys[order[block]]
        tied = runs.tied_in(joined, block)
        stretch[tied] = np.sort(stretch[tied])
        assert not found or found[-1] < int(stretch[0])  # no key is parted
        found += stretch.tolist()
    assert found == sorted(keys)


def test_a_run_in_many_stretches_is_the_same(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    rows = [row(1, f"k{n}", 1) for n in range(40)]
    receive(home, PACK, rows)
    receive(home, PACK, [row(-1, f"k{n}", 1) for n in range(30)] + [row(1, "k3", 2, "theft")])
    asked = [f"k{n}" for n in range(45)]
    whole = seen(home, *asked)
    (home.folder / "index" / "calls" / "runs.json").unlink()
    monkeypatch.setattr(runs.stretches, "__defaults__", (4,))
    assert seen(home, *asked) == whole
    assert whole[3] == (True, content(2, "theft"), 2, 2)


def test_a_few_small_batches_are_read_anew_until_a_run_is_due(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keyindex, "MOST_FILES", 3)
    listed = home.folder / "index" / "calls" / "runs.json"
    there = []
    for number in range(1, 5):
        receive(home, PACK, [row(1, f"k{number}", 1), row(1, "common", number)])
        there.append(listed.exists())
        assert seen(home, f"k{number}", "common") == [
            (True, content(1), 1, number),
            (True, content(number), number, number),
        ]
        assert KeyIndex(home, "calls").runs == number
    assert there == [False, False, True, True]
    assert json.loads(listed.read_text())["upto"] == 3


def test_many_rows_make_a_run_due_at_once(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keyindex, "MOST_FILES", 99)
    monkeypatch.setattr(keyindex, "MOST_ROWS", 2)
    receive(home, PACK, [row(1, "k1", 1)], new=1)
    assert not (home.folder / "index" / "calls").exists()
    receive(home, PACK, [row(1, "k2", 1)], new=1)
    assert (home.folder / "index" / "calls" / "runs.json").exists()
