"""The command ``tipstaff forget``: removes comments from everywhere, and proves it."""

import json
import re
import shlex
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from model.errors import InputError, RegistryError
from service.cli.database.keys_commands import configured_store
from service.cli.shared_options import JsonOption

if TYPE_CHECKING:
    from service.settings import Settings
    from service.store.forgetting.forget_report import ForgetReport

__all__ = ["forget"]

_MOST_IDS = 100
_HASH = re.compile("[0-9a-f]{12,64}")


def forget(
    *,
    author: Annotated[list[str] | None, typer.Option(metavar="NAME", help="Forget all comments of this author.  [repeatable]")] = None,
    comment: Annotated[list[str] | None, typer.Option(metavar="ID", help="Forget the comment with this id.  [repeatable]")] = None,
    community: Annotated[str | None, typer.Option(metavar="NAME", help="Only what was posted in this community.")] = None,
    look_in: Annotated[
        list[Path] | None,
        typer.Option(metavar="FOLDER", exists=True, file_okay=False, help="Where a snapshot or log was moved.  [repeatable]"),
    ] = None,
    deleted: Annotated[
        list[str] | None,
        typer.Option(metavar="HASH", help="A snapshot or log that is gone for good: the digits of its name.  [repeatable]"),
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would be removed.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Remove comments from every table, log and snapshot that the store knows of, and prove it.

    A snapshot or log that held one is written anew under a new name, and the old one is deleted. The models and language packs that
    learned from it are listed: retrain from one that did not. Exit code 1 if anything is left or could not be searched.
    """
    from service.settings import read_settings
    from service.store.forgetting.forget_comments import forget_comments
    from service.store.forgetting.wanted_comments import ForgetRequest

    request = ForgetRequest(frozenset(author or ()), frozenset(comment or ()), community)
    if not request.authors and not request.comments:
        raise InputError("nothing is named: say whose comments to forget with --author, or which with --comment")
    if not all([*request.authors, *request.comments]):
        raise InputError("an empty name would be everybody's: leave it out")
    if wrong := [digits for digits in deleted or () if not _HASH.fullmatch(digits)]:
        raise InputError(f"--deleted {wrong[0]}: give the 12 digits in the name of the file")
    settings = read_settings()
    with configured_store() as store:
        report = forget_comments(store, request, data_dir=settings.data_dir, look_in=look_in or (), deleted=deleted or (), dry_run=dry_run)
        tombstones = {} if dry_run else store.files.tombstones()
    learners, model_problems = _find_learners(settings, report, tombstones)
    problems = [*report.problems, *model_problems]
    is_complete = report.is_complete and not model_problems
    if as_json:
        print(
            json.dumps(
                {
                    **report.to_json(),
                    "complete": is_complete,
                    "models": list(learners.direct),
                    "models_from_these": list(learners.started_from_them),
                    "models_perhaps": list(learners.perhaps),
                    "packs": list(learners.packs),
                    "packs_perhaps": list(learners.packs_perhaps),
                    "problems": problems,
                }
            )
        )
    else:
        _print_report(report, learners)
    for problem in problems:
        print(f"tipstaff: {problem}", file=sys.stderr)
    if learners.direct:
        print(
            "tipstaff: models learned from it: retrain from one that did not (--champion FOLDER), and activate the new one", file=sys.stderr
        )
    if learners.packs:
        print(
            "tipstaff: language packs learned from it: delete their folders, run tipstaff retrain --language TAG, which starts from the "
            "pack that ships, and start the service anew",
            file=sys.stderr,
        )
    if report.problems and not dry_run:
        print(f"tipstaff: afterwards run: {_follow_up(report, author or [], community)}", file=sys.stderr)
    print(f"tipstaff: {_conclude(report, is_complete=is_complete, dry_run=dry_run)}", file=sys.stderr)
    if not is_complete:
        raise typer.Exit(1)


@dataclass(frozen=True)
class _Learners:
    """The versions and language packs whose weights the comments moved.

    Attributes:
        direct: those that learned from them.
        started_from_them: those that started from the weights of such a version.
        perhaps: those that learned from a table which is gone, so that nobody can tell whether it held the comments.
        packs: the site's own language packs that learned from them, replaced ones too, as `describe_pack` tells of them.
        packs_perhaps: those of which nobody can tell.
    """

    direct: Sequence[str] = ()
    started_from_them: Sequence[str] = ()
    perhaps: Sequence[str] = ()
    packs: Sequence[Mapping[str, str]] = ()
    packs_perhaps: Sequence[Mapping[str, str]] = ()


def _find_learners(settings: "Settings", report: "ForgetReport", tombstones: Mapping[str, str | None]) -> tuple[_Learners, list[str]]:
    """Keep the tombstones in the registry too; return the models and packs that learned from the comments, and what went wrong."""
    from service.registry.registry import open_registry
    from service.retraining.packs.learned_packs import describe_pack, find_own_packs, packs_that_learned

    try:
        registry = open_registry(settings)
        for old, new in tombstones.items():
            registry.add_tombstone(old, new)
        direct = registry.learned_from(report.learned_hashes)
        records = registry.records() if direct else []
        hashes = {record.content_hash for record in records if record.version in direct}
        known = set(hashes)
        while grown := {record.content_hash for record in records if record.started_from in known} - known:
            known |= grown
        started = sorted(record.version or "" for record in records if record.content_hash in known - hashes)
        perhaps = [version for version in registry.learned_from(report.gone_hashes) if version not in direct]
        found = find_own_packs(settings, replaced=True)
        lineage = registry.notes.lineage
        packs, gone = (packs_that_learned(found.packs, hashes, lineage) for hashes in (report.learned_hashes, report.gone_hashes))
        packs_perhaps = [describe_pack(pack) for pack in gone if pack not in packs]
        problems = [f"{problem}: it is not known whether that pack learned from this" for problem in found.problems]
        return _Learners(direct, started, perhaps, list(map(describe_pack, packs)), packs_perhaps), problems
    except (RegistryError, OSError) as error:
        return _Learners(), [
            f"the registry of models cannot be used ({error}), so that it is not known which learned from this: run this again"
        ]


def _print_report(report: "ForgetReport", learners: _Learners) -> None:
    for place in report.places:
        left = "" if place.left is None else f", {place.left} left"
        remark = f" ({place.remark})" if place.remark else ""
        print(f"{place.place}: {place.removed} {'found' if place.left is None else 'removed'}{left}{remark}")
    for file in report.files:
        if file.new_path is not None:
            print(f"{file.old_path}: written anew as {file.new_path}")
    for version in learners.direct:
        print(f"model {version}: learned from it")
    for version in learners.started_from_them:
        print(f"model {version}: started from one that learned from it")
    for version in learners.perhaps:
        print(f"model {version}: may have learned from it, since a table that it learned from is gone")
    for pack in learners.packs:
        print(f"language pack {pack['version']} in {pack['folder']}: learned from it")
    for pack in learners.packs_perhaps:
        print(f"language pack {pack['version']} in {pack['folder']}: may have learned from it, since a table that it learned from is gone")


def _follow_up(report: "ForgetReport", authors: Sequence[str], community: str | None) -> str:
    """Return the command that goes on once what is wrong has been mended: what only the removed rows knew is named in it."""
    words = ["tipstaff", "forget", *(f"--author={author}" for author in authors)]
    words += [f"--comment={comment}" for comment in report.comment_ids[:_MOST_IDS]]
    words += [] if community is None else [f"--community={community}"]
    more = len(report.comment_ids) - _MOST_IDS
    return shlex.join(words) + (f" (and {more} more ids)" if more > 0 else "")


def _conclude(report: "ForgetReport", *, is_complete: bool, dry_run: bool) -> str:
    comments = f"{report.comments} comment{'' if report.comments == 1 else 's'}"
    if dry_run:
        return f"would forget {comments}; nothing was changed"
    if not report.comments:
        return "found no such comment" + ("" if is_complete else ", but not everything could be searched")
    if is_complete:
        return f"forgot {comments}: everything was searched anew, and nothing is left"
    return f"forgot {comments}, BUT NOT EVERYWHERE: see above what to do"
