"""What all tests share: in CI a skipped test fails the run, and hypothesis keeps no time."""

import os
import tempfile
from collections.abc import Iterator

import pytest
from hypothesis import settings

settings.register_profile("tipstaff", deadline=None, derandomize="CI" in os.environ)
settings.load_profile("tipstaff")


@pytest.fixture(autouse=True, scope="session")
def _own_data() -> Iterator[None]:
    """Keeps what a tested service keeps in a folder of the tests' own, in this process and in those that it starts."""
    with tempfile.TemporaryDirectory(prefix="tipstaff-data-") as folder, pytest.MonkeyPatch.context() as patch:
        patch.setenv("TIPSTAFF_DATA_DIR", folder)
        patch.delenv("TIPSTAFF_DATABASE_URL", raising=False)
        yield


def _skipped(config: pytest.Config) -> list[pytest.TestReport]:
    terminal = config.pluginmanager.get_plugin("terminalreporter")
    return terminal.stats.get("skipped", []) if terminal else []


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Fails a run in CI that skipped a test: what is not run is not proved."""
    if os.environ.get("CI") and session.exitstatus == pytest.ExitCode.OK and _skipped(session.config):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Says why a run failed whose tests all passed or were skipped."""
    if os.environ.get("CI") and (skipped := _skipped(config)):
        terminalreporter.section("skipped in CI", red=True)
        terminalreporter.line(f"CI is set, and {len(skipped)} skipped: each counts as a failure (see the summary)", red=True)
