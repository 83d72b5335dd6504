"""An office whose records are protected: drafted, published, rechecked, opened, corrected."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from flows_county import MONTCO, County, all_kinds
from release_office import APPROVERS, MONTH, Publisher, busy, rows, served

from qingyu.errors import DamageError, HomeError, NotFoundError, ReleaseError
from qingyu.flows.recheck import recheck
from qingyu.flows.release import Office, draft
from qingyu.flows.release_keys import make_pair, new_key, trust_person
from qingyu.flows.release_open import check_openings, open_rows, read_openings, to_json
from qingyu.release.protect.withhold import WITHHELD
from qingyu.release.sums import SUMS
from qingyu.release.verify import verify_chain

DOCS = Path(__file__).resolve().parents[2] / "docs"
AREA = "4209144976"  # Lower Merion


@pytest.fixture(scope="module", params=["small_counts", "closed"])
def template(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("guarded")
    pack = Path(shutil.copytree(MONTCO, folder / "pack"))
    guard(pack, request.param)
    county = County(folder, pack)
    county.take(all_kinds(busy))
    office = Office(county.home, county.pack)
    new_key(office, None, None)
    for name, role in APPROVERS.items():
        _, public, _ = make_pair(folder / name)
        trust_person(office, public, name.title(), role)
    return folder


def guard(pack: Path, level: str) -> None:
    path = pack / "publication.yaml"
    text = path.read_text("utf-8")
    assert "level: open" in text
    path.write_text(text.replace("level: open", f"level: {level}"), "utf-8")


@pytest.fixture
def publisher(template: Path, tmp_path: Path) -> Publisher:
    return Publisher(template, tmp_path / "office")


def test_no_number_of_a_protected_source_is_printed(publisher: Publisher) -> None:
    folder = publisher.publish().folder
    for name, columns in WITHHELD.items():
        found = rows(folder / f"{name}.csv")
        assert found
        for row in found:
            assert row["withheld"] == "true"
            assert not [row[one] for one in columns if one not in ("grade", "state") and row[one]]
    assert not rows(folder / "charges.csv")
    for line in (folder / "traces.jsonl").read_text("utf-8").splitlines():
        trace = json.loads(line)
        assert trace["score"] is trace["rank"] is trace["completeness"] is None
        assert {part["count"] for part in trace["parts"]} == {None}
        assert trace["sentence"]["numbers"] == {}


def test_a_colour_stands_with_its_band(publisher: Publisher) -> None:
    for row in rows(publisher.publish().folder / "areas.csv"):
        same = row["grade_from"] == row["grade_to"]
        assert (row["grade"] == row["grade_from"]) if same else not row["grade"]
        assert float(row["band_from"]) < float(row["band_to"])


def test_it_verifies_rechecks_and_recomputes_as_far_as_it_is_open(publisher: Publisher) -> None:
    edition = publisher.publish()
    publisher.receive_more()
    assert recheck(publisher.home, edition.folder).whole
    assert not [one for one in verify_chain(publisher.shelf) if one.faults]
    for script in ("recompute_points.py", "recompute_scores.py"):
        ended = subprocess.run([sys.executable, "-I", str(DOCS / script), str(edition.folder)],
                               capture_output=True, text=True, check=False)  # fmt: skip
        assert ended.returncode == 0, ended.stdout


def test_the_same_records_and_secret_make_the_same_draft(publisher: Publisher) -> None:
    first = publisher.draft()
    _, again = draft(publisher.office, MONTH)
    assert again
    assert first.manifest["cube"].keys() == {"digest"}


# -- openings -------------------------------------------------------------------------------------


def test_an_auditor_checks_what_the_office_opens(publisher: Publisher, tmp_path: Path) -> None:
    edition = publisher.publish()
    found = open_rows(publisher.home, edition.folder, AREA)
    assert {one.row.table for one in found} == set(WITHHELD)
    assert next(one for one in found if one.row.table == "areas").row.values["score"]
    path = tmp_path / "opening.json"
    path.write_text(json.dumps(to_json(found)))
    given = read_openings(path)
    assert check_openings(edition.folder, given) == []
    values = {**given[0].row.values, "score": "99.000"}
    forged = replace(given[0], row=replace(given[0].row, values=values))
    assert check_openings(edition.folder, [forged, *given[1:]]) == [forged]
    with pytest.raises(NotFoundError):
        open_rows(publisher.home, edition.folder, "nowhere")


def test_another_secret_or_other_records_open_nothing(publisher: Publisher) -> None:
    edition = publisher.publish()
    secret = publisher.folder / "home" / "release" / "secret"
    secret.write_text("ab" * 32)
    with pytest.raises(DamageError, match="another commitment"):
        open_rows(publisher.home, edition.folder, AREA)
    assert not recheck(publisher.home, edition.folder).stations
    secret.chmod(0o644)
    with pytest.raises(HomeError, match="others can read"):
        open_rows(publisher.home, edition.folder, AREA)


def test_no_commitment_is_made_twice(publisher: Publisher) -> None:
    """Not for two rows with the same contents, nor in a correction for those that stayed."""
    first = publisher.publish().folder
    publisher.receive_more()
    second = publisher.publish("late calls").folder
    made = [row["commitment"] for one in (first, second) for row in rows(one / "commitments.csv")]
    assert len(set(made)) == len(made) > 100


# -- corrections ----------------------------------------------------------------------------------


def test_a_correction_that_shows_nothing_else_is_refused(publisher: Publisher) -> None:
    """Else its coming would say that withheld numbers changed."""
    publisher.publish()
    before = served(publisher.shelf)
    with pytest.raises(ReleaseError, match="very results"):
        publisher.draft("no reason")
    assert served(publisher.shelf) == before


def test_a_correction_lists_colours_and_nothing_else(publisher: Publisher) -> None:
    publisher.publish()
    publisher.receive_more()
    edition = publisher.publish("late calls")
    found = rows(edition.folder / "changes.csv")
    assert found
    for row in found:
        assert row["colour_changed"] == "true"
        assert not row["score"] + row["score_before"] + row["rank"] + row["rank_before"]
    listed = (edition.folder / SUMS).read_text()
    assert "changes.csv" in listed
