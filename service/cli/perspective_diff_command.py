"""The command ``tipstaff perspective-diff``: our scores compared with the Perspective scores that a site has stored."""

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from model.comment import Format
from model.errors import TableError
from service.cli.shared_options import ArtefactOption, CommunityOption, OnForeignOption, parse_pairs, parse_score_thresholds

if TYPE_CHECKING:
    from service.perspective.comparison import ScoreComparison

__all__ = ["perspective_diff"]

_MAX_LISTED_ROWS = 20


def perspective_diff(
    *,
    table: Annotated[Path, typer.Argument(metavar="FILE", help="CSV, JSONL or Parquet: comments with Perspective's scores.")],
    artefact: ArtefactOption = None,
    text_column: Annotated[
        str | None, typer.Option(metavar="COLUMN", help="Column with the text.  [default: text, body, comment, …]")
    ] = None,
    score: Annotated[
        list[str] | None,
        typer.Option(metavar="ATTRIBUTE=COLUMN", help="Column with the scores of an attribute.  [default: found by its name; repeatable]"),
    ] = None,
    threshold: Annotated[
        list[str] | None,
        typer.Option(metavar="ATTRIBUTE=NUMBER", help="Score from which the site acts.  [default: 0.8; repeatable]"),
    ] = None,
    markup: Annotated[Format, typer.Option(help="How the texts are written.")] = Format.PLAIN,
    community: CommunityOption = None,
    on_foreign: OnForeignOption = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the figures, and every bad row, as JSON.")] = False,
) -> None:
    """Compare our scores with those of Perspective that a site has stored.

    Tells for each attribute how many comments both see alike at the site's threshold, the rank correlation, and the threshold
    of ours at which as many comments are flagged as before.
    """
    from service.judging.judge_options import JudgeOptions
    from service.model_loading import ModeratorOptions
    from service.perspective.comparison import compare_scores
    from service.perspective.stored_scores import DiffJob
    from service.settings import read_settings

    if not table.is_file():
        raise TableError(f"{table}: there is no such file; check the path")
    job = DiffJob(
        table=table,
        text_column=text_column,
        columns=parse_pairs("--score", score, form="ATTRIBUTE=COLUMN"),
        thresholds=parse_score_thresholds(threshold),
        markup=markup,
    )
    settings = read_settings()
    judge_options = JudgeOptions.from_settings(settings, community=community, on_foreign=on_foreign)
    options = ModeratorOptions(artefact, settings.prior, settings.profile, settings.cascade_risk)
    comparison = compare_scores(job, judge_options.build_judge(options.load()))
    if as_json:
        print(json.dumps(comparison.as_json(), indent=1))
    else:
        _print_comparison(comparison)


def _print_comparison(comparison: "ScoreComparison") -> None:
    print("\n".join(comparison.lines()))
    for line, reason in comparison.bad[:_MAX_LISTED_ROWS]:
        print(f"tipstaff: {comparison.unit} {line}: {reason}", file=sys.stderr)
    if len(comparison.bad) > _MAX_LISTED_ROWS:
        print(f"tipstaff: and {len(comparison.bad) - _MAX_LISTED_ROWS} more bad rows; --json lists them", file=sys.stderr)
