"""Shows what an artefact gains from knowing what a comment answers: on triples of our own, and on rows of the corpus with a parent.

``python -m training.evaluation.context_report [ARTEFACT]`` prints it for every profile, each figure with its 95 % interval.
"""

import argparse
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from model.array_types import FloatArray, Int8Array, Int32Array
from model.comment import Comment
from model.errors import TipstaffError
from model.moderator import Moderator
from model.profile import Profile
from training.behaviour.context_triples import ContextKind, judge_triples, load_triples
from training.evaluation.intervals import bootstrap, percentile_intervals
from training.evaluation.measures import RankedGroups
from training.shipped_model.corpus import CORPUS_FOLDER

__all__ = ["measure_areas", "measure_triples", "read_rows_with_parents"]

_HEADINGS = (*(kind.value.replace("_", " ") for kind in ContextKind), "all", "ranked")
_SOURCE = "convabuse"


def measure_triples(moderator: Moderator) -> dict[str, tuple[FloatArray, FloatArray, FloatArray]]:
    """Return the shares of the triples' comments that are judged rightly, by kind and of all, and of rightly ranked pairs, with intervals.

    Returns:
        ``without`` and ``with`` the context, and the ``gain``: figures, lower and upper ends, each of shape (kinds + 2,).
    """
    cases = load_triples()
    alone, within = (
        np.column_stack([answers.right, answers.right.mean(axis=1), answers.ranked])
        for answers in (judge_triples(moderator, cases, in_context=known) for known in (False, True))
    )
    return {name: _with_intervals(values) for name, values in (("without", alone), ("with", within), ("gain", within - alone))}


def _with_intervals(values: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return the means of columns over the triples, shape (triples, columns), and the ends of their intervals."""

    def measure(weights: Int32Array) -> FloatArray:
        means: FloatArray = weights @ values / weights.sum()
        return means

    means = values.mean(axis=0)
    return means, *percentile_intervals(bootstrap(measure, np.array([0, len(values)], np.intp)), means)


def read_rows_with_parents(corpus: Path, source: str = _SOURCE) -> tuple[list[Comment], Int8Array]:
    """Return the dev rows of a source that answer another comment, with its text, and whether they are abusive.

    Args:
        corpus: the folder of the corpus.
        source: the source.

    Raises:
        OSError: the tables are not there.
    """
    import pyarrow.parquet as pq

    parents = {(row["source"], row["id"]): row["parent"] for row in pq.read_table(corpus / "context.parquet").to_pylist()}
    rows = [
        (Comment(row["id"], row["text"], parent_text=parent), row["abusive"])
        for row in pq.read_table(corpus / f"{source}.parquet").to_pylist()
        if row["split"] == "dev" and row["abusive"] is not None and (parent := parents.get((source, row["id"])))
    ]
    return [comment for comment, _ in rows], np.array([abusive for _, abusive in rows], np.int8)


def measure_areas(moderator: Moderator, comments: Sequence[Comment], abusive: Int8Array) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return the AUC of P(abusive) without and with what comments answer, and the gain, with the ends of their intervals; shape (3,) each.

    Args:
        moderator: the artefact.
        comments: n comments with parents.
        abusive: the right answers, shape (n,).
    """
    everything = [np.arange(len(comments))]
    alone, within = (
        RankedGroups.of(abusive, 1 - np.nan_to_num(moderator.decide(given).scores[:, 0], nan=1.0), everything)
        for given in ([comment._replace(parent_text=None) for comment in comments], comments)
    )

    def measure(weights: Int32Array) -> FloatArray:
        first, second = alone.areas(weights)[0, 0], within.areas(weights)[0, 0]
        return np.array([first, second, second - first])

    values = measure(np.ones(len(comments), np.int32))
    return values, *percentile_intervals(bootstrap(measure, np.array([0, len(comments)], np.intp)), values)


def _lines(artefact: Path | None, corpus: Path) -> Iterator[str]:
    has_corpus = (corpus / "context.parquet").is_file() and (corpus / f"{_SOURCE}.parquet").is_file()
    comments, abusive = read_rows_with_parents(corpus) if has_corpus else ([], np.empty(0, np.int8))
    yield f"{len(load_triples()) // len(ContextKind)} triples of our own: share rightly called fine or not, and ranked above its twin"
    yield f"{'':<18}" + "".join(f"{heading:>24}" for heading in _HEADINGS)
    moderators = {profile: Moderator.load(artefact, profile=profile) for profile in Profile}
    for profile, moderator in moderators.items():
        for name, figures in measure_triples(moderator).items():
            yield f"{profile.value + ' ' + name:<18}" + "".join(_format(*each) for each in zip(*figures, strict=True))
    if not has_corpus:
        yield f"{corpus}: no context.parquet and {_SOURCE}.parquet here, so these are not measured; name it with --corpus"
        return
    yield f"{len(comments)} dev comments of {_SOURCE}, {int(abusive.sum())} of them abusive: AUC"
    yield f"{'':<18}" + "".join(f"{heading:>24}" for heading in ("without", "with", "gain"))
    for profile, moderator in moderators.items():
        yield f"{profile.value:<18}" + "".join(_format(*each) for each in zip(*measure_areas(moderator, comments, abusive), strict=True))


def _format(value: float, low: float, high: float) -> str:
    return f"{f'{value:.3f} ({low:.3f} to {high:.3f})':>24}"


def _main() -> int:
    parser = argparse.ArgumentParser(
        prog="python -m training.evaluation.context_report", description="Show what an artefact gains from knowing what a comment answers."
    )
    parser.add_argument("artefact", nargs="?", type=Path, help="its folder; the one that ships if left out")
    parser.add_argument("--corpus", type=Path, default=CORPUS_FOLDER, help="folder of the corpus (default: %(default)s)")
    arguments = parser.parse_args()
    try:
        for line in _lines(arguments.artefact, arguments.corpus):
            print(line, flush=True)
    except TipstaffError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(_main())
