"""The command ``tipstaff evaluate``: how good a model is on labelled tables."""

from pathlib import Path
from typing import Annotated

import typer

from service.cli.shared_options import CommunityOption, OnForeignOption, ProfileOption, expand_option_groups, parse_pairs
from service.cli.table_options import JudgedRows, LabelColumns, TablesArgument

__all__ = ["evaluate"]


@expand_option_groups
def evaluate(
    *,
    artefact: Annotated[str, typer.Argument(metavar="ARTEFACT", help="Folder of a trained model, or default for the shipped one.")],
    tables: TablesArgument,
    out: Annotated[Path, typer.Option("--out", "-o", metavar="DIR", help="Folder of the report: report.html and report.json.")],
    profile: ProfileOption = None,
    community: CommunityOption = None,
    on_foreign: OnForeignOption = None,
    columns: LabelColumns,
    rows: JudgedRows,
    as_json: Annotated[bool, typer.Option("--json", help="Print what report.json holds.")] = False,
) -> None:
    """Measure how good a model is on labelled tables.

    Writes a report to read, with pictures and intervals, and the same for programs. The tables are those that tipstaff train
    takes. docs/evaluate.md says what each figure means.
    """
    from service.judging.judge_options import JudgeOptions
    from service.settings import read_settings
    from training.evaluation.evaluate import SHIPPED_NAME, EvaluateJob, run_evaluation
    from training.evaluation.report.report_files import print_report, report_json
    from training.progress_bar import progress_bar

    settings = read_settings(profile=profile)
    judge_options = JudgeOptions.from_settings(settings, community=community, on_foreign=on_foreign)
    job = EvaluateJob(
        artefact=None if artefact == SHIPPED_NAME else Path(artefact),
        tables=tables,
        out=out,
        columns=columns.by_field(split=rows.split_column),
        labels=parse_pairs("--map", rows.label_map, form="OLD=NEW"),
        split=rows.split.value,
        clean=rows.clean or (),
        resamples=rows.resamples,
        seed=rows.seed,
        strict=rows.strict,
        profile=settings.profile,
        prior=settings.prior,
        risk=settings.cascade_risk,
    )
    with progress_bar() as show_progress:
        evaluation = run_evaluation(job, show_progress, judge_with=judge_options.build_judge)
    if as_json:
        print(report_json(evaluation.report))
    else:
        print_report(evaluation.report, evaluation.out)
