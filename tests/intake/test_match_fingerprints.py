"""The fingerprints by which rows find one another: fixed for ever, and never believed alone."""

from __future__ import annotations

from hashlib import md5

import pytest
from intake_town import Desk, row

from qingyu.engine.connect import connect


def test_two_keys_with_one_fingerprint_are_refused(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    from qingyu.intake import statement

    monkeypatch.setattr(statement, "KEY_HASH", "CAST(ord({text}) % 2 AS UBIGINT)")
    desk.send([row("b")], version=1)
    receipt = desk.send([row("d", number="9")], version=2)
    assert receipt.reasons == {"collision": 1}
    receipt = desk.send([row("a"), row("c")], version=3)
    assert receipt.reasons == {"collision": 2}
    assert [r[0] for r in desk.alive()] == ["b"]


def test_fingerprints_are_the_halves_of_md5() -> None:
    """Homes keep them for ever: no version of DuckDB may change them."""
    from qingyu.intake.statement import KEY_HASH, ROW_HASH

    for text in ("", "E1", "北京", "x" * 100):
        whole = md5(text.encode(), usedforsecurity=False).digest()
        asked = ", ".join(form.format(text="$1") for form in (KEY_HASH, ROW_HASH))
        with connect() as connection:
            halves = connection.execute(f"SELECT {asked}", [text]).fetchone()
        assert halves == (int.from_bytes(whole[:8], "little"), int.from_bytes(whole[8:], "little"))
        with connect() as connection:
            asked = "SELECT md5_number_upper($1), md5_number_lower($1)"
            assert connection.execute(asked, [text]).fetchone() == halves


def test_homes_keep_their_fingerprints(desk: Desk) -> None:
    """As first written down: other figures would take every later send of old rows for new."""
    sent = desk.send([row("1"), row("2", number="?"), row("3", kind="theft")], version=7)
    assert sent.content_digest == "0bac90cd92fa48657919a17bfe3fee46e340819c95868c3096628cd31cf0c6f6"
    assert desk.alive("key, key64, content64") == [
        ("1", 9377542946905311940, 15337376322616805341, 1),
        ("3", 18366343709689695212, 17801169957537675900, 1),
    ]
