"""The report as a table, for the terminal and for the model card."""

import pytest

from training.gate.gate_report import GAIN, GateReport, RuleResult, RuleVerdict
from training.gate.report_table import conclusion, gate_markdown, print_gate_report

_LINES = (
    RuleResult(GAIN, "Gain.", 0.02, 0.01, 0.03, 0.005, 500, RuleVerdict.BETTER),
    RuleResult("kit", "A | B.", -0.02, -0.03, -0.01, -0.01, 60, RuleVerdict.WORSE, "It fell."),
)


def test_markdown_has_a_row_for_each_rule() -> None:
    """Every rule is a row with figure, limit, n and verdict; a bar in a sentence breaks no cell."""
    rows = gate_markdown(GateReport("a@0", "a@1", _LINES)).splitlines()
    assert "did not pass (kit: worse)" in rows[0]
    assert rows[4].startswith("| gain | +0.0200 (+0.0100 to +0.0300) | +0.005 | 500 | better |")
    assert "A \\| B. It fell." in rows[5]


def test_the_terminal_shows_the_conclusion(capsys: pytest.CaptureFixture[str]) -> None:
    """The table names both versions, and the last line says whether the candidate passed."""
    print_gate_report(GateReport("a@0", "a@1", _LINES[:1]))
    shown = capsys.readouterr().out
    assert "a@1 beside a@0" in shown
    assert shown.splitlines()[-1] == conclusion(GateReport("a@0", "a@1", _LINES[:1])) == "The candidate passed."
