"""Makes the language packs anew: ``python -m training.languages.build_packs``.

The corpus is not distributed with the code; the page on languages says how to make a pack from a table of one's own.
"""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from model.artefact.folder import write_artefact
from model.artefact.manifest import Prior
from model.errors import TipstaffError
from training.languages.corpus_rows import LANGUAGES_FOLDER
from training.languages.fit_packs import fit_ngrams
from training.languages.pack_draft import draft_pack
from training.languages.pack_judgement import calibrate_pack
from training.languages.pack_plans import PACK_PLANS
from training.languages.pack_rows import CorpusOfLanguages

__all__ = ["build_packs", "build_packs_command"]

_DISTRIBUTION = Path("languages/tipstaff_languages")


def build_packs(corpus: CorpusOfLanguages, tags: Sequence[str], out: Path) -> None:
    """Make the packs of some languages and write each to a folder of its own in ``out/packs``.

    Raises:
        TableError: a language has too few rows.
        ArtefactError: a pack cannot be written.
    """
    for tag in tags:
        rows = corpus.learnable_rows(tag)
        fitted = fit_ngrams(rows, tag, features=PACK_PLANS[tag].features)
        judging = calibrate_pack(fitted, rows, Prior())
        draft = draft_pack(tag, judging, corpus, rows, settings=fitted.settings)
        write_artefact(out / "packs" / tag, description=draft.description, arrays=draft.arrays)
        figures = ", ".join(f"{name} {value}" for name, value in draft.summary.items())
        print(f"{tag}: {len(rows):,} rows; {figures}", flush=True)


def build_packs_command(arguments: Sequence[str] | None = None) -> int:
    """Make language packs, and return the exit code."""
    options = _parse(arguments)
    try:
        build_packs(CorpusOfLanguages(options.corpus), options.only, options.out)
    except TipstaffError as error:
        print(f"tipstaff: {error}", file=sys.stderr)
        return 1
    return 0


def _parse(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m training.languages.build_packs", description="Make the language packs anew.")
    parser.add_argument(
        "--corpus", metavar="FOLDER", type=Path, default=LANGUAGES_FOLDER, help="folder of the labelled tables (default: %(default)s)"
    )
    parser.add_argument(
        "--only", metavar="TAGS", type=_tags, default=tuple(sorted(PACK_PLANS)), help="tags with commas between (default: all)"
    )
    parser.add_argument(
        "-o", "--out", metavar="FOLDER", type=Path, default=_DISTRIBUTION, help="where to write the packs (default: %(default)s)"
    )
    return parser.parse_args(arguments)


def _tags(text: str) -> tuple[str, ...]:
    tags = tuple(text.split(","))
    if unknown := sorted(set(tags) - set(PACK_PLANS)):
        raise argparse.ArgumentTypeError(f"there is no plan for {', '.join(unknown)}: name some of {', '.join(sorted(PACK_PLANS))}")
    return tags


if __name__ == "__main__":
    raise SystemExit(build_packs_command())
