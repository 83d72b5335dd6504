"""Which column names tell of a person, and which only look so."""

from __future__ import annotations

import pytest

from qingyu.pack.names import folded
from qingyu.pack.rules.persons import is_personal, is_status, words_of


@pytest.mark.parametrize(
    "name",
    [
        "name", "Name", "full_name", "caller_name", "lastName", "surname", "phone", "PhoneNo",
        "mobile", "tel", "contact_tel", "email", "address", "addr", "home-address", "id_card",
        "idCard", "IDCard", "idcard", "plate", "licence_plate", "LicensePlate", "passport_no",
        "birth_date", "dob", "openid", "reporter", "victim_age", "complainant", "ip",
        "bank_account",
        "姓名", "报案人姓名", "联系电话", "手机号", "身份证号", "证件号码", "车牌号",
        "号牌", "地址", "现住址", "微信号", "出生日期", "当事人", "聯絡電話", "身分證字號",
    ],
)  # fmt: skip
def test_personal(name: str) -> None:
    assert is_personal(name)


@pytest.mark.parametrize(
    "name",
    [
        "title", "desc", "timeStamp", "twp", "zip", "lat", "station_name", "street_name",
        "area_name", "townName", "department_name", "station_phone", "unit_address", "number",
        "template", "hotel", "platelet", "shipping", "category", "街道名称", "发生时间", "类别",
        "派出所", "案件编号", "facet", "multiple", "telling", "发生日期", "發生日期",
    ],
)  # fmt: skip
def test_not_personal(name: str) -> None:
    assert not is_personal(name)


@pytest.mark.parametrize(
    "name",
    ["household_id", "hukou", "Origin", "residence_status", "reporter", "nationality", "户籍地",
     "家庭编号", "举报人类型", "籍贯", "流动人口", "民族"],
)  # fmt: skip
def test_status(name: str) -> None:
    assert is_status(name)


@pytest.mark.parametrize(
    "name", ["original", "category", "house_fire", "president", "outcome", "类别"]
)
def test_not_status(name: str) -> None:
    assert not is_status(name)


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("reporterPhone_no", ["reporter", "phone", "no"]),
        ("IDCard", ["id", "card"]),
        ("timeStamp", ["time", "stamp"]),
        ("row_no2", ["row", "no", "2"]),
    ],
)
def test_words_of(name: str, words: list[str]) -> None:
    assert words_of(name) == words


@pytest.mark.parametrize(
    ("one", "two"),
    [("LOWER MERION", "Lower  Merion"), ("Ｌower Merion ", "lower merion"), ("香洲区", "香洲区 ")],
)
def test_names_that_look_alike_are_one(one: str, two: str) -> None:
    assert folded(one) == folded(two)


def test_other_names_are_others() -> None:
    assert folded("HATFIELD BORO") != folded("HATFIELD TOWNSHIP")
