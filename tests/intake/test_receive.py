"""Options, receipts, retries, dry runs, supplements, withdrawals: one send from door to receipt."""

from __future__ import annotations

import hashlib
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from intake_town import COLUMNS, Desk, as_csv, days, row, source, town

from qingyu.errors import NotFoundError, PackError, StorageError, UsageError
from qingyu.i18n import use_language
from qingyu.intake.receive import receive

PLAIN = [row("1"), row("2", "2020-01-07 10:00:00")]


def listing(folder: Path) -> dict[str, str]:
    """Every file of a folder with the digest of its bytes and its time of change."""
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        + str(path.stat().st_mtime_ns)
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


# -- options --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("contract", "options", "words"),
    [
        ({"version": {"by": "sequence"}}, {"version": None}, "--version 17"),
        ({"version": {"by": "sequence"}}, {"version": "seven"}, "“seven”"),
        ({"version": {"by": "sequence"}}, {"version": "-1"}, "“-1”"),
        ({"version": {"by": "extract"}}, {}, "2026-10-31T06:00"),
        ({"version": {"by": "extract"}}, {"version": "2020"}, "2026-10-31T06:00"),
        ({"version": {"by": "newest"}}, {"version": 3}, "Leave --version away"),
        ({"covers": "must_be_given"}, {"version": 1}, "--covers"),
        ({}, {"covers": (date(2020, 1, 2), date(2020, 1, 1))}, "end before they begin"),
    ],
)
def test_what_must_be_said_is_asked_for(
    desk: Desk, contract: dict[str, Any], options: dict[str, Any], words: str
) -> None:
    desk.pack = town(**contract)
    with pytest.raises(UsageError) as caught:
        desk.send(PLAIN, **options)
    assert words in str(caught.value)
    assert desk.home.batches() == ()


def test_unknown_sources_and_no_files(desk: Desk) -> None:
    with pytest.raises(NotFoundError, match="calls"):
        receive(desk.home, desk.pack, "cals", [desk.file("x")], version=1, who="clerk")
    with pytest.raises(UsageError, match="no file"):
        receive(desk.home, desk.pack, "calls", [], version=1, who="clerk")


def test_a_snapshot_has_one_version(desk: Desk) -> None:
    desk.pack = town(delivery="snapshot", version={"by": "column", "column": "number"})
    with pytest.raises(PackError):
        desk.send(PLAIN)


def test_days_covered_are_the_files_own_unless_given(desk: Desk) -> None:
    receipt = desk.send([*PLAIN, row("3", "2020-01-09 10:00:00", number="?")], version=1)
    assert (receipt.covers_first, receipt.covers_last) == days(5, 7)
    receipt = desk.send([*PLAIN, row("4", "2020-01-12 10:00:00")], version=2, covers=days(1, 10))
    assert (receipt.covers_first, receipt.covers_last) == days(1, 10)
    assert receipt.reasons == {"outside_covers": 1}


def test_the_version_of_an_extract_is_its_instant(desk: Desk) -> None:
    desk.pack = town(version={"by": "extract"})
    local = desk.send(PLAIN, version="2020-02-01T08:00")
    assert local.version == 1_580_515_200_000_000  # 00:00 in UTC
    assert desk.send(PLAIN, version="2020-02-01T00:00Z").again


def test_progress_is_told_in_steps(desk: Desk) -> None:
    told: list[tuple[int, int]] = []
    desk.send(PLAIN, progress=lambda text, at, of: told.append((at, of)))
    assert told == [(n, 5) for n in range(1, 6)]


# -- receipts and retries -------------------------------------------------------------------------


def test_the_receipt_says_what_became_of_each_row(desk: Desk) -> None:
    rows = [*PLAIN, row("1"), row("3", number="?"), row("4", place="", name="?")]
    receipt = desk.send(rows)
    assert (receipt.rows, receipt.new, receipt.repeated, receipt.refused) == (5, 3, 1, 1)
    assert (receipt.unplaced, receipt.unplaced_reasons) == (1, {"unknown": 1})
    assert (receipt.who, receipt.received) == ("clerk", "2020-03-01T12:00:00.000+00:00")
    assert "5 rows: 3 new, 1 repeated" in str(receipt.sentence())
    assert receipt.rejects == desk.home.folder / "rejects" / "1.csv"
    public = receipt.public()
    assert (public["number"], public["covers_first"]) == (1, "2020-01-05")
    batch = desk.home.batches()[0]
    assert batch.reasons == {"not_an_integer:number": 1, "unplaced_unknown": 1}


