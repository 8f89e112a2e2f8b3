"""From comments to verdicts: the model's scores, then languages, then what the community wants; the same for every protocol."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from model.comment import VERDICTS, Comment, Verdict
from service.judging.community import OnForeign, outcome

if TYPE_CHECKING:
    from model.artefact.manifest import Prior
    from model.language.identifier import Identifier
    from model.moderator import Decisions, Moderator
    from service.http.observability.metrics import Metrics
    from service.judging.community import Community

__all__ = ["Judgement", "Judging"]

_LABELS = 3


class Judgement(NamedTuple):
    """What is decided of n comments after policy, languages and lists have spoken.

    Attributes:
        decisions: what the model says; labels, scores, attributes, spans, policy and version are read from here. The scores of
            foreign comments are halfway to what is usual on the site, since the model knows little of these.
        verdicts: final verdict of each comment; None where a comment was not judged; n.
        languages: code (ISO 639-1, or 639-3 where that has none) of the language of each comment, None where it cannot be told; n.
        foreign: whether that is a language that the model did not learn; n.
        matched: the rule of the community's lists that decided the verdict, None where none did; n.
        wanted: the verdicts as they would be if the community did more than watch; n.
        community: the name of the community that the call belongs to, if any.
    """

    decisions: "Decisions"
    verdicts: Sequence[Verdict | None]
    languages: Sequence[str | None]
    foreign: Sequence[bool]
    matched: Sequence[str | None]
    wanted: Sequence[Verdict | None]
    community: str | None


@dataclass(frozen=True, slots=True)
class Judging:
    """All that the comments of one call are judged by.

    Attributes:
        moderator: loaded and warm.
        identifier: tells languages, likewise.
        policy: the name of one of the moderator's policies.
        named: whether the call itself named it.
        community: that the comments belong to, if any.
        on_foreign: what becomes of comments in languages that the model did not learn, where the community does not say.
        metrics: count what is decided.
    """

    moderator: "Moderator"
    identifier: "Identifier"
    policy: str
    named: bool
    community: "Community | None"
    on_foreign: OnForeign
    metrics: "Metrics"

    def judge(self, comments: Sequence[Comment], *, explain: bool = False, fast: bool = False) -> Judgement:
        """Judge comments in the calling thread.

        Args:
            comments: n of them.
            explain: whether to tell the spans that moved the scores.
            fast: whether the n-grams are to judge alone.
        """
        decisions = self.moderator.decide(comments, policy=self.policy, explain=explain, threads=1, fast=fast)
        languages, _, foreign = self.identifier.of(comments)
        n, community = len(comments), self.community
        if community is not None:
            came = outcome(community, comments, decisions, foreign=foreign, on_foreign=self.on_foreign, own_policy=not self.named)
            found = Judgement(came.decisions, came.verdicts, languages, foreign, came.matched, came.wanted, community.name)
        else:
            verdicts = [VERDICTS[code] if code >= 0 else None for code in decisions.verdicts.tolist()]
            if True in foreign and self.on_foreign is not OnForeign.JUDGE:
                changed = Verdict(self.on_foreign.value)
                verdicts = [changed if other and verdict else verdict for verdict, other in zip(verdicts, foreign, strict=True)]
            found = Judgement(decisions, verdicts, languages, foreign, [None] * n, verdicts, None)
        if True in foreign:
            _temper(decisions, foreign, self.moderator.classifier.prior)
        self.metrics.judged(found)
        return found


def _temper(decisions: "Decisions", foreign: Sequence[bool], prior: "Prior") -> None:
    """Move the probabilities of foreign comments halfway to what is usual, so that none is certain."""
    rows = [at for at, other in enumerate(foreign) if other]
    floats = decisions.reading.floats
    usual = (1 - prior.abusive, prior.abusive * (1 - prior.hateful), prior.abusive * prior.hateful)
    first = floats.shape[1] - _LABELS
    for column, value in enumerate(usual):
        floats[rows, first + column] = (floats[rows, first + column] + value) / 2
    attributes = slice(first - len(decisions.names), first)
    floats[rows, attributes] = (floats[rows, attributes] + prior.abusive) / 2
