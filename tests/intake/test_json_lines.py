"""JSON Lines: digits as written, nothing nested by accident, nothing twice."""

from __future__ import annotations

import json
from typing import Any

import pytest
from forms import forms
from intake_town import Desk, row

from qingyu.errors import InputError


def lines(*objects: Any) -> str:
    return "".join(json.dumps(o, ensure_ascii=False) + "\n" for o in objects)


def record(key: str, **more: Any) -> dict[str, Any]:
    cells: dict[str, Any] = {name: text or None for name, text in row(key).items()}
    return cells | {"number": 1} | more


def refusal(desk: Desk, content: str | bytes) -> str:
    with pytest.raises(InputError) as caught:
        desk.receive(content, "calls.jsonl")
    assert desk.home.batches() == ()
    return str(caught.value)


def test_json_lines_are_the_same_send_as_their_csv(desk: Desk) -> None:
    first = desk.send([row("1", number="7", amount="1.50", note="甲"), row("2")])
    content = lines(record("1", number=7, amount=1.5, note="甲"), record("2"))
    for name, data in {
        "a.jsonl": content.encode(),
        "b.ndjson": content.replace("\n", "\r\n\r\n").encode(),
        "c.jsonl": b"\xef\xbb\xbf" + content.rstrip("\n").encode(),
        "d.jsonl": content.encode("utf-16"),
    }.items():
        assert desk.receive(data, name).number == first.number


def test_rejects_name_the_line_and_come_as_csv(desk: Desk) -> None:
    content = lines(record("1")) + "\n\n" + lines(record("2", kind="smoke"), record("3"))
    receipt = desk.receive(content, "calls.jsonl")
    (refused,) = desk.rejects(receipt)
    assert (refused["qingyu_row"], refused["kind"], refused["number"]) == ("4", "smoke", "1")
    assert receipt.rejects is not None
    mended = receipt.rejects.read_text("utf-8").replace("smoke", "fire")
    assert desk.receive(mended, supplement=receipt.number).new == 1


def test_keys_may_be_absent_and_in_any_order(desk: Desk) -> None:
    short = {"when": "2020-01-05 10:00:00", "id": "1", "place": "B"}
    desk.receive(lines(short, dict(reversed(record("2").items()))), "calls.jsonl")
    assert desk.alive("key, c_number") == [("1", None, 1), ("2", 1, 1)]


NUMBERS = {"1.5": 1, "1e3": 1, "-0.5": 1, "123456789012345678901": 1, "NaN": 1, "Infinity": 1,
           "1.0": 1, "9": 0}  # fmt: skip


@pytest.mark.parametrize("number", NUMBERS)
def test_numbers_are_the_digits_that_were_written(desk: Desk, number: str) -> None:
    content = lines(record("1")).replace('"number": 1', f'"number": {number}') + lines(record("2"))
    assert desk.receive(content, "n.jsonl").refused == NUMBERS[number]


def test_big_decimals_keep_their_digits(desk: Desk) -> None:
    content = lines(record("1")).replace('"amount": null', '"amount": 123456789012.29')
    desk.receive(content, "n.jsonl")
    assert desk.alive("c_amount") == [(12345678901229, 1)]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (lines(record("1"), record("2", place=12)), "row 2, column place: found a code stored"),
        (lines(record("1", note=float("nan"))), "a number that has lost digits, or is none"),
        (lines(record("1", note={"a": 1})), "a list or an object in note"),
        (lines(record("1", note=[1])), "a list or an object in note"),
        (lines(record("1")) + '{"id": "2", "id": "3"}\n', "row 2: found the key id twice"),
        (lines(record("1")) + '{"x": {"a": 1, "a": 2}}\n', "the key a twice"),
        (lines(record("1")) + '{"id": "2"', "row 2: found a line that is no JSON"),
        (lines(record("1")) + "[1]\n", "no JSON object"),
        (lines([record("1")]), "no JSON object"),
        ("[" * 100_000 + "\n", "no JSON"),
        (lines(record("1", note="a\0b")), "a NUL character in note"),
        (lines(record("1")).replace("null", r'"\ud800"', 1), "half a character"),
        (lines({"id": "1"}), "no column when, kind, number"),
        (lines(*({f"k{n}": 1} for n in range(5000))), "more than 4096 keys"),
        (lines(record("1")).encode() + b'{"id": "\xff"}\n', "row 2: found bytes that are no UTF-8"),
        ("\n\n", "an empty header"),
    ],
)
def test_files_that_are_refused_whole(desk: Desk, content: str | bytes, words: str) -> None:
    assert words in refusal(desk, content)


def test_nested_values_by_declared_path(desk: Desk) -> None:
    desk.pack = forms(
        place={"path": "properties.area.code"}, number={"path": "properties.n"}, note={"path": "t"}
    )
    nested = record("1", properties={"area": {"code": "00012"}, "n": 4}, t="x")
    for name in ("place", "number", "note"):
        del nested[name]
    bare = {name: nested[name] for name in nested if name != "properties"}
    receipt = desk.receive(lines(nested, bare | {"id": "2"}), "calls.jsonl")
    assert desk.alive("key, area, c_number, c_note") == [
        ("1", "00012", 4, "x", 1), ("2", "~unplaced", None, "x", 1),
    ]  # fmt: skip
    assert receipt.ignored_columns == ("t",)
    said = lines(nested | {"properties": {"area": {"code": ["00012"]}}})
    with pytest.raises(InputError, match="a list or an object in place"):
        desk.receive(said, "x.jsonl", version=2)


def test_unknown_keys_may_hold_anything_and_are_not_kept(desk: Desk) -> None:
    receipt = desk.receive(lines(record("1", extra={"a": [1]}, more="s3cr3t")), "calls.jsonl")
    assert receipt.ignored_columns == ("more",)
    kept = [p.read_bytes() for p in desk.home.folder.rglob("*") if p.is_file()]
    assert not any(b"s3cr3t" in data for data in kept)


def test_what_the_contract_cuts_is_cut(desk: Desk) -> None:
    """Threat 40: a canary in a cut key, nested or not, is nowhere in the home."""
    rows = [record("1", phone="13812345678"), record("2", phone={"a": "13812345678"}, kind="?")]
    desk.receive(lines(*rows, record("3", person="canary", kind="?")), "calls.jsonl")
    kept = [p.read_bytes() for p in desk.home.folder.rglob("*") if p.is_file()]
    assert not any(b"13812345678" in data or b"canary" in data for data in kept)


def test_a_file_cut_off_at_any_byte(desk: Desk) -> None:
    """Threat 9: cut within a line it is refused whole; at its end it is a shorter file."""
    data = lines(record("1", note="甲"), record("2"), record("3")).encode()
    ends = {at + 1 for at, byte in enumerate(data) if byte == ord("\n")}
    for size in range(data.index(b"\n") + 2, len(data), 7):
        if size not in ends and size + 1 not in ends:
            refusal(desk, data[:size])
