"""Measures how a site judges our own comments in other languages: ``python -m benchmarks.language_behaviour [TAG ...]``.

The judge is that of the site, with the language packs that it finds; ``TIPSTAFF_LANGUAGES`` names a folder of others. The tables are
Markdown, and ``--fill docs/languages.md`` writes them to their place in that page.
"""

import argparse
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from model.comment import Comment
from model.errors import TipstaffError
from model.language.identifier import Identifier
from model.moderator import Moderator
from model.profile import Profile
from service.judging.judge import Judge
from service.judging.judge_options import JudgeOptions
from service.settings import Settings
from training.behaviour.languages.behaviour_by_language import format_attacks, format_behaviour, measure_language, untaught_cases
from training.behaviour.languages.cases_by_language import case_languages
from training.languages.language_tables import fill_table

__all__ = ["measure"]

_TABLES = "behaviour by language"


def measure(
    languages: Sequence[str] = (), *, profile: Profile = Profile.CASCADE, stated: bool = False, judge: Judge | None = None
) -> Iterator[str]:
    """Yield the tables of kinds and of attacks, and that of whose language is found where the site identifies languages.

    Args:
        languages: tags; none means those that the site reads, and if it reads none, all that have cases.
        profile: which readers judge.
        stated: whether the comments come with their language.
        judge: what judges; None for the site's.

    Raises:
        TableError: a language has no cases.
    """
    judge = judge or JudgeOptions.from_settings(Settings(profile=profile), identify=True).build_judge(Moderator.load(profile=profile))
    read = judge.identifier.learned if judge.identifier is not None else frozenset()
    tags = languages or [tag for tag in case_languages() if tag in read] or case_languages()
    results = [measure_language(judge, tag, stated=stated) for tag in tags]
    yield format_behaviour(results)
    yield format_attacks(results)
    if judge.identifier is not None:
        yield _identification_table(judge.identifier, tags)


def _identification_table(identifier: Identifier, tags: Sequence[str]) -> str:
    """Return for each language the share of its comments that its reader gets, and of those that are left to nobody who reads them."""
    lines = ["| | comments | among the candidates | the likeliest | English alone | foreign or unsure |", "|---" * 6 + "|"]
    for tag in tags:
        cases = untaught_cases(tag)
        candidates = identifier.identify([Comment("", case.text) for case in cases]).candidates
        shares = (
            sum(tag in readers for readers in candidates),
            sum(readers[:1] == (tag,) for readers in candidates),
            sum(readers == ("en",) for readers in candidates),
            sum(not readers for readers in candidates),
        )
        lines.append(f"| {tag} | {len(cases)} | {' | '.join(f'{share / len(cases):.0%}' for share in shares)} |")
    return "\n".join(lines)


def _main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.language_behaviour", description="Judge our own comments by language.")
    parser.add_argument("languages", nargs="*", metavar="TAG", help="languages; those that the site reads if left out")
    parser.add_argument(
        "--profile", type=Profile, choices=list(Profile), default=Profile.CASCADE, help="which readers judge (default: %(default)s)"
    )
    parser.add_argument("--stated", action="store_true", help="say with each comment which language it is in")
    parser.add_argument("--fill", type=Path, metavar="PAGE", help="a page whose tables these are to replace")
    arguments = parser.parse_args()
    try:
        tables = list(measure(arguments.languages, profile=arguments.profile, stated=arguments.stated))
        if arguments.fill:
            page = arguments.fill.read_text("utf-8")
            arguments.fill.write_text(fill_table(page, _TABLES, "\n\n".join(("", *tables, ""))), "utf-8")
    except (TipstaffError, OSError, ValueError) as error:
        print(error, file=sys.stderr)
        return 1
    print("\n\n".join(tables))
    return 0


if __name__ == "__main__":
    sys.exit(_main())
