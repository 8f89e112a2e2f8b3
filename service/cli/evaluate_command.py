"""The command ``tipstaff evaluate``."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from service.cli.option_values import pairs
from service.cli.score_command import ProfileName

__all__ = ["evaluate"]

Column = Annotated[str | None, typer.Option(metavar="COLUMN", help="Column of that name, if the tables call it otherwise.")]


class Rows(StrEnum):
    """Which rows are judged."""

    HELD_OUT = "held-out"
    DEV = "dev"
    TRAIN = "train"
    ALL = "all"


def evaluate(
    *,
    artefact: Annotated[str, typer.Argument(metavar="ARTEFACT", help="Folder of a trained model, or default for the shipped one.")],
    tables: Annotated[list[Path], typer.Argument(metavar="TABLE…", help="CSV, JSONL or Parquet files, or folders of them.")],
    out: Annotated[Path, typer.Option("--out", "-o", metavar="DIR", help="Folder of the report: report.html and report.json.")],
    profile: ProfileName = None,
    text: Column = None,
    label: Column = None,
    abusive: Column = None,
    hateful: Column = None,
    source: Column = None,
    id_column: Annotated[str | None, typer.Option("--id", metavar="COLUMN", help="Column of that name, likewise.")] = None,
    split_column: Annotated[str | None, typer.Option(metavar="COLUMN", help="Column split, likewise.")] = None,
    mapped: Annotated[
        list[str] | None, typer.Option("--map", metavar="OLD=NEW", help="What a label of the tables means.  [repeatable]")
    ] = None,
    split: Annotated[
        Rows, typer.Option(help="Which rows to judge, where the tables have a column split; held-out: all but train.")
    ] = Rows.HELD_OUT,
    clean: Annotated[
        list[str] | None,
        typer.Option(metavar="SOURCE", help="Source whose fine rows are clean conversation.  [default: all; repeatable]"),
    ] = None,
    resamples: Annotated[int, typer.Option(min=1, max=100_000, help="Bootstrap resamples that the intervals rest on.")] = 500,
    seed: Annotated[int, typer.Option(min=0, help="Seed of all that is random.")] = 0,
    strict: Annotated[bool, typer.Option("--strict", help="Stop at the first bad row.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print what report.json holds.")] = False,
) -> None:
    """Measure how good a model is on labelled tables.

    Writes a report to read, with pictures and intervals, and the same for programs. The tables are those that tipstaff train
    takes. docs/evaluate.md says what each figure means.
    """
    from training.evaluation.evaluate import SHIPPED_NAME, EvaluateJob
    from training.evaluation.evaluate import run_evaluation as run
    from training.evaluation.report import report_files as report
    from training.fit.training_report import progress_bar

    named = {
        **{"text": text, "label": label, "abusive": abusive, "hateful": hateful, "source": source},
        **{"id": id_column, "split": split_column},
    }
    job = EvaluateJob(
        artefact=None if artefact == SHIPPED_NAME else Path(artefact),
        tables=tables,
        out=out,
        columns={field: column for field, column in named.items() if column is not None},
        labels=pairs("--map", mapped, like="OLD=NEW"),
        split=split.value,
        clean=clean or (),
        resamples=resamples,
        seed=seed,
        strict=strict,
        profile=profile,
    )
    with progress_bar() as tell:
        done = run(job, tell)
    if as_json:
        print(report.report_json(done.report))
    else:
        report.print_report(done.report, done.out)
