"""The subject of an evaluation: an artefact, and the rules by which a site judges with it."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

from model.decisions import CommentJudge
from model.moderator import Moderator

__all__ = ["EvaluationSubject", "JudgeBuilder"]

JudgeBuilder = Callable[[Moderator], CommentJudge]
"""Returns the judge of comments for a moderator: the moderator itself, or a site that adds its rules to it."""


@dataclass(frozen=True)
class EvaluationSubject:
    """An artefact that is evaluated.

    Attributes:
        moderator: the artefact with its profile.
        judge_with: returns the judge for a moderator, also for one of another profile; by default the moderator itself.
    """

    moderator: Moderator
    judge_with: JudgeBuilder = lambda moderator: moderator

    @cached_property
    def judge(self) -> CommentJudge:
        """The judge of comments with this artefact."""
        return self.judge_with(self.moderator)
