"""The verdicts of two versions on the same comments, as the site comes to them."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from model.array_types import FloatArray, IntArray
from model.comment import VERDICTS, Comment
from model.errors import SettingsError
from service.judging.judge_options import JudgeOptions
from service.model_loading import ModeratorOptions

if TYPE_CHECKING:
    from model.moderator import Moderator
    from service.settings import Settings
    from service.version_trials.trial_comments import TrialComments

__all__ = ["Judged", "VerdictChange", "VerdictChanges", "compare_verdicts"]

_NOTHING = "nothing to judge"


@dataclass(frozen=True, slots=True)
class Judged:
    """What one version says about a comment.

    Attributes:
        verdict: what the site would do; a word of its own where there is nothing to judge.
        scores: P(fine), P(toxic) and, where it can be told, P(hateful); None where there is nothing to judge.
    """

    verdict: str
    scores: tuple[float, ...] | None


@dataclass(frozen=True, slots=True)
class VerdictChange:
    """What two versions say about one comment.

    Attributes:
        comment: the comment.
        community: that it belongs to; None if it belongs to none.
        before: what the first version says.
        after: what the second says.
    """

    comment: Comment
    community: str | None
    before: Judged
    after: Judged

    @property
    def is_other(self) -> bool:
        """Whether the verdict is another one."""
        return self.before.verdict != self.after.verdict


@dataclass(frozen=True, slots=True)
class VerdictChanges:
    """What two versions say about the same comments.

    Attributes:
        comments: how many were judged.
        moves: (verdict before, verdict after) → number of comments, where the two differ.
        changes: all comments, those whose verdict changes most first, then those whose scores do.
    """

    comments: int
    moves: dict[tuple[str, str], int]
    changes: tuple[VerdictChange, ...]

    @property
    def changed(self) -> int:
        """How many verdicts differ."""
        return sum(self.moves.values())


def compare_verdicts(first: Path, second: Path, *, texts: "TrialComments", settings: "Settings") -> VerdictChanges:
    """Judge comments with two versions, by the settings and communities of the site.

    Args:
        first: folder of the first version
        second: folder of the second.
        texts: the comments.
        settings: of the site.

    Raises:
        ArtefactError: one of the versions cannot judge here.
        SettingsError: the file of communities is wrong.
    """
    before = _judge(first, texts, settings)
    after = _judge(second, texts, settings)
    order = np.lexsort((-_score_moves(before, after), -np.abs(after[0] - before[0])))
    changes = tuple(
        VerdictChange(texts.comments[row], texts.communities[row], _judged(before, row), _judged(after, row)) for row in order.tolist()
    )
    moves = Counter((change.before.verdict, change.after.verdict) for change in changes if change.is_other)
    return VerdictChanges(len(changes), dict(sorted(moves.items())), changes)


def _judge(folder: Path, texts: "TrialComments", settings: "Settings") -> tuple[IntArray, FloatArray]:
    """Return indices into ``VERDICTS``, -1 where there is nothing to judge, shape (n,); and scores, shape (n, 3)."""
    moderator = ModeratorOptions(folder, settings.prior, settings.profile, settings.cascade_risk).load()
    n = len(texts.comments)
    verdicts, scores = np.full(n, -1), np.full((n, 3), np.nan)
    for community in sorted(set(texts.communities), key=lambda name: name or ""):
        rows = [row for row, name in enumerate(texts.communities) if name == community]
        verdicts[rows], scores[rows] = _judge_community(moderator, community, [texts.comments[row] for row in rows], settings)
    return verdicts, scores


def _judge_community(
    moderator: "Moderator", community: str | None, comments: Sequence[Comment], settings: "Settings"
) -> tuple[IntArray, FloatArray]:
    try:
        options = JudgeOptions.from_settings(settings, community=community)
    except SettingsError:
        if community is None:
            raise
        # It has been taken out of the file since its comments were ruled on.
        options = JudgeOptions.from_settings(settings)
    judgements = options.build_judge(moderator).judge(comments, threads=None)
    return judgements.unobserved_verdicts, judgements.decisions.scores


def _score_moves(before: tuple[IntArray, FloatArray], after: tuple[IntArray, FloatArray]) -> FloatArray:
    moves: FloatArray = np.nan_to_num(np.abs(after[1] - before[1])).max(axis=1, initial=0)
    return moves


def _judged(judged: tuple[IntArray, FloatArray], row: int) -> Judged:
    verdict, scores = int(judged[0][row]), judged[1][row].tolist()
    if verdict < 0:
        return Judged(_NOTHING, None)
    return Judged(VERDICTS[verdict].value, tuple(score for score in scores if not np.isnan(score)) or None)
