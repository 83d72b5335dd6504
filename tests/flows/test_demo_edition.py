"""The demo's last step: an edition on its shelf, once, and none before its moment."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from flows_county import County, all_kinds
from release_office import MONTH

from qingyu.errors import DamageError
from qingyu.flows.demo_edition import demo_edition
from qingyu.i18n import Text
from qingyu.release.verify import verify_chain


@pytest.fixture
def county(tmp_path: Path) -> County:
    made = County(tmp_path)
    made.take(all_kinds())
    return made


def test_it_publishes_once_and_checks_again(county: County, tmp_path: Path) -> None:
    said: list[Text] = []
    shelf = tmp_path / "shelf"
    for _ in range(2):
        found = demo_edition(county.home, county.pack, MONTH, shelf, said.append)
        assert found.edition is not None
        assert found.edition.number == 1
        assert found.cells > 10_000
    assert [one.faults for one in verify_chain(shelf)] == [()]
    assert len(said) == 3  # the second time nothing is drafted
    (shelf / "editions" / "1" / "areas.json").write_text("[]")
    with pytest.raises(DamageError, match=r"areas\.json"):
        demo_edition(county.home, county.pack, MONTH, shelf, said.append)


def test_before_its_moment_the_shelf_stays_empty(county: County, tmp_path: Path) -> None:
    county.now = datetime(2016, 4, 30, tzinfo=UTC)  # the records came on 1 May
    found = demo_edition(county.home, county.pack, MONTH, tmp_path / "shelf", lambda text: None)
    assert found.edition is None
    assert not any((tmp_path / "shelf" / "editions").iterdir())
