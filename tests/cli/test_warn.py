"""`qingyu warn` and `qingyu silence` on a home whose pack has rules."""

from __future__ import annotations

import json
import shutil
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from qingyu.cli import shapes_warn
from qingyu.cli.shape import Shape

Qingyu = Any
PACK = Path(__file__).resolve().parents[2] / "packs" / "montco"
RULES = """\
morning: "09:00"
budget: {a_year: 2, level: township, reference: test, why: test}
rules:
  - id: leap
    name: {zh: 骤增, en: A leap}
    severity: serious
    of: [traffic_crash]
    levels: [township]
    quiet: 3 days
    detect: {by: bayes, window: 1 days, enter: 0.0001, leave: 0.01}
    reference: test
    why: test
"""


def holds(shape: Shape, answer: dict[str, Any], lead: str = "") -> None:
    """Exactly the documented names stand in this object."""
    documented = {name.removeprefix(lead).removesuffix("[]")
                  for name in shape.fields if name.startswith(lead)}  # fmt: skip
    assert set(answer) == {name for name in documented if "." not in name.replace("[]", "")}


@pytest.fixture
def home(tmp_path: Path, qingyu: Qingyu) -> Path:
    pack = tmp_path / "pack"
    shutil.copytree(PACK, pack)
    (pack / "warnings.yaml").write_text(RULES, "utf-8")
    (pack / "cases" / "warnings.yaml").unlink()  # they are of the pack's own rules
    rows = ["lat,lng,desc,zip,title,timeStamp,twp,addr,e"]
    for number in range(60):
        day = date(2016, 9, 1) + timedelta(days=number)
        for call in range(20 if number == 40 else 2):
            rows.append(
                f"40.0,-75.2,{day} {call},19003,Traffic: VEHICLE ACCIDENT -,"
                f"{day} 12:{call:02d}:00,LOWER MERION,MAIN ST,1"
            )
    (tmp_path / "calls.csv").write_text("\n".join(rows) + "\n", "utf-8")
    home = tmp_path / "home"
    assert qingyu("init", home, "--pack", pack).code == 0
    assert qingyu("receive", "calls", tmp_path / "calls.csv", "--home", home).code == 0
    return home


def test_hindsight_tells_the_leap_with_its_reasons(home: Path, qingyu: Qingyu) -> None:
    answer = qingyu("warn", "--period", "2016-10", "--hindsight", "--home", home, "--json")
    plain = json.loads(answer.out)
    holds(shapes_warn.WARN, plain)
    (one,) = plain["episodes"]
    holds(shapes_warn.WARN, one, "episodes[].")
    assert (one["first"], one["speaks"], one["count"]) == ("2016-10-11", True, 20)
    page = qingyu("warn", "--period", "2016-10", "--hindsight", "--home", home)
    assert "2016-10-11" in page.out


def test_a_source_that_changes_its_categories_is_told(home: Path, qingyu: Qingyu) -> None:
    rows = ["lat,lng,desc,zip,title,timeStamp,twp,addr,e"]
    for number in range(20):
        day = date(2016, 11, 1) + timedelta(days=number)
        for call in range(3):
            rows.append(
                f"40.0,-75.2,{day} n{call},19003,Traffic: CRASH -,"
                f"{day} 12:{call:02d}:00,LOWER MERION,MAIN ST,1"
            )
    file = home.parent / "renamed.csv"
    file.write_text("\n".join(rows) + "\n", "utf-8")
    assert qingyu("receive", "calls", file, "--home", home).code == 0
    answer = qingyu("warn", "--period", "2016-11-20", "--hindsight", "--home", home, "--json")
    (new,) = json.loads(answer.out)["recoded"]
    assert (new["value"], new["appeared"]) == ("Traffic: CRASH -", True)
    page = qingyu("warn", "--period", "2016-11-20", "--hindsight", "--home", home)
    assert "Traffic: CRASH -" in page.out


def test_what_came_too_late_is_no_calm(home: Path, qingyu: Qingyu) -> None:
    page = qingyu("warn", "--period", "2016-10", "--home", home, "--lang", "en")
    assert page.code == 0
    assert "too late to be judged live" in page.out
    assert "0 of 31 days were judged" in page.out


def test_a_silence_needs_a_reason_and_an_end(home: Path, qingyu: Qingyu) -> None:
    words = ("silence", "LOWER MERION", "traffic_crash", "--home", home)
    assert qingyu(*words, "--until", "2999-01-01").code == 2
    assert qingyu(*words, "--because", "a race").code == 2
    made = qingyu(*words, "--until", "2999-01-01", "--because", "a race", "--json")
    holds(shapes_warn.SILENCE, json.loads(made.out))
    answer = qingyu("warn", "--period", "2016-10", "--hindsight", "--home", home, "--json")
    (one,) = json.loads(answer.out)["episodes"]
    assert (one["speaks"], one["silence"]["because"]) == (False, "a race")


def test_a_backtest_says_what_would_have_been_sent(home: Path, qingyu: Qingyu) -> None:
    answer = qingyu("warn", "--backtest", "2016", "--hindsight", "--home", home, "--json")
    assert json.loads(answer.out)["sent"] == 1
    assert qingyu("warn", "--backtest", "2016", "--hindsight", "--home", home).code == 0


def test_a_city_without_a_past_cannot_be_calibrated(home: Path, qingyu: Qingyu) -> None:
    assert qingyu("warn", "--calibrate", "1", "--home", home).code == 9


def test_the_truth_stands_beside_a_backtest(home: Path, qingyu: Qingyu) -> None:
    folder = home.parent / "city"
    assert qingyu("warn", "--truth", folder, "--home", home).code == 2
    words = ("warn", "--backtest", "2016", "--hindsight", "--truth", folder, "--home", home)
    assert qingyu(*words).code == 9
    (folder / "truth").mkdir(parents=True)
    put = {
        "id": "crashes", "name_zh": "事故增多", "name": "More crashes", "on": "happens",
        "towns": ["4209144976"], "streams": ["accidents"], "first": "2016-10-09",
        "last": "2016-10-20",
    }  # fmt: skip
    (folder / "truth" / "model.json").write_text(json.dumps({"episodes": [put]}), "utf-8")
    answer = json.loads(qingyu(*words, "--json").out)
    assert (answer["truth"]["of"], answer["truth"]["false"]) == (0, 1)  # no rule counts that
    page = qingyu(*words, "--lang", "en")
    assert "0 of 0 that a rule looks for were found." in page.out
    assert "1 of 1 told episodes met nothing" in page.out
