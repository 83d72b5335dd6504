"""Local days: clocks that go forward and back, offsets, other hosts' zones."""

from __future__ import annotations

import os
import random
import subprocess
import sys
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import duckdb
import pyarrow as pa
import pytest
from intake_town import Desk, row, town

from qingyu.intake import times

ZONES = [
    "Asia/Shanghai", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "UTC",
    "America/Sao_Paulo", "Asia/Kathmandu", "Pacific/Apia",
]  # fmt: skip
BERLIN = "Europe/Berlin"
EPOCH = datetime(1970, 1, 1)  # noqa: DTZ001 - naive, as the columns are


def evaluated(sql: str, values: Sequence[object], kind: str = "TIMESTAMP") -> list[Any]:
    """The SQL for each value of `t`, in one query."""
    table = pa.table({"n": range(len(values)), "t": [str(value) for value in values]})
    with duckdb.connect() as connection:
        connection.register("given", table)
        rows = connection.execute(
            f"SELECT {sql} FROM (SELECT n, CAST(t AS {kind}) AS t FROM given) ORDER BY n"
        ).fetchall()
    return [value for (value,) in rows]


def moments(zone: str, count: int = 4000) -> list[datetime]:
    """Naive times of two centuries, drawn with a fixed seed, and those around each change."""
    draw = random.Random(zone)
    drawn = [EPOCH + timedelta(seconds=draw.randint(-2_100_000_000, 4_100_000_000))
             for _ in range(count)]  # fmt: skip
    steps = (-3601, -3600, -1, 0, 1, 1800, 3599, 3600)
    changes = [c.instant + timedelta(seconds=s) for c in times.changes_of(zone)[1:] for s in steps]
    local = [g + timedelta(seconds=s) for gap in times.gaps_of(zone) for g in gap for s in (-1, 0)]
    return drawn + changes + local


@pytest.mark.parametrize("zone", ZONES)
def test_instants_become_local_time_as_zoneinfo_says(zone: str) -> None:
    given = moments(zone)
    info = ZoneInfo(zone)
    expected = [m.replace(tzinfo=UTC).astimezone(info).replace(tzinfo=None) for m in given]
    assert evaluated(times.to_local("t", zone), given) == expected


@pytest.mark.parametrize("zone", ZONES)
def test_local_times_become_instants_or_were_skipped(zone: str) -> None:
    given = moments(zone)
    info = ZoneInfo(zone)
    instants = evaluated(times.to_instant("t", zone), given)
    skipped = evaluated(times.skipped("t", zone), given)
    back = [instant.replace(tzinfo=UTC).astimezone(info) for instant in instants]
    assert skipped == [b.replace(tzinfo=None) != g for b, g in zip(back, given, strict=True)]
    # Of an hour that the clocks pass twice, the first is taken.
    assert not any(b.fold for b, s in zip(back, skipped, strict=True) if not s)
    assert any(skipped) == bool(times.gaps_of(zone))


@pytest.mark.parametrize(
    ("text", "utc"),
    [
        ("2020-01-05T10:00:00Z", "2020-01-05 10:00:00"),
        ("2020-01-05 10:00:00+08", "2020-01-05 02:00:00"),
        ("2020-01-05 10:00:00+0800", "2020-01-05 02:00:00"),
        ("2020-01-05 10:00:00.5-05:30", "2020-01-05 15:30:00.500000"),
        ("2020-01-05T10:00Z", "2020-01-05 10:00:00"),
        ("2020-01-05 10:00:00", "None"),
        ("2020-01-05", "None"),
        ("2020-01-05T10:00:00+19:00", "None"),
    ],
)
def test_offsets(text: str, utc: str) -> None:
    assert [str(v) for v in evaluated(times.instant("t", None), [text], "VARCHAR")] == [utc]


def test_half_past_midnight_in_beijing_is_that_day(desk: Desk) -> None:
    desk.send(
        [row("1", "2020-01-05 00:30:00"), row("2", "2020-01-04T16:30:00Z"),
         row("3", "2020-01-05T00:30:00+08:00"), row("4", "2020-01-04T15:59:59Z")]
    )  # fmt: skip
    assert [(k, str(d)) for k, d, _ in desk.alive("key, day")] == [
        ("1", "2020-01-05"), ("2", "2020-01-05"), ("3", "2020-01-05"), ("4", "2020-01-04"),
    ]  # fmt: skip


