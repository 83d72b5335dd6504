"""SHA256SUMS as sha256sum has it; what it may not say is no list at all."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from qingyu.pack.model import PublicIndex
from qingyu.release.moment import moment_of
from qingyu.release.sums import approved, digest_of_bytes, digest_of_member, read_sums, text_of

ONE = digest_of_bytes(b"one")


def test_it_is_read_as_it_was_written() -> None:
    digests = {"b.csv": ONE, "a/ä.yaml": digest_of_bytes(b"")}
    assert read_sums(text_of(digests)) == digests


@pytest.mark.parametrize(
    "text",
    ["", "x", f"{ONE}  a", f"{ONE} *a\n", f"{ONE}  ../a\n", f"{ONE}  /a\n", f"{ONE}  a/../b\n",
     f"{ONE}  a\n{ONE}  a\n", f"{ONE[:-1]}  a\n", f"{ONE}  a\r\n"],
)  # fmt: skip
def test_what_is_no_list(text: str) -> None:
    assert not read_sums(text.encode())


def test_approvers_sign_all_but_what_publication_adds() -> None:
    digests = {"areas.csv": ONE, "chain.json": ONE, "approvals/editor.minisig": ONE}
    assert approved(digests) == {"areas.csv": ONE}


@pytest.mark.parametrize("size", [0, 1, (1 << 20) - 1, 1 << 20, (1 << 20) + 1])
def test_a_members_digest_is_of_all_its_bytes(tmp_path: Path, size: int) -> None:
    (tmp_path / "x").write_bytes(b"x" * size)
    assert digest_of_member(tmp_path / "x") == digest_of_bytes(b"x" * size)


PUBLIC = PublicIndex(index="monthly", periods=("month",), after=1, at="02:30")


def test_the_moment_is_the_latest_of_calendar_and_records() -> None:
    zone, last = "Asia/Shanghai", date(2026, 10, 31)
    assert moment_of(PUBLIC, last, zone).isoformat() == "2026-11-01T02:30:00+08:00"
    late = moment_of(PUBLIC, last, zone, "2026-11-03T00:00:00.000001+00:00")
    assert late.isoformat() == "2026-11-03T08:00:01+08:00"


@pytest.mark.parametrize(
    ("last", "wanted"),
    [(date(2026, 3, 7), "2026-03-08T03:30:00-04:00"),  # the hour that there is not
     (date(2026, 10, 31), "2026-11-01T02:30:00-05:00")],
)  # fmt: skip
def test_days_of_23_and_25_hours(last: date, wanted: str) -> None:
    assert moment_of(PUBLIC, last, "America/New_York").isoformat() == wanted
