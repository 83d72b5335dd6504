"""Opened bundles come to the same as files sent here, in any order, however often."""

from __future__ import annotations

import shutil
from datetime import date
from itertools import permutations
from pathlib import Path

import pytest
from bundle_town import Gap, as_csv, row, two_sources

from qingyu import disk
from qingyu.engine.store import Home
from qingyu.errors import StorageError
from qingyu.flows.bundle_make import Send
from qingyu.flows.bundle_open import Opened, inbox_of
from qingyu.flows.bundle_status import box_status, stream_status
from qingyu.intake.bundle.nodes import Outcome
from qingyu.intake.bundle.outbox import Outbox

JANUARY = (date(2020, 1, 1), date(2020, 1, 31))


class Killed(BaseException):
    """The process is gone."""


@pytest.fixture
def gap(tmp_path: Path) -> Gap:
    return Gap(tmp_path)


def items(opened: Opened) -> tuple[Outcome, ...]:
    assert opened.node is not None
    assert opened.node.taken is not None
    return opened.node.taken.items


def batches(home: Home) -> list[tuple[str, str, int | None]]:
    return [(b.kind, b.file_name, b.refers_to) for b in home.batches()]


def test_a_repeat_changes_nothing_and_shows_the_first_receipt(gap: Gap) -> None:
    sent = gap.send([row("1"), row("2")])
    first = gap.open(sent).files[0]
    before = batches(gap.home)
    again = gap.open(sent, Path(shutil.copy(sent.path, gap.folder / "other name.zip")))
    assert [one.fate for one in again.files] == ["repeat", "repeat"]
    assert all(one.node == first.node for one in again.files)
    assert batches(gap.home) == before
    assert first.receipt is not None
    assert "2 rows: 2 new" in first.receipt.read_text("utf-8")


def test_a_folder_is_opened_whole_and_in_order(gap: Gap) -> None:
    carrier = gap.folder / "usb"
    carrier.mkdir()
    for number in (1, 2, 3):
        gap.send([row("1", number=str(number))], str(number))
    gap.box.copy([3, 1, 2], carrier)
    (carrier / ".police-000004.qyb.part").write_bytes(b"PK")
    (carrier / "letter.txt").write_text("dear all")
    done = gap.open(carrier)
    assert [one.fate for one in done.files] == ["received"] * 3
    assert [b.version for b in gap.home.batches()] == [1, 2, 3]
    assert all(not one.node.taken.missing for one in done.files if one.node and one.node.taken)


def test_corrections_in_any_order_end_alike(tmp_path: Path) -> None:
    ends = set()
    for at, order in enumerate(permutations(range(3))):
        (tmp_path / str(at)).mkdir()
        gap = Gap(tmp_path / str(at))
        sent = [
            gap.send([row("1", number="1"), row("2")], "1"),
            gap.send([row("1", number="2"), row("3")], "2"),
            gap.send([row("1", number="3")], "3"),
        ]
        for number in order:
            gap.open(sent[number])
        gap.open(*sent)
        ends.add(tuple(gap.state()))
    assert len(ends) == 1


def test_an_old_bundle_after_a_correction_undoes_nothing(gap: Gap) -> None:
    old = gap.send([row("1", number="1")], "1")
    new = gap.send([row("1", number="2")], "2")
    gap.open(old, new)
    before = gap.state()
    assert gap.open(old).files[0].fate == "repeat"
    gap.send(gap.folder / "file1.csv", "1", source="calls")
    anew = gap.make(Send("calls", (gap.folder / "file1.csv",), version="1"), anew=True)
    (outcome,) = items(gap.open(anew).files[0])
    assert (outcome.batch, outcome.again) == (1, True)
    assert gap.state() == before


def test_mended_rows_come_as_a_supplement(gap: Gap) -> None:
    first = gap.send([row("1"), row("2", number="?")])
    between = gap.send([row("3")], "2")
    (outcome,) = items(gap.open(first).files[0])
    assert outcome.receipt is not None
    rejects = Path(outcome.receipt["rejects"])
    mended = gap.file(rejects.read_bytes().replace(b",?,", b",7,"))
    supplement = gap.send(mended, None, supplement=(1, 1))
    gap.open(between, supplement)
    last = gap.home.batches()[-1]
    assert (last.kind, last.refers_to, last.new, last.refused) == ("supplement", 1, 1, 0)

    other = gap.new_home("other")  # there the supplement comes first, and waits
    assert gap.open(supplement, home=other).files[0].fate == "waiting"
    assert other.batches() == ()
    done = gap.open(first, home=other)
    assert [one.fate for one in done.files] == ["received", "received"]
    assert gap.open(between, home=other).files[0].fate == "received"
    assert gap.state(other) == gap.state()


