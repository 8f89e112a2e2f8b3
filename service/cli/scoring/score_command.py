"""The command ``tipstaff score``: comments in files, or one text."""

import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

from model.comment import Format
from model.errors import DumpError
from model.profile import Profile
from service.batch.job import OutputFormat
from service.cli.scoring.score_options import ColumnOptions, ModelOptions, OutcomeOptions, RunOptions, SelectionOptions
from service.cli.shared_options import expand_option_groups
from service.judging.judge_options import JudgeOptions
from service.model_loading import ModeratorOptions
from training.tables.file_names import legible_name

if TYPE_CHECKING:
    from service.batch.job import ScoreJob
    from service.batch.statistics.summary import RunSummary
    from service.settings import Settings

__all__ = ["score"]

_SHORTFALL_EXIT_CODE = 3
"""The exit code of a run that judged nothing, or lost too many rows."""
_SIGNAL_EXIT_BASE = 128
"""The exit code of a process that a signal ended is this, plus the number of the signal."""

Files = Annotated[list[str] | None, typer.Argument(metavar="FILE…", help="Dumps of comments, or their URLs; - is standard input.")]
Out = Annotated[
    str | None,
    typer.Option("--out", "-o", help="File (.jsonl, .csv, .parquet, .sqlite), folder or URL to write.  [default: standard output]"),
]
Text = Annotated[str | None, typer.Option(metavar="TEXT", help="Look at this text instead of files.")]
Markup = Annotated[Format | None, typer.Option(help="How the texts are written.  [default: what the file says, else plain]")]
FormatOut = Annotated[OutputFormat | None, typer.Option("--to", help="What to write.  [default: by the name of OUT, else jsonl]")]
DryRun = Annotated[
    bool, typer.Option("--dry-run", help="Tell how each file would be read and why, show its first comments, and write nothing.")
]
AsJson = Annotated[bool, typer.Option("--json", help="Print the summary, or what --text comes to, as JSON.")]


@expand_option_groups
def score(
    *,
    files: Files = None,
    out: Out = None,
    text: Text = None,
    model: ModelOptions,
    markup: Markup = None,
    write_as: FormatOut = None,
    columns: ColumnOptions,
    selection: SelectionOptions,
    run: RunOptions,
    outcome: OutcomeOptions,
    dry_run: DryRun = False,
    as_json: AsJson = False,
) -> None:
    """Score comments in files, or one text.

    Writes one row for each row read, in order: id, label, fine, toxic, hateful, verdict, model, reason, dump, row, author,
    parent, place, created_at, foreign, unsure. A row that cannot be judged has a reason instead of a label. A run that was stopped goes
    on where it was when the same command is given again. The exit code is 3 if nothing was judged, or if more than half of the comments
    of the run, or of a file, cannot be.
    """
    from service.settings import read_settings

    settings = read_settings(profile=model.profile)
    judge_options = model.judge_options(settings)
    if text is not None:
        if files or out is not None:
            raise typer.BadParameter("--text looks at one text; give it without files and without -o")
        _print_explanation(
            text, replace(judge_options, identify=True), settings, model.artefact, markup=markup or Format.PLAIN, as_json=as_json
        )
        return
    from service.batch.job import ScoreJob

    job = ScoreJob(
        inputs=tuple(files or _standard_input()),
        out=None if out == "-" else out,
        write_as=_choose_output_format(out, write_as),
        dump_options=columns.dump_options(contexts=(settings.profile or Profile.FAST) is not Profile.FAST),
        judge_options=judge_options,
        markup=markup,
        selection=selection.row_selection(),
        **vars(run),
    )
    if dry_run:
        from service.batch.preview import show_preview

        show_preview(job)
    else:
        summary = _score_files(job, settings, model.artefact, as_json=as_json)
        _check_outcome(summary, outcome)


def _standard_input() -> list[str]:
    if sys.stdin is None or sys.stdin.isatty():
        raise typer.BadParameter("name a file of comments, or look at one text with --text")
    return ["-"]


def _choose_output_format(out: str | None, choice: OutputFormat | None) -> OutputFormat:
    if out is None or out == "-":
        if choice not in {None, OutputFormat.JSONL, OutputFormat.CSV}:
            raise typer.BadParameter("only JSONL and CSV can be written to standard output; name a file with -o")
        return choice or OutputFormat.JSONL
    from service.batch.output.destination import output_format

    return output_format(out, choice)


def _score_files(job: "ScoreJob", settings: "Settings", artefact: Path | None, *, as_json: bool) -> "RunSummary":
    from service.batch import terminal_report as report
    from service.batch.score import check_job, measure_inputs, score_files
    from service.batch.statistics.summary import summary_json

    check_job(job)
    options = ModeratorOptions(artefact, settings.prior, settings.profile or Profile.FAST, settings.cascade_risk)
    try:
        with _exit_on_sigterm(), report.ProgressBar(sys.stderr, total=measure_inputs(job)) as bar:
            # Rows on the same terminal show the progress themselves.
            observer = None if job.out is None and sys.stdout.isatty() else bar
            summary = score_files(job, options=options, observer=observer)
    except (KeyboardInterrupt, SystemExit) as stop:
        for note in getattr(stop, "__notes__", ()):
            _print_message(f"stopped; {note}")
        raise
    if as_json:
        print(summary_json(summary), file=sys.stderr if job.out is None else sys.stdout)
    else:
        for line in report.summary_lines(summary):
            _print_message(line)
    return summary


def _check_outcome(summary: "RunSummary", outcome: OutcomeOptions) -> None:
    """End the command with an exit code of its own if the run judged nothing or lost too many rows; the output has been written."""
    from service.batch.statistics.shortfall import describe_shortfall

    lines = describe_shortfall(summary, max_rejected=outcome.max_rejected, allow_empty=outcome.allow_empty)
    for line in lines:
        _print_message(line)
    if lines:
        raise typer.Exit(_SHORTFALL_EXIT_CODE)


def _print_message(line: str) -> None:
    printable = "".join(char if char.isprintable() else " " for char in legible_name(line))
    print(f"tipstaff: {printable}", file=sys.stderr)


def _print_explanation(
    text: str, judge_options: JudgeOptions, settings: "Settings", artefact: Path | None, *, markup: Format, as_json: bool
) -> None:
    from service.batch.explain_text import explain_text
    from service.batch.rows import build_row

    row = build_row(1, id=None, text=text)
    if row.text is None:
        raise DumpError(f"--text cannot be judged: {row.reason}; give a shorter one")
    options = ModeratorOptions(artefact, settings.prior, settings.profile, settings.cascade_risk)
    explained = explain_text(row.text, judge_options.build_judge(options.load()), markup=markup)
    if as_json:
        print(explained.as_json())
    else:
        from rich.console import Console

        Console(highlight=False).print(explained.as_rich())


@contextmanager
def _exit_on_sigterm() -> Iterator[None]:
    """Make SIGTERM unwind the stack for the length of the block, so that the half-written file is removed."""

    def end(number: int, frame: FrameType | None) -> NoReturn:
        raise SystemExit(_SIGNAL_EXIT_BASE + number)

    previous_handler = signal.signal(signal.SIGTERM, end)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, previous_handler)
