"""The one command, ``tipstaff``: parses, calls one function, prints.

Results go to standard output, everything else to standard error. Exit codes: 0 done, 1 failed, 2 called wrongly, 130 interrupted.
"""

import os
import re
import signal
import sys
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

from model.comment import LABELS, Format
from model.errors import DumpError, TipstaffError
from service import keys_cli, rulings_cli, store_cli
from service.batch.job import OutputAs
from service.batch.rows import ReadAs, Wanted
from service.compare import compare
from service.evaluate import evaluate
from service.options import pairs

if TYPE_CHECKING:
    from model.moderator import Moderator
    from service.batch.job import ScoreJob
    from training.train import TrainJob

# What a command needs is imported inside it: a quick look at one text must not wait for a web server or a data frame.

__all__ = ["app", "main"]

app = typer.Typer(
    name="tipstaff",
    help="Label comments as fine, toxic or hateful: in a service, in files, with a model trained on your own.",
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)

Artefact = Annotated[
    Path | None,
    typer.Option("--artefact", metavar="DIR", envvar="TIPSTAFF_ARTEFACT", help="Folder of a trained model.  [default: the shipped one]"),
]
Files = Annotated[list[str] | None, typer.Argument(metavar="FILE…", help="JSONL, CSV or Parquet; - is standard input.")]
Out = Annotated[
    str | None,
    typer.Option("--out", "-o", help="File (.jsonl, .csv, .parquet, .sqlite), folder or URL to write.  [default: standard output]"),
]
Text = Annotated[str | None, typer.Option(metavar="TEXT", help="Look at this text instead of files.")]
PolicyName = Annotated[str, typer.Option("--policy", metavar="NAME", help="Policy that leads to the verdicts.")]
Markup = Annotated[Format | None, typer.Option(help="How the texts are written.  [default: what the file says, else plain]")]
FormatIn = Annotated[ReadAs | None, typer.Option("--format", help="Format of the files.  [default: found from the content]")]
FormatOut = Annotated[OutputAs | None, typer.Option("--to", help="Format to write.  [default: by the name of OUT, else jsonl]")]
TextColumn = Annotated[str | None, typer.Option(metavar="NAME", help="Column with the text.  [default: text, body, comment, …]")]
IdColumn = Annotated[str | None, typer.Option(metavar="NAME", help="Column with the id.  [default: id, comment_id, …, else row numbers]")]
Strict = Annotated[bool, typer.Option("--strict", help="Stop at the first row that cannot be judged.")]
Column = Annotated[str | None, typer.Option(metavar="COLUMN", help="Column of that name, if the tables call it otherwise.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print the summary, or what --text comes to, as JSON.")]


