"""The command ``tipstaff score``: comments in files, or one text."""

import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
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
from service.cli.shared_options import ArtefactOption, ProfileOption

if TYPE_CHECKING:
    from model.moderator import Moderator
    from service.batch.job import ScoreJob

__all__ = ["load_moderator", "score"]

Files = Annotated[list[str] | None, typer.Argument(metavar="FILE…", help="Dumps of comments, or their URLs; - is standard input.")]
Out = Annotated[
    str | None,
    typer.Option("--out", "-o", help="File (.jsonl, .csv, .parquet, .sqlite), folder or URL to write.  [default: standard output]"),
]
Text = Annotated[str | None, typer.Option(metavar="TEXT", help="Look at this text instead of files.")]
PolicyName = Annotated[str, typer.Option("--policy", metavar="NAME", help="Policy that leads to the verdicts.")]
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


def score(
    *,
    files: Files = None,
    out: Out = None,
    text: Text = None,
    artefact: ArtefactOption = None,
    profile: ProfileOption = None,
    policy: PolicyName = "default",
    markup: Markup = None,
    read_as: FormatIn = None,
    write_as: FormatOut = None,
    text_column: TextColumn = None,
    id_column: IdColumn = None,
    author_column: AuthorColumn = None,
    parent_column: ParentColumn = None,
    time_column: TimeColumn = None,
    lines: Lines = False,
    keep: Keep = None,
    language: Language = False,
    strict: Strict = False,
    limit: Limit = None,
    sample: Sample = 1.0,
    seed: Seed = 0,
    since: Since = None,
    jobs: Jobs = None,
    cluster: Cluster = None,
    fresh: Fresh = False,
    page: Page = False,
    dry_run: DryRun = False,
    as_json: AsJson = False,
) -> None:
    """Score comments in files, or one text.

    Writes one row for each row read, in order: id, label, fine, toxic, hateful, verdict, model, reason, dump, row, author,
    parent, created_at. A row that cannot be judged has a reason instead of a label. A run that was stopped goes on where it
    was when the same command is given again.
    """
    if text is not None:
        if files or out is not None:
            raise typer.BadParameter("--text looks at one text; give it without files and without -o")
        _look(text, artefact=artefact, profile=profile, policy=policy, markup=markup or Format.PLAIN, as_json=as_json)
        return
    from service.batch.job import ScoreJob

    job = ScoreJob(
        inputs=tuple(files or _standard_input()),
        out=None if out == "-" else out,
        write_as=_write_as(out, write_as),
        wanted=DumpOptions(
            read_as,
            text_column=text_column,
            id_column=id_column,
            keep=tuple(keep or ()),
            author_column=author_column,
            parent_column=parent_column,
            time_column=time_column,
            lines=lines,
        ),
        policy=policy,
        markup=markup,
        language=language,
        strict=strict,
        selection=RowSelection(limit=limit, sample=sample, seed=seed, since=since and since.replace(tzinfo=UTC)),
        jobs=jobs,
        cluster=cluster,
        fresh=fresh,
        page=page,
    )
    if dry_run:
        from service.batch.preview import show_preview

        show_preview(job)
    else:
        _score(job, artefact, profile, as_json=as_json)


def _standard_input() -> list[str]:
    if sys.stdin is None or sys.stdin.isatty():
        raise typer.BadParameter("name a file of comments, or look at one text with --text")
    return ["-"]


def _write_as(out: str | None, given: OutputFormat | None) -> OutputFormat:
    if out is None or out == "-":
        if given not in {None, OutputFormat.JSONL, OutputFormat.CSV}:
            raise typer.BadParameter("only JSONL and CSV can be written to standard output; name a file with -o")
        return given or OutputFormat.JSONL
    from service.batch.output.destination import output_format

    return output_format(out, given)


def _score(job: "ScoreJob", artefact: Path | None, profile: Profile | None, *, as_json: bool) -> None:
    from service.batch import terminal_report as report
    from service.batch.job import Artefact as Stored
    from service.batch.score import check_job, score_files
    from service.batch.statistics.summary import summary_json
    from service.settings import read_settings

    check_job(job)
    settings = read_settings(profile=profile)
    stored = Stored(artefact, settings.prior, settings.profile or Profile.FAST, settings.cascade_risk)
    try:
        with _ended_cleanly(), report.ProgressBar(sys.stderr) as bar:
            # Rows on the same terminal show the progress themselves.
            observer = None if job.out is None and sys.stdout.isatty() else bar
            summary = score_files(job, artefact=stored, observer=observer)
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


def _look(text: str, *, artefact: Path | None, profile: Profile | None, policy: str, markup: Format, as_json: bool) -> None:
    from service.batch.explain_text import glance
    from service.batch.rows import build_row

    row = build_row(1, id=None, text=text)
    if row.text is None:
        raise DumpError(f"--text cannot be judged: {row.reason}; give a shorter one")
    seen = glance(row.text, load_moderator(artefact, profile), policy=policy, markup=markup)
    if as_json:
        print(seen.as_json())
    else:
        from rich.console import Console

        Console(highlight=False).print(seen.as_rich())


def load_moderator(artefact: Path | None, profile: Profile | None = None) -> "Moderator":
    """Load an artefact, the shipped one if None, for the prior, and with the profile, that the environment states if none is given.

    Raises:
        ArtefactError: it cannot be used.
        SettingsError: the environment states nonsense.
    """
    from model.moderator import Moderator
    from service.settings import read_settings

    settings = read_settings(profile=profile)
    return Moderator.load(artefact, prior=settings.prior, profile=settings.profile, risk=settings.cascade_risk)


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
