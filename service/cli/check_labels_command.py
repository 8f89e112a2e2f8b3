"""The command ``tipstaff check-labels``: which labels of a table are to be doubted."""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from service.cli.shared_options import ArtefactOption, ProfileOption, expand_option_groups, parse_pairs
from service.cli.table_options import ColumnOption, LabelColumns, MapOption, SeedOption, StrictOption, TablesArgument

__all__ = ["check_labels"]


@dataclass(frozen=True, kw_only=True)
class CheckOptions:
    """Options of a check: what the labels mean, and how it is made."""

    split_column: Annotated[str | None, typer.Option(metavar="COLUMN", help="Column split, if the tables call it otherwise.")] = None
    weight: ColumnOption = None
    label_map: MapOption = None
    folds: Annotated[int, typer.Option(min=2, max=20, help="Parts of the rows; each is judged by what was fitted to the others.")] = 5
    seed: SeedOption = 0
    strict: StrictOption = False


@expand_option_groups
def check_labels(
    *,
    tables: TablesArgument,
    out: Annotated[
        Path,
        typer.Option("--out", "-o", metavar="FILE", help="CSV, JSONL or Parquet file of the doubts; a page lies beside it."),
    ],
    columns: LabelColumns,
    options: CheckOptions,
    artefact: ArtefactOption = None,
    profile: ProfileOption = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the summary as JSON.")] = False,
) -> None:
    """Find the labels of your own tables that are to be read again.

    Writes all rows sorted by how much their label is doubted, by a model that has not seen the row, by near rows and by copies
    with another label, and a page with the first of them. The tables are those that tipstaff train takes, and stay as they
    are. docs/label-quality.md says how it is computed.
    """
    from model.moderator import Moderator
    from training.label_quality.check_labels import CheckLabelsJob, run_label_check
    from training.label_quality.quality_report import print_quality, quality_json
    from training.progress_bar import progress_bar

    job = CheckLabelsJob(
        tables=tables,
        out=out,
        columns=columns.by_field(split=options.split_column, weight=options.weight),
        labels=parse_pairs("--map", options.label_map, form="OLD=NEW"),
        folds=options.folds,
        seed=options.seed,
        strict=options.strict,
    )
    with progress_bar() as show_progress:
        checked = run_label_check(job, Moderator.load(artefact, profile=profile), show_progress)
    if as_json:
        print(quality_json(checked.quality, checked.reading))
    else:
        print_quality(checked.quality, checked.reading, place=f"{job.out} and {job.page}")
