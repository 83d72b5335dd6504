"""`connectors.yaml`: every fault with its line, and no secret in any of them."""

from __future__ import annotations

from pathlib import Path

import pytest
from feeds_records import extracted_town
from intake_town import town

from qingyu.errors import PackError
from qingyu.intake.connectors.settings import FILE, Settings, load_settings, schema

CANARY = "canary-ocean-7"
QUERY = "'SELECT 1 WHERE :first < :last'"
SQL = f"connect: host=db user=reader, select: {QUERY}, since: 2020-01-01"
HTTP = "url: 'https://x.example/?a={first}&b={last}', form: csv, since: 2020-01-01"


def load(folder: Path, text: str, mode: int = 0o600) -> Settings:
    path = folder / FILE
    path.write_text(text, "utf-8")
    path.chmod(mode)
    return load_settings(folder, extracted_town())


def feed(way: str, words: str) -> str:
    return f"feeds:\n  - source: calls\n    {way}: {{{words}}}\n"


def faults(folder: Path, text: str, mode: int = 0o600) -> list[tuple[str, str]]:
    with pytest.raises(PackError) as failure:
        load(folder, text, mode)
    assert CANARY not in str(failure.value)
    assert CANARY not in str(failure.value.public())
    return [(fault.where, str(fault.found)) for fault in failure.value.faults]


def test_no_settings_are_no_feeds(tmp_path: Path) -> None:
    assert load_settings(tmp_path, town()).feeds == ()


@pytest.mark.parametrize("content", [b"feeds: \xff", b"feeds: [", b"- 1", b"7", b"notify: {a: 1}"])
def test_what_is_no_such_file(tmp_path: Path, content: bytes) -> None:
    (tmp_path / FILE).write_bytes(content)
    with pytest.raises(PackError):
        load_settings(tmp_path, town())


def test_all_three_ways(tmp_path: Path) -> None:
    (tmp_path / "q.sql").write_text("SELECT :first, :last")
    found = load(
        tmp_path,
        "feeds:\n  - {source: calls, folder: {path: /in}}\n"
        "  - {source: calls, sql: {connect: host=db, query: q.sql, since: 2020-01-01,"
        " password: 'env:P'}}\n"
        f"  - {{source: calls, http: {{{HTTP}, token: 'file:/etc/token'}}}}\n",
        mode=0o644,
    )
    assert [one.kind for one in found.feeds] == ["folder", "sql", "http"]


@pytest.mark.parametrize(
    ("way", "words", "key"), [("sql", SQL, "password"), ("http", HTTP, "token")]
)
def test_a_secret_in_settings_that_others_can_read(
    tmp_path: Path, way: str, words: str, key: str
) -> None:
    text = feed(way, f"{words}, {key}: {CANARY}")
    assert load(tmp_path, text).feeds
    assert CANARY not in repr(load(tmp_path, text))
    assert faults(tmp_path, text, mode=0o640) == [
        (f"connectors.yaml:3, feeds[0].{way}.{key}", "a secret in a file that others can read")
    ]


@pytest.mark.parametrize("value", ["12345", "true", "2020-01-01", "null", "1.5"])
def test_a_secret_that_yaml_takes_for_something_else(tmp_path: Path, value: str) -> None:
    [(where, found)] = faults(tmp_path, feed("sql", f"{SQL}, password: {value}"))
    assert where.endswith("feeds[0].sql.password")
    assert value not in found


def test_no_fault_quotes_a_secret(tmp_path: Path) -> None:
    faults(tmp_path, feed("sql", f"{SQL}, password: {CANARY}, timeout: soon"))
    faults(tmp_path, feed("http", f"{HTTP}, token: {CANARY}, retries: 99"))
    faults(tmp_path, feed("http", f"{HTTP}, token: [{CANARY}]"))
    faults(tmp_path, feed("http", f"{HTTP}, token: {{a: {CANARY}}}"))
    faults(tmp_path, feed("sql", f"{SQL}, pasword: {CANARY}"))


@pytest.mark.parametrize(
    ("way", "words", "key"),
    [
        ("sql", "connect: host=db, select: 'SELECT 1', since: 2020-01-01", ""),
        ("sql", "connect: host=db, since: 2020-01-01", ""),
        ("sql", "connect: host=db, query: none.sql, since: 2020-01-01", ""),
        ("sql", f"{SQL}, query: q.sql", ""),
        ("sql", "connect: host=db, select: 'SELECT :first, :last, :other', since: 2020-01-01", ""),
        ("sql", f"connect: host=db, select: {QUERY}", ".since"),
        ("sql", SQL.replace("user=reader", f"password={CANARY}"), ".connect"),
        ("sql", SQL.replace("host=db user=reader", f"'postgresql://u:{CANARY}@db'"), ".connect"),
        ("http", HTTP.replace("x.example", f"u:{CANARY}@x.example"), ".url"),
        ("http", HTTP.replace("https", "ftp"), ".url"),
        ("http", HTTP.replace("x.example", "x.example:99999"), ".url"),
        ("http", HTTP.replace("https", "http") + ", token: 'env:T'", ".url"),
        ("http", HTTP.replace("{last}", "{until}"), ".url"),
        ("http", HTTP.replace("&b={last}", ""), ".url"),
        ("http", "url: 'https://x.example/', form: csv", ".url"),
        ("http", HTTP.replace(", since: 2020-01-01", ""), ".since"),
        ("http", f"{HTTP}, next: next", ""),
        ("http", f"{HTTP}, records: items", ""),
        ("http", HTTP.replace("form: csv", "form: json"), ""),
        ("http", HTTP.replace("{last}", "{last}&{cursor}"), ""),
    ],
)
def test_faults_of_a_feed(tmp_path: Path, way: str, words: str, key: str) -> None:
    found = faults(tmp_path, feed(way, words))
    assert f"feeds[0].{way}{key}" in [where.split(", ")[1] for where, _ in found]


def test_a_feed_has_one_way(tmp_path: Path) -> None:
    assert faults(tmp_path, "feeds:\n  - source: calls\n")[0][1] == "no way by which it arrives"
    both = feed("sql", SQL) + "    folder: {path: /in}\n"
    assert faults(tmp_path, both)[0][1] == "folder, sql"


def test_one_feed_of_each_kind(tmp_path: Path) -> None:
    one = f"  - {{source: calls, sql: {{{SQL}}}}}\n"
    assert faults(tmp_path, f"feeds:\n{one}{one}")[0][1] == "the second sql feed of calls"


def test_running_numbers_cannot_be_asked_for(tmp_path: Path) -> None:
    (tmp_path / FILE).write_text(feed("sql", SQL))
    with pytest.raises(PackError, match="running numbers"):
        load_settings(tmp_path, town())


def test_the_schema_names_every_way() -> None:
    assert {"Folder", "Sql", "Http"} <= set(schema()["$defs"])  # type: ignore[call-overload]