def test_a_retry_gives_the_first_receipt(desk: Desk) -> None:
    first = desk.send([*PLAIN, row("3", number="?")])
    before = listing(desk.home.folder)
    again = desk.receive(as_csv([*PLAIN, row("3", number="?")]), "renamed.csv")
    assert again.again
    assert (again.number, again.rejects, again.reasons) == (1, first.rejects, first.reasons)
    assert "received before" in str(again.sentence())
    after = listing(desk.home.folder)
    assert {k: v for k, v in after.items() if k != "lock"} == {
        k: v for k, v in before.items() if k != "lock"
    }


def test_the_same_bytes_under_the_same_options_are_not_even_read(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    from qingyu.intake import receive as module

    path = desk.file(as_csv(PLAIN))
    desk.receive(path, covers=days(1, 10))
    monkeypatch.setattr(module, "stage_sheets", None)
    assert desk.receive(path, covers=days(1, 10)).again


def test_a_resend_stays_a_repeat_after_the_contract_keeps_other_columns(desk: Desk) -> None:
    desk.send(PLAIN)
    kept = [{**c, "personal": "cut"} if c["name"] == "name" else c for c in COLUMNS]
    desk.pack = town(columns=kept)
    assert desk.send(PLAIN).again
    assert desk.send(PLAIN, dry_run=True).again


def test_other_days_or_another_version_are_another_send(desk: Desk) -> None:
    assert not desk.send(PLAIN, covers=days(1, 10)).again
    assert not desk.send(PLAIN, covers=days(1, 11)).again
    assert not desk.send(PLAIN, covers=days(1, 10), version=2).again
    assert desk.send(PLAIN, covers=days(1, 11)).number == 2


def test_other_refused_rows_are_another_send(desk: Desk) -> None:
    desk.send([*PLAIN, row("3", number="?")])
    assert not desk.send([*PLAIN, row("3", number="!")]).again


def test_a_file_of_bad_rows_only_is_kept_for_mending(desk: Desk) -> None:
    receipt = desk.send([row("1", number="?")])
    assert (receipt.new, receipt.refused, receipt.covers_first) == (0, 1, None)
    assert desk.alive() == []


# -- dry runs -------------------------------------------------------------------------------------


@pytest.mark.parametrize("delivery", ["increment", "snapshot"])
def test_a_dry_run_writes_nothing_and_says_the_same(desk: Desk, delivery: str) -> None:
    desk.pack = town(delivery=delivery)
    desk.send([*PLAIN, row("5", "2020-01-06 10:00:00")], version=1)
    rows = [row("1", number="9"), PLAIN[1], row("3", number="?"), row("4"), row("4")]
    before = listing(desk.home.folder)
    tried = desk.send(rows, version=2, dry_run=True)
    assert listing(desk.home.folder) == before
    done = desk.send(rows, version=2)
    differing = {k for k, v in vars(tried).items() if vars(done)[k] != v}
    assert differing == {"number", "received", "rejects", "dry_run", "file_name"}
    assert (tried.corrected, tried.new, tried.repeated, tried.refused) == (1, 1, 1, 1)
    assert tried.withdrawn == (1 if delivery == "snapshot" else 0)
    assert desk.send(rows, version=2, dry_run=True).again


# -- rejects and supplements ----------------------------------------------------------------------


def test_rejects_are_mended_and_sent_as_they_are(desk: Desk) -> None:
    bad = [
        row("3", number="?", note='a "quoted", note', person="Li Lei", phone="13800000000"),
        row("4", "2020-01-06T10:00:00+08:00", kind="flood"),
    ]
    first = desk.send([PLAIN[0], *bad, PLAIN[1]])
    assert first.rejects is not None
    text = first.rejects.read_text("utf-8-sig")
    digest = "sha256:" + hashlib.sha256(b"Li Lei").hexdigest()
    assert text.startswith("qingyu_row,qingyu_reasons,id,when,")
    assert (digest in text, "Li Lei" in text, "13800000000" in text) == (True, False, False)
    assert [r["note"] for r in desk.rejects(first)] == ['a "quoted", note', ""]
    mended = text.replace(",?,", ",7,").replace("flood", "fire")
    path = desk.file("\ufeff" + mended, "mended.csv")
    receipt = desk.receive(path, supplement=first.number)
    assert (receipt.kind, receipt.new, receipt.refused) == ("supplement", 2, 0)
    assert (receipt.refers_to, receipt.version) == (1, first.version)
    assert desk.alive("key, c_person")[2] == ("3", digest, 1)
    assert desk.receive(path, supplement=first.number).again


def test_conflicts_come_back_in_canonical_form(desk: Desk) -> None:
    columns = [
        c if c["name"] != "when" else c | {"format": "%d/%m/%Y %H:%M"} for c in source()["columns"]
    ]
    desk.pack = town(columns=columns)
    first = desk.send(
        [row("1", "05/01/2020 10:00", number="1", amount="-0.5"),
         row("1", "05/01/2020 10:00", number="2", amount="0012")]
    )  # fmt: skip
    rejected = desk.rejects(first)
    assert [(r["when"], r["amount"]) for r in rejected] == [
        ("2020-01-05 10:00:00", "-0.50"), ("2020-01-05 10:00:00", "12.00"),
    ]  # fmt: skip
    assert first.rejects is not None
    lines = first.rejects.read_text("utf-8-sig").splitlines()[:2]
    receipt = desk.receive("\n".join(lines), supplement=1)
    assert receipt.new == 1
    assert desk.alive("c_amount, day") == [(-50, date(2020, 1, 5), 1)]


def test_a_supplement_withdraws_nothing_and_covers_nothing(desk: Desk) -> None:
    desk.pack = town(delivery="snapshot")
    desk.send([*PLAIN, row("3", number="?")], version=1)
    receipt = desk.send([row("3")], supplement=1)
    assert (receipt.new, receipt.withdrawn, receipt.covers_first) == (1, 0, None)
    assert [r[0] for r in desk.alive()] == ["1", "2", "3"]


def test_a_supplement_to_an_old_batch_does_not_undo_a_newer_one(desk: Desk) -> None:
    desk.pack = town(delivery="snapshot")
    desk.send([*PLAIN, row("3", number="?"), row("4", number="?")], version=1)
    desk.send([*PLAIN, row("3", number="8")], version=2, covers=days(1, 10))
    receipt = desk.send([row("3", number="5"), row("4")], supplement=1)
    assert (receipt.unchanged, receipt.new) == (2, 0)
    assert [(r[0], r[4]) for r in desk.alive()] == [("1", 1), ("2", 1), ("3", 8)]


@pytest.mark.parametrize(
    ("number", "options", "words"),
    [
        (1, {"covers": days(1, 2)}, "Leave them away"),
        (1, {"version": 2}, "Leave them away"),
        (2, {}, "batch 1, which it supplements"),
        (3, {}, "withdrawn"),
        (4, {}, "no batch that received"),
    ],
)
def test_supplements_that_make_no_sense(
    desk: Desk, number: int, options: dict[str, Any], words: str
) -> None:
    desk.send([*PLAIN, row("3", number="?")])
    desk.send([row("3")], supplement=1)
    desk.send([row("9")], version=5)
    desk.withdraw(3)
    with pytest.raises(UsageError) as caught:
        desk.send([row("3")], supplement=number, **options)
    assert words in str(caught.value)
    with pytest.raises(NotFoundError):
        desk.send([row("3")], supplement=77)


# -- withdrawals ----------------------------------------------------------------------------------


def test_a_withdrawn_batch_leaves_what_the_others_say(desk: Desk) -> None:
    desk.send([row("1", number="1"), row("2", number="1")], version=1)
    desk.send([row("1", number="2"), row("3", number="2")], version=2)
    receipt = desk.withdraw(2)
    assert (receipt.kind, receipt.refers_to, receipt.withdrawn, receipt.new) == (
        "withdraw", 2, 1, 1,
    )  # fmt: skip
    assert [(r[0], r[4]) for r in desk.alive()] == [("1", 1), ("2", 1)]
    assert "withdraws batch 2" in str(receipt.sentence())
    again = desk.withdraw(2)
    assert (again.again, again.number) == (True, receipt.number)
    assert str(again.sentence()).startswith("It was taken back before. Batch 3 withdraws batch 2")


def test_a_withdrawn_batch_may_be_received_anew(desk: Desk) -> None:
    desk.send(PLAIN)
    desk.withdraw(1)
    assert desk.alive() == []
    receipt = desk.send(PLAIN)
    assert (receipt.again, receipt.number, receipt.new) == (False, 3, 2)
    assert len(desk.alive()) == 2
    assert desk.send(PLAIN).number == 3


def test_withdrawing_a_snapshot_brings_back_what_it_took(desk: Desk) -> None:
    desk.pack = town(delivery="snapshot")
    desk.send([*PLAIN, row("3")], version=1)
    desk.send([PLAIN[0]], version=2, covers=days(1, 10))
    late = desk.send([row("7", "2020-01-08 10:00:00")], version=1, covers=days(8, 8))
    assert (late.new, late.unchanged) == (0, 1)  # the newer snapshot covers its day without it
    desk.withdraw(2)
    assert [r[0] for r in desk.alive()] == ["1", "2", "3", "7"]


def test_supplements_of_a_withdrawn_batch_are_named(desk: Desk) -> None:
    desk.send([*PLAIN, row("3", number="?")])
    desk.send([row("3")], supplement=1)
    receipt = desk.withdraw(1)
    assert receipt.also_standing == (2,)
    assert [r[0] for r in desk.alive()] == ["3"]


def test_what_cannot_be_withdrawn(desk: Desk) -> None:
    desk.send(PLAIN)
    desk.withdraw(1)
    with pytest.raises(UsageError):
        desk.withdraw(2)
    with pytest.raises(NotFoundError):
        desk.withdraw(3)


# -- the cube follows -----------------------------------------------------------------------------


def test_the_cube_holds_what_is_in_force(desk: Desk) -> None:
    import duckdb

    from qingyu.engine.measures import fingerprint
    from qingyu.pack.model import Measure

    desk.pack = town(delivery="snapshot")
    desk.send([*PLAIN, row("3", place="", name="?")], version=1)
    desk.send([row("1", number="2"), row("4", place="00012")], version=2, covers=days(1, 10))
    desk.withdraw(1)
    files = [str(file.path) for file in desk.home.cube_table.files()]
    name = fingerprint(Measure(count="calls"))
    cube = duckdb.sql(
        f"SELECT area, day, sum(value)::BIGINT FROM read_parquet({files!r})"
        f" WHERE measure = '{name}' GROUP BY ALL HAVING sum(value) <> 0 ORDER BY ALL"
    ).fetchall()
    assert cube == desk.alive("area, day")


# -- crashes --------------------------------------------------------------------------------------


@pytest.mark.slow
def test_a_failure_at_any_write_leaves_before_or_after(desk: Desk, tmp_path: Path) -> None:
    import shutil

    from qingyu.engine import disk
    from qingyu.engine.store import Home

    desk.send(PLAIN, version=1)
    before = desk.alive()
    rows = [row("1", number="9"), row("5"), row("6", number="?", phone="13900000000")]
    path = desk.file(as_csv(rows))
    whole = shutil.copytree(desk.home.folder, tmp_path / "whole")
    count = 0

    def counted(number: int, name: str, place: Path) -> None:
        nonlocal count
        count = number

    trial = Desk(Home.open(whole), desk.folder, desk.pack)
    with disk.watched(counted):
        trial.receive(path, version=2)
    after = trial.alive()
    assert after != before
    assert count > 20

    for fatal in range(1, count + 1):
        folder = shutil.copytree(desk.home.folder, tmp_path / f"at{fatal}")
        trial = Desk(Home.open(folder), desk.folder, desk.pack)

        def gate(number: int, name: str, place: Path, fatal: int = fatal) -> None:
            if number == fatal:
                raise OSError(28, "No space left on device")

        try:
            with disk.watched(gate):
                trial.receive(path, version=2)
        except StorageError:
            pass
        trial = Desk(Home.open(folder), desk.folder, desk.pack)
        assert trial.alive() in (before, after), fatal
        receipt = trial.receive(path, version=2)
        assert trial.alive() == after, fatal
        assert receipt.number == 2, fatal
        for file in folder.rglob("*"):
            assert not file.is_file() or b"13900000000" not in file.read_bytes()
        shutil.rmtree(folder)


def test_receipts_speak_chinese(desk: Desk) -> None:
    use_language("zh")
    assert "共 2 行" in str(desk.send(PLAIN).sentence())