def test_one_bad_item_does_not_stop_the_others_and_can_be_tried_again(gap: Gap) -> None:
    sent = gap.make(
        Send("calls", (gap.file([row("1")]),), version="1"),
        Send("posts", (gap.file([row("9")]),), version="2020-02-01T08:00",
             covers=JANUARY),
    )  # fmt: skip
    both = gap.pack
    gap.pack = both.model_copy(update={"sources": both.sources[:1]})
    opened = gap.open(sent).files[0]
    good, bad = items(opened)
    assert (good.batch, bad.batch) == (1, None)
    assert bad.refused is not None
    assert bad.refused["error"] == "not_found"
    assert opened.receipt is not None
    assert "Refused whole: posts: found no source of the pack" in opened.receipt.read_text()
    assert [b.source for b in gap.home.batches()] == ["calls"]
    (status,) = stream_status(inbox_of(gap.home))
    assert status["items_refused"] == [{"number": 1, "item": 2, "source": "posts"}]

    gap.pack = both
    again = gap.open(sent).files[0]
    assert [outcome.batch for outcome in items(again)] == [1, 2]
    assert again.fate == "received"
    assert gap.open(sent).files[0].fate == "repeat"


def test_sides_whose_contracts_differ_in_delivery_do_not_withdraw_by_mistake(gap: Gap) -> None:
    sent = gap.send([row("1")])
    gap.pack = two_sources(delivery="snapshot")
    (outcome,) = items(gap.open(sent).files[0])
    assert outcome.refused is not None
    assert "sent as increment" in outcome.refused["faults"][0]["found"]


def test_a_fork_is_decided_and_the_wrong_records_are_withdrawn(gap: Gap) -> None:
    first = gap.send([row("1")])
    backup = Path(shutil.copytree(gap.box.folder, gap.folder / "backup"))
    wrong, after = gap.send([row("2")], "2"), gap.send([row("3")], "3")
    gap.open(first, wrong, after)
    gap.box = Outbox.open(backup)  # the sender restored its box from last night
    right = gap.send([row("4")], "4")
    done = gap.open(right)
    assert [one.fate for one in done.files] == ["forked"]
    assert set(done.states["police"].forks) == {2}
    held = gap.send([row("5")], "5")
    assert gap.open(held).files[0].fate == "forked"

    done = gap.decide(2, right.digest)
    assert [one.fate for one in done.files] == ["received", "received"]
    kinds = [(b.kind, b.refers_to) for b in gap.home.batches()]
    assert kinds == [
        ("receive", None), ("receive", None), ("receive", None),
        ("withdraw", 3), ("withdraw", 2), ("receive", None), ("receive", None),
    ]  # fmt: skip
    clean = gap.new_home("clean")
    gap.open(first, right, held, home=clean)
    assert gap.state() == gap.state(clean)
    (refused,) = [one for one in gap.open(wrong).files if one.refused]
    assert refused.refused is not None
    assert refused.refused.code == "set_aside"


def test_the_same_records_on_both_sides_of_a_fork_stay(gap: Gap) -> None:
    """The decided bundle says what the withdrawn one said: it is received anew."""
    first = gap.send([row("1")])
    backup = Path(shutil.copytree(gap.box.folder, gap.folder / "backup"))
    same = gap.file([row("2")])
    wrong = gap.send(same, "2")
    gap.open(first, wrong)
    before = gap.state()
    gap.box = Outbox.open(backup)
    right = gap.make(
        Send("calls", (same,), version="2"),
        Send("calls", (gap.file([row("1")]),), version="1"),
    )
    gap.open(right)
    gap.decide(2, right.digest)
    assert gap.state() == before


def test_what_was_brought_again_for_its_refused_items_is_undone_all_the_same(gap: Gap) -> None:
    """Bundle 2 has a refused item; it is brought again when the fork has come to light."""
    first = gap.send([row("1")])
    backup = Path(shutil.copytree(gap.box.folder, gap.folder / "backup"))
    both = gap.pack
    wrong = gap.make(
        Send("calls", (gap.file([row("2")]),), version="2"),
        Send("posts", (gap.file([row("9")]),), version="2020-02-01T08:00", covers=JANUARY),
    )
    gap.pack = both.model_copy(update={"sources": both.sources[:1]})
    gap.open(first, wrong)
    gap.pack, gap.box = both, Outbox.open(backup)
    right = gap.send([row("4")], "4")
    gap.open(right, wrong)
    assert [b.kind for b in gap.home.batches()] == ["receive", "receive"]
    gap.decide(2, right.digest)
    assert [key for key, *_ in gap.state()] == ["1", "4"]


