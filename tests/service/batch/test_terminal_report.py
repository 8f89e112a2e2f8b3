"""A run reports its progress at the terminal."""

import io
from itertools import chain, repeat

import pytest

from service.batch.runs.progress import RunProgress
from service.batch.terminal_report import ProgressBar
from tests.waiting import wait_until


class Terminal(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        """Return True."""
        return True


def show(monkeypatch: pytest.MonkeyPatch, stream: io.StringIO, *reports: RunProgress, words: str = "rows", seconds: float = 0.0) -> str:
    """Return what a bar writes about a run that began some seconds ago, once it has written certain words; no pause is made."""
    for pause in ("BEFORE_FIRST_LINE", "WITHOUT_BAR", "BETWEEN_UPDATES"):
        monkeypatch.setattr(f"service.batch.terminal_report._SECONDS_{pause}", 0.0)
    monkeypatch.setattr("service.batch.terminal_report._SECONDS_BETWEEN_LINES", 3600.0)
    bar = ProgressBar(stream, total=2_000_000, clock=chain([0.0], repeat(seconds)).__next__)
    for progress in reports:
        bar(progress)
    with bar:
        wait_until(lambda: words in stream.getvalue(), what="the progress is shown")
    return stream.getvalue()


class ClosedLog(io.StringIO):
    """A stream that nobody reads any more."""

    def write(self, text: str) -> int:
        """Fail."""
        raise BrokenPipeError(text)


@pytest.mark.parametrize("stream", [Terminal(), io.StringIO()], ids=["terminal", "log"])
def test_a_quick_run_is_silent(monkeypatch: pytest.MonkeyPatch, stream: io.StringIO) -> None:
    """What ends before there is anything to wait for shows no progress, and is not waited for."""
    monkeypatch.setattr("service.batch.terminal_report._SECONDS_BEFORE_FIRST_LINE", 3600.0)
    monkeypatch.setattr("service.batch.terminal_report._SECONDS_WITHOUT_BAR", 3600.0)
    with ProgressBar(stream) as bar:
        bar(RunProgress(1234, 1.0))
    assert stream.getvalue() == ""


@pytest.mark.parametrize("stream", [Terminal(), io.StringIO()], ids=["terminal", "log"])
def test_a_run_is_shown_before_its_first_report(monkeypatch: pytest.MonkeyPatch, stream: io.StringIO) -> None:
    """While the model is loaded, people see that nothing has been read yet, and how much there is."""
    assert "0 rows; 0.0 kB of 2.0 MB" in show(monkeypatch, stream)


def test_a_stream_that_is_gone_does_not_end_the_run(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody may be left to read the progress."""
    monkeypatch.setattr("service.batch.terminal_report._SECONDS_BEFORE_FIRST_LINE", 0.0)
    with ProgressBar(ClosedLog()) as bar:
        wait_until(lambda: not bar.is_shown, what="the progress is no longer shown")


def test_a_line_has_rate_share_and_time_left(monkeypatch: pytest.MonkeyPatch) -> None:
    """Rows and share that an earlier run completed count for neither the rate nor the time left."""
    progress = RunProgress(3_000, 0.75, {"fine": 2_900, "toxic": 100}, 1_500_000, 2_000_000, 1_000, 0.25)
    expected = "tipstaff: 3,000 rows; 1.5 MB of 2.0 MB; 200 rows/s; 75%, 0:05 left; 2,900 fine, 100 toxic\n"
    assert show(monkeypatch, io.StringIO(), progress, words="\n", seconds=10.0) == expected


def test_the_words_beside_the_bar_do_not_repeat_what_it_shows(monkeypatch: pytest.MonkeyPatch) -> None:
    """Rows and rate stand beside the bar; share and time left are its own."""
    output = show(monkeypatch, Terminal(), RunProgress(3_000, 0.75, rows_before=1_000, share_before=0.25), words="3,000", seconds=10.0)
    assert "3,000 rows; 200 rows/s" in output
    assert "left" not in output
