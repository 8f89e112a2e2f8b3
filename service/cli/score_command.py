"""The command ``tipstaff score``: comments in files, or one text."""

import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

from model.comment import Format
from model.errors import DumpError
from model.profile import Profile
from service.batch.job import OutputFormat
from service.batch.row_selection import RowSelection
from service.batch.rows import DumpOptions, ReadAs
from service.cli.shared_options import (
    ArtefactOption,
    CommunityOption,
    OnForeignOption,
    PolicyOption,
    ProfileOption,
    expand_option_groups,
)
from service.judging.judge_options import JudgeOptions
from service.model_loading import ModeratorOptions

if TYPE_CHECKING:
    from service.batch.job import ScoreJob
    from service.settings import Settings

__all__ = ["score"]

Files = Annotated[list[str] | None, typer.Argument(metavar="FILE…", help="Dumps of comments, or their URLs; - is standard input.")]
Out = Annotated[
    str | None,
    typer.Option("--out", "-o", help="File (.jsonl, .csv, .parquet, .sqlite), folder or URL to write.  [default: standard output]"),
]
Text = Annotated[str | None, typer.Option(metavar="TEXT", help="Look at this text instead of files.")]
Markup = Annotated[Format | None, typer.Option(help="How the texts are written.  [default: what the file says, else plain]")]
FormatIn = Annotated[ReadAs | None, typer.Option("--format", help="Format of the files.  [default: found from the content]")]
FormatOut = Annotated[OutputFormat | None, typer.Option("--to", help="What to write.  [default: by the name of OUT, else jsonl]")]
TextColumn = Annotated[str | None, typer.Option(metavar="NAME", help="Column with the text.  [default: text, body, comment, …]")]
IdColumn = Annotated[str | None, typer.Option(metavar="NAME", help="Column with the id.  [default: id, comment_id, …, else row numbers]")]
AuthorColumn = Annotated[str | None, typer.Option(metavar="NAME", help="Column with the author.  [default: author, username, …]")]
ParentColumn = Annotated[
    str | None, typer.Option(metavar="NAME", help="Column with the id of what is answered.  [default: parent_id, in_reply_to, …]")
]
TimeColumn = Annotated[str | None, typer.Option(metavar="NAME", help="Column with the time.  [default: created_at, date, …]")]
Lines = Annotated[bool, typer.Option("--lines", help="Read each line of plain text as a comment, not each paragraph.")]
Keep = Annotated[list[str] | None, typer.Option(metavar="NAME", help="Column to pass on to the output.  [repeatable]")]
Language = Annotated[bool, typer.Option("--language", help="Tell the language of each row in a column.")]
Strict = Annotated[bool, typer.Option("--strict", help="Stop at the first row that cannot be judged.")]
Limit = Annotated[int | None, typer.Option(min=1, metavar="N", help="Score the first N rows only.")]
Sample = Annotated[float, typer.Option(min=0.0, max=1.0, metavar="SHARE", help="Score a random share of the rows only.")]
Seed = Annotated[int, typer.Option(help="Seed of the sample.")]
Since = Annotated[
    datetime | None, typer.Option(formats=["%Y-%m-%d", "%Y-%m-%dT%H:%M:%S"], help="Score rows of this time (UTC) or later only.")
]
Jobs = Annotated[
    int | None,
    typer.Option(min=1, metavar="N", help="Processes that share the work; with --cluster, workers to wait for.  [default: one a core; 1]"),
]
Cluster = Annotated[
    str | None,
    typer.Option(metavar="ADDRESS", help="Dask scheduler that spreads the work (tcp://host:8786), or local:N for N workers here."),
]
Fresh = Annotated[bool, typer.Option("--fresh", help="Throw away what an earlier run into OUT left.")]
Page = Annotated[bool, typer.Option("--report", help="Write a page with pictures beside the output too.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Tell what would be read, show ten rows, and write nothing.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print the summary, or what --text comes to, as JSON.")]


@dataclass(frozen=True)
class ColumnOptions:
    """What the user says about the input: its format and its columns."""

    read_as: FormatIn = None
    text_column: TextColumn = None
    id_column: IdColumn = None
    author_column: AuthorColumn = None
    parent_column: ParentColumn = None
    time_column: TimeColumn = None
    lines: Lines = False
    keep: Keep = None

    def dump_options(self) -> DumpOptions:
        """Return them as readers take them."""
        return DumpOptions(**vars(self) | {"keep": tuple(self.keep or ())})


@dataclass(frozen=True)
class SelectionOptions:
    """Which rows are scored."""

    limit: Limit = None
    sample: Sample = 1.0
    seed: Seed = 0
    since: Since = None

    def row_selection(self) -> RowSelection:
        """Return them as a run takes them; a time without a zone is in UTC."""
        return RowSelection(limit=self.limit, sample=self.sample, seed=self.seed, since=self.since and self.since.replace(tzinfo=UTC))