def main() -> None:
    """Run the command; a user's mistake ends it with one line, never with a traceback."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            # A terminal that cannot show a sign shows another; it does not stop the work.
            stream.reconfigure(errors="backslashreplace")
    try:
        app(prog_name="tipstaff")
    except TipstaffError as error:
        _fail(str(error))
    except OSError as error:
        where = f"{error.filename}: " if error.filename is not None else ""
        _fail(f"{where}{error.strerror or error}")


def _fail(message: str) -> NoReturn:
    line = "".join(char if char.isprintable() else " " for char in message)
    print(f"tipstaff: {line}", file=sys.stderr)
    try:
        sys.stdout.flush()
    except OSError:
        # What is held back for a full disk would fail once more when Python ends, and loudly.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    sys.exit(1)


def _say(line: str) -> None:
    print(f"tipstaff: {line}", file=sys.stderr)


def _version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version

        print(version("tipstaff"))
        raise typer.Exit


@app.callback()
def _tipstaff(
    *,
    version: Annotated[bool, typer.Option("--version", is_eager=True, callback=_version, help="Print the version and end.")] = False,
) -> None:
    pass


@app.command()
def serve(
    *,
    artefact: Artefact = None,
    host: Annotated[str | None, typer.Option(help="Address to listen on.  [default: 127.0.0.1]")] = None,
    port: Annotated[int | None, typer.Option(help="Port to listen on.  [default: 8000]")] = None,
    workers: Annotated[int | None, typer.Option(help="Processes that serve.  [default: 1]")] = None,
) -> None:
    """Serve the model over HTTP.

    What is not given here is read from the environment: TIPSTAFF_HOST, TIPSTAFF_PORT, TIPSTAFF_DATA_DIR and so on.
    """
    from service.http import server
    from service.settings import read_settings

    server.serve(read_settings(artefact=artefact, host=host, port=port, workers=workers))


@app.command()
def score(
    *,
    files: Files = None,
    out: Out = None,
    text: Text = None,
    artefact: Artefact = None,
    policy: PolicyName = "default",
    markup: Markup = None,
    read_as: FormatIn = None,
    write_as: FormatOut = None,
    text_column: TextColumn = None,
    id_column: IdColumn = None,
    strict: Strict = False,
    as_json: AsJson = False,
) -> None:
    """Score comments in files, or one text.

    Writes one row for each row read, in order: id, label, fine, toxic, hateful, verdict, model, reason. A row that cannot
    be judged has a reason instead of a label.
    """
    if text is not None:
        if files or out is not None:
            raise typer.BadParameter("--text looks at one text; give it without files and without -o")
        _look(text, artefact=artefact, policy=policy, markup=markup or Format.PLAIN, as_json=as_json)
        return
    from service.batch.job import ScoreJob

    job = ScoreJob(
        inputs=tuple(files or _standard_input()),
        out=None if out == "-" else out,
        write_as=_write_as(out, write_as),
        wanted=Wanted(read_as, text_column=text_column, id_column=id_column),
        policy=policy,
        markup=markup,
        strict=strict,
    )
    _score(job, artefact, as_json=as_json)


def _standard_input() -> list[str]:
    if sys.stdin is None or sys.stdin.isatty():
        raise typer.BadParameter("name a file of comments, or look at one text with --text")
    return ["-"]


def _write_as(out: str | None, given: OutputAs | None) -> OutputAs:
    if out is None or out == "-":
        if given not in {None, OutputAs.JSONL, OutputAs.CSV}:
            raise typer.BadParameter("only JSONL and CSV can be written to standard output; name a file with -o")
        return given or OutputAs.JSONL
    from service.batch.outputs import output_format

    return output_format(out, given)


def _score(job: "ScoreJob", artefact: Path | None, *, as_json: bool) -> None:
    from service.batch import report, score
    from service.batch.job import Artefact as Stored
    from service.batch.summary import as_json as summary_json
    from service.settings import read_settings

    score.check(job)
    moderator = _moderator(artefact)
    stored = Stored(artefact, read_settings().prior)
    with _ended_cleanly(), report.Bar(sys.stderr) as bar:
        # Rows on the same terminal show the progress themselves.
        watch = None if job.out is None and sys.stdout.isatty() else bar
        summary = score.run(job, moderator, artefact=stored, watch=watch)
    if as_json:
        print(summary_json(summary), file=sys.stderr if job.out is None else sys.stdout)
    else:
        for line in report.as_lines(summary):
            _say(line)


def _look(text: str, *, artefact: Path | None, policy: str, markup: Format, as_json: bool) -> None:
    from service.batch.glance import glance
    from service.batch.rows import row_of

    row = row_of(1, id=None, text=text)
    if row.text is None:
        raise DumpError(f"--text cannot be judged: {row.reason}; give a shorter one")
    seen = glance(row.text, _moderator(artefact), policy=policy, markup=markup)
    if as_json:
        print(seen.as_json())
    else:
        from rich.console import Console

        Console(highlight=False).print(seen.as_rich())


def _moderator(artefact: Path | None) -> "Moderator":
    from model.moderator import Moderator
    from service.settings import read_settings

    return Moderator.load(artefact, prior=read_settings().prior)


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


def _model_name(name: str) -> str:
    if not re.fullmatch(r"[a-z0-9][a-z0-9._-]{0,63}", name):
        raise typer.BadParameter("use up to 64 small letters, digits, dots, dashes and underscores")
    return name


@app.command()
def train(
    *,
    tables: Annotated[list[Path], typer.Argument(metavar="TABLE…", help="CSV, JSONL or Parquet files, or folders of them.")],
    out: Annotated[Path, typer.Option("--out", "-o", metavar="DIR", help="Folder of the artefact to write.")],
    text: Column = None,
    label: Column = None,
    abusive: Column = None,
    hateful: Column = None,
    source: Column = None,
    id_column: Annotated[str | None, typer.Option("--id", metavar="COLUMN", help="Column of that name, likewise.")] = None,
    split: Column = None,
    weight: Column = None,
    attribute: Annotated[list[str] | None, typer.Option(metavar="NAME=COLUMN", help="Column of a further question.  [repeatable]")] = None,
    mapped: Annotated[
        list[str] | None, typer.Option("--map", metavar="OLD=NEW", help="What a label of the tables means.  [repeatable]")
    ] = None,
    source_weight: Annotated[
        list[str] | None, typer.Option(metavar="SOURCE=NUMBER", help="How much a row of a source counts.  [default: 1; repeatable]")
    ] = None,
    class_weight: Annotated[
        list[str] | None, typer.Option(metavar="LABEL=NUMBER", help="How much a row of a label counts.  [default: 1; repeatable]")
    ] = None,
    dev_share: Annotated[
        float | None, typer.Option(min=0.01, max=0.9, help="Share of the rows held back to judge by.  [default: 0.1]")
    ] = None,
    prior_abusive: Annotated[
        float, typer.Option(min=0.0001, max=0.9999, help="Share of the comments that are abusive where the model will judge.")
    ] = 0.1,
    prior_hateful: Annotated[float, typer.Option(min=0.0001, max=0.9999, help="Share of these that are hateful.")] = 0.2,
    seed: Annotated[int, typer.Option(min=0, help="Seed of all that is random.")] = 0,
    name: Annotated[str, typer.Option(metavar="NAME", callback=_model_name, help="What the model is called.")] = "custom",
    strict: Annotated[bool, typer.Option("--strict", help="Stop at the first bad row.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print the figures, and all that was found wrong, as JSON.")] = False,
) -> None:
    """Train a model from labelled tables.

    A table needs a column with the text, and a label (fine, toxic, hateful) or the answers abusive and hateful; columns named
    attribute.NAME answer further questions. The figures that are printed are of rows that were held back: those that the
    column split calls dev, or a share of all.
    """
    from model.manifest import Prior
    from training.fit import FitSettings
    from training.train import TrainJob

    named = {
        **{"text": text, "label": label, "abusive": abusive, "hateful": hateful, "source": source},
        **{"id": id_column, "split": split, "weight": weight},
        **{f"attribute.{question}": column for question, column in pairs("--attribute", attribute, like="NAME=COLUMN").items()},
    }
    job = TrainJob(
        tables=tables,
        out=out,
        name=name,
        columns={field: column for field, column in named.items() if column is not None},
        labels=pairs("--map", mapped, like="OLD=NEW"),
        source_weights=_weights("--source-weight", source_weight),
        class_weights=_weights("--class-weight", class_weight, of=LABELS),
        prior=Prior(abusive=prior_abusive, hateful=prior_hateful),
        strict=strict,
        fit=FitSettings(seed=seed),
    )
    _train(job if dev_share is None else replace(job, dev_share=dev_share), as_json=as_json)


def _weights(option: str, given: list[str] | None, *, of: Collection[str] | None = None) -> dict[str, float]:
    weights = {}
    for name, number in pairs(option, given, like="NAME=NUMBER").items():
        if of is not None and name not in of:
            raise typer.BadParameter(f"{name!r} is not {', '.join(of)}", param_hint=option)
        if not re.fullmatch(r"\d{1,9}(\.\d{0,9})?|\.\d{1,9}", number, re.ASCII):
            raise typer.BadParameter(f"{name}={number}: give a number of 0 or more, such as 0.3", param_hint=option)
        weights[name] = float(number)
    return weights


def _train(job: "TrainJob", *, as_json: bool) -> None:
    from training import report
    from training.train import train

    with report.progress_bar() as tell:
        made = train(job, tell)
    if as_json:
        print(report.trained_json(made))
    else:
        report.print_trained(made)


app.command()(evaluate)
app.command()(compare)
app.add_typer(keys_cli.app)
app.add_typer(rulings_cli.app)
app.add_typer(store_cli.app)


@app.command(hidden=True)
def warm(*, artefact: Artefact = None) -> None:
    """Load the model and compile its kernels, so that the next start finds them compiled."""
    moderator = _moderator(artefact)
    moderator.warm()
    _say(f"{moderator.version} is warm")
