"""The one command, ``tipstaff``: parses, calls one function, prints.

Results go to standard output, everything else to standard error. Exit codes: 0 done, 1 failed, 2 called wrongly, 130 interrupted.
"""

import os
import re
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

from model.artefact.folder import shipped_folder
from model.comment import LABELS
from model.errors import TipstaffError
from service.cli import keys_commands as keys_cli
from service.cli import rulings_commands as rulings_cli
from service.cli import store_commands as store_cli
from service.cli.compare_command import compare
from service.cli.evaluate_command import evaluate
from service.cli.option_values import numbers, pairs
from service.cli.perspective_diff_command import perspective_diff
from service.cli.score_command import Artefact, ProfileName, load_moderator, score
from service.cli.train_encoder_command import train_encoder

if TYPE_CHECKING:
    from training.fit.train import TrainJob

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

Column = Annotated[str | None, typer.Option(metavar="COLUMN", help="Column of that name, if the tables call it otherwise.")]


def main() -> None:
    """Run the command; a user's mistake ends it with one line, never with a traceback."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            # A terminal that cannot show a sign shows another; it does not stop the work.
            stream.reconfigure(errors="backslashreplace")
    try:
        app(prog_name="tipstaff")
    except TipstaffError as error:
        _fail("; ".join([str(error), *_notes(error)]))
    except OSError as error:
        where = f"{error.filename}: " if error.filename is not None else ""
        _fail("; ".join([f"{where}{error.strerror or error}", *_notes(error)]))


def _notes(error: Exception) -> list[str]:
    """Return what was noted on the way of an error, such as how to go on after it."""
    return list(getattr(error, "__notes__", ()))


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
    profile: ProfileName = None,
    host: Annotated[str | None, typer.Option(help="Address to listen on.  [default: 127.0.0.1]")] = None,
    port: Annotated[int | None, typer.Option(help="Port to listen on.  [default: 8000]")] = None,
    workers: Annotated[int | None, typer.Option(help="Processes that serve.  [default: 1]")] = None,
) -> None:
    """Serve the model over HTTP.

    What is not given here is read from the environment: TIPSTAFF_HOST, TIPSTAFF_PORT, TIPSTAFF_DATA_DIR and so on.
    """
    from service.http.connection import server
    from service.settings import read_settings

    server.serve(read_settings(artefact=artefact, profile=profile, host=host, port=port, workers=workers))


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
    encoder: Annotated[
        str | None, typer.Option(metavar="DIR", help="Folder of a model whose encoder joins the new n-grams; default is the shipped one.")
    ] = None,
    name: Annotated[str, typer.Option(metavar="NAME", callback=_model_name, help="What the model is called.")] = "custom",
    strict: Annotated[bool, typer.Option("--strict", help="Stop at the first bad row.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print the figures, and all that was found wrong, as JSON.")] = False,
) -> None:
    """Train a model from labelled tables.

    A table needs a column with the text, and a label (fine, toxic, hateful) or the answers abusive and hateful; columns named
    attribute.NAME answer further questions. The figures that are printed are of rows that were held back: those that the
    column split calls dev, or a share of all.
    """
    from model.artefact.manifest import Prior
    from training.fit.ngram_weights import FitSettings
    from training.fit.train import TrainJob

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
        source_weights=numbers("--source-weight", source_weight),
        class_weights=numbers("--class-weight", class_weight, of=LABELS),
        prior=Prior(abusive=prior_abusive, hateful=prior_hateful),
        strict=strict,
        fit=FitSettings(seed=seed),
        encoder=shipped_folder() if encoder == "default" else Path(encoder) if encoder else None,
    )
    _train(job if dev_share is None else replace(job, dev_share=dev_share), as_json=as_json)


def _train(job: "TrainJob", *, as_json: bool) -> None:
    from training.fit import training_report as report
    from training.fit.train import train_artefact

    with report.progress_bar() as tell:
        made = train_artefact(job, tell)
    if as_json:
        print(report.trained_json(made))
    else:
        report.print_trained(made)


app.command("train-encoder")(train_encoder)
app.command()(score)
app.command()(evaluate)
app.command()(compare)
app.command()(perspective_diff)
app.add_typer(keys_cli.app)
app.add_typer(rulings_cli.app)
app.add_typer(store_cli.app)


@app.command(hidden=True)
def warm(*, artefact: Artefact = None) -> None:
    """Load the model and compile its kernels and those that tell languages, so that the next start finds them compiled."""
    from model.language.identifier import Identifier

    moderator = load_moderator(artefact)
    moderator.warm()
    Identifier.load(moderator.languages).warm()
    _say(f"{moderator.version} is warm")
