"""What is evaluated: an artefact, and the rules by which a site judges with it."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

from model.decisions import CommentJudge
from model.moderator import Moderator

__all__ = ["EvaluationSubject", "JudgeBuilder"]

JudgeBuilder = Callable[[Moderator], CommentJudge]
"""Returns what judges comments with a moderator: the moderator itself, or a site that adds its rules."""


@dataclass(frozen=True)
class EvaluationSubject:
    """An artefact that is evaluated.

    Attributes:
        moderator: the artefact with its profile.
        judge_with: returns what judges comments with it, or with another profile of it; by default no more than the model.
    """

    moderator: Moderator
    judge_with: JudgeBuilder = lambda moderator: moderator

    @cached_property
    def judge(self) -> CommentJudge:
        """What judges comments."""
        return self.judge_with(self.moderator)
