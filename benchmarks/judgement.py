"""Measures how well the shipped artefact judges the dev rows of the corpus, by its reference script and by our metrics, and minimal pairs.

The reference script takes the label with the largest of three scores. Our label rule applies two thresholds to scores that are
calibrated for a forum where one comment in ten is abusive, so that "fine" has the largest score nearly everywhere. For the script
alone, a constant is therefore added to the log-odds of each head, chosen so that the largest score agrees most often with our rule.
"""

import contextlib
import importlib.util
import io
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np

from benchmarks.comments import CORPUS, load_dev_rows
from benchmarks.figures import Figure, Skipped
from benchmarks.reread import measure_artefact
from model.array_types import FloatArray, Int8Array
from model.comment import LABELS, Comment
from model.decisions import Decisions
from model.moderator import Moderator
from training.behaviour.minimal_pairs import FailureModeScores, Pair, judge_pairs, load_pairs, pair_texts
from training.metrics.metric_names import AUC_ABUSIVE, AUC_HATEFUL, MACRO_F1, RECALL_ABUSIVE, RECALL_HATEFUL
from training.metrics.source_metrics import calibration_error, measure_sources
from training.shipped_model.sources import CLEAN_SOURCES
from training.tables.labelled import Labelled

__all__ = ["measure"]

_SCRIPT = CORPUS / "reference.py"
_SMALLEST_PROBABILITY = 1e-12
_PAIRS_SOURCE = "minimal pairs"
_CANDIDATE_SHIFTS = np.arange(-1.0, 6.01, 0.1)
_SHIFT_SAMPLE = 4  # every fourth row is plenty to choose two numbers by


@dataclass(frozen=True)
class _Reference:
    """The results of the reference recipe.

    Attributes:
        means: metric → mean over the sources.
        pair_labels: its labels of the texts of the minimal pairs.
    """

    means: Mapping[str, float]
    pair_labels: Sequence[str]


def measure(*, reference: bool = False) -> Iterator[Figure | Skipped | str]:
    """Yield the figures; the tables of minimal pairs as Markdown.

    Args:
        reference: whether to fit the reference recipe as well, which takes a few minutes, for targets and comparison.
    """
    moderator, pairs = Moderator.load(), load_pairs()
    recipe: _Reference | None = None
    if not _SCRIPT.is_file():
        yield Skipped(f"the dev rows and their reference: {_SCRIPT} is not there; the corpus is for development only")
    else:
        if reference:
            recipe = _fit_reference(pairs)
        yield from measure_artefact()
        yield from _measure_dev_rows(moderator, recipe)
    yield from _measure_pairs(moderator, pairs, recipe)


def _measure_dev_rows(moderator: Moderator, recipe: _Reference | None) -> Iterator[Figure | str]:
    rows = load_dev_rows()
    decisions = _decide(moderator, rows.text)
    # A comment without text has no scores; it counts as fine.
    scores = np.where(np.isnan(decisions.scores), np.array([1.0, 0.0, 0.0]), decisions.scores)
    labels = np.maximum(decisions.labels, 0).astype(np.int8)
    yield from _measure_by_script(rows, scores, labels, recipe)
    means = measure_sources(scores, labels, rows, clean=CLEAN_SOURCES)["MEAN"]
    for name in (AUC_HATEFUL, AUC_ABUSIVE, RECALL_ABUSIVE, RECALL_HATEFUL, MACRO_F1):
        value = means.by_key()[name]
        if value is not None:
            yield Figure(f"judgement, as calibrated: mean {name}", value, note="by our label rule" if name == MACRO_F1 else "")
    prior = moderator.prior.abusive
    error = calibration_error(1 - scores[:, 0], rows, prior=prior)
    if error is not None:
        yield Figure("judgement: calibration error of P(abusive)", error, note=f"rows weighted to {prior:.0%} abusive")


def _decide(moderator: Moderator, comments: Sequence[str]) -> Decisions:
    return moderator.decide([Comment("", text) for text in comments])


def _measure_by_script(rows: Labelled, scores: FloatArray, labels: Int8Array, recipe: _Reference | None) -> Iterator[Figure | str]:
    shifts, agreement = _choose_shifts(scores, labels)
    output = _run_script(rows, _shift_log_odds(scores, shifts))
    yield (
        f"`reference.py PRED.parquet`: {shifts[0]:+.1f} on the log-odds of P(hateful) and {shifts[1]:+.1f} on those of "
        f"P(abusive | not hateful) let the largest score agree with our label rule on {agreement:.1%} of the dev rows.\n\n"
        + "\n".join(f"    {line}" for line in (output[0], *output[-3:-1]))
    )
    for name, value in _parse_means(output).items():
        target = recipe.means[name] if recipe else None
        note = "target: the reference recipe" if recipe else ""
        yield Figure(f"judgement, by reference.py: mean {name}", value, at_least=target, note=note)


def _log_odds(p: FloatArray) -> FloatArray:
    p = np.clip(p, _SMALLEST_PROBABILITY, 1 - _SMALLEST_PROBABILITY)
    log_odds: FloatArray = np.log(p) - np.log1p(-p)
    return log_odds


