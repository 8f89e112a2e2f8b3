"""The gate's report as a table, for the terminal and in Markdown for the model card."""

import sys

from training.gate.gate_report import GateReport, RuleResult

__all__ = ["gate_markdown", "print_gate_report"]

_PLAIN_WIDTH = 150  # characters of a table where standard output is not a terminal
_HEADINGS = ("rule", "figure", "limit", "n", "verdict", "what it measures")


def gate_markdown(report: GateReport) -> str:
    """Return the report as a table in Markdown, under a sentence that says whether the candidate passed."""
    lines = [conclusion(report), "", "| " + " | ".join(_HEADINGS) + " |", "|---|---|---|---|---|---|"]
    lines += ["| " + " | ".join(cell.replace("|", "\\|") for cell in _cells(rule)) + " |" for rule in report.rules]
    return "\n".join(lines) + "\n"


def print_gate_report(report: GateReport) -> None:
    """Print the report to standard output."""
    from rich.console import Console
    from rich.table import Table

    table = Table(title=f"{report.candidate} beside {report.champion}")
    for heading, justify in zip(_HEADINGS, ("left", "right", "right", "right", "left", "left"), strict=True):
        table.add_column(heading, justify="right" if justify == "right" else "left")
    for rule in report.rules:
        table.add_row(*_cells(rule))
    Console(width=None if sys.stdout.isatty() else _PLAIN_WIDTH, markup=False, highlight=False).print(table)
    print(conclusion(report))


def conclusion(report: GateReport) -> str:
    """Return in one sentence whether the candidate passed, and if not, why."""
    if report.passed:
        return "The candidate passed" + (
            "." if report.is_beyond_doubt else "; some rules could not tell, so a person has to decide whether it goes live."
        )
    return f"The candidate did not pass ({'; '.join(report.reasons())})."


def _cells(rule: RuleResult) -> tuple[str, ...]:
    figure = "" if rule.figure is None else f"{rule.figure:+.4f}"
    if rule.low is not None and rule.high is not None:
        figure += f" ({rule.low:+.4f} to {rule.high:+.4f})"
    limit = "" if rule.limit is None else f"{rule.limit:+.3f}"
    about = f"{rule.about} {rule.remark}".strip()
    return rule.rule, figure, limit, f"{rule.n:,}", rule.spoken_verdict, about
