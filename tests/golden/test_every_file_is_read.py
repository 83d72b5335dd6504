"""Reference results that no test reads prove nothing: each file is named by a test module.

A module's FILES is made from the very lists that its tests are parametrised by.
"""

from __future__ import annotations

from pathlib import Path

import pytest
import test_spdep_ebest
import test_spdep_local
import test_spdep_rates
import test_surveillance_detectors
import test_surveillance_farrington
import test_surveillance_internals
import test_surveillance_noufaily

pytestmark = pytest.mark.shared

MODULES = (
    test_surveillance_detectors,
    test_surveillance_farrington,
    test_surveillance_internals,
    test_surveillance_noufaily,
    test_spdep_ebest,
    test_spdep_local,
    test_spdep_rates,
)


def named() -> set[str]:
    return {name for module in MODULES for name in module.FILES}


@pytest.mark.parametrize("folder", ["surveillance", "spdep"])
def test_every_file_is_read_by_a_test(shared: Path, folder: str) -> None:
    golden = shared / "golden"
    there = {str(path.relative_to(golden)) for path in (golden / folder).rglob("*.*")}
    there = {name for name in there if (golden / name).is_file()}
    assert there == {name for name in named() if name.startswith(f"{folder}/")}
