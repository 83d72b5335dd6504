"""A file of each of the twenty sources in the form in which its department sends it: taken in
whole, placed, counted by the indicator that reads it, and rid of everything personal."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Sequence
from datetime import date
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from openpyxl import Workbook

from qingyu.engine.panel import load_panel
from qingyu.engine.store import Home
from qingyu.engine.tables import Panel, fingerprint
from qingyu.intake.receive import receive
from qingyu.pack.load import load_pack
from qingyu.pack.model import Measure, Pack, Source

PACK = Path(__file__).parents[2] / "packs" / "zhuhai"
TOWN, VILLAGE = "440402100000", "440402100015"  # 唐家湾镇, and a community in it
SECRET = "张三丰13800138000"
COVERS = (date(2026, 9, 1), date(2026, 9, 30))
VERSION = {"extract": "2026-10-01T06:00", "sequence": "202609"}

Row = dict[str, str]
PLACED = {"town": "唐家湾镇", "village": VILLAGE, "updated": "2026-09-30 18:00:00"}

# The records of each source beside what each has (`PLACED`), and what they come to: for the
# indicator's measure and for what divides it, on a day.
SENT: dict[str, list[Row]] = {
    "disputes": [
        {"dispute_no": "1", "opened": "2026-07-10", "settled": "2026-08-09", "kind": "邻里"},
        {"dispute_no": "2", "opened": "2026-07-10", "settled": "2026-08-10"},  # a day late
        {"dispute_no": "3", "opened": "2026-07-10", "settled": "2026-08-01",
         "reopened": "2026-08-20"},  # it broke out again
        {"dispute_no": "4", "opened": "2026-07-10", "settled": "2026-08-01",
         "reopened": "2026-09-05"},  # it had held for thirty days
        {"dispute_no": "5", "opened": "2026-07-10"},  # open
    ],
    "petitions": [
        {"petition_no": "1", "accepted": "2026-07-10", "answered": "2026-09-08"},
        {"petition_no": "2", "accepted": "2026-07-10", "answered": "2026-09-09",
         "extended": "2026-09-01"},
    ],
    "air": [
        {"station": "TJ", "at": f"2026-09-08 {hour:02d}:00:00", "aqi": str(50 + hour % 2),
         "pm25": "20", "pm10": "40", "town": TOWN}
        for hour in range(24)
    ],
    "land": [
        {"parcel_no": "1", "found": "2026-09-01", "area": "3.2公顷"},
        {"parcel_no": "2", "found": "2026-09-01", "area": "1.05公顷", "restored": "2026-09-08"},
        {"parcel_no": "3", "found": "2026-09-08", "area": "０.５公顷"},
    ],
    "work_safety": [
        {"accident_no": "1", "at": "2026-09-08 10:20", "tier": "一般", "deaths": "1",
         "area_code": VILLAGE},
        {"accident_no": "2", "at": "2026-09-08 14:00", "tier": "一般", "deaths": "0",
         "area_code": TOWN},
    ],
    "sites": [
        {"hazard_no": "1", "found": "2026-09-01", "due": "2026-09-08", "closed": "2026-09-08"},
        {"hazard_no": "2", "found": "2026-09-01", "due": "2026-09-08", "closed": "2026-09-09"},
    ],
    "ratings": [
        {"rating_no": "1", "rated": "2026-09-08", "score": "5"},
        {"rating_no": "2", "rated": "2026-09-08", "score": "4", "village": ""},
    ],
    "police_110": [
        {"call_no": "1", "received": "2026-09-08 01:00:00", "category": "入室盗窃",
         "outcome": "有效"},
        {"call_no": "2", "received": "2026-09-08 02:00:00", "category": "电信网络诈骗",
         "outcome": "有效", "village": ""},
        {"call_no": "3", "received": "2026-09-08 03:00:00", "category": "打架斗殴",
         "outcome": "误报"},
        {"call_no": "4", "received": "2026-09-08 04:00:00", "category": "噪音扰民",
         "outcome": "有效"},
    ],
    "civility": [
        {"report_no": "1", "day": "2026-09-08", "kind": "文明巡查", "checks": "120",
         "problems": "7"},
        {"report_no": "2", "day": "2026-09-08", "kind": "志愿服务", "hours": "35.5小时"},
    ],
    "police_122": [
        {"record_no": "1", "at": "2026-09-08 08:00:00", "kind": "交通事故", "deaths": "1",
         "injured": "2"},
        {"record_no": "2", "at": "2026-09-08 08:30:00", "kind": "路口检查", "watched": "200",
         "uncivil": "9"},
        {"record_no": "3", "at": "2026-09-08 09:00:00", "kind": "交通拥堵"},
    ],
    "urban_management": [
        {"event_no": "1", "found": "2026-09-08 08:00:00", "kind": "乱堆放", "found_by": "巡查",
         "due": "2026-09-08 12:00:00", "closed": "2026-09-08 11:00:00"},
        {"event_no": "2", "found": "2026-09-08 09:00:00", "kind": "乱摆卖", "found_by": "市民上报",
         "due": "2026-09-08 13:00:00", "closed": "2026-09-09 08:00:00"},
        {"event_no": "3", "found": "2026-09-08 07:00:00", "kind": "巡查工时", "found_by": "巡查",
         "hours": "7.5"},
    ],
    "honours": [
        {"honour_no": "1", "recognised": "2026年9月8日", "kind": "见义勇为"},
        {"honour_no": "2", "recognised": "2026年9月８日", "kind": "好人好事"},
    ],
    "hotline_12345": [
        {"order_no": "1", "accepted": "2026-09-05 10:00:00", "kind": "投诉",
         "due": "2026-09-08 10:00:00", "answered": "2026-09-08 09:00:00",
         "called_back": "2026-09-08", "solved": "已解决"},
        {"order_no": "2", "accepted": "2026-09-05 11:00:00", "kind": "咨询",
         "due": "2026-09-08 11:00:00", "called_back": "2026-09-08", "solved": "未解决"},
        {"order_no": "3", "accepted": "2026-09-05 12:00:00", "kind": "求助",
         "due": "2026-09-10 12:00:00", "called_back": "2026-09-08", "solved": "未评价"},
    ],
    "market_12315": [
        # the 52nd working day after 2026-06-26 is 2026-09-08
        {"complaint_no": "1", "filed": "2026-06-26", "goods": "食品", "decision": "受理",
         "accepted": "2026-07-07", "closed": "2026-09-08", "outcome": "调解成功",
         "finding": "属实", "ruled": "2026-09-08"},
        {"complaint_no": "2", "filed": "2026-06-26", "goods": "服务", "decision": "受理",
         "accepted": "2026-07-08", "closed": "2026-09-08", "outcome": "调解不成"},  # a day late
        {"complaint_no": "3", "filed": "2026-06-26", "goods": "食品", "decision": "不予受理",
         "finding": "不属实", "ruled": "2026-09-08"},
    ],
    "sampling": [
        {"sample_no": "1", "reported": "2026-09-08", "goods": "食品", "result": "不合格",
         "town": TOWN},
        {"sample_no": "2", "reported": "2026-09-08", "goods": "药品", "result": "合格",
         "town": TOWN},
    ],
    "fleet": [
        {"check_no": "1", "day": "2026-09-08", "kind": "货运", "vehicles": "40",
         "violations": "3"},
    ],
    "fire_119": [
        {"alarm_no": "1", "received": "2026-09-08 23:00:00", "kind": "火灾", "deaths": "0",
         "area_code": VILLAGE},
        {"alarm_no": "2", "received": "2026-09-08 23:30:00", "kind": "误报", "area_code": TOWN},
    ],
    "fire_checks": [
        {"hazard_no": "1", "found": "2026-09-01", "due": "2026-09-08", "closed": "2026-09-02",
         "premises": "出租屋", "town": TOWN},
        {"hazard_no": "2", "found": "2026-09-01", "due": "2026-09-08", "town": TOWN},
    ],
    "wages": [
        {"case_no": "1", "filed": "2026-09-02", "finding": "属实", "confirmed": "2026-09-08",
         "workers": "12人"},
        {"case_no": "2", "filed": "2026-09-02", "finding": "不属实", "confirmed": "2026-09-08",
         "workers": "3人"},
    ],
    "health": [
        {"report_no": "1", "day": "2026-09-08", "kind": "诊疗人次", "visits": "5200"},
        {"report_no": "2", "day": "2026-09-01", "kind": "医疗纠纷", "finding": "属实",
         "ruled": "2026-09-08"},
    ],
}  # fmt: skip

COUNTS: dict[str, tuple[int, int | None]] = {
    "disputes_resolved": (2, 5), "petitions_in_time": (1, 2), "air_quality": (50, 1),
    "illegal_land_use": (370, None), "work_accidents": (2, None), "site_hazards_closed": (1, 2),
    "resident_rating": (9, 2), "participation": (2, None), "crime_calls": (1, None),
    "telecom_fraud": (1, None), "civility_inspection": (7, 120), "uncivil_traffic": (9, 200),
    "urban_events": (1, 75), "urban_closed": (1, 2), "good_deeds": (1, None),
    "volunteering": (355, None), "hotline_in_time": (1, 2), "hotline_fixed": (1, 2),
    "food_complaints": (1, None), "sampling_failures": (1, 2), "traffic_accidents": (1, None),
    "fleet_violations": (3, 40), "fire_calls": (1, None), "fire_hazards_closed": (1, 2),
    "consumer_in_time": (1, 2), "consumer_solved": (1, 2), "wage_arrears": (12, None),
    "medical_disputes": (1, 5200),
}  # fmt: skip
DAY = "2026-09-08"


@pytest.fixture(scope="module")
def pack() -> Pack:
    return load_pack(PACK)


@pytest.fixture(scope="module")
def home(pack: Pack, tmp_path_factory: pytest.TempPathFactory) -> Home:
    """All twenty files received."""
    folder = tmp_path_factory.mktemp("city")
    made = Home.create(folder / "home", PACK)
    for source in pack.sources:
        send(made, pack, source, folder)
    return made


def send(home: Home, pack: Pack, source: Source, folder: Path) -> None:
    path = written(source, SENT[source.id], folder)
    receipt = receive(
        home, pack, source.id, [path], who="test",
        covers=COVERS if source.covers == "must_be_given" else None,
        version=VERSION.get(source.version.by),
    )  # fmt: skip
    assert (receipt.new, receipt.refused, receipt.unplaced) == (len(SENT[source.id]), 0, 0), (
        source.id, receipt.reasons,
    )  # fmt: skip


# -- files as departments write them -----------------------------------------------------------


def written(source: Source, rows: Sequence[Row], folder: Path) -> Path:
    """The rows under the sender's own headings, in the contract's form."""
    if source.id == "air":
        return json_lines(rows, folder / "air.jsonl")
    table = [[column.spellings[-1].name for column in source.columns]]
    table += [
        [cell(column.name, column.personal, row) for column in source.columns] for row in rows
    ]
    if source.file.header_rows == 2:
        return book([["诉求工单", *[""] * (len(table[0]) - 1)], *table], folder / "hotline.xlsx")
    if source.id == "petitions":
        return book(table, folder / "petitions.xlsx")
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator="\r\n").writerows(table)
    path = folder / f"{source.id}.csv"
    path.write_bytes(text.getvalue().encode(source.file.encoding[0]))
    return path


def cell(name: str, personal: str, row: Row) -> str:
    return SECRET if personal == "cut" else row.get(name, PLACED.get(name, ""))


def book(table: Sequence[Sequence[str]], path: Path) -> Path:
    made = Workbook()
    assert made.active is not None
    for line in table:
        made.active.append([value or None for value in line])
    made.save(path)
    return path


def json_lines(rows: Sequence[Row], path: Path) -> Path:
    lines = [
        {"station": {"id": row["station"], "town": row["town"]}, "station_name": "唐家",
         "at": row["at"], "reading": {k: float(row[k]) if k != "aqi" else int(row[k])
                                      for k in ("aqi", "pm25", "pm10")}}
        for row in rows
    ]  # fmt: skip
    path.write_text("\n".join(json.dumps(line, ensure_ascii=False) for line in lines), "utf-8")
    return path


# -- what comes of them ------------------------------------------------------------------------


def test_each_source_has_a_file_and_each_indicator_a_count(pack: Pack) -> None:
    assert set(SENT) == {source.id for source in pack.sources}
    assert set(COUNTS) == {indicator.id for indicator in pack.indicators}


def test_every_file_is_counted_by_its_indicators(home: Home, pack: Pack) -> None:
    panel = load_panel(home, pack)
    found = {
        indicator.id: (
            counted(panel, pack, indicator.measure),
            indicator.per.measure and counted(panel, pack, indicator.per.measure),
        )
        for indicator in pack.indicators
    }
    assert found == COUNTS


def test_deaths_are_counted_for_the_deductions(home: Home, pack: Pack) -> None:
    panel = load_panel(home, pack)
    deaths = {
        deduction.id: counted(panel, pack, deduction.measure)
        for dimension in pack.dimensions
        for deduction in dimension.deductions
    }
    assert deaths == {"work_deaths": 1, "traffic_deaths": 1, "fire_deaths": 0}


def counted(panel: Panel, pack: Pack, measure: Measure) -> int:
    """The measure of the day in the town and its villages; of a stock, what is open at its end."""
    areas = [TOWN, *(area.code for area in pack.areas if area.parent == TOWN)]
    days = slice(None, DAY) if measure.stock else DAY
    return int(panel.counts.sel(measure=fingerprint(measure), area=areas, day=days).sum())


def test_nothing_personal_is_kept(home: Home) -> None:
    """Parquet is read by its values: what is packed cannot be searched as bytes."""
    kept = [path for path in home.folder.rglob("*") if path.is_file()]
    assert any(path.suffix == ".parquet" for path in kept)
    for path in kept:
        if path.suffix == ".parquet":
            words = "".join(str(column) for column in pq.read_table(path).to_pydict().values())
        else:
            words = path.read_bytes().decode("utf-8", errors="replace")
        assert "张三丰" not in words, path
        assert "13800138000" not in words, path