def test_status_tells_both_sides(gap: Gap) -> None:
    sent = [gap.send([row(str(n))], str(n)) for n in (1, 2, 3)]
    damaged = gap.folder / "police-000002.qyb"
    damaged.write_bytes(sent[1].path.read_bytes().replace(b",fire,", b",fare,"))
    gap.open(sent[0], damaged, sent[2])
    (found,) = stream_status(inbox_of(gap.home))
    assert (found["last"], found["gaps"], found["forks"]) == (3, [2], [])
    assert found["last_received"] == "2026-11-01T08:00:00+00:00"
    (note,) = found["refused"]
    assert (note["code"], note["number"], note["settled"]) == ("altered", 2, False)
    assert note["member"] == "item-1-file-1.csv"
    gap.open(sent[1])
    (found,) = stream_status(inbox_of(gap.home))
    assert (found["gaps"], found["refused"][0]["settled"]) == ([], True)
    there = box_status(gap.box)
    assert (there["last"], there["last_digest"]) == (3, found["last_digest"])
    assert there["kept"] == [1, 2, 3]


def test_killed_now_and_then_it_is_simply_run_again(tmp_path: Path) -> None:
    """A sample of the points; all of them are killed for real in `test_bundle_gap`."""
    (tmp_path / "whole").mkdir()
    whole = Gap(tmp_path / "whole")
    sent = [whole.send([row("1")]), whole.send([row("1", number="2")], "2")]
    names: list[str] = []
    with disk.watched(lambda number, name, path: names.append(name)):
        whole.open(*sent)
    for at in range(3, len(names), 31):
        (tmp_path / f"at{at}").mkdir()
        gap = Gap(tmp_path / f"at{at}")
        gap.box = whole.box
        gap.trust(gap.home)

        def kill(number: int, name: str, path: Path, at: int = at) -> None:
            if number >= at:
                raise Killed

        with pytest.raises(Killed), disk.watched(kill):
            gap.open(*sent)
        done = gap.open(*sent)
        assert [one.fate for one in done.files] in (
            ["received", "received"], ["repeat", "received"], ["repeat", "repeat"],
        )  # fmt: skip
        assert not any(outcome.again for one in done.files for outcome in items(one))
        assert gap.state() == whole.state()
        assert batches(gap.home) == batches(whole.home)


def test_a_full_disk_is_told_and_nothing_is_half_done(gap: Gap) -> None:
    sent = gap.send([row("1")])

    def full(number: int, name: str, path: Path) -> None:
        if number > 20 and name in ("open", "write", "copy", "mkdir"):
            raise OSError(28, "No space left on device")

    with pytest.raises(StorageError, match="no space left"), disk.watched(full):
        gap.open(sent)
    assert gap.open(sent).files[0].fate == "received"
    assert as_csv([]) != ""


def test_the_page_that_goes_back_says_why_and_which_rows(gap: Gap) -> None:
    """The sender's side never sees the reject file: reasons and row numbers are all it gets."""
    sent = gap.send(
        [row("1"), row("2", number="?"), row("3", place="", name=""), row("4", number="9999"),
         row("5", number="?")]
    )  # fmt: skip
    opened = gap.open(sent).files[0]
    assert opened.receipt is not None
    told = opened.receipt.read_text("utf-8")
    assert "2 rows refused: number is no whole number" in told
    assert "1 row refused: number is above the contract's greatest value" in told
    assert "1 row without a place: no place is given" in told
    assert "as numbered in the sender's file: 3, 5, 6" in told
    (outcome,) = items(opened)
    assert outcome.receipt is not None
    assert outcome.receipt["why"][0]["why"]["zh"].startswith("number 不是整数")
    again = gap.open(sent).files[0]
    assert again.receipt is not None
    assert again.receipt.read_text("utf-8") == told


def test_of_many_refused_rows_the_page_names_the_first(gap: Gap) -> None:
    opened = gap.open(gap.send([row(str(n), number="?") for n in range(60)])).files[0]
    (outcome,) = items(opened)
    assert outcome.receipt is not None
    assert outcome.receipt["refused_rows"] == [*map(str, range(2, 42)), "…"]


def test_the_page_says_that_newer_files_have_spoken(gap: Gap) -> None:
    gap.open(gap.send([row("1", number="2")], "7"))
    opened = gap.open(gap.send([row("1", number="1")], "6")).files[0]
    assert opened.receipt is not None
    assert "A newer file, batch 1, tells days of this one, too" in opened.receipt.read_text("utf-8")
