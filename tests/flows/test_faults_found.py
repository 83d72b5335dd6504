"""Every fault that is put into a simulated city's files is found, and nothing else is."""

from __future__ import annotations

import json
import zipfile
from datetime import date
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from flows_files import only

from qingyu.engine.store import Home
from qingyu.errors import InputError, NotFoundError
from qingyu.flows.deliver import OUTCOMES, deliver, read_deliveries
from qingyu.flows.faults_found import FaultsFound, faults_found, read_outcomes
from qingyu.pack.load import load_pack
from qingyu.pack.model import Pack
from qingyu.simulate.city.city import write_city
from qingyu.simulate.city.faults import KINDS
from qingyu.simulate.city.records.cells import MARK

PACK = Path(__file__).resolve().parents[2] / "packs" / "zhuhai"
WHO = "the simulator's test"
CRIME = (
    "入室盗窃", "三车盗窃", "其他盗窃", "抢劫", "抢夺", "其他诈骗", "打架斗殴", "寻衅滋事",
    "故意伤害", "故意伤害致人重伤或死亡", "杀人", "强奸", "绑架", "劫持", "放火", "爆炸",
    "投放危险物质",
)  # fmt: skip


@pytest.fixture(scope="module")
def pack() -> Pack:
    return load_pack(PACK)


@pytest.fixture(scope="module")
def two_sources(pack: Pack, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Home]:
    """Some days of traffic police and hotline, spoilt as often as can be, all received."""
    place = tmp_path_factory.mktemp("faults")
    write_city(
        pack, place / "city", date(2026, 10, 2), date(2026, 10, 10),
        seed=5, faults="many", scale=0.4, recent=1,
    )  # fmt: skip
    only(place / "city", {"police_122", "hotline_12345"})
    home = Home.create(place / "home", PACK)
    deliver(home, pack, place / "city", WHO)
    return place / "city", home


def kinds(found: list[FaultsFound]) -> dict[str, FaultsFound]:
    return {one.fault: one for one in found}


def test_what_was_put_in_is_found(pack: Pack, two_sources: tuple[Path, Home]) -> None:
    folder, home = two_sources
    found = faults_found(home, pack, folder)
    assert len(found) >= 8
    assert [one for one in found if not one.whole] == []
    assert all(one.injected > 0 for one in found)


def test_a_second_run_receives_nothing(pack: Pack, two_sources: tuple[Path, Home]) -> None:
    folder, home = two_sources
    batches, first = home.batches(), read_outcomes(folder)
    assert deliver(home, pack, folder, WHO) == first
    assert home.batches() == batches
    assert [o.number for o in first] == [d.number for d in read_deliveries(folder)]


def test_a_run_that_was_killed_is_gone_on_with(
    pack: Pack, two_sources: tuple[Path, Home], tmp_path: Path
) -> None:
    """Killed between a receipt and the note of it: the file is not taken for a repeat."""
    folder, home = two_sources
    kept = (folder / OUTCOMES).read_text("utf-8")
    content = json.loads(kept)
    content["outcomes"] = content["outcomes"][:-3]
    (folder / OUTCOMES).write_text(json.dumps(content), encoding="utf-8")
    again = deliver(home, pack, folder, WHO)
    assert [one.again for one in again] == [e["again"] for e in json.loads(kept)["outcomes"]]
    (folder / OUTCOMES).write_text(kept, encoding="utf-8")


def test_notes_of_another_home_do_not_count(
    pack: Pack, two_sources: tuple[Path, Home], tmp_path: Path
) -> None:
    folder, _ = two_sources
    kept = (folder / OUTCOMES).read_text("utf-8")
    home = Home.create(tmp_path / "other", PACK)
    first = date.fromisoformat(read_deliveries(folder)[0].arrives[:10])
    done = deliver(home, pack, folder, WHO, until=first)
    (folder / OUTCOMES).write_text(kept, encoding="utf-8")
    assert len(done) == len(home.batches()) > 0


def test_what_is_missed_is_named(
    pack: Pack, two_sources: tuple[Path, Home], tmp_path: Path
) -> None:
    """The comparison itself must be able to fail: more put in than the home tells of, and less."""
    folder, home = two_sources
    listed = json.loads((folder / "faults.json").read_text("utf-8"))
    target = next(e for e in listed["faults"] if e["found_by"]["where"] == "reasons")
    true_ = target["found_by"]["count"]
    for name in ("deliveries.json", OUTCOMES):
        (tmp_path / name).write_bytes((folder / name).read_bytes())
    for told, missed, surplus in ((true_ + 1, 1, 0), (true_ - 1, 0, 1)):
        target["found_by"]["count"] = told
        (tmp_path / "faults.json").write_text(json.dumps(listed), encoding="utf-8")
        one = kinds(faults_found(home, pack, tmp_path))[target["fault"]]
        assert not one.whole
        assert (len(one.missed), one.surplus) == (missed, surplus)


def test_a_home_that_received_nothing_found_nothing(
    pack: Pack, two_sources: tuple[Path, Home], tmp_path: Path
) -> None:
    folder, _ = two_sources
    silent = Home.create(tmp_path / "silent", PACK)
    for name in ("faults.json", "deliveries.json"):
        (tmp_path / name).write_bytes((folder / name).read_bytes())
    (tmp_path / OUTCOMES).write_text('{"home": "", "outcomes": []}', encoding="utf-8")
    found = faults_found(silent, pack, tmp_path)
    assert sum(one.found for one in found) == 0


def test_no_dummy_of_a_person_reaches_the_home(two_sources: tuple[Path, Home]) -> None:
    folder, home = two_sources
    assert MARK.encode() in next((folder / "files" / "police_122").glob("*.csv")).read_bytes()
    assert any((home.folder / "rejects").iterdir())
    nobody_in(home, folder)


