"""The twelve checks of CAP documents: each has a document that passes and those that do not."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

import pytest
from shapely import box

from qingyu.release.cap.check import check, read_message
from qingyu.release.cap.finding import CHECKS, Held, Message
from qingyu.release.cap.reader import DEEPEST, MOST_BYTES, RefusedError

NOW = datetime(2026, 3, 6, 12, tzinfo=UTC)
SENT = "2026-03-06T09:30:00+08:00"
INFO = """\
 <info>
  <language>zh-CN</language><category>Safety</category><event>颜色</event>
  <responseType>Monitor</responseType><urgency>Expected</urgency><severity>Severe</severity>
  <certainty>Observed</certainty><effective>2026-03-06T09:30:00+08:00</effective>
  <onset>2026-03-05T00:00:00+08:00</onset><expires>2026-03-08T00:00:00+08:00</expires>
  <headline>红·较差。唐家湾镇</headline><description>交通警情多一倍多。</description>
  <web>https://index.example/latest/day/areas.csv</web>
  <resource><resourceDesc>map</resourceDesc><mimeType>image/png</mimeType><size>10</size>
   <uri>https://index.example/map.png</uri></resource>
  <area><areaDesc>唐家湾镇</areaDesc>
   <polygon>22.3,113.5 22.3,113.7 22.5,113.7 22.5,113.5 22.3,113.5</polygon>
   <circle>22.4,113.6 5.5</circle>
   <geocode><valueName>zhuhai</valueName><value>440402100000</value></geocode>
   <altitude>0</altitude><ceiling>300</ceiling></area>
 </info>
 <info>
  <category>Safety</category><event>colour</event><urgency>Expected</urgency>
  <severity>Severe</severity><certainty>Observed</certainty>
  <headline>Red: poor. Tangjiawan</headline><description>Traffic calls doubled.</description>
 </info>
