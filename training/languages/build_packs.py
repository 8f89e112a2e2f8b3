"""Makes the language packs anew: ``python -m training.languages.build_packs``.

The corpus is not distributed with the code; the page on languages says how to make a pack from a table of one's own.
"""

import argparse
import sys
from collections.abc import Collection, Sequence
from pathlib import Path
from typing import NamedTuple

from model.artefact.folder import write_artefact
from model.artefact.manifest import DataSource, Prior
from model.errors import TipstaffError
from training.fit.ngram_weights import FitSettings
from training.languages.corpus_rows import LANGUAGES_FOLDER
from training.languages.fit_packs import fit_ngrams
from training.languages.pack_draft import MeasuredRows, PackDraft, draft_combined_pack, draft_pack, find_measured_rows
from training.languages.pack_encoder import SharedEncoder, combine_packs, read_both
from training.languages.pack_judgement import JudgingNgrams, calibrate_pack
from training.languages.pack_plans import PACK_PLANS
from training.languages.pack_rows import CorpusOfLanguages

__all__ = ["build_packs", "build_packs_command"]

_DISTRIBUTION = Path("languages/tipstaff_languages")


def build_packs(corpus: CorpusOfLanguages, tags: Sequence[str], out: Path, encoder: SharedEncoder | None = None) -> None:
    """Make the packs of some languages and write each to a folder of its own in ``out/packs``.

    Args:
        corpus: the rows of all languages.
        tags: of the languages; with an encoder, how it is combined is chosen on the rows of all of them together.
        out: where to write; the encoder goes to ``out/shared``.
        encoder: joins the n-grams of each; None for n-grams alone.

    Raises:
        TableError: a language has too few rows.
        ArtefactError: a pack cannot be written.
    """
    made = {}
    for tag in tags:
        made[tag] = _make_ngrams(corpus, tag)
        if encoder is None:
            each = made[tag]
            _write(out, tag, draft_pack(tag, each.judging, each.measured, data=each.data, settings=each.settings))
    if encoder is None:
        return
    encoder.write(out / "shared")
    readings = {tag: read_both(each.measured.rows, tag, each.judging.classifier, encoder.reader) for tag, each in made.items()}
    for tag, combined in combine_packs(readings, encoder.reader, Prior()).items():
        each = made[tag]
        draft = draft_combined_pack(tag, combined, encoder, each.measured, data=each.data, settings=each.settings)
        _write(out, tag, draft, shared=encoder.arrays)


class _MadeNgrams(NamedTuple):
    """The n-grams of a pack, what they are measured on, and what they have learnt from."""

    judging: JudgingNgrams
    measured: MeasuredRows
    data: Sequence[DataSource]
    settings: FitSettings


def _make_ngrams(corpus: CorpusOfLanguages, tag: str) -> _MadeNgrams:
    rows = corpus.learnable_rows(tag)
    fitted = fit_ngrams(rows, tag, features=PACK_PLANS[tag].features)
    judging = calibrate_pack(fitted, rows, Prior())
    return _MadeNgrams(judging, find_measured_rows(corpus, tag), corpus.describe(rows), fitted.settings)


def _write(out: Path, tag: str, draft: PackDraft, shared: Collection[str] = ()) -> None:
    write_artefact(out / "packs" / tag, description=draft.description, arrays=draft.arrays, shared=shared)
    figures = ", ".join(f"{name} {value}" for name, value in draft.summary.items())
    print(f"{tag}: {draft.description.metrics['rows']:,} rows; {figures}", flush=True)


def build_packs_command(arguments: Sequence[str] | None = None) -> int:
    """Make language packs, and return the exit code."""
    options = _parse(arguments)
    try:
        encoder = None if options.encoder is None else SharedEncoder.read(options.encoder)
        build_packs(CorpusOfLanguages(options.corpus), options.only, options.out, encoder)
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
    parser.add_argument("--encoder", metavar="FOLDER", type=Path, help="folder of network.npy and pieces.npy (default: n-grams alone)")
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
