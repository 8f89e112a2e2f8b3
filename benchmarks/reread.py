"""Measures an artefact on the reporting half of the dev rows that were read again: ``python -m benchmarks.reread [ARTEFACT]``.

Nothing of the model was chosen on these rows. The tables are Markdown, for ``docs/judgement.md``.
"""

import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from benchmarks.comments import CORPUS
from model.array_types import Int8Array
from model.artefact.manifest import Prior
from model.comment import Comment
from model.decisions import Decisions
from model.moderator import Moderator
from model.profile import Profile
from training.evaluation.reread_figures import FIGURE_TITLES, RereadJudgements, measure_reread, own_prior
from training.metrics.estimate import Estimate
from training.metrics.halves import reporting_rows
from training.tables.labelled import Labelled
from training.tables.source_rows import rows_by_source

__all__ = ["load_reporting_rows", "measure_artefact"]

_FEWEST_OF_A_SOURCE = 20
_OF_A_SOURCE = ("auc_abusive", "auc_hateful", "fine_otherwise", "abusive_fine")
_SHARES = {"recall_abusive", "recall_hateful", "fine_otherwise", "abusive_fine"}


def load_reporting_rows(folder: Path = CORPUS) -> Labelled:
    """Return the dev rows that were read again and only report, with a label each."""
    from training.shipped_model.corpus import load_corpus

    rows = load_corpus(folder, reread=True)
    dev = rows.take(np.flatnonzero((np.array(rows.split) == "dev") & rows.reread & (rows.label >= 0)))
    return dev.take(reporting_rows(dev))


def measure_artefact(artefact: Path | None = None) -> Iterator[str]:
    """Yield tables: the figures of each profile with their intervals, those of the default profile by source, and by kind."""
    rows = load_reporting_rows()
    own = own_prior(rows.label)
    judged = {}
    for profile in (Profile.FAST, Profile.CASCADE, Profile.FULL):
        moderator = Moderator.load(artefact, profile=profile)
        judged[profile] = _judge(moderator, Moderator.load(artefact, profile=profile, prior=own), rows)
        prior, version = moderator.prior, moderator.version
    yield f"`{version}`, {len(rows):,} rows, of which {own.abusive:.0%} abusive; stated prior {prior.abusive:.0%}:"
    yield _profile_table(judged, prior)
    yield _source_table(judged[Profile.CASCADE], rows)
    yield _kind_table(judged[Profile.CASCADE].labels, rows)


def _judge(moderator: Moderator, at_own_prior: Moderator, rows: Labelled) -> RereadJudgements:
    comments = [Comment("", text) for text in rows.text]
    made, own = moderator.decide(comments), at_own_prior.decide(comments)
    # A comment without text has no scores; it counts as fine.
    scores = np.where(np.isnan(made.scores), np.array([1.0, 0.0, 0.0]), made.scores)
    return RereadJudgements(rows.label, scores, _labels(made), _labels(own))


def _labels(decisions: Decisions) -> Int8Array:
    return np.maximum(decisions.labels, 0).astype(np.int8)


def _profile_table(judged: dict[Profile, RereadJudgements], prior: Prior) -> str:
    measured = {profile: measure_reread(rows, prior) for profile, rows in judged.items()}
    lines = [
        [title, *(_describe(measured[profile][name], percent=name in _SHARES) for profile in judged)]
        for name, title in FIGURE_TITLES.items()
    ]
    return _table(["figure", *(f"`{profile}`" for profile in judged)], lines)


def _source_table(judged: RereadJudgements, rows: Labelled) -> str:
    lines = []
    for name, members in rows_by_source(rows).items():
        part = judged.take(members)
        fine = part.truth == 0
        if members.size < _FEWEST_OF_A_SOURCE or fine.all() or not fine.any():
            continue
        figures = measure_reread(part, Prior(), resamples=200)
        cells = (_describe(figures[key], percent=key in _SHARES) for key in _OF_A_SOURCE)
        lines.append([f"`{name}`", str(members.size), f"{(~fine).mean():.0%}", *cells])
    return _table(["source", "rows", "abusive", *(FIGURE_TITLES[key] for key in _OF_A_SOURCE)], lines)


def _kind_table(labels: Int8Array, rows: Labelled) -> str:
    lines = []
    for name, answers in rows.attributes.items():
        has_kind = answers == 1
        cells = []
        for truth in range(3):
            of_these = labels[has_kind & (rows.label == truth)]
            wrong = int((of_these > 0).sum()) if truth == 0 else int((of_these == 0).sum())
            cells.append(f"{wrong} of {of_these.size}")
        if has_kind.any():
            lines.append([name.replace("_", " "), str(int(has_kind.sum())), *cells])
    return _table(["kind", "rows", "fine, called otherwise", "toxic, called fine", "hateful, called fine"], lines)


def _describe(figure: Estimate | None, *, percent: bool) -> str:
    return "" if figure is None else figure.describe(percent=percent)


def _table(heading: Sequence[str], lines: Sequence[Sequence[str]]) -> str:
    return "\n".join(f"| {' | '.join(cells)} |" for cells in [heading, ["---"] * len(heading), *lines])


if __name__ == "__main__":
    for part in measure_artefact(Path(sys.argv[1]) if len(sys.argv) > 1 else None):
        print(part, end="\n\n")
