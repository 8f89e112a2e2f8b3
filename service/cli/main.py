"""The command ``tipstaff``: it gathers the subcommands, and turns the errors that users cause into one line.

Results go to standard output, everything else to standard error. Exit codes: 0 for success, 1 for a failure, 2 for a wrong call, 3 if a
check found something that will not work or a run judged nothing or lost too many rows, 130 for an interruption.
"""

import os
import sys
from typing import Annotated, NoReturn

import typer

from model.errors import TipstaffError
from service.cli.check_labels_command import check_labels
from service.cli.compare_command import compare
from service.cli.database import keys_commands, rulings_commands, store_commands
from service.cli.database.forget_command import forget
from service.cli.evaluate_command import evaluate
from service.cli.migrate_check_command import migrate_check
from service.cli.perspective_diff_command import perspective_diff
from service.cli.registry import models_commands
from service.cli.replay_command import replay
from service.cli.retraining.retrain_command import make_candidate
from service.cli.scoring.score_command import score
from service.cli.serve_command import serve, warm
from service.cli.train_command import train
from service.cli.train_encoder_command import train_encoder
from training.tables.file_names import legible_name

# Commands import what they need inside their functions: a quick look at one text must not wait for a web server or a data frame.

__all__ = ["app", "main"]

app = typer.Typer(
    name="tipstaff",
    help="Label comments as fine, toxic or hateful: in a service, in files, with a model trained on your own.",
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)


def main() -> None:
    """Run the command; a user's mistake ends it with one line, never with a traceback."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            # A character that the terminal cannot show is written as an escape; it does not end the command.
            stream.reconfigure(errors="backslashreplace")
    try:
        app(prog_name="tipstaff")
    except TipstaffError as error:
        _fail("; ".join([str(error), *_notes(error)]))
    except OSError as error:
        place = f"{error.filename}: " if error.filename is not None else ""
        _fail("; ".join([f"{place}{error.strerror or error}", *_notes(error)]))


def _notes(error: Exception) -> list[str]:
    """Return the notes of an error, such as how to go on after it."""
    return list(getattr(error, "__notes__", ()))


def _fail(message: str) -> NoReturn:
    line = "".join(char if char.isprintable() else " " for char in legible_name(message))
    print(f"tipstaff: {line}", file=sys.stderr)
    try:
        sys.stdout.flush()
    except OSError:
        # Python flushes once more when it ends; with a full disk, that would fail again, with a traceback.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    sys.exit(1)


def _print_version(requested: bool) -> None:
    if requested:
        from importlib.metadata import version

        print(version("tipstaff"))
        raise typer.Exit


@app.callback()
def _tipstaff(
    *,
    version: Annotated[bool, typer.Option("--version", is_eager=True, callback=_print_version, help="Print the version and end.")] = False,
) -> None:
    pass


app.command()(serve)
app.command()(train)
app.command("train-encoder")(train_encoder)
app.command("retrain")(make_candidate)
app.command()(score)
app.command()(evaluate)
app.command()(compare)
app.command("check-labels")(check_labels)
app.command()(perspective_diff)
app.command()(migrate_check)
app.command()(replay)
app.command()(forget)
app.add_typer(models_commands.app)
app.add_typer(keys_commands.app)
app.add_typer(rulings_commands.app)
app.add_typer(store_commands.app)
app.command(hidden=True)(warm)
