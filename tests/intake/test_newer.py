"""What a file may tell: nothing of days after its making, and nothing that a newer one told."""

from __future__ import annotations

from datetime import date

import pytest
from intake_town import Desk, row, town

from qingyu.errors import UsageError
from qingyu.intake.receipt import newer_words


def test_a_file_tells_nothing_of_days_after_its_making(desk: Desk) -> None:
    """A slip in the year of --covers would make months to come look like days without events."""
    desk.pack = town(version={"by": "extract"}, covers="must_be_given", delivery="snapshot")
    given = {"version": "2020-01-06T14:00", "covers": (date(2020, 1, 5), date(2021, 1, 6))}
    with pytest.raises(UsageError) as caught:
        desk.send([row("1")], **given)
    assert "2020-01-06 14:00" in str(caught.value)
    assert desk.home.batches() == ()
    assert desk.send([row("1")], **given | {"covers": (date(2020, 1, 5), date(2020, 1, 6))}).new


def test_an_older_file_says_why_it_changes_nothing(desk: Desk) -> None:
    desk.pack = town(delivery="snapshot")
    first = desk.send([row("1", number="1"), row("2", "2020-01-07 10:00:00")], version=3)
    desk.send([row("1", number="2"), row("9", "2020-01-06 10:00:00")], version=5)
    late = desk.send([row("1", number="7"), row("3", "2020-01-06 10:00:00")], version=4)
    assert (late.new, late.corrected, late.withdrawn) == (0, 0, 0)
    assert late.newer == (2,)
    assert late.public()["newer"] == [2]
    assert "changes nothing" in str(newer_words(late.newer))
    assert first.newer == ()
    elsewhere = desk.send([row("4", "2020-01-20 10:00:00")], version=1)
    assert (elsewhere.new, elsewhere.newer) == (1, ())
    desk.withdraw(2)
    again = desk.send([row("1", number="8")], version=4)
    assert again.newer == ()
