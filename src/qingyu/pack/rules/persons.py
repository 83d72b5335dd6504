"""Places, never persons: nothing that tells who somebody is gets past the door.

Columns are recognised by their names, in English and Chinese. A name that only looks personal
(`street_name`, `station_name`) is told apart by the word beside it.
"""

from __future__ import annotations

import re
from itertools import pairwise

from qingyu.i18n import T
from qingyu.pack.draft import Draft
from qingyu.pack.model import Column, Source
from qingyu.pack.rules.base import Rule, measures, rule


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_PERSONAL = _words("""
    surname firstname lastname fullname forename username nickname phone mobile tel telephone
    cellphone cell email mail address addr idcard passport ssn plate licenceplate licenseplate
    numberplate birthday birthdate birth dob openid unionid wechat weixin qq imei imsi mac ip
    fingerprint face photo signature caller reporter complainant petitioner victim suspect
    offender witness patient citizen person owner driver
""")
_PAIRS = (
    ("id", "card"), ("id", "number"), ("identity", "number"), ("licence", "plate"),
    ("license", "plate"), ("social", "security"), ("bank", "account"), ("national", "id"),
)  # fmt: skip
_PERSONAL_ZH = (
    "姓名", "名字", "电话", "手机", "联系方式", "联系人", "身份证", "证件", "护照", "车牌", "号牌",
    "住址", "地址", "门牌", "邮箱", "微信", "出生", "生日", "报警人", "报案人", "举报人", "投诉人",
    "信访人", "当事人", "受害人", "嫌疑人", "户主", "银行卡",
    "電話", "手機", "身分證", "身份證", "護照", "車牌", "號牌", "門牌", "報案人", "當事人",
    "被害人",
)  # fmt: skip
# Beside one of these, `name` and `address` belong to a place or a thing.
_THINGS = _words("""
    area town township village city county district street road station place school unit
    department category class type kind file event facility building company site bus line river
    park hospital ward team source
""")
# Splits that a measure may never make: by household, reporter, origin or residence status.
_STATUS = _words("""
    household hukou reporter caller complainant petitioner informant origin birthplace hometown
    residence residency resident migrant nationality ethnicity ethnic race religion citizenship
    tenant
""")
_STATUS_ZH = (
    "户籍", "户口", "户号", "家庭", "报案人", "报警人", "举报人", "投诉人", "信访人", "籍贯",
    "原籍", "来源地", "居住", "流动人口", "外来", "民族", "国籍", "宗教", "租客",
)  # fmt: skip

_HAPPENED = re.compile("[发發]生(?=日)")  # 发生日期 is the day of an event and no birthday (生日)
_WORDS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")


def words_of(name: str) -> list[str]:
    """`reporterPhone_no` as `reporter`, `phone`, `no`."""
    return [word.lower() for word in _WORDS.findall(name)]


def is_personal(name: str) -> bool:
    """Whether a column of this name would tell who somebody is."""
    words = words_of(name)
    plain = _HAPPENED.sub("", name)
    if any(part in plain for part in _PERSONAL_ZH):
        return True
    if any(pair in pairwise(words) for pair in _PAIRS):
        return True
    if "name" in words and not _THINGS.intersection(words):
        return True
    telling = _PERSONAL.intersection(words) | ({"".join(words)} & _PERSONAL)
    if telling and telling <= {"address", "addr", "mail", "email", "phone", "tel", "owner"}:
        return not {"station", "department", "unit", "school", "hospital"}.intersection(words)
    return bool(telling)


def is_status(name: str) -> bool:
    """Whether counting by a column of this name would count kinds of people."""
    return bool(_STATUS.intersection(words_of(name))) or any(part in name for part in _STATUS_ZH)


def _columns(draft: Draft) -> None:
    for source in draft.sources:
        for column in source.columns:
            if column.name in source.key:
                _key_column(draft, source, column)
            elif is_personal(column.name) and column.personal == "keep":
                draft.fault(
                    f"sources/{source.id}/columns/{column.name}",
                    T("“{name}”, which tells of a person and is kept", name=column.name),
                    T("`personal: cut`, `use` or `digest` for what tells of persons"),
                    T("Cut it; or `use` if it only places the record."),
                )


def _key_column(draft: Draft, source: Source, column: Column) -> None:
    where = f"sources/{source.id}/columns/{column.name}"
    if is_personal(column.name):
        draft.fault(
            where,
            T("“{name}”, which tells of a person, as part of the key", name=column.name),
            T("a key that names an event, never a person, not even as a digest"),
            T("Ask the department for the number of the event or case."),
        )
    elif column.personal in ("cut", "use"):
        draft.fault(
            where,
            T("the key column “{name}” with personal: {how}",
              name=column.name, how=column.personal),
            T("a key that is kept, or kept as a digest"),
            T("Write `personal: digest`, or choose another key."),
        )  # fmt: skip
    elif column.type == "text" and column.personal == "keep":
        draft.fault(
            where,
            T("the key column “{name}” as free text", name=column.name),
            T("free text of a key as a digest only, since it may hold names and addresses"),
            T("Write `personal: digest`, or `type: code` if it is a number or code."),
        )


def _splits(draft: Draft) -> None:
    for key, measure in measures(draft):
        for name in measure.where:
            if is_status(name):
                _refuse_split(draft, f"{key}/where/{name}", name)
        if measure.of is not None and is_status(measure.of):
            _refuse_split(draft, f"{key}/of", measure.of)
    for union in draft.unions:
        for kind, sources in union.kinds.items():
            for source, where in sources.items():
                for name in filter(is_status, where):
                    key = f"matching/{union.id}/kinds/{kind}/{source}/{name}"
                    _refuse_split(draft, key, name)
    for key, _, where in draft.integrity.conditions() if draft.integrity is not None else ():
        for name in filter(is_status, where):
            _refuse_split(draft, f"{key}/{name}", name)
    for number, one in enumerate(draft.integrity.repeated if draft.integrity is not None else ()):
        for place, name in enumerate(one.same):
            if is_status(name):
                _refuse_split(draft, f"integrity/repeated/{number}/same/{place}", name)


def _refuse_split(draft: Draft, key: str, name: str) -> None:
    draft.fault(
        key,
        T("a measure by “{name}”", name=name),
        T("no measure by household, reporter, origin or residence status"),
        T("Count by what happened and where."),
    )


RULES: tuple[Rule, ...] = (rule(_columns), rule(_splits))
