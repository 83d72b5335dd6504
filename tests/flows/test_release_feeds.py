"""What a shelf says of its editions: feeds, the log of errors, stable addresses."""

from __future__ import annotations

import csv
import io
import json
import os
import subprocess
import sys
import xml.etree.ElementTree as ET
from datetime import datetime
from pathlib import Path

import pytest
from release_office import MONTH, Publisher, founded, rows, served

from qingyu.flows.release import publish, withdraw
from qingyu.i18n import use_language
from qingyu.release.feeds.derived import derived
from qingyu.release.feeds.errata import errata_of
from qingyu.release.shelf import Shelf
from qingyu.release.verify import verify_chain

ATOM = "{http://www.w3.org/2005/Atom}"
FEEDS = ["editions", "errata", "warnings", "exercises"]
FILES = [f"{name}{ending}" for name in FEEDS for ending in (".atom", ".en.atom")]


@pytest.fixture(scope="module")
def shelf(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A month, its correction, and its withdrawal."""
    folder = tmp_path_factory.mktemp("feeds")
    (folder / "founded").mkdir()
    founded(folder / "founded")
    publisher = Publisher(folder / "founded", folder / "office")
    publisher.publish()
    (folder / "first").mkdir()
    for name in FILES:
        data = (publisher.shelf / "feeds" / name).read_bytes()
        (folder / "first" / name).write_bytes(data)
    publisher.receive_more()
    publisher.publish('late calls, "all" of <them> & more')
    made, _ = withdraw(publisher.office, MONTH, "=file of another county")
    publisher.approve(made.id)
    publish(publisher.office, made.id)
    return publisher.shelf


def feed(shelf: Path, name: str) -> ET.Element:
    return ET.fromstring((shelf / "feeds" / name).read_text("utf-8"))  # made here


# -- RFC 4287 -------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", FILES)
def test_feeds_are_as_the_standard_says(shelf: Path, name: str) -> None:
    root = feed(shelf, name)
    assert root.tag == f"{ATOM}feed"
    for one in [root, *root.iter(f"{ATOM}entry")]:
        for needed in ("id", "title", "updated"):
            assert len(one.findall(f"{ATOM}{needed}")) == 1
        assert str(one.findtext(f"{ATOM}id")).startswith("urn:uuid:")
        moment = datetime.fromisoformat(str(one.findtext(f"{ATOM}updated")))
        assert moment.tzinfo is not None
    assert root.find(f"{ATOM}author/{ATOM}name") is not None  # so that entries need none
    own = [link.get("href") for link in root.findall(f"{ATOM}link[@rel='self']")]
    assert own == [name]
    for one in root.iter(f"{ATOM}entry"):
        alternates = [
            (link.get("type"), link.get("hreflang"))
            for link in one.findall(f"{ATOM}link[@rel='alternate']")
        ]
        assert alternates
        assert len(set(alternates)) == len(alternates)


def test_no_two_entries_have_one_id(shelf: Path) -> None:
    found = [
        element.text
        for name in FILES
        for element in feed(shelf, name).iter(f"{ATOM}id")
    ]  # fmt: skip
    assert len(found) > len(FILES)
    assert len(set(found)) == len(found)


@pytest.mark.parametrize("name", FILES)
def test_links_lead_to_what_is_there(shelf: Path, name: str) -> None:
    for link in feed(shelf, name).iter(f"{ATOM}link"):
        place = str(link.get("href")).partition("#")[0]
        assert (shelf / "feeds" / place).resolve().is_file(), place


@pytest.mark.parametrize("name", FILES)
def test_ids_stay_when_more_is_published(shelf: Path, name: str) -> None:
    before = ET.fromstring((shelf.parents[2] / "first" / name).read_text("utf-8"))
    now = feed(shelf, name)
    assert before.findtext(f"{ATOM}id") == now.findtext(f"{ATOM}id")
    old = {str(one.text) for one in before.iter(f"{ATOM}id")}
    assert old <= {str(one.text) for one in now.iter(f"{ATOM}id")}


def test_the_feed_of_editions_tells_all_of_them_newest_first(shelf: Path) -> None:
    titles = [one.findtext(f"{ATOM}title") for one in feed(shelf, "editions.en.atom").iter(
        f"{ATOM}entry")]  # fmt: skip
    assert titles == [
        "Edition 3, withdrawal: March 2016",
        "Edition 2, correction: March 2016",
        "Edition 1, results: March 2016",
    ]
    summaries = [one.text for one in feed(shelf, "editions.atom").iter(f"{ATOM}summary")]
    assert 'late calls, "all" of <them> & more' in str(summaries[1])


def test_times_are_those_of_the_editions(shelf: Path) -> None:
    released = [one.chain["released"] for one in Shelf(shelf).editions()]
    found = [one.text for one in feed(shelf, "editions.atom").iter(f"{ATOM}updated")]
    assert found == [released[-1], *released[::-1]]


# -- errors ---------------------------------------------------------------------------------------


def test_every_correction_and_withdrawal_is_in_the_log(shelf: Path) -> None:
    log = json.loads((shelf / "errata.json").read_text("utf-8"))
    assert [(one["edition"], one["kind"], one["replaces"]) for one in log] == [
        (2, "correction", 1),
        (3, "withdrawal", 2),
    ]
    first, second = (
        {row["area"]: row["grade"] for row in rows(shelf / "editions" / n / "areas.csv")}
        for n in ("1", "2")
    )
    changed = {code for code in first if first[code] != second[code]}
    assert changed
    assert {one["area"]: (one["before"], one["after"]) for one in log[0]["colours"]} == {
        code: (first[code] or None, second[code] or None) for code in changed
    }
    had = {code: grade for code, grade in second.items() if grade}
    assert {one["area"]: one["before"] for one in log[1]["colours"]} == had
    assert all(one["after"] is None for one in log[1]["colours"])


def test_the_log_is_a_table_that_a_spreadsheet_may_open(shelf: Path) -> None:
    text = (shelf / "errata.csv").read_text("utf-8-sig")
    table = list(csv.DictReader(io.StringIO(text, newline="")))
    log = errata_of(Shelf(shelf).editions())
    assert len(table) == sum(max(1, len(one["colours"])) for one in log)
    assert {row["reason"] for row in table} == {
        'late calls, "all" of <them> & more',
        "'=file of another county",  # disarmed
    }


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("errata.en.html", ["Edition 2, correction", 'late calls, "all" of <them> & more']),
        ("errata.html", ["第3版（撤回）", "2016年3月", "=file of another county"]),
    ],
)
def test_people_can_read_it(shelf: Path, name: str, said: list[str]) -> None:
    text = (shelf / name).read_text("utf-8").removeprefix("<!doctype html>\n")
    root = ET.fromstring(text)
    words = " ".join("".join(root.itertext()).split())
    assert all(one in words for one in said)
    anchors = {one.get("id") for one in root.iter("h2")}
    assert anchors == {"edition-2", "edition-3"}
    for link in root.iter("a"):
        assert (shelf / str(link.get("href"))).is_file()
    assert not list(root.iter("script"))


# -- addresses ------------------------------------------------------------------------------------


def test_every_file_of_the_latest_edition_has_a_stable_address(tmp_path: Path, shelf: Path) -> None:
    founded_in = shelf.parents[2] / "founded"
    publisher = Publisher(founded_in, tmp_path / "office")
    for number, because in ((1, None), (2, "late calls")):
        if number == 2:
            publisher.receive_more()
        edition = publisher.publish(because)
        latest = publisher.shelf / "latest" / "month"
        for name in served(edition.folder):
            assert (latest / name).read_bytes() == (edition.folder / name).read_bytes()
        for name in ("areas.csv", "datapackage.json", "badges/42091.svg", "badges/42091.en.svg",
                     "dictionary/index.html", "dictionary/traffic_crash.en.html"):  # fmt: skip
            assert (latest / name).is_file()
        for old in range(1, number + 1):
            assert (publisher.shelf / "editions" / str(old) / "areas.csv").is_file()


def test_the_same_bytes_on_any_machine(shelf: Path) -> None:
    program = (
        "import sys; from pathlib import Path; from hashlib import sha256\n"
        "from qingyu.release.shelf import Shelf; from qingyu.release.feeds.derived import derived\n"
        "for name, data in sorted(derived(Shelf(Path(sys.argv[1])).editions()).items()):\n"
        "    print(name, sha256(data).hexdigest())"
    )
    strange = {"TZ": "Pacific/Apia", "LC_ALL": "C", "QINGYU_LANG": "en", "PYTHONHASHSEED": "7"}
    answers = {
        subprocess.run([sys.executable, "-c", program, str(shelf)], env=os.environ | more,
                       capture_output=True, text=True, check=True).stdout
        for more in ({}, strange)
    }  # fmt: skip
    assert len(answers) == 1
    names = {line.split()[0] for line in answers.pop().splitlines()}
    assert names == {"editions.json", "errata.json", "errata.csv", "errata.html",
                     "errata.en.html", *(f"feeds/{name}" for name in FILES)}  # fmt: skip


def test_the_shelf_is_whole_and_says_what_its_editions_say(shelf: Path) -> None:
    assert not any(one.faults for one in verify_chain(shelf))
    use_language("en")
    try:
        for name, data in derived(Shelf(shelf).editions()).items():
            assert (shelf / name).read_bytes() == data
    finally:
        use_language(None)


def test_an_empty_shelf_has_an_empty_list_and_no_feeds() -> None:
    assert derived(()) == {"editions.json": b"[]\n"}
