"""What every test shares: the folder of real data, drawn examples without chance, and a last
line that says which groups of tests ran."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from qingyu.i18n import use_language

ROOT = Path(__file__).resolve().parents[1]
GROUPS = ("shared", "system", "slow")

# The same examples on every machine and every run: a failure is a failure for everybody.
settings.register_profile(
    "qingyu",
    derandomize=True,
    database=None,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("qingyu")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--all-groups",
        action="store_true",
        help="run every group; a skipped test or a group that did not run is a failure",
    )
    parser.addoption(
        "--plain-passed",
        action="store_true",
        help="with --all-groups: the plain group has just passed in this checkout; run the others",
    )


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of real data beside the checkout."""
    folder = ROOT.parent / "shared"
    if not folder.is_dir():
        pytest.fail("tests marked `shared` need the folder ../shared beside the checkout")
    return folder


@pytest.fixture(scope="session")
def root() -> Path:
    """The checkout."""
    return ROOT


@pytest.fixture(autouse=True)
def _language_of_tests() -> Iterator[None]:
    """Tests read English unless they ask for Chinese; none leaves its choice behind."""
    use_language("en")
    yield
    use_language(None)


def pytest_sessionfinish(session: pytest.Session) -> None:
    """`--all-groups` means all of them: nothing skipped, no group left out."""
    if hasattr(session.config, "workerinput") or not session.config.getoption("--all-groups"):
        return
    if session.exitstatus == pytest.ExitCode.OK and _complaints(session.config):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    ran, skipped = _ran(terminalreporter)
    groups = ", ".join(f"{group} {ran[group]}" for group in ("plain", *GROUPS) if ran[group])
    for line in _recorded(terminalreporter):
        terminalreporter.write_line(line)
    terminalreporter.write_line(f"groups that ran: {groups or 'none'}; skipped: {skipped}")
    if terminalreporter.config.getoption("--all-groups"):
        for complaint in _complaints(terminalreporter.config):
            terminalreporter.write_line(f"FAILED {complaint}")


def _recorded(reporter: pytest.TerminalReporter) -> list[str]:
    """What tests counted (`record_property`), such as the points at which they killed a run."""
    reports = [r for outcome in ("passed", "failed") for r in reporter.stats.get(outcome, [])]
    counted = [(r.nodeid, name, n) for r in reports for name, n in r.user_properties]
    return [f"{nodeid}: {number} {name}" for nodeid, name, number in sorted(counted)]


def _complaints(config: pytest.Config) -> list[str]:
    reporter = config.pluginmanager.get_plugin("terminalreporter")
    assert reporter is not None
    ran, skipped = _ran(reporter)
    found = [f"{skipped} tests were skipped, and none may be"] if skipped else []
    wanted = GROUPS if config.getoption("--plain-passed") else ("plain", *GROUPS)
    found += [f"no test of the group {group} ran" for group in wanted if not ran[group]]
    return found


def _ran(reporter: pytest.TerminalReporter) -> tuple[Counter[str], int]:
    """Tests called, by group (a test of two groups counts in both), and tests skipped."""
    ran: Counter[str] = Counter()
    for outcome in ("passed", "failed"):
        for report in reporter.stats.get(outcome, []):
            if report.when == "call":
                ran.update([g for g in GROUPS if g in report.keywords] or ["plain"])
    return ran, len(reporter.stats.get("skipped", [])) + len(reporter.stats.get("xfailed", []))
