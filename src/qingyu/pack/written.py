"""How a department writes its files and cells, where that differs from a plain CSV in UTF-8.

All of it is declared, none guessed: what is not declared here is refused, never read as something
near. A pack that says nothing of this has its files read at full speed, as they are.
"""

from __future__ import annotations

from datetime import date
from typing import Any, Literal

from pydantic import ConfigDict, Field, model_validator

from qingyu.pack.values import Model, Plain

Encoding = Literal[
    "utf-8", "gb18030", "gbk", "big5", "utf-16", "utf-16-le", "utf-16-be",
    "windows-1252", "latin-1", "cp850",
]  # fmt: skip


class Spelling(Model):
    """One name that a column has in the sender's files: always, or for records of some days. A bare
    text is a name without days."""

    model_config = ConfigDict(
        json_schema_extra={"examples": ["发生时间", {"name": "natureza", "to": "2015-12-31"}]}
    )
    name: str = Field(min_length=1)
    since: date | None = Field(default=None, alias="from")
    until: date | None = Field(default=None, alias="to")

    @model_validator(mode="before")
    @classmethod
    def _from_text(cls, value: Any) -> Any:
        return {"name": value} if isinstance(value, str) else value

    @property
    def dated(self) -> bool:
        return self.since is not None or self.until is not None


class Written(Model):
    """How the cells of one column are written.

    `missing`: cells that mean "no value", never zero (`-`, `無`, `NA`; also `0` where the sender
    writes it for a missing reading). `width: fold` reads full-width digits, letters and marks as
    ASCII. `unit`: words that may follow a number and are taken off; any other is refused.
    `thousands`: the mark between groups of three digits. `decimal`: the decimal mark. `negative:
    brackets` reads (12) as -12. `dates`: forms read beside the column's `format`; `roc` counts
    years from 1911 (民國104/09/01, 1040901, 104年9月1日), `chinese` is 2026年10月5日 下午3时20分.
    `pad`: a code kept as a number (3, 3.0) gets leading zeros up to this many digits. `take`: the
    part of a text that the group of this regular expression finds; without it there is no value.
    """

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "unit": ["起", "宗"],
                    "thousands": ",",
                    "width": "fold",
                    "missing": ["-", "無", "NA"],
                },
                {"decimal": "comma", "thousands": ".", "negative": "brackets"},
                {"dates": ["roc", "chinese"]},
                {"pad": 5},
                {"take": "^(.{2}市.{2}区)"},
            ]
        }
    )
    missing: tuple[Plain, ...] = ()
    width: Literal["fold"] | None = None
    unit: tuple[str, ...] = ()
    thousands: Literal[",", ".", " ", "'"] | None = None
    decimal: Literal["point", "comma", "either"] = "point"
    negative: Literal["minus", "brackets"] = "minus"
    dates: tuple[Literal["roc", "chinese"], ...] = ()
    pad: int | None = Field(default=None, ge=1, le=18)
    take: str | None = None


class Layout(Model):
    """How the sender's file is laid out.

    `encoding`: one or several, tried in this order; the first under which the whole file can be
    read counts. `separator`: of CSV (default: the one under which the header fits). `sheet`: of a
    workbook with several. `skip`: rows above the header. `header_rows` with `header`: a header of
    two rows whose names are `joined` (upper_lower) or those of the `second` row. Rows under the
    table are known by their first cell, which a regular expression must fit as a whole: `totals`
    are checked against the rows above and left out, a `footer` is left out. `hidden`: what to do
    with hidden rows and sheets of a workbook. `formulas`: whether a stored value is taken.
    """

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"encoding": ["utf-8", "gb18030"], "separator": "semicolon"},
                {"sheet": "明细", "skip": 2, "header_rows": 2, "header": "second"},
                {"totals": "合计|总计", "footer": "制表：.*"},
            ]
        }
    )
    encoding: tuple[Encoding, ...] = Field(default=("utf-8",), min_length=1)
    separator: Literal["comma", "semicolon", "tab", "bar"] | None = None
    sheet: str | None = None
    skip: int = Field(default=0, ge=0, le=100)
    header_rows: Literal[1, 2] = 1
    header: Literal["joined", "second"] = "joined"
    totals: str | None = None
    footer: str | None = None
    hidden: Literal["refuse", "take"] = "refuse"
    formulas: Literal["stored", "refuse"] = "stored"

    @model_validator(mode="before")
    @classmethod
    def _one_encoding(cls, value: Any) -> Any:
        if isinstance(value, dict) and isinstance(value.get("encoding"), str):
            return {**value, "encoding": (value["encoding"],)}
        return value

    @property
    def framed(self) -> bool:
        """Whether something stands above or under the table that is not its header or a row."""
        return bool(self.skip or self.header_rows > 1 or self.totals or self.footer)
