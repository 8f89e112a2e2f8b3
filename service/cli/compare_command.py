"""The command ``tipstaff compare``."""

from pathlib import Path
from typing import Annotated

import typer

from service.cli.evaluate_command import Rows
from service.cli.option_values import pairs

__all__ = ["compare"]

Column = Annotated[str | None, typer.Option(metavar="COLUMN", help="Column of that name, if the tables call it otherwise.")]
_FOLDER = "Folder of a trained model, or default for the shipped one."


def compare(
    *,
    first: Annotated[str, typer.Argument(metavar="A", help=_FOLDER)],
    second: Annotated[str, typer.Argument(metavar="B", help="Likewise; differences are B less A.")],
    tables: Annotated[list[Path], typer.Argument(metavar="TABLE…", help="CSV, JSONL or Parquet files, or folders of them.")],
    out: Annotated[
        Path | None, typer.Option("--out", "-o", metavar="DIR", help="Folder for compare.html, compare.json and changed.jsonl.")
    ] = None,
    with_text: Annotated[
        Path | None, typer.Option(metavar="FILE", help="JSONL file for the changed comments with their texts, which are private.")
    ] = None,
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
    as_json: Annotated[bool, typer.Option("--json", help="Print what compare.json holds.")] = False,
) -> None:
    """Compare two models on labelled tables.

    Tells how the figures of B differ from those of A, with intervals, whether that may be chance, and which comments changed
    their label. The tables are those that tipstaff train takes. docs/compare.md says how it is computed.
    """
    from training.comparison import comparison_report as compare_report
    from training.comparison.compare_artefacts import CompareJob, run_comparison
    from training.evaluation.evaluate import SHIPPED_NAME
    from training.fit.training_report import progress_bar

    named = {
        **{"text": text, "label": label, "abusive": abusive, "hateful": hateful, "source": source},
        **{"id": id_column, "split": split_column},
    }
    job = CompareJob(
        first=None if first == SHIPPED_NAME else Path(first),
        second=None if second == SHIPPED_NAME else Path(second),
        tables=tables,
        out=out,
        texts=with_text,
        columns={field: column for field, column in named.items() if column is not None},
        labels=pairs("--map", mapped, like="OLD=NEW"),
        split=split.value,
        clean=clean or (),
        resamples=resamples,
        seed=seed,
        strict=strict,
    )
    with progress_bar() as tell:
        done = run_comparison(job, tell)
    if as_json:
        print(compare_report.comparison_json(done.comparison, done.reading))
    else:
        compare_report.print_comparison(done.comparison, done.reading)
