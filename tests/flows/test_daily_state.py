"""What a home remembers of its days, and that losing it costs the memory and nothing else."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from daily_office import Office

from qingyu.engine.store import Home
from qingyu.flows.daily_state import DailyState, daily_folder, load_state, save_state

TORN = ["", "{", "[]", "null", "7", '{"strange": 1}', '{"finished": 7, "known": "x"}']
TORN += ['{"scores": []}', '{"done": {"day": 3}}', '{"scores": {"2016-04-01": {"A": [1]}}}']
TORN += ['{"done": {"day": "soon"}}', '{"runs": {"2016-04-01": "x"}}', '{"refused": [7]}']
TORN += ['{"finished": "soon"}', '{"scores": {"soon": {}}}']


@pytest.fixture
def home(tmp_path: Path) -> Home:
    made = Home.create(tmp_path / "home", tmp_path / "pack")
    daily_folder(made).mkdir()
    return made


def test_it_comes_back_as_it_went(home: Home) -> None:
    state = DailyState("2016-04-02", 3, "p", {"2016-04-02": 1}, {"day": "2016-04-01"})
    state.scores = {"2016-04-01": {"A": (87_345, "blue"), "B": (None, None)}}
    state.refused = [{"source": "calls", "file": "a.csv", "reason": "no"}]
    save_state(home, state)
    assert load_state(home) == state


@pytest.mark.parametrize("text", TORN)
def test_a_torn_file_is_none(home: Home, text: str) -> None:
    (daily_folder(home) / "state.json").write_text(text)
    assert load_state(home) == DailyState()


def test_bytes_that_are_no_text(home: Home) -> None:
    (daily_folder(home) / "state.json").write_bytes(b"\xff\xfe\x00")
    assert load_state(home) == DailyState()


@pytest.mark.parametrize("text", [None, '{"finished": "2016-0'])
def test_a_lost_state_computes_the_last_whole_periods(tmp_path: Path, text: str | None) -> None:
    office = Office(tmp_path)
    office.lay()
    first: Any = office.run().report
    path = daily_folder(office.home) / "state.json"
    path.unlink()
    if text is not None:
        path.write_text(text)
    again: Any = office.run().report
    assert again["periods"] == first["periods"]
    assert again["changes"] == []
    assert len(office.home.batches()) == 1
    assert office.run().again
