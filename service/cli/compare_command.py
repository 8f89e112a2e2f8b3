"""The command ``tipstaff compare``: how two models differ on labelled tables."""

from pathlib import Path
from typing import Annotated

import typer

from service.cli.shared_options import expand_option_groups, parse_pairs
from service.cli.table_options import JudgedRows, LabelColumns, TablesArgument

__all__ = ["compare"]


@expand_option_groups
def compare(
    *,
    first: Annotated[str, typer.Argument(metavar="A", help="Folder of a trained model, or default for the shipped one.")],
    second: Annotated[str, typer.Argument(metavar="B", help="The same for the second model; differences are B minus A.")],
    tables: TablesArgument,
    out: Annotated[
        Path | None, typer.Option("--out", "-o", metavar="DIR", help="Folder for compare.html, compare.json and changed.jsonl.")
    ] = None,
    with_text: Annotated[
        Path | None, typer.Option(metavar="FILE", help="JSONL file for the changed comments with their texts, which are private.")
    ] = None,
    columns: LabelColumns,
    rows: JudgedRows,
    as_json: Annotated[bool, typer.Option("--json", help="Print what compare.json holds.")] = False,
) -> None:
    """Compare two models on labelled tables.

    Tells how the figures of B differ from those of A, with intervals, whether that may be chance, and which comments changed
    their label. The tables are those that tipstaff train takes. docs/compare.md says how it is computed.
    """
    from training.comparison.compare_artefacts import CompareJob, run_comparison
    from training.comparison.comparison_report import comparison_json, print_comparison
    from training.evaluation.evaluate import SHIPPED_NAME
    from training.progress_bar import progress_bar

    job = CompareJob(
        first=None if first == SHIPPED_NAME else Path(first),
        second=None if second == SHIPPED_NAME else Path(second),
        tables=tables,
        out=out,
        texts=with_text,
        columns=columns.by_field(split=rows.split_column),
        labels=parse_pairs("--map", rows.label_map, form="OLD=NEW"),
        split=rows.split.value,
        clean=rows.clean or (),
        resamples=rows.resamples,
        seed=rows.seed,
        strict=rows.strict,
    )
    with progress_bar() as show_progress:
        result = run_comparison(job, show_progress)
    if as_json:
        print(comparison_json(result.comparison, result.reading))
    else:
        print_comparison(result.comparison, result.reading)
