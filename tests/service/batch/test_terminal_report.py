"""A run reports at the terminal how far it is, and at its end what it counted."""

import io

import pytest

from service.batch.runs.progress import RunProgress
from service.batch.terminal_report import ProgressBar, progress_line


class Terminal(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        """It is."""
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


def test_a_line_tells_rate_share_and_time_left() -> None:
    """Rows and share that an earlier run completed count for neither the rate nor the time left."""
    progress = RunProgress(3_000, 0.75, {"fine": 2_900, "toxic": 100}, 1_500_000, 2_000_000, 1_000, 0.25)
    expected = "3,000 rows; 1.5 MB of 2.0 MB; 200 rows/s; 75%, 0:05 left; 2,900 fine, 100 toxic"
    assert progress_line(progress, 10.0) == expected
    assert progress_line(progress, 10.0, with_share=False) == "3,000 rows; 1.5 MB of 2.0 MB; 200 rows/s; 2,900 fine, 100 toxic"