"""
GOOD = f"""\
<?xml version="1.0" encoding="UTF-8"?>
<alert xmlns="urn:oasis:names:tc:emergency:cap:1.2">
 <identifier>zhuhai-2026-03-05-1</identifier><sender>zhuhai.example</sender>
 <sent>{SENT}</sent><status>Actual</status><msgType>Alert</msgType><scope>Public</scope>
{INFO}</alert>
"""
FIRST = f"zhuhai.example,zhuhai-2026-03-05-1,{SENT}"
UPDATE = (
    GOOD.replace("05-1<", "06-1<")
    .replace(SENT, "2026-03-06T18:00:00+08:00", 1)
    .replace("Alert</msgType>", "Update</msgType>")
    .replace("</scope>", f"</scope><references>{FIRST}</references>")
)
CANCEL = UPDATE.replace("Update</msgType>", "Cancel</msgType>").replace("06-1<", "06-2<")
OUTLINE = box(113.5, 22.3, 113.7, 22.5)


def read(text: str, name: str = "one.xml") -> Message:
    return read_message(text.encode(), name)


def held(
    log: Sequence[str] | None = None,
    listed: Sequence[str] | None = None,
    whole: bool | None = None,
    now: datetime = NOW,
) -> Held:
    messages = None if log is None else [read(text, f"log-{n}") for n, text in enumerate(log)]
    shown = None if listed is None else frozenset(listed)
    return Held(now, messages, shown, {"440402100000": OUTLINE}, whole)


def numbers(text: str, against: Held | None = None) -> list[int]:
    return sorted({one.check for one in check(read(text), against or held()).findings})


def changed(text: str, old: str, new: str) -> str:
    assert old in text
    return text.replace(old, new, 1)


def test_a_good_document_passes_all_that_can_be_asked() -> None:
    everything = held(log=[GOOD], listed=[FIRST], whole=True)
    found = check(read(GOOD), everything)
    assert (found.findings, found.unchecked, found.shown) == ((), (), ())
    assert numbers(UPDATE, held(log=[GOOD, UPDATE], listed=[])) == []
    assert numbers(CANCEL, held(log=[GOOD, CANCEL], listed=[])) == []


def test_what_could_not_be_asked_is_said() -> None:
    assert check(read(GOOD), held()).unchecked == (4, 5, 6, 11)


# Number of the check, what is changed of a good document, and to what.
FAULTS = [
    # 1: elements, order, values
    (1, "urn:oasis:names:tc:emergency:cap:1.2", "urn:oasis:names:tc:emergency:cap:1.1"),
    (1, "<status>Actual</status><msgType>Alert</msgType>",
     "<msgType>Alert</msgType><status>Actual</status>"),
    (1, "<certainty>Observed</certainty>", "<certainty>Very Likely</certainty>"),
    (1, "<certainty>Observed</certainty>", "<certainty>Observed\n</certainty>"),
    (1, "<urgency>Expected</urgency>", "<urgency>expected</urgency>"),
    (1, "<scope>Public</scope>", "<scope>Public</scope><scope>Public</scope>"),
    (1, "<scope>Public</scope>", "<scope>Public</scope><colour>red</colour>"),
    (1, "<scope>Public</scope>", "<scope>Public</scope>now"),
    (1, "<event>颜色</event>", "<event><b>颜色</b></event>"),
    (1, "<size>10</size>", "<size>ten</size>"),
    (1, "<language>zh-CN</language>", "<language>zh_CN</language>"),
    (1, "<scope>Public</scope>", '<scope>Public</scope><x xmlns="urn:else"/>'),
    # 2: the minimum
    (2, "<identifier>zhuhai-2026-03-05-1</identifier>", "<identifier> </identifier>"),
    (2, "<event>colour</event>", "<event/>"),
    (2, "<areaDesc>唐家湾镇</areaDesc>", ""),
    (2, "<mimeType>image/png</mimeType>", ""),
    (2, "<sender>zhuhai.example</sender>", ""),
    # 3: times
    (3, f"<sent>{SENT}", "<sent>2026-03-06T01:30:00Z"),
    (3, f"<sent>{SENT}", "<sent>2026-03-06T09:30:00.5+08:00"),
    (3, f"<sent>{SENT}", "<sent>2026-03-06T09:30:00"),
    (3, f"<sent>{SENT}", "<sent>2026-02-31T09:30:00+08:00"),
    (3, f"<sent>{SENT}", "<sent>2026-03-06T09:30:00+15:00"),
    (3, f"<sent>{SENT}", "<sent>2026-03-07T09:30:00+08:00"),
    (3, "<expires>2026-03-08T00", "<expires>2026-03-05T00"),
    (3, "<effective>2026-03-06T09", "<effective>2026-03-09T09"),
    (3, "<onset>2026-03-05T00", "<onset>2026-03-09T00"),
    # 4: identifiers
    (4, "zhuhai-2026-03-05-1", "zhuhai 2026-03-05-1"),
    (4, "zhuhai-2026-03-05-1", "zhuhai,2026-03-05-1"),
    (4, "zhuhai-2026-03-05-1", "zhuhai&amp;2026-03-05-1"),
    (4, "<sender>zhuhai.example", "<sender>the office"),
    # 5: references
    (5, "Alert</msgType>", "Update</msgType>"),
    (5, "Alert</msgType>", "Cancel</msgType>"),
    (5, "Alert</msgType>", "Ack</msgType>"),
    # 7: shapes
    (7, "22.3,113.5 22.3,113.7 22.5,113.7", "22.3,113.5 22.5,113.7 22.3,113.7"),
    (7, "22.5,113.5 22.3,113.5</polygon>", "22.5,113.5</polygon>"),
    (7, "22.3,113.5 22.3,113.7 22.5,113.7 22.5,113.5 22.3,113.5", "22.3,113.5 22.3,113.5"),
    (7, "22.3,113.5 22.3,113.7 22.5,113.7 22.5,113.5 22.3,113.5",
     "113.5,22.3 113.7,22.3 113.7,22.5 113.5,22.5 113.5,22.3"),
    (7, "22.3,113.5 22.3,113.7 22.5,113.7 22.5,113.5 22.3,113.5",
     "32.3,113.5 32.3,113.7 32.5,113.7 32.5,113.5 32.3,113.5"),
    (7, "22.3,113.5 22.3,113.7", "22.3;113.5 22.3,113.7"),
    (7, "<circle>22.4,113.6 5.5", "<circle>22.4,113.6 0"),
    (7, "<circle>22.4,113.6 5.5", "<circle>22.4,113.6"),
    (7, "<circle>22.4,113.6 5.5", "<circle>22.4,nan 5"),
    # 8: what belongs together
    (8, "<scope>Public</scope>", "<scope>Public</scope><restriction>staff</restriction>"),
    (8, "<scope>Public</scope>", "<scope>Restricted</scope>"),
    (8, "<scope>Public</scope>", "<scope>Private</scope>"),
    (8, "<altitude>0</altitude>", ""),
    (8, "<ceiling>300</ceiling>", "<ceiling>-5</ceiling>"),
    # 9: plain text
    (9, "Traffic calls doubled.", "Traffic calls &lt;b&gt;doubled&lt;/b&gt;."),
    (9, "Traffic calls doubled.", "Crashes &amp;amp; fires."),
    (9, "Traffic calls doubled.", "交通警情多一倍多。"),
    (9, "<web>https://index.example", "<web>"),
    (9, "<uri>https://index.example/", "<uri>"),
    # 10: exercises
    (10, "<status>Actual", "<status>Exercise"),
    (10, "<status>Actual", "<status>Test"),
]  # fmt: skip


@pytest.mark.parametrize(("number", "old", "new"), FAULTS)
def test_each_fault_is_named_by_its_check(number: int, old: str, new: str) -> None:
    document = changed(GOOD, old, new)
    assert number in numbers(document)
    for one in check(read(document), held()).findings:
        told = one.fault.public()
        assert told["where"].startswith("one.xml:")
        assert all(told.values())


def test_every_check_has_its_faults() -> None:
    elsewhere = {6, 11, 12}
    assert {number for number, *_ in FAULTS} | elsewhere == set(CHECKS)


def test_an_identifier_used_again_is_refused() -> None:
    other = changed(GOOD, "Traffic calls doubled.", "Traffic calls tripled.")
    assert 4 in numbers(GOOD, held(log=[GOOD, other]))
    assert numbers(GOOD, held(log=[GOOD, GOOD])) == []


@pytest.mark.parametrize(
    "references",
    [
        "zhuhai.example,zhuhai-2026-03-05-1",
        "zhuhai.example;zhuhai-2026-03-05-1;2026-03-06T09:30:00+08:00",
        f"{FIRST.replace('+08:00', 'Z')}",
        "zhuhai.example,zhuhai-2026-03-06-1,2026-03-06T18:00:00+08:00",  # itself
        f"{FIRST.replace('T09', 'T19')}",  # later
        f"{FIRST.replace('05-1', '05-9')}",  # of nobody
    ],
)
def test_references_must_be_to_earlier_messages(references: str) -> None:
    assert 5 in numbers(changed(UPDATE, FIRST, references), held(log=[GOOD]))


def test_a_first_alert_refers_to_nothing() -> None:
    document = changed(GOOD, "</scope>", f"</scope><references>{FIRST}</references>")
    assert 5 in numbers(document)


def test_a_cancel_of_several_is_shown() -> None:
    second = changed(GOOD, "05-1<", "05-2<")
    both = changed(CANCEL, FIRST, f"{FIRST} {FIRST.replace('05-1', '05-2')}")
    log = [GOOD, second, both]
    assert len(check(read(both), held(log=log)).shown) == 2
    assert check(read(CANCEL), held(log=log)).shown == ()
    late = datetime(2026, 3, 9, tzinfo=UTC)  # both are over by then
    assert check(read(both), held(log=log, now=late)).shown == ()


def test_what_is_over_may_not_stay_in_the_feed() -> None:
    late = datetime(2026, 3, 9, tzinfo=UTC)
    assert numbers(GOOD, held(log=[GOOD], listed=[FIRST], now=late)) == [6]
    assert numbers(GOOD, held(log=[GOOD], listed=[], now=late)) == []
    for after in (UPDATE, CANCEL):
        assert numbers(GOOD, held(log=[GOOD, after], listed=[FIRST])) == [6]


def test_an_exercise_is_marked_and_kept_from_residents() -> None:
    marked = changed(
        changed(changed(GOOD, "<status>Actual", "<status>Exercise"), "红·较差", "演练：红·较差"),
        "Red: poor", "Exercise. Red: poor",
    )  # fmt: skip
    assert numbers(marked) == []
    assert numbers(marked, held(log=[marked], listed=[FIRST])) == [10]
    assert 10 in numbers(changed(marked, "Exercise. Red", "The latest. Red"))  # no word by itself


def test_bytes_that_were_not_signed_are_named() -> None:
    assert numbers(GOOD, held(whole=False)) == [11]


def test_a_signature_inside_is_no_fault() -> None:
    signed = changed(GOOD, "</alert>", '<s xmlns="http://www.w3.org/2000/09/xmldsig#"/></alert>')
    assert numbers(signed) == []


def test_too_many_areas_are_named() -> None:
    area = "<area><areaDesc>a</areaDesc></area>"
    assert numbers(changed(GOOD, " </info>", area * 999 + "</info>")) == []
    assert numbers(changed(GOOD, " </info>", area * 1000 + "</info>")) == [12]


# -- the reader -----------------------------------------------------------------------------------

BOMB = '<!DOCTYPE a [<!ENTITY b "bbbb"><!ENTITY c "&b;&b;&b;">]>'
OUTSIDE = '<!DOCTYPE alert SYSTEM "http://127.0.0.1:9/x.dtd">'
FILE = '<!DOCTYPE alert [<!ENTITY f SYSTEM "file:///etc/hostname">]>'


@pytest.mark.parametrize("declared", [BOMB, OUTSIDE, FILE, "<!DOCTYPE alert>"])
def test_a_document_type_is_refused_before_it_is_read(declared: str) -> None:
    with pytest.raises(RefusedError) as refused:
        read(changed(GOOD, "<alert", f"{declared}<alert"))
    assert refused.value.check == 12


def test_size_and_depth_are_bounded() -> None:
    room = MOST_BYTES - len(GOOD.encode())
    read(GOOD + " " * room)
    for document in (
        GOOD + " " * (room + 1),
        "<a>" * (DEEPEST + 1) + "</a>" * (DEEPEST + 1),
        "<a>" + "<b/>" * 60_000 + "</a>",
    ):
        with pytest.raises(RefusedError) as refused:
            read(document)
        assert refused.value.check == 12


@pytest.mark.parametrize("document", ["", "<alert>", "<alert>&x;</alert>", GOOD + "<b/>"])
def test_what_is_no_xml_is_refused(document: str) -> None:
    with pytest.raises(RefusedError) as refused:
        read(document)
    assert refused.value.check == 1


def test_other_xml_is_named_and_not_judged_further() -> None:
    found = check(read("<feed/>"), held())
    assert [one.check for one in found.findings] == [1]
    assert len(found.unchecked) == 11
