"""What all tests share: in CI a skipped test fails the run, and hypothesis keeps no time."""

import os

import pytest
from hypothesis import settings

settings.register_profile("tipstaff", deadline=None, derandomize="CI" in os.environ)
settings.load_profile("tipstaff")


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