@dataclass(frozen=True)
class ModelOptions:
    """The model that judges, and what else decides about a comment."""

    artefact: ArtefactOption = None
    profile: ProfileOption = None
    policy: PolicyOption = None
    community: CommunityOption = None
    on_foreign: OnForeignOption = None
    language: Language = False

    def judge_options(self, settings: "Settings") -> JudgeOptions:
        """Return what comments are judged by beside the model; what is not given is as the settings say."""
        return JudgeOptions.from_settings(
            settings, policy=self.policy, community=self.community, on_foreign=self.on_foreign, identify=self.language
        )


@dataclass(frozen=True)
class RunOptions:
    """How the work is done."""

    strict: Strict = False
    jobs: Jobs = None
    cluster: Cluster = None
    fresh: Fresh = False
    page: Page = False


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
    dry_run: DryRun = False,
    as_json: AsJson = False,
) -> None:
    """Score comments in files, or one text.

    Writes one row for each row read, in order: id, label, fine, toxic, hateful, verdict, model, reason, dump, row, author,
    parent, created_at, foreign. A row that cannot be judged has a reason instead of a label. A run that was stopped goes on where
    it was when the same command is given again.
    """
    from service.settings import read_settings

    settings = read_settings(profile=model.profile)
    judging = model.judge_options(settings)
    if text is not None:
        if files or out is not None:
            raise typer.BadParameter("--text looks at one text; give it without files and without -o")
        _explain(text, replace(judging, identify=True), settings, model.artefact, markup=markup or Format.PLAIN, as_json=as_json)
        return
    from service.batch.job import ScoreJob

    job = ScoreJob(
        inputs=tuple(files or _standard_input()),
        out=None if out == "-" else out,
        write_as=_write_as(out, write_as),
        dump_options=columns.dump_options(),
        judging=judging,
        markup=markup,
        selection=selection.row_selection(),
        **vars(run),
    )
    if dry_run:
        from service.batch.preview import show_preview

        show_preview(job)
    else:
        _score(job, settings, model.artefact, as_json=as_json)


def _standard_input() -> list[str]:
    if sys.stdin is None or sys.stdin.isatty():
        raise typer.BadParameter("name a file of comments, or look at one text with --text")
    return ["-"]


def _write_as(out: str | None, choice: OutputFormat | None) -> OutputFormat:
    if out is None or out == "-":
        if choice not in {None, OutputFormat.JSONL, OutputFormat.CSV}:
            raise typer.BadParameter("only JSONL and CSV can be written to standard output; name a file with -o")
        return choice or OutputFormat.JSONL
    from service.batch.output.destination import output_format

    return output_format(out, choice)


def _score(job: "ScoreJob", settings: "Settings", artefact: Path | None, *, as_json: bool) -> None:
    from service.batch import terminal_report as report
    from service.batch.score import check_job, score_files
    from service.batch.statistics.summary import summary_json

    check_job(job)
    options = ModeratorOptions(artefact, settings.prior, settings.profile or Profile.FAST, settings.cascade_risk)
    try:
        with _ended_cleanly(), report.ProgressBar(sys.stderr) as bar:
            # Rows on the same terminal show the progress themselves.
            observer = None if job.out is None and sys.stdout.isatty() else bar
            summary = score_files(job, options=options, observer=observer)
    except (KeyboardInterrupt, SystemExit) as stop:
        for note in getattr(stop, "__notes__", ()):
            _say(f"stopped; {note}")
        raise
    if as_json:
        print(summary_json(summary), file=sys.stderr if job.out is None else sys.stdout)
    else:
        for line in report.summary_lines(summary):
            _say(line)


def _say(line: str) -> None:
    print(f"tipstaff: {line}", file=sys.stderr)


def _explain(text: str, judging: JudgeOptions, settings: "Settings", artefact: Path | None, *, markup: Format, as_json: bool) -> None:
    from service.batch.explain_text import explain_text
    from service.batch.rows import build_row

    row = build_row(1, id=None, text=text)
    if row.text is None:
        raise DumpError(f"--text cannot be judged: {row.reason}; give a shorter one")
    options = ModeratorOptions(artefact, settings.prior, settings.profile, settings.cascade_risk)
    explained = explain_text(row.text, judging.build_judge(options.load()), markup=markup)
    if as_json:
        print(explained.as_json())
    else:
        from rich.console import Console

        Console(highlight=False).print(explained.as_rich())


@contextmanager
def _ended_cleanly() -> Iterator[None]:
    """Let SIGTERM unwind the stack, so that the half-written file goes."""

    def end(number: int, frame: FrameType | None) -> NoReturn:
        raise SystemExit(128 + number)

    before = signal.signal(signal.SIGTERM, end)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