def test_days_of_23_and_25_hours(desk: Desk) -> None:
    """One record each half-hour of the instants from 28 to 31 March, and of those of October."""
    desk.pack = town(zone=BERLIN)
    start = datetime(2020, 3, 27, 23, tzinfo=UTC), datetime(2020, 10, 23, 22, tzinfo=UTC)
    moments = [begin + timedelta(minutes=30 * n) for begin in start for n in range(48 * 3)]
    rows = [row(str(n), m.strftime("%Y-%m-%dT%H:%M:%SZ")) for n, m in enumerate(moments)]
    desk.send(rows)
    counts = {str(day): count for day, count in desk.alive("day")}
    assert counts["2020-03-29"] == 46
    assert counts["2020-10-25"] == 50
    assert {counts[day] for day in ("2020-03-28", "2020-03-30", "2020-10-24")} == {48}


def test_hours_that_never_were_are_refused_and_doubled_ones_taken(desk: Desk) -> None:
    desk.pack = town(zone=BERLIN)
    receipt = desk.send(
        [row("1", "2020-03-29 01:59:59"), row("2", "2020-03-29 02:00:00"),
         row("3", "2020-03-29 02:59:59"), row("4", "2020-03-29 03:00:00"),
         row("5", "2020-10-25 02:30:00"), row("6", "2020-03-29 02:30:00+01:00")]
    )  # fmt: skip
    assert receipt.reasons == {"skipped_time:when": 2}
    assert [k for k, _ in desk.alive("key")] == ["1", "4", "5", "6"]


def test_a_source_may_keep_another_zone_than_the_city(desk: Desk) -> None:
    changed = desk.pack.source("calls").model_copy(update={"zone": BERLIN})
    desk.pack = desk.pack.model_copy(update={"sources": (changed,)})
    desk.send([row("1", "2020-01-05 17:30:00")])  # half past midnight in Shanghai
    assert [(str(day), str(at)) for day, at, _ in desk.alive('day, "at"')] == [
        ("2020-01-06", "2020-01-06 00:30:00")
    ]


def test_the_version_is_the_newest_instant_of_the_file(desk: Desk) -> None:
    """Of times with offsets and without, whatever the order and the zone they are written in."""
    desk.pack = town(version={"by": "newest"})
    rows = [row("1", "2020-01-05T03:00:00Z"), row("2", "2020-01-05 10:59:59"),
            row("3", "2020-01-05T04:00:00+02:00")]  # fmt: skip
    moment = datetime(2020, 1, 5, 3, tzinfo=UTC)
    assert desk.send(rows).version == int(moment.timestamp()) * 1_000_000


@pytest.mark.slow
def test_the_host_has_no_say(desk: Desk, tmp_path: Path) -> None:
    """Zone, language, hash seed, threads of the host: the same content digest."""
    path = desk.file("\n".join([
        "id,when,kind,number,amount,place,name,lon,lat,note,person,phone",
        "1,2020-03-29T00:30:00Z,fire,1,1.5,B,,,,x,p,q",
        "2,2020-10-25 02:30:00,theft,2,,,birch,,,,,",
    ]))  # fmt: skip
    program = (
        "import sys; from pathlib import Path; sys.path[:0] = sys.argv[1:3];"
        "from intake_town import Desk, town; from qingyu.engine.store import Home;"
        "home = Home.create(Path(sys.argv[4]), Path(sys.argv[4]));"
        "desk = Desk(home, Path(sys.argv[4]), town(zone='Europe/Berlin'));"
        "receipt = desk.receive(Path(sys.argv[3]));"
        "print(receipt.content_digest, desk.alive('key, day, area, content64'))"
    )
    here, src = Path(__file__).parent, Path(times.__file__).parents[2]
    said = set()
    hosts = [{"TZ": "UTC"}, {"TZ": "America/New_York", "LC_ALL": "C", "PYTHONHASHSEED": "7"},
             {"TZ": "Pacific/Apia", "QINGYU_THREADS": "1", "LANG": "de_DE.UTF-8"}]  # fmt: skip
    for number, host in enumerate(hosts):
        said.add(
            subprocess.run(
                [sys.executable, "-c", program, str(here), str(src), str(path),
                 str(tmp_path / f"host{number}")],
                env={**os.environ, **host}, capture_output=True, text=True, check=True,
            ).stdout
        )  # fmt: skip
    assert len(said) == 1
