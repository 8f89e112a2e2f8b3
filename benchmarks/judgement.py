"""How well the shipped artefact judges: the dev rows of the corpus as its reference script sees them, and minimal pairs.

The reference script takes the largest of three scores for the label. Ours is a rule with two thresholds on scores that are
calibrated for a forum where one comment in ten is abusive, so the largest score is "fine" nearly everywhere. For the script's
file alone, a constant is therefore added to the log-odds of each head: the one with which the largest score agrees most often
with our label rule.
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
import numpy.typing as npt

from benchmarks.comments import CORPUS, dev_rows
from benchmarks.figures import Figure, Skipped
from model.array_types import FloatArray
from model.comment import LABELS, Comment
from model.decisions import Decisions
from model.moderator import Moderator
from training.behaviour.minimal_pairs import FailureModeScores, Pair, judge_pairs, load_pairs, pair_texts
from training.evaluation.metric_names import AUC_ABUSIVE, AUC_HATEFUL, MACRO_F1, RECALL_ABUSIVE, RECALL_HATEFUL
from training.evaluation.source_metrics import calibration_error, measure_sources
from training.shipped_model.sources import CLEAN_SOURCES
from training.tables.labelled import Labelled

__all__ = ["measure"]

_SCRIPT = CORPUS / "reference.py"
_PAIRS_SOURCE = "minimal pairs"
_SHIFTS = np.arange(-1.0, 6.01, 0.1)


@dataclass(frozen=True)
class _Reference:
    """What the reference recipe comes to: its means over the sources, and its labels of the pairs' texts."""

    means: Mapping[str, float]
    pair_labels: Sequence[str]


def measure(*, reference: bool = False) -> Iterator[Figure | Skipped | str]:
    """Yield the figures; the tables of minimal pairs as Markdown.

    Args:
        reference: whether to fit the reference recipe as well, which takes a few minutes, for targets and comparison.
    """
    moderator, pairs = Moderator.load(), load_pairs()
    theirs: _Reference | None = None
    if not _SCRIPT.is_file():
        yield Skipped(f"the dev rows and their reference: {_SCRIPT} is not there; the corpus is for development only")
    else:
        if reference:
            theirs = _fit_reference(pairs)
        yield from _on_dev(moderator, theirs)
    yield from _on_pairs(moderator, pairs, theirs)


def _on_dev(moderator: Moderator, theirs: _Reference | None) -> Iterator[Figure | str]:
    rows = dev_rows()
    decisions = _decide(moderator, rows.text)
    # What is not judged has no scores; for the figures it counts as fine.
    scores = np.where(np.isnan(decisions.scores), np.array([1.0, 0.0, 0.0]), decisions.scores)
    labels = np.maximum(decisions.labels, 0).astype(np.int8)
    yield from _by_script(rows, scores, labels, theirs)
    means = measure_sources(scores, labels, rows, clean=CLEAN_SOURCES)["MEAN"]
    for name in (AUC_HATEFUL, AUC_ABUSIVE, RECALL_ABUSIVE, RECALL_HATEFUL, MACRO_F1):
        value = means.by_key()[name]
        if value is not None:
            yield Figure(f"judgement, as calibrated: mean {name}", value, note="by our label rule" if name == MACRO_F1 else "")
    prior = moderator.classifier.prior.abusive
    error = calibration_error(1 - scores[:, 0], rows, prior=prior)
    if error is not None:
        yield Figure("judgement: calibration error of P(abusive)", error, note=f"rows weighted to {prior:.0%} abusive")


def _decide(moderator: Moderator, comments: Sequence[str]) -> Decisions:
    return moderator.decide([Comment("", text) for text in comments])


def _by_script(rows: Labelled, scores: FloatArray, labels: npt.NDArray[np.int8], theirs: _Reference | None) -> Iterator[Figure | str]:
    shifts, agree = _shifts(scores, labels)
    printed = _run_script(rows, _shifted(scores, shifts))
    yield (
        f"`reference.py PRED.parquet`: {shifts[0]:+.1f} on the log-odds of P(hateful) and {shifts[1]:+.1f} on those of "
        f"P(abusive | not hateful) let the largest score agree with our label rule on {agree:.1%} of the dev rows.\n\n"
        + "\n".join(f"    {line}" for line in (printed[0], *printed[-3:-1]))
    )
    for name, value in _means(printed).items():
        target = theirs.means[name] if theirs else None
        yield Figure(
            f"judgement, by reference.py: mean {name}", value, at_least=target, note="target: the reference recipe" if theirs else ""
        )


