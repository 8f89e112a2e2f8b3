"""The report of a check for people: tables and lines at the terminal."""

import shlex
from collections.abc import Iterator, Sequence

from rich.console import Console
from rich.table import Table
from rich.text import Text

from service.migration.assessment import Effect, Finding, UnknownMode
from service.migration.migration_check import MigrationReport
from service.migration.score_evidence import OwnScores
from service.perspective.attribute_names import printable_name

__all__ = ["print_migration"]

_HEADINGS = {
    Effect.FAILS: ("Will not work", "red"),
    Effect.DIFFERS: ("Differs, or has to be set", "yellow"),
    Effect.SAME: ("As before", "green"),
}
_MAX_PLACES = 3


def print_migration(report: MigrationReport, console: Console) -> None:
    """Print what a caller gets here: what was read, what becomes of it, the thresholds, and the settings last.

    Args:
        report: the report.
        console: where it is printed; it neither reads mark-up nor highlights.
    """
    for line in _read_lines(report):
        console.print(line, soft_wrap=True)
    if report.outcomes:
        console.print()
        console.print(_attribute_table(report))
    for effect in (Effect.FAILS, Effect.DIFFERS, Effect.SAME):
        _print_findings([finding for finding in report.findings if finding.effect is effect], effect, console)
    for line in _threshold_lines(report):
        console.print(line, soft_wrap=True)
    _print_settings(report, console)


def _read_lines(report: MigrationReport) -> Iterator[str]:
    usage = report.usage
    calls = ", ".join(f"{sighting.count:,} {name}{_statuses(report, name)}" for name, sighting in usage.calls.items())
    yield f"files read: {report.files:,}, of them source code: {report.sources:,}; the model is {report.version}"
    if calls:
        yield f"recorded calls: {calls}"
    if usage.passed_over:
        yield f"records about something else: {usage.passed_over:,}"
    for reason, sighting in usage.damaged.items():
        yield f"records that cannot be read: {sighting.count:,}: {reason} ({_places(sighting.places)})"
    for reason in report.left_out:
        yield f"not everything was read: {reason}"
    if usage.is_empty:
        yield (
            "nothing was found that calls Perspective, OpenAI's moderation or Akismet; name a log of calls, a folder of code or --attribute"
        )


def _statuses(report: MigrationReport, name: str) -> str:
    statuses = report.usage.statuses.get(name)
    return f" ({', '.join(f'{status} × {count:,}' for status, count in sorted(statuses.items()))})" if statuses else ""


def _attribute_table(report: MigrationReport) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold")
    for title in ("attribute", "seen", "our score", *(f"with {mode.value}" for mode in UnknownMode)):
        table.add_column(title, overflow="fold")
    for outcome in report.outcomes:
        row = [outcome.name, f"{outcome.sighting.count:,}", outcome.score or "none"]
        row += [outcome.outcome(mode) for mode in UnknownMode]
        table.add_row(*map(Text, row))
    return table


def _print_findings(findings: list[Finding], effect: Effect, console: Console) -> None:
    if not findings:
        return
    title, colour = _HEADINGS[effect]
    console.print()
    console.print(Text(title, style=f"bold {colour}"))
    for finding in findings:
        seen = f" ({finding.count:,} ×: {_places(finding.places)})" if finding.places else ""
        console.print(Text(f"  {finding.subject}: {finding.detail}{seen}"), soft_wrap=True)


def _places(places: Sequence[str]) -> str:
    return ", ".join(places[:_MAX_PLACES]) + (", …" if len(places) > _MAX_PLACES else "")


def _threshold_lines(report: MigrationReport) -> Iterator[str]:
    evidence = report.evidence
    if not report.thresholds and evidence.comparison is None and not evidence.own_scores:
        return
    yield ""
    yield "Thresholds"
    if report.thresholds:
        yield "  now: " + ", ".join(f"{printable_name(name)} {number:g}" for name, number in report.thresholds.items())
        seen = [(number, sighting.places) for numbers in report.usage.thresholds.values() for number, sighting in numbers.items()]
        if seen:
            found = ", ".join(f"{number:g} ({_places(places)})" for number, places in seen)
            yield f"  found: {found}; --threshold corrects what was misread"
    if evidence.comparison is not None:
        yield from (f"  {line}" for line in evidence.comparison.lines())
        return
    yield (
        "  which thresholds keep the flag rate cannot be told without stored scores of Perspective: give them with --scores, or record the "
        "answers with the requests"
    )
    for own in evidence.own_scores:
        yield from _own_score_lines(own)


def _own_score_lines(own: OwnScores) -> Iterator[str]:
    yield f"  {printable_name(own.attribute)}: of {own.rows:,} recorded comments ours flags {own.flagged:.2%} at {own.threshold:g}"
    yield "    thresholds that flag " + ", ".join(f"{float(rate):.0%}: {threshold:.4f}" for rate, threshold in own.rates.items())


def _print_settings(report: MigrationReport, console: Console) -> None:
    if report.usage.is_empty:
        return
    console.print()
    console.print(Text("Settings of the service", style="bold"))
    for name, value in report.advice.service.items():
        console.print(Text(f"export {name}={shlex.quote(value)}"), soft_wrap=True)
    if report.advice.caller:
        console.print()
        console.print(Text("Settings of the caller", style="bold"))
        for line in report.advice.caller:
            console.print(Text(line), soft_wrap=True)
    console.print()
    if report.all_works:
        missing = [outcome.name for outcome in report.outcomes if not outcome.is_answered(report.mode)]
        proviso = f", if the caller can do without {', '.join(missing)}" if missing else ""
        console.print(Text(f"Everything that was found works with these settings{proviso}."), soft_wrap=True)
    else:
        console.print("Not everything works, or was read: see above.")
