"""One community: what it wants done with its comments."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple

from model.comment import VERDICTS, Comment, Verdict
from model.policy import Policy
from service.judging.word_lists import Rules, shown

if TYPE_CHECKING:
    from model.moderator import Decisions

__all__ = ["Community", "OnForeign", "Outcome", "outcome"]


class OnForeign(StrEnum):
    """What becomes of a comment in a language that the model did not learn."""

    REVIEW = "review"
    APPROVE = "approve"
    REJECT = "reject"
    JUDGE = "judge"


@dataclass(frozen=True)
class Community:
    """What a community wants.

    Attributes:
        name: of the community.
        policy: the name of one of the model's policies, or thresholds of its own.
        observe: whether everything is approved, however it was decided.
        on_foreign: what becomes of a comment in a language that the model did not learn; as the site says if None.
        allow: words and patterns that approve a comment.
        deny: words and patterns that reject a comment; they come before those that approve it.
    """

    name: str
    policy: str | Policy = "default"
    observe: bool = False
    on_foreign: OnForeign | None = None
    allow: Rules = field(default_factory=lambda: Rules((), ()))
    deny: Rules = field(default_factory=lambda: Rules((), ()))

    @property
    def policy_name(self) -> str:
        """The name of the policy to ask the model for; its verdicts do not count where thresholds are the community's own."""
        return self.policy if isinstance(self.policy, str) else "default"


class Outcome(NamedTuple):
    """What a community makes of n decisions.

    Attributes:
        decisions: with the verdicts of the community's policy.
        wanted: verdict of each comment after lists and languages have spoken, None where a comment was not judged; n.
        verdicts: what is to be done: the same, or approve throughout if the community only watches; n.
        matched: the rule that decided, such as ``deny: casino``, None where none did; n.
    """

    decisions: "Decisions"
    wanted: Sequence[Verdict | None]
    verdicts: Sequence[Verdict | None]
    matched: Sequence[str | None]


def outcome(
    community: Community,
    comments: Sequence[Comment],
    decisions: "Decisions",
    *,
    foreign: Sequence[bool],
    on_foreign: OnForeign = OnForeign.REVIEW,
    own_policy: bool = True,
) -> Outcome:
    """Apply what a community wants: what it denies, then what it allows, then what it says of foreign languages, then its thresholds.

    Args:
        community: whose comments they are.
        comments: n of them.
        decisions: what the model says of them, by the policy ``community.policy_name`` or one that the call named.
        foreign: whether each is in a language that the model did not learn; n.
        on_foreign: what becomes of those, where the community does not say.
        own_policy: whether the community's thresholds count, because the call named no policy.
    """
    if own_policy and isinstance(community.policy, Policy):
        scores = decisions.scores
        decisions.reading.codes[:, 3] = community.policy.verdicts(1 - scores[:, 0], scores[:, 2])
        decisions = decisions._replace(policy=community.policy.name)
    foreign_becomes = community.on_foreign or on_foreign
    wanted: list[Verdict | None] = [VERDICTS[code] if code >= 0 else None for code in decisions.verdicts.tolist()]
    matched: list[str | None] = [None] * len(comments)
    for at, comment in enumerate(comments):
        if wanted[at] is not None:
            wanted[at], matched[at] = _ruled(community, comment, wanted[at], foreign_becomes if foreign[at] else OnForeign.JUDGE)
    verdicts = [None if verdict is None else Verdict.APPROVE for verdict in wanted] if community.observe else wanted
    return Outcome(decisions, wanted, verdicts, matched)


def _ruled(community: Community, comment: Comment, verdict: Verdict | None, becomes: OnForeign) -> tuple[Verdict | None, str | None]:
    if community.deny or community.allow:
        text = shown(comment)
        if (rule := community.deny.match(text)) is not None:
            return Verdict.REJECT, f"deny: {rule}"
        if (rule := community.allow.match(text)) is not None:
            return Verdict.APPROVE, f"allow: {rule}"
    if becomes is not OnForeign.JUDGE:
        return Verdict(becomes.value), None
    return verdict, None