def _log_odds(p: FloatArray) -> FloatArray:
    p = np.clip(p, 1e-12, 1 - 1e-12)
    found: FloatArray = np.log(p) - np.log1p(-p)
    return found


def _shifted(scores: FloatArray, shifts: tuple[float, float]) -> FloatArray:
    """Return the scores, (n, 3), with a constant added to the log-odds of each of the two heads."""
    given = scores[:, 1] / np.maximum(scores[:, 0] + scores[:, 1], 1e-12)
    hateful, given = (1 / (1 + np.exp(-(_log_odds(p) + shift))) for p, shift in zip((scores[:, 2], given), shifts, strict=True))
    return np.column_stack([(1 - hateful) * (1 - given), (1 - hateful) * given, hateful])


def _shifts(scores: FloatArray, labels: npt.NDArray[np.int8]) -> tuple[tuple[float, float], float]:
    """Return the constants with which the largest score is the label most often, and how often it is then."""
    # One in four rows is plenty to choose two numbers by.
    some, said = scores[::4], labels[::4]
    tried = [(float(a), float(b)) for a in _SHIFTS for b in _SHIFTS]
    best = max(tried, key=lambda shifts: float((_shifted(some, shifts).argmax(axis=1) == said).mean()))
    return best, float((_shifted(scores, best).argmax(axis=1) == labels).mean())


def _run_script(rows: Labelled, scores: FloatArray) -> list[str]:
    """Return the lines that the reference script prints about our scores."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "PRED.parquet"
        pq.write_table(pa.table({"source": rows.source, "id": rows.id, **{str(name): scores[:, i] for i, name in enumerate(LABELS)}}), path)
        ran = subprocess.run([sys.executable, str(_SCRIPT), str(path)], capture_output=True, text=True, check=True)
    return ran.stdout.rstrip().splitlines()


def _means(printed: Sequence[str]) -> dict[str, float]:
    """Return the row MEAN of a table that the reference script printed, by the names of its columns."""
    names = re.split(r"\s{2,}", printed[0].strip())
    (row,) = [line.split() for line in printed if line.startswith("MEAN")]
    return {name: float(value) for name, value in zip(names, row[1:], strict=True) if name != "n"}


def _load_script() -> ModuleType:
    spec = importlib.util.spec_from_file_location("reference", _SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def _fit_reference(pairs: Sequence[Pair]) -> _Reference:
    import pandas as pd

    script: Any = _load_script()
    # As further dev rows without answers, the pairs are scored by the very classifier that is judged, and not learnt from.
    asked = list(pair_texts(pairs))
    extra = pd.DataFrame({"text": asked, "split": "dev", "source": _PAIRS_SOURCE, "id": [str(i) for i in range(len(asked))]})
    scored = script.fit_and_score(pd.concat([script.corpus(), extra], ignore_index=True))
    ours = scored.source == _PAIRS_SOURCE
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        script.judge(scored[~ours].reset_index(drop=True))
    codes = scored[ours][["fine", "toxic", "hateful_p"]].to_numpy().argmax(axis=1)
    return _Reference(_means(printed.getvalue().splitlines()), [LABELS[code] for code in codes])


def _on_pairs(moderator: Moderator, pairs: Sequence[Pair], theirs: _Reference | None) -> Iterator[str]:
    ours = judge_pairs(pairs, [LABELS[code] for code in np.maximum(_decide(moderator, pair_texts(pairs)).labels, 0)])
    yield _pairs_table(ours, judge_pairs(pairs, theirs.pair_labels) if theirs else None)


def _pairs_table(ours: Sequence[FailureModeScores], theirs: Sequence[FailureModeScores] | None) -> str:
    columns = [ours] if theirs is None else [ours, theirs]
    heads = [f"{name}: {what} right" for name in ("Tipstaff", "reference")[: len(columns)] for what in ("comments", "pairs")]
    lines = [f"| minimal pairs | pairs | {' | '.join(heads)} |", "|---" * (2 + len(heads)) + "|"]
    for shares in zip(*columns, strict=True):
        cells = [f"{value:.1%}" for share in shares for value in (share.comments_right, share.pairs_right)]
        lines.append(f"| {shares[0].failure_mode.replace('_', ' ')} | {shares[0].pairs} | {' | '.join(cells)} |")
    weights = [share.pairs for share in ours]
    whole = [
        f"{np.average(values, weights=weights):.1%}"
        for column in columns
        for values in ([share.comments_right for share in column], [share.pairs_right for share in column])
    ]
    return "\n".join([*lines, f"| all | {sum(weights)} | {' | '.join(whole)} |"])
