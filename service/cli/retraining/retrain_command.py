"""The command ``tipstaff retrain``: a candidate from rulings or labelled tables, and what the gate says of it."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from service.cli.registry.registry_options import find_caller
from service.cli.shared_options import JsonOption, expand_option_groups, parse_pairs
from service.cli.table_options import LabelColumns, StrictOption
from service.cli.train_command import TrainingColumns, check_model_name

if TYPE_CHECKING:
    from service.retraining.retraining_order import RetrainingOrder
    from service.retraining.retraining_run import Retraining
    from service.settings import Settings

__all__ = ["make_candidate"]


def _check_languages(codes: list[str] | None) -> list[str] | None:
    if codes is None:
        return None
    from model.language.tags import bare_tag, canonical_tag

    for code in codes:
        tag = canonical_tag(code)
        if tag is None or bare_tag(tag) != code or code == "en":
            raise typer.BadParameter(f"{code!r} is no tag of a language to teach, such as pl or hi-Latn")
    return codes


@expand_option_groups
def make_candidate(
    *,
    tables: Annotated[
        list[Path] | None,
        typer.Argument(metavar="TABLE…", help="CSV, JSONL or Parquet files, or folders of them.  [default: the rulings of the store]"),
    ] = None,
    out: Annotated[
        Path | None, typer.Option("--out", "-o", metavar="DIR", help="Folder to write the candidate to as well, besides the registry.")
    ] = None,
    champion: Annotated[Path | None, typer.Option(metavar="DIR", help="Model to start from.  [default: the one in force]")] = None,
    name: Annotated[
        str | None,
        typer.Option(metavar="NAME", callback=check_model_name, help="What the candidate is called.  [default: as the champion]"),
    ] = None,
    language: Annotated[
        list[str] | None,
        typer.Option(
            metavar="TAG",
            callback=_check_languages,
            help="Language whose pack learns, such as pl; one without a pack is learned by the model for English.  [repeatable]",
        ),
    ] = None,
    corpus: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Labelled tables from elsewhere, to learn too and to measure harm by.")
    ] = None,
    recent: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Recent comments without labels: how many verdicts would change?")
    ] = None,
    threads: Annotated[int | None, typer.Option(min=1, max=1024, help="Threads that read the texts.  [default: one for each core]")] = None,
    columns: LabelColumns,
    training_columns: TrainingColumns,
    strict: StrictOption = False,
    as_json: JsonOption = False,
) -> None:
    """Make a candidate from rulings or labelled tables, and have the gate compare it with the model in force.

    Without a table, the rulings of the store are written into a snapshot first, and learned. The candidate goes into the
    registry, whatever the gate says; nothing goes live by this, unless TIPSTAFF_AUTO_ACTIVATE says so and every rule of the
    gate is content. docs/retraining.md says what the table of the gate means.
    """
    from service.retraining.retraining_order import RetrainingOrder
    from service.settings import read_settings

    order = RetrainingOrder(
        tables=tables or (),
        out=out,
        champion=champion,
        name=name,
        languages=language or (),
        corpus=corpus,
        recent=recent,
        threads=threads,
        columns=training_columns.by_field(columns),
        labels=parse_pairs("--map", training_columns.label_map, form="OLD=NEW"),
        strict=strict,
    )
    _retrain_and_print(order, read_settings(), as_json=as_json)


def _retrain_and_print(order: "RetrainingOrder", settings: "Settings", *, as_json: bool) -> None:
    from service.retraining.retraining_run import run_retraining
    from training.progress_bar import progress_bar

    with progress_bar() as show_progress:
        retraining = run_retraining(order, settings, show_progress, by=find_caller())
    if as_json:
        print(retraining.to_json())
    else:
        _print_retraining(retraining)


def _print_retraining(retraining: "Retraining") -> None:
    """Print what was made and the gate's table, then what to do next."""
    from training.gate.report_table import print_gate_report
    from training.terminal import print_remark

    for line in retraining.remarks:
        print_remark(line)
    print_gate_report(retraining.gate)
    if retraining.registry is not None:
        print_remark(f"{retraining.version} is in the registry, {retraining.registry}, as the candidate")
    elif retraining.folder is not None:
        print_remark(f"{retraining.version} is in {retraining.folder}")
    print_remark(retraining.next_step())
