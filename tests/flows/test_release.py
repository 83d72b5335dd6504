"""Drafted, approved by two, published at its moment, corrected and withdrawn, never rewritten."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from release_office import MONTH, Publisher, founded, rows, served

from qingyu.errors import DamageError, ReleaseError
from qingyu.flows.recheck import recheck
from qingyu.flows.release import approve_draft, draft, publish, withdraw
from qingyu.flows.release_keys import end_person, make_pair, new_key, revoke_key, trust_person
from qingyu.minisign import Public
from qingyu.release.keyring import trusted_keys
from qingyu.release.sums import SUMS
from qingyu.release.verify import verify, verify_chain

DOCS = Path(__file__).resolve().parents[2] / "docs"


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("office") / "founded"
    folder.mkdir()
    founded(folder)
    return folder


@pytest.fixture
def publisher(template: Path, tmp_path: Path) -> Publisher:
    return Publisher(template, tmp_path / "office")


# -- the walk -------------------------------------------------------------------------------------


def test_an_edition_is_checked_by_stock_tools_and_by_ours(publisher: Publisher) -> None:
    edition = publisher.publish()
    assert edition.number == 1
    ended = subprocess.run(
        ["sha256sum", "-c", "--quiet", SUMS], cwd=edition.folder, capture_output=True, check=False
    )
    assert ended.returncode == 0, ended.stderr
    found = verify(edition.folder, trusted_keys(publisher.shelf, None))
    assert (found.number, found.faults) == (1, ())
    (one,) = verify_chain(publisher.shelf, Public.read(publisher.shelf / "qingyu.pub"))
    assert one.digest == edition.digest
    assert (publisher.shelf / "latest" / "month" / "areas.csv").is_file()
    assert [line["edition"] for line in json.loads((publisher.shelf / "editions.json").read_text())
            ] == [1]  # fmt: skip


def test_an_edition_recomputes_from_the_records_as_known_then(publisher: Publisher) -> None:
    edition = publisher.publish()
    publisher.receive_more()
    found = recheck(publisher.home, edition.folder)
    assert found.whole
    assert found.cells > 10_000


@pytest.mark.parametrize("script", ["recompute_points.py", "recompute_scores.py"])
def test_a_stranger_redoes_the_digits_and_finds_a_changed_one(
    publisher: Publisher, script: str
) -> None:
    edition = publisher.publish().folder
    assert _script(script, edition).returncode == 0
    name = "comparisons.csv" if "points" in script else "areas.csv"
    text = (edition / name).read_text("utf-8-sig")
    column = "compared" if "points" in script else "score"
    digit = next(
        row[column] for row in rows(edition / name) if row[column] and row[column][-1] != "0"
    )
    (edition / name).write_text(text.replace(digit, digit[:-1] + "0", 1), "utf-8")
    assert _script(script, edition).returncode == 1


def _script(name: str, edition: Path) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [sys.executable, "-I", str(DOCS / name), str(edition)], capture_output=True, check=False
    )


def test_the_same_records_make_the_same_bytes_anywhere(publisher: Publisher) -> None:
    here = publisher.draft()
    program = (
        "import sys; from pathlib import Path; from qingyu.engine.store import Home\n"
        "from qingyu.flows.release import Office, draft; from qingyu.pack.load import load_pack\n"
        "home = Home.open(Path(sys.argv[1])); pack = load_pack(home.pack_folder)\n"
        "print(draft(Office(home, pack), sys.argv[2])[0].digest)"
    )
    shutil.rmtree(publisher.office.drafts.folder)
    shutil.rmtree(publisher.home.folder / "cache")
    (publisher.home.folder / "cache").mkdir()
    strange = {"TZ": "Pacific/Apia", "LC_ALL": "C", "QINGYU_LANG": "zh", "PYTHONHASHSEED": "7"}
    ended = subprocess.run(
        [sys.executable, "-c", program, str(publisher.home.folder), MONTH],
        env=os.environ | strange, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert ended.stdout.strip() == here.digest, ended.stderr
    assert publisher.draft().digest == here.digest


# -- two people -----------------------------------------------------------------------------------


def test_a_second_approval_with_the_first_key_is_refused(publisher: Publisher) -> None:
    made = publisher.draft()
    approve_draft(publisher.office, made.id, publisher.key("ann"))
    with pytest.raises(ReleaseError, match="two different people"):
        approve_draft(publisher.office, MONTH, publisher.key("ann"))
    with pytest.raises(ReleaseError, match="no approval by editor"):
        publish(publisher.office, made.id)


def test_one_person_gets_no_second_key_and_a_strangers_key_approves_nothing(
    publisher: Publisher,
) -> None:
    secret, public, name = make_pair(publisher.folder / "second")
    with pytest.raises(ReleaseError, match="one key a person"):
        trust_person(publisher.office, public, "Ann", "editor")
    with pytest.raises(ReleaseError, match="key of nobody"):
        approve_draft(publisher.office, publisher.draft().id, secret)
    assert name not in str(served(publisher.shelf))


def test_an_approval_copied_into_the_other_role_does_not_count(publisher: Publisher) -> None:
    made = publisher.draft()
    approve_draft(publisher.office, made.id, publisher.key("ann"))
    approvals = made.folder / "approvals"
    shutil.copy(approvals / "analyst.minisig", approvals / "editor.minisig")
    with pytest.raises(ReleaseError, match="no approval by editor"):
        publish(publisher.office, made.id)


def test_a_key_that_ended_approves_nothing_more(publisher: Publisher) -> None:
    made = publisher.draft()
    publisher.approve(made.id)
    ann = next(one for one in publisher.office.people.all() if one.person == "Ann")
    end_person(publisher.office, ann.public.name)
    with pytest.raises(ReleaseError, match="no approval by analyst"):
        publish(publisher.office, made.id)


def test_a_draft_touched_after_approval_is_not_published(publisher: Publisher) -> None:
    made = publisher.draft()
    publisher.approve(made.id)
    path = made.folder / "content" / "areas.csv"
    path.write_bytes(path.read_bytes().replace(b"yellow", b"blue", 1))
    with pytest.raises(DamageError, match="not what was drafted"):
        publish(publisher.office, made.id)


# -- embargo --------------------------------------------------------------------------------------


@pytest.mark.parametrize("early", [timedelta(seconds=1), timedelta(hours=9), timedelta(days=400)])
def test_nothing_of_a_draft_is_served_before_its_moment(
    publisher: Publisher, tmp_path: Path, early: timedelta
) -> None:
    """Two worlds that differ only in embargoed data look alike, to the byte."""
    other = Publisher(publisher.folder, tmp_path / "other")
    other.receive_more()
    before = served(publisher.shelf)
    for world in (publisher, other):
        made = world.draft()
        world.approve(made.id)
        world.now = datetime.fromisoformat(made.manifest["moment"]).astimezone(UTC) - early
        with pytest.raises(ReleaseError, match="under embargo"):
            publish(world.office, made.id)
    assert served(publisher.shelf) == served(other.shelf) == before


def test_the_moment_comes_from_the_calendar_or_the_last_record(publisher: Publisher) -> None:
    assert publisher.draft().manifest["moment"] == "2016-05-01T08:00:00-04:00"


def test_at_its_moment_it_is_published(publisher: Publisher) -> None:
    made = publisher.draft()
    publisher.approve(made.id)
    publisher.now = datetime.fromisoformat(made.manifest["moment"]).astimezone(UTC)
    assert publish(publisher.office, made.id)[0].number == 1


# -- corrections and withdrawals ------------------------------------------------------------------


def test_a_correction_is_a_new_edition_that_lists_every_colour(publisher: Publisher) -> None:
    first = publisher.publish()
    bytes_before = served(first.folder)
    publisher.receive_more()
    with pytest.raises(ReleaseError, match="the reason of a correction"):
        publisher.draft()
    second = publisher.publish("late calls")
    assert second.number == 2
    assert second.chain["previous"] == first.digest
    assert served(first.folder) == bytes_before
    old, new = (
        {row["area"]: row["grade"] for row in rows(one.folder / "areas.csv")}
        for one in (first, second)
    )
    listed = {row["area"]: row for row in rows(second.folder / "changes.csv")}
    colours = {code for code in old if old[code] != new[code]}
    assert colours
    assert {c for c, row in listed.items() if row["colour_changed"] == "true"} == colours
    assert second.manifest["colours_changed"] == len(colours)
    assert (publisher.shelf / "latest" / "month").resolve().name == "2"
    assert not any(one.faults for one in verify_chain(publisher.shelf))


def test_there_is_nothing_to_correct_without_a_difference(publisher: Publisher) -> None:
    publisher.publish()
    with pytest.raises(ReleaseError, match="the very results of edition 1"):
        publisher.draft("for no reason")


def test_a_withdrawal_is_an_edition_too_and_can_be_followed(publisher: Publisher) -> None:
    publisher.publish()
    made, _ = withdraw(publisher.office, MONTH, "file of another county")
    publisher.approve(made.id)
    taken = publish(publisher.office, made.id)[0]
    assert (taken.number, taken.manifest["kind"]) == (2, "withdrawal")
    assert not (taken.folder / "areas.csv").exists()
    with pytest.raises(ReleaseError, match="no edition of this period that stands"):
        withdraw(publisher.office, MONTH, "again")
    assert publisher.publish("the right file").number == 3
    assert not any(one.faults for one in verify_chain(publisher.shelf))


def test_a_draft_of_before_another_edition_is_refused(publisher: Publisher) -> None:
    stale = publisher.draft()
    publisher.approve(stale.id)
    kept = publisher.folder / "kept"
    shutil.copytree(stale.folder, kept)
    publish(publisher.office, stale.id)
    publisher.receive_more()
    publisher.publish("late calls")
    editions = len(publisher.office.shelf.editions())
    shutil.copytree(kept, stale.folder)
    assert publish(publisher.office, stale.id)[1]  # the very draft of edition 1: nothing new
    assert len(publisher.office.shelf.editions()) == editions


def test_the_same_draft_again_is_no_new_draft(publisher: Publisher) -> None:
    assert draft(publisher.office, MONTH)[1] is False
    assert draft(publisher.office, MONTH)[1] is True
    publisher.receive_more()
    assert draft(publisher.office, MONTH)[1] is False
    assert len(publisher.office.drafts.all()) == 1


# -- protection -----------------------------------------------------------------------------------


def test_a_draft_made_before_a_source_was_protected_is_not_published(publisher: Publisher) -> None:
    pack = publisher.office.pack
    assert pack.publication is not None
    guarded = pack.publication.protection[0].model_copy(update={"level": "small_counts"})
    changed = pack.publication.model_copy(update={"protection": (guarded,)})
    made = publisher.draft()
    publisher.approve(made.id)
    publisher.open(pack.model_copy(update={"publication": changed}))
    with pytest.raises(ReleaseError, match="other rules of protection"):
        publish(publisher.office, made.id)


# -- keys -----------------------------------------------------------------------------------------


def test_old_editions_verify_after_the_key_was_changed(publisher: Publisher) -> None:
    publisher.publish()
    known = Public.read(publisher.shelf / "qingyu.pub")
    new_key(publisher.office, None, "yearly")
    publisher.receive_more()
    publisher.publish("late calls")
    found = verify_chain(publisher.shelf, known)  # the old key vouches for the new one
    assert [one.faults for one in found] == [(), ()]
    assert found[0].key != found[1].key


def test_a_revoked_key_holds_for_no_later_edition(publisher: Publisher) -> None:
    publisher.publish()
    publisher.receive_more()
    publisher.publish("late calls")
    known = Public.read(publisher.shelf / "qingyu.pub")
    revoke_key(publisher.office, 1, "stolen")
    first, second = verify_chain(publisher.shelf)[:2]
    assert not first.faults
    assert "does not hold for edition 2" in str(second.faults[0].sentence())
    assert len(trusted_keys(publisher.shelf, known)) == 1  # the new key is not endorsed
