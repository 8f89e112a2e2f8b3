"""A run reports its progress at the terminal."""

import io
import time

import pytest

from service.batch.runs.progress import RunProgress
from service.batch.terminal_report import ProgressBar


class Terminal(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        """Return True."""
        return True


@pytest.mark.parametrize(("stream", "patience", "drawn"), [(Terminal(), 0.0, True), (Terminal(), 60.0, False), (io.StringIO(), 0.0, False)])
def test_the_bar_is_drawn_on_a_terminal_only_when_it_takes_long(
    monkeypatch: pytest.MonkeyPatch, stream: io.StringIO, patience: float, drawn: bool
) -> None:
    """A quick run stays silent."""
    monkeypatch.setattr("service.batch.terminal_report._SECONDS_WITHOUT_BAR", patience)
    with ProgressBar(stream) as bar:
        for share in (0.25, None, 1.0):
            bar(RunProgress(1234, share))
    assert ("1,234 rows" in stream.getvalue()) == drawn


def test_elsewhere_a_line_now_and_then(monkeypatch: pytest.MonkeyPatch) -> None:
    """A log file gets plain lines."""
    stream = io.StringIO()
    monkeypatch.setattr("service.batch.terminal_report._SECONDS_BETWEEN_LINES", 0.0)
    with ProgressBar(stream) as bar:
        bar(RunProgress(1234, 0.5, {"fine": 1000}))
    assert stream.getvalue().startswith("tipstaff: 1,234 rows; ")


def report_after_ten_seconds(monkeypatch: pytest.MonkeyPatch, stream: io.StringIO, progress: RunProgress) -> str:
    """Return what the bar writes about the progress of a run that began ten seconds ago."""
    monkeypatch.setattr("service.batch.terminal_report._SECONDS_BETWEEN_LINES", 0.0)
    with ProgressBar(stream) as bar:
        monkeypatch.setattr(bar, "_start", time.monotonic() - 10.0)
        bar(progress)
    return stream.getvalue()


def test_a_line_has_rate_share_and_time_left(monkeypatch: pytest.MonkeyPatch) -> None:
    """Rows and share that an earlier run completed count for neither the rate nor the time left."""
    progress = RunProgress(3_000, 0.75, {"fine": 2_900, "toxic": 100}, 1_500_000, 2_000_000, 1_000, 0.25)
    expected = "tipstaff: 3,000 rows; 1.5 MB of 2.0 MB; 200 rows/s; 75%, 0:05 left; 2,900 fine, 100 toxic\n"
    assert report_after_ten_seconds(monkeypatch, io.StringIO(), progress) == expected


def test_the_words_beside_the_bar_do_not_repeat_what_it_shows(monkeypatch: pytest.MonkeyPatch) -> None:
    """Rows and rate stand beside the bar; share and time left are its own."""
    output = report_after_ten_seconds(monkeypatch, Terminal(), RunProgress(3_000, 0.75, rows_before=1_000, share_before=0.25))
    assert "3,000 rows; 200 rows/s" in output
    assert "left" not in output
