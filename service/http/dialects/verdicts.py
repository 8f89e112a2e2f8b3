"""What is decided about single comments, as the dialects need it for their answers."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import isnan
from typing import Literal, NamedTuple

from starlette.requests import Request

from model.comment import Comment, Label, Verdict
from service.http.calls import Caller, Judgements, judge_comments
from service.http.problems import ProblemError, ProblemKind
from service.perspective.attribute_names import ABUSIVE, HATEFUL
from service.settings import Settings

__all__ = ["UNJUDGED", "UNREADABLE_VERDICT", "CommentVerdict", "Flagging", "comment_verdicts", "judge_for_client"]


class CommentVerdict(NamedTuple):
    """What is decided about one comment by the policy, its language and the lists of its community.

    Attributes:
        label: the label of the comment; None if it was not judged, for instance because it has no text.
        verdict: what to do with the comment; None if there was nothing to judge.
        unobserved_verdict: the verdict as it would be if the community did more than observe.
        scores: probabilities in the order of ``LABELS``; zeros if the comment was not judged. The last is NaN where hateful comments
            cannot be told from toxic ones in its language, of which the second is the probability then.
        attributes: the probability of each attribute that is told in its language; empty if the comment was not judged.
        foreign: whether no language that is read is its language, for certain or as far as can be told, so that the scores mean little.
        matched: the rule of the community's lists that decided the verdict; None if none did.
        must_wait: whether a step of judging has failed whose outcome could have been worse, so that the comment is not published before a
            moderator has seen it, whatever its scores are, and whatever the site does with other comments for review.
        own_verdict: the verdict to which the scores alone lead, whatever its language and the lists; None if it was not judged.
        language: the tag of its language; None if that is not certain.
    """

    label: Label | None
    verdict: Verdict | None
    unobserved_verdict: Verdict | None
    scores: tuple[float, float, float]
    attributes: Mapping[str, float]
    foreign: bool
    matched: str | None
    must_wait: bool = False
    own_verdict: Verdict | None = None
    language: str | None = None

    @property
    def abusive(self) -> float:
        """The probability that the comment is toxic or hateful."""
        return self.scores[1] + self.hateful

    @property
    def hateful(self) -> float:
        """The probability that the comment is hateful; 0 where that cannot be told in its language."""
        return self.scores[2] if self.tells_hateful else 0.0

    @property
    def tells_hateful(self) -> bool:
        """Whether hateful comments can be told from toxic ones in its language."""
        return not isnan(self.scores[2])

    @property
    def is_only_foreign(self) -> bool:
        """Whether the comment is for review because of its language, and for no other reason."""
        # An entry of a list either rejects a comment or leaves something out of it.
        return self.foreign and self.verdict is Verdict.REVIEW and self.own_verdict is Verdict.APPROVE and not self.must_wait

    def tells(self, source: str) -> bool:
        """Return whether a score of the comment is known: ``abusive``, ``hateful`` or an attribute."""
        return source == ABUSIVE or (self.tells_hateful if source == HATEFUL else source in self.attributes)

    def score(self, source: str) -> float:
        """Return the score of a name: ``abusive``, ``hateful`` or an attribute; 0 if the comment was not judged, or it is not known."""
        if source == ABUSIVE:
            return self.abusive
        return self.hateful if source == HATEFUL else self.attributes.get(source, 0.0)


@dataclass(frozen=True, slots=True)
class Flagging:
    """Which comments a dialect flags, whatever it calls that: as spam, with a flag, by a refusal.

    Attributes:
        verdicts: the verdicts that are flagged.
        foreign: whether comments are flagged that are for review because of their language alone. Most of these are harmless, and
            clients of other services, which read many languages, take a flag for a judgement.
    """

    verdicts: frozenset[Verdict]
    foreign: bool

    @classmethod
    def for_dialect(cls, name: str, settings: Settings, *, mildest: Literal["review", "reject"] = "review") -> "Flagging":
        """Return what a dialect flags.

        Args:
            name: the name of the dialect.
            settings: the settings of the site.
            mildest: the mildest verdict that is flagged.
        """
        verdicts = {Verdict.REJECT} if mildest == "reject" else {Verdict.REVIEW, Verdict.REJECT}
        return cls(frozenset(verdicts), foreign=name in settings.dialects_that_flag_foreign)

    def flags(self, result: CommentVerdict) -> bool:
        """Return whether a comment is flagged. One that has to wait always is."""
        if result.must_wait:
            return True
        return result.verdict in self.verdicts and (self.foreign or not result.is_only_foreign)


UNREADABLE_VERDICT = CommentVerdict(None, Verdict.REVIEW, Verdict.REVIEW, (0.0, 0.0, 0.0), {}, foreign=False, matched=None, must_wait=True)
"""The verdict on a comment that could not be judged through a fault of the service."""

UNJUDGED = CommentVerdict(None, None, None, (0.0, 0.0, 0.0), {}, foreign=False, matched=None)
"""The verdict on a comment that nobody has judged."""


async def judge_for_client(request: Request, comments: Sequence[Comment], *, caller: Caller, community: str | None) -> Judgements:
    """Judge comments for a client that sends a name of its own, whether or not the site has a community of that name.

    Takes the arguments and raises the errors of `judge_comments`, except that a community that the site does not have counts as none.
    """
    try:
        return await judge_comments(request, comments, caller=caller, community=community)
    except ProblemError as problem:
        if community is None or problem.kind is not ProblemKind.UNKNOWN_COMMUNITY:
            raise
        return await judge_comments(request, comments, caller=caller)


def comment_verdicts(judgements: Judgements) -> Iterator[CommentVerdict]:
    """Yield what is decided about each comment, in order."""
    names = judgements.decisions.attribute_names
    for judgement in judgements.rows():
        must_wait = judgement.held and judgement.verdict is not Verdict.APPROVE
        is_foreign = bool(judgement.foreign or judgement.unsure)
        if judgement.label is None:
            yield UNJUDGED._replace(
                verdict=judgement.verdict,
                unobserved_verdict=judgement.unobserved_verdict,
                foreign=is_foreign,
                matched=judgement.matched,
                must_wait=must_wait,
                own_verdict=judgement.own_verdict,
                language=judgement.language,
            )
        else:
            fine, toxic, hateful = judgement.scores
            yield CommentVerdict(
                label=judgement.label,
                verdict=judgement.verdict,
                unobserved_verdict=judgement.unobserved_verdict,
                scores=(fine, toxic, hateful),
                attributes={name: score for name, score in zip(names, judgement.attributes, strict=True) if not isnan(score)},
                foreign=is_foreign,
                matched=judgement.matched,
                must_wait=must_wait,
                own_verdict=judgement.own_verdict,
                language=judgement.language,
            )