def _shift_log_odds(scores: FloatArray, shifts: tuple[float, float]) -> FloatArray:
    """Return the scores, shape (n, 3), with a constant added to the log-odds of each of the two heads."""
    # The second head is P(abusive | not hateful).
    abusive = scores[:, 1] / np.maximum(scores[:, 0] + scores[:, 1], _SMALLEST_PROBABILITY)
    hateful, abusive = (1 / (1 + np.exp(-(_log_odds(p) + shift))) for p, shift in zip((scores[:, 2], abusive), shifts, strict=True))
    return np.column_stack([(1 - hateful) * (1 - abusive), (1 - hateful) * abusive, hateful])


def _choose_shifts(scores: FloatArray, labels: Int8Array) -> tuple[tuple[float, float], float]:
    """Return the two constants with which the largest score agrees most often with the labels, and the share of rows where it does."""
    sample, sample_labels = scores[::_SHIFT_SAMPLE], labels[::_SHIFT_SAMPLE]
    candidates = [(float(first), float(second)) for first in _CANDIDATE_SHIFTS for second in _CANDIDATE_SHIFTS]
    best = max(candidates, key=lambda shifts: _agreement(sample, shifts, sample_labels))
    return best, _agreement(scores, best, labels)


def _agreement(scores: FloatArray, shifts: tuple[float, float], labels: Int8Array) -> float:
    """Return the share of rows whose largest score, after the shift, is that of their label."""
    return float((_shift_log_odds(scores, shifts).argmax(axis=1) == labels).mean())


def _run_script(rows: Labelled, scores: FloatArray) -> list[str]:
    """Return the lines that the reference script prints about our scores."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "PRED.parquet"
        pq.write_table(pa.table({"source": rows.source, "id": rows.id, **{str(name): scores[:, i] for i, name in enumerate(LABELS)}}), path)
        process = subprocess.run([sys.executable, str(_SCRIPT), str(path)], capture_output=True, text=True, check=True)
    return process.stdout.rstrip().splitlines()


def _parse_means(output: Sequence[str]) -> dict[str, float]:
    """Return the row MEAN of the table that the reference script prints: column → mean."""
    names = re.split(r"\s{2,}", output[0].strip())
    (row,) = [line.split() for line in output if line.startswith("MEAN")]
    return {name: float(value) for name, value in zip(names, row[1:], strict=True) if name != "n"}


def _load_script() -> ModuleType:
    spec = importlib.util.spec_from_file_location("reference", _SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def _fit_reference(pairs: Sequence[Pair]) -> _Reference:
    """Fit the reference recipe, and have it judge the dev rows and the minimal pairs."""
    import pandas as pd

    script: Any = _load_script()
    # The pairs join as dev rows without answers: the recipe's classifier scores them but does not learn from them.
    texts = list(pair_texts(pairs))
    extra = pd.DataFrame({"text": texts, "split": "dev", "source": _PAIRS_SOURCE, "id": [str(i) for i in range(len(texts))]})
    scored = script.fit_and_score(pd.concat([script.corpus(), extra], ignore_index=True))
    is_pair = scored.source == _PAIRS_SOURCE
    output = io.StringIO()
    with contextlib.redirect_stdout(output):
        script.judge(scored[~is_pair].reset_index(drop=True))
    codes = scored[is_pair][["fine", "toxic", "hateful_p"]].to_numpy().argmax(axis=1)
    return _Reference(_parse_means(output.getvalue().splitlines()), [LABELS[code] for code in codes])


def _measure_pairs(moderator: Moderator, pairs: Sequence[Pair], recipe: _Reference | None) -> Iterator[str]:
    ours = judge_pairs(pairs, [LABELS[code] for code in np.maximum(_decide(moderator, pair_texts(pairs)).labels, 0)])
    yield _pairs_table(ours, judge_pairs(pairs, recipe.pair_labels) if recipe else None)


def _pairs_table(ours: Sequence[FailureModeScores], recipe: Sequence[FailureModeScores] | None) -> str:
    """Return a Markdown table of the shares of comments and pairs judged right, by failure mode and in all."""
    columns = [ours] if recipe is None else [ours, recipe]
    headings = [f"{name}: {unit} right" for name in ("Tipstaff", "reference")[: len(columns)] for unit in ("comments", "pairs")]
    lines = [f"| minimal pairs | pairs | {' | '.join(headings)} |", "|---" * (2 + len(headings)) + "|"]
    for row in zip(*columns, strict=True):
        cells = [f"{share:.1%}" for scores in row for share in (scores.comments_right, scores.pairs_right)]
        lines.append(f"| {row[0].failure_mode.replace('_', ' ')} | {row[0].pairs} | {' | '.join(cells)} |")
    weights = [scores.pairs for scores in ours]
    totals = [
        f"{np.average(values, weights=weights):.1%}"
        for column in columns
        for values in ([scores.comments_right for scores in column], [scores.pairs_right for scores in column])
    ]
    return "\n".join([*lines, f"| all | {sum(weights)} | {' | '.join(totals)} |"])