def test_the_search_for_dummies_would_notice_one(tmp_path: Path) -> None:
    """In text of any encoding, in a workbook, in compressed pages."""
    for name in ("plain.csv", "gb.csv", "utf16.csv", "book.xlsx", "pages.parquet"):
        home = Home.create(tmp_path / name / "home", PACK)
        path, text = home.folder / "rejects" / name, f"测试人{MARK}001"
        path.parent.mkdir(exist_ok=True)
        if name == "pages.parquet":
            pq.write_table(pa.table({"a": [text] * 9}), path, compression="zstd")
        elif name == "book.xlsx":
            with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as book:
                book.writestr("xl/sharedStrings.xml", text * 9)
        else:
            code = {"plain.csv": "utf-8", "gb.csv": "gb18030", "utf16.csv": "utf-16"}[name]
            path.write_bytes(text.encode(code))
        (tmp_path / OUTCOMES).write_text("{}")
        with pytest.raises(AssertionError):
            nobody_in(home, tmp_path)


def nobody_in(home: Home, folder: Path) -> None:
    """No dummy of a person in any file of the home, nor in the notes of what became of files."""
    marks = [MARK.encode(code) for code in ("utf-8", "utf-16-le", "utf-16-be")]
    files = [path for path in home.folder.rglob("*") if path.is_file()]
    for path in [*files, folder / OUTCOMES]:
        assert not any(mark in path.read_bytes() for mark in marks), path
        if path.suffix in (".xlsx", ".zip"):
            with zipfile.ZipFile(path) as book:
                for member in book.namelist():
                    assert not any(mark in book.read(member) for mark in marks), (path, member)
    with duckdb.connect() as connection:  # compressed pages could hide it from a search of bytes
        for path in home.folder.rglob("*.parquet"):
            text = connection.execute(
                f"SELECT count(*) FROM (SELECT CAST(t AS VARCHAR) AS line FROM '{path}' t)"
                f" WHERE contains(line, '{MARK}')"
            ).fetchone()
            assert text == (0,), path


def test_the_home_holds_what_was_recorded(pack: Pack, tmp_path: Path) -> None:
    """Without faults, what the home counts is what the truth says was recorded, to the record."""
    folder = tmp_path / "city"
    write_city(pack, folder, date(2026, 10, 1), date(2026, 10, 9), faults="none", recent=1)
    only(folder, {"police_110", "police_122"})
    home = Home.create(tmp_path / "home", PACK)
    deliver(home, pack, folder, WHO)
    assert not any(o.refused for o in read_outcomes(folder))
    truth = f"'{folder}/truth/indicators.parquet'"
    words = ", ".join(f"'{word}'" for word in CRIME)
    asked = {
        "crime_calls": ("police_110", f"c_outcome = '有效' AND c_category IN ({words})"),
        "telecom_fraud": ("police_110", "c_outcome = '有效' AND c_category = '电信网络诈骗'"),
        "traffic_accidents": ("police_122", "c_kind = '交通事故'"),
    }
    towns = "left(area, 9) || '000'"  # a village's records are its town's
    for indicator, (source, where) in asked.items():
        files = ", ".join(f"'{file}'" for file in home.record_files(source))
        with duckdb.connect() as connection:
            counted = connection.execute(
                f"SELECT {towns}, day, sum(sign)::BIGINT FROM read_parquet([{files}])"
                f" WHERE {where} AND day <= DATE '2026-10-07' GROUP BY ALL HAVING sum(sign) <> 0"
            ).fetchall()
            true_ = connection.execute(
                f"SELECT area, day, recorded FROM {truth} WHERE indicator = '{indicator}'"
                " AND recorded > 0 AND day <= DATE '2026-10-07'"
            ).fetchall()
        assert sorted(counted) == sorted(true_), indicator


def test_only_what_has_arrived_is_received(
    pack: Pack, two_sources: tuple[Path, Home], tmp_path: Path
) -> None:
    folder, _ = two_sources
    home = Home.create(tmp_path / "early", PACK)
    kept = (folder / OUTCOMES).read_bytes()
    first = read_deliveries(folder)[0].arrives[:10]
    done = deliver(home, pack, folder, WHO, until=date.fromisoformat(first))
    (folder / OUTCOMES).write_bytes(kept)
    assert len(done) == sum(d.arrives[:10] == first for d in read_deliveries(folder))


def test_a_folder_that_is_no_city(pack: Pack, tmp_path: Path) -> None:
    home = Home.create(tmp_path / "home", PACK)
    with pytest.raises(NotFoundError):
        deliver(home, pack, tmp_path, WHO)
    with pytest.raises(NotFoundError):
        faults_found(home, pack, tmp_path)
    (tmp_path / "faults.json").write_text("[]")
    with pytest.raises(InputError):
        faults_found(home, pack, tmp_path)


@pytest.mark.slow
def test_all_departments_for_six_weeks(pack: Pack, tmp_path: Path) -> None:
    """Late files, silent days, trial files: everything on the list, in all twenty sources."""
    folder = tmp_path / "city"
    write_city(
        pack, folder, date(2026, 8, 25), date(2026, 10, 10),
        seed=11, faults="many", scale=0.5, recent=2,
    )  # fmt: skip
    home = Home.create(tmp_path / "home", PACK)
    deliver(home, pack, folder, WHO)
    found = faults_found(home, pack, folder)
    assert [one for one in found if not one.whole] == []
    nobody_in(home, folder)
    assert {one.fault for one in found} == {kind.id for kind in KINDS}
