"""A small city with a source of cases that open, fall due and close, and one of readings."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

from qingyu.engine.store import Home
from qingyu.intake.receipt import Receipt
from qingyu.intake.receive import receive
from qingyu.pack.load import load_pack

CURVE = "[[0, 0], [1, 100]]"
FILES = {
    "pack.yaml": """\
id: small
name: {zh: 小城, en: Small town}
version: 1.0.0
time_zone: Asia/Shanghai
levels:
  - {id: town, name: {zh: 镇, en: town}}
  - {id: village, name: {zh: 村, en: village}}
indices:
  - {id: monthly, name: {zh: 月, en: month}, periods: [month], dimensions: [order]}
""",
    "areas.csv": """\
code,name,name_zh,level,parent,class,from,to,rankable,aliases
01,Town,镇,town,,,,,false,
0101,Ford,渡口,village,01,,,,true,
0102,Mill,磨坊,village,01,,,,true,
""",
    "exposures/people.csv": """\
area,valid_from,known_from,value
0101,2026-01-01,2026-01-01,1000
0102,2026-01-01,2026-01-01,2000
""",
    "calendar.yaml": """\
holidays: [2026-03-09, 2026-03-10]
workdays: [2026-03-14]
""",
    "dimensions.yaml": """\
- id: order
  name: {zh: 治安, en: order}
  weight:
    - {from: 2026-01-01, value: 1, reference: default}
""",
    "grades.yaml": """\
scales:
  - from: 2026-01-01
    reference: default
    grades:
      - {id: blue, name: {zh: 蓝, en: blue}, from: 90}
      - {id: red, name: {zh: 红, en: red}, from: 0}
""",
    "indicators/in_time.yaml": f"""\
name: {{zh: 按期办结, en: closed in time}}
dimension: order
nature: handling
measure: {{count: disputes, on: due, where: {{closed: {{no_later_than: due}}}}}}
per: {{measure: {{count: disputes, on: due}}}}
better: higher
weight:
  - {{from: 2026-01-01, value: 0.5, reference: default}}
compare:
  - with: target
    weight: 1
    target: [{{from: 2026-01-01, value: 1, reference: default}}]
    curve: {CURVE}
shrink: {{kappa: 0}}
""",
    "indicators/backlog.yaml": """\
name: {zh: 积案, en: open cases}
dimension: order
nature: handling
measure: {stock: disputes, closed: closed}
per: {exposure: people, unit: 1000}
better: lower
weight:
  - {from: 2026-01-01, value: 0.3, reference: default}
compare:
  - with: minmax
    weight: 1
    low: [{from: 2026-01-01, value: 0, reference: default}]
    high: [{from: 2026-01-01, value: 10, reference: default}]
""",
    "indicators/air.yaml": """\
name: {zh: 空气, en: air}
dimension: order
nature: harm
measure: {sum: air, of: aqi}
per: {measure: {count: air}}
better: lower
weight:
  - {from: 2026-01-01, value: 0.2, reference: default}
compare:
  - with: minmax
    weight: 1
    low: [{from: 2026-01-01, value: 0, reference: default}]
    high: [{from: 2026-01-01, value: 100, reference: default}]
""",
    "sources/disputes.yaml": """\
apiVersion: v3.1.0
kind: DataContract
id: small-disputes
version: 1.0.0
status: active
schema:
  - name: disputes
    properties:
      - name: number
        logicalType: string
        required: true
        primaryKey: true
        customProperties: [{property: qingyu, value: {type: code}}]
      - {name: opened, logicalType: date, required: true}
      - {name: closed, logicalType: date}
      - {name: village, logicalType: string}
customProperties:
  - property: qingyu
    value:
      name: {zh: 纠纷, en: disputes}
      department: justice
      kind: case
      time: opened
      version: {by: sequence}
      delivery: increment
      covers: must_be_given
      edges: full
      place: {by: [name], name: village}
      computed: [{id: due, after: opened, working_days: 5}]
""",
    "sources/air.yaml": """\
apiVersion: v3.1.0
kind: DataContract
id: small-air
version: 1.0.0
status: active
schema:
  - name: air
    properties:
      - name: station
        logicalType: string
        required: true
        primaryKey: true
        customProperties: [{property: qingyu, value: {type: code}}]
      - name: at
        logicalType: timestamp
        required: true
        primaryKey: true
        logicalTypeOptions: {format: "yyyy-MM-dd HH:mm"}
      - {name: aqi, logicalType: integer}
      - {name: village, logicalType: string}
customProperties:
  - property: qingyu
    value:
      name: {zh: 空气, en: air}
      department: environment
      kind: reading
      reading: {entity: [station], reduce: {aqi: mean}, least: 2}
      time: at
      version: {by: sequence}
      delivery: increment
      covers: must_be_given
      edges: full
      place: {by: [name], name: village}
""",
}


class SmallCity:
    """A home of this pack; each send is the next version."""

    def __init__(self, folder: Path, files: Mapping[str, str] = FILES) -> None:
        self.folder = folder
        for name, text in files.items():
            path = folder / "pack" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        self.pack = load_pack(folder / "pack")
        self.home = Home.create(folder / "home", folder / "pack")
        self.now = datetime(2026, 4, 1, 12, tzinfo=UTC)
        self.home.clock = lambda: self.now
        self.sent = 0

    def take(self, source: str, header: str, rows: Sequence[str]) -> Receipt:
        """Receive rows (comma-separated) that cover March 2026."""
        self.sent += 1
        path = self.folder / f"{source}-{self.sent}.csv"
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file)
            writer.writerows(line.split(",") for line in (header, *rows))
        self.now += timedelta(hours=1)
        covers = (datetime(2026, 3, 1).date(), datetime(2026, 3, 31).date())  # noqa: DTZ001
        return receive(
            self.home, self.pack, source, [path], covers=covers, version=self.sent, who="the test"
        )
