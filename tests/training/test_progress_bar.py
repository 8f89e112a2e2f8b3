"""The progress bar: bars where people look, lines where programs do."""

import io

import pytest

from training.progress_bar import progress_bar


class Terminal(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        """It is."""
        return True


def test_a_bar_for_each_step_on_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where people look each step has a bar, which is full in the end."""
    stream = Terminal()
    monkeypatch.setattr("sys.stderr", stream)
    monkeypatch.setenv("TERM", "xterm")
    with progress_bar() as report_progress:
        report_progress("reading", 0.0)
        report_progress("fitting", 0.5)
        report_progress("fitting", 1.0)
        report_progress("judging", 0.0)
    output = stream.getvalue()
    assert all(step in output for step in ("reading", "fitting", "judging"))
    assert output.count("100 %") >= 3


def test_a_line_for_each_step_elsewhere(capsys: pytest.CaptureFixture[str]) -> None:
    """In a log each step is one line, however often it is reported."""
    with progress_bar() as report_progress:
        for share in (0.0, 0.5, 1.0):
            report_progress("fitting", share)
        report_progress("judging", 0.0)
    output = capsys.readouterr()
    assert (output.out, output.err) == ("", "tipstaff: fitting\ntipstaff: judging\n")
