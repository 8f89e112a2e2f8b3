"""The command ``tipstaff migrate-check``: what a caller of Perspective, OpenAI's moderation or Akismet gets here."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from service.cli.shared_options import ArtefactOption, CommunityOption, OnForeignOption, expand_option_groups, parse_score_thresholds

__all__ = ["migrate_check"]

_EXIT_NOT_ALL_WORKS = 3


@dataclass(frozen=True)
class CallerOptions:
    """Options that say what a caller uses, where its log and its code do not."""

    attributes: Annotated[
        list[str] | None, typer.Option("--attribute", metavar="NAME", help="Attribute that is asked for.  [repeatable]")
    ] = None
    languages: Annotated[
        list[str] | None, typer.Option("--language", metavar="TAG", help="Language that is named, such as fr.  [repeatable]")
    ] = None
    threshold: Annotated[
        list[str] | None,
        typer.Option(metavar="ATTRIBUTE=NUMBER", help="Score from which the site acts.  [default: as in the code, else 0.8; repeatable]"),
    ] = None
    scores: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="CSV, JSONL or Parquet: comments with Perspective's scores, as perspective-diff reads."),
    ] = None


@expand_option_groups
def migrate_check(
    *,
    paths: Annotated[
        list[Path] | None, typer.Argument(metavar="PATH…", help="Logs of calls (JSONL, JSON, HAR, access logs), folders of code.")
    ] = None,
    caller: CallerOptions,
    url: Annotated[str, typer.Option(metavar="URL", help="Address of the service, for the settings.")] = "http://127.0.0.1:8000",
    artefact: ArtefactOption = None,
    community: CommunityOption = None,
    on_foreign: OnForeignOption = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print everything as JSON.")] = False,
) -> None:
    """Tell what a caller of Perspective, OpenAI's moderation or Akismet gets here, and print the settings to use.

    Ends with 3 if something will not work with these settings, could not be read, or nothing was found. docs/migrate-check.md
    says what is looked for.
    """
    from service.judging.judge_options import JudgeOptions
    from service.migration.migration_check import MigrationJob, check_migration
    from service.migration.recorded.replay import check_replay_url
    from service.model_loading import ModeratorOptions
    from service.settings import read_settings

    if not (paths or caller.attributes or caller.languages or caller.threshold or caller.scores):
        raise typer.BadParameter("name a log of calls or a folder of code, or say what is asked for with --attribute")
    job = MigrationJob(
        paths=paths or (),
        attributes=caller.attributes or (),
        languages=caller.languages or (),
        thresholds=parse_score_thresholds(caller.threshold),
        scores=caller.scores,
        url=check_replay_url(url),
    )
    settings = read_settings()
    judge_options = JudgeOptions.from_settings(settings, community=community, on_foreign=on_foreign)
    options = ModeratorOptions(artefact, settings.prior, settings.profile, settings.cascade_risk)
    report = check_migration(job, judge_options.build_judge(options.load()), settings)
    if as_json:
        print(json.dumps(report.as_json(), indent=1))
    else:
        from rich.console import Console

        from service.migration.migration_report import print_migration

        print_migration(report, Console(highlight=False, markup=False))
    if not report.all_works:
        raise typer.Exit(_EXIT_NOT_ALL_WORKS)
