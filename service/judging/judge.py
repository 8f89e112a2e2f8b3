"""From comments to verdicts, the same for every protocol and every file: scores, then languages, then what the community wants."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from model.array_types import IntArray
from model.comment import LABELS, VERDICTS, Comment, Label, Verdict
from model.policy import Policy
from service.judging.community import Community
from service.judging.foreign import OnForeign

if TYPE_CHECKING:
    # At run time these come from outside, and with them the kernels that they load.
    from model.artefact.manifest import Prior
    from model.decisions import Decisions
    from model.language.identifier import Identifier
    from model.moderator import FirstPass, Moderator

__all__ = ["Judge", "Judgement", "Judgements"]

_APPROVE = VERDICTS.index(Verdict.APPROVE)


class Judgement(NamedTuple):
    """What is decided about one comment, in plain Python.

    Attributes:
        label: what the comment is called; None if it was not judged.
        scores: probabilities in the order of ``LABELS``; NaN if it was not judged.
        attributes: probabilities in the order of the decisions' ``attribute_names``.
        verdict: what to do with the comment; None if it was not judged.
        unobserved_verdict: what to do with it if the community did more than observe.
        language: its language; None where that is not known.
        foreign: whether that is a language that the model did not learn; None where nobody looked.
        matched: the entry of the community's lists that decided the verdict, if one did.
        reason: why the comment was not judged, else None.
    """

    label: Label | None
    scores: list[float]
    attributes: list[float]
    verdict: Verdict | None
    unobserved_verdict: Verdict | None
    language: str | None
    foreign: bool | None
    matched: str | None
    reason: str | None


class Judgements(NamedTuple):
    """What is decided about n comments, once policy, languages and lists have had their say.

    Attributes:
        decisions: labels, scores, attributes, spans, policy and version.
        verdicts: codes into ``VERDICTS``, -1 where a comment was not judged; shape (n,).
        unobserved_verdicts: the verdicts as they would be if the community did more than observe; shape (n,).
        languages: code (ISO 639-1, or 639-3 where that has none) of the language of each comment, None where it cannot be identified; n.
            None if nobody looked.
        foreign: whether that is a language that the model did not learn; n. None if nobody looked.
        matched: the entry of the community's lists that decided each verdict, None where none did; n. None if there are no lists.
        community: the name of the community that the comments belong to, if any.
    """

    decisions: "Decisions"
    verdicts: IntArray
    unobserved_verdicts: IntArray
    languages: Sequence[str | None] | None
    foreign: Sequence[bool] | None
    matched: Sequence[str | None] | None
    community: str | None

    def rows(self) -> Iterator[Judgement]:
        """Yield what is decided about each comment, in order."""
        n = len(self.decisions)
        nothing = [None] * n
        columns = (
            self.verdicts.tolist(),
            self.unobserved_verdicts.tolist(),
            self.languages or nothing,
            self.foreign or nothing,
            self.matched or nothing,
        )
        for (label, _, scores, attributes, reason), (verdict, unobserved, language, foreign, matched) in zip(
            self.decisions.rows(), zip(*columns, strict=True), strict=True
        ):
            yield Judgement(
                label=LABELS[label] if label >= 0 else None,
                scores=scores,
                attributes=attributes,
                verdict=VERDICTS[verdict] if verdict >= 0 else None,
                unobserved_verdict=VERDICTS[unobserved] if unobserved >= 0 else None,
                language=language,
                foreign=foreign,
                matched=matched,
                reason=reason,
            )


@dataclass(frozen=True, slots=True)
class Judge:
    """All that comments are judged by; a value that every protocol and every file is judged with.

    Attributes:
        moderator: loaded and warm.
        identifier: identifies languages; None if nobody asks for them and foreign comments are judged like others.
        policy: the name of one of the moderator's policies, whatever the community wants; None for the community's, else "default".
        community: that the comments belong to, if any.
        on_foreign: what happens to comments in languages that the model did not learn, where the community does not say.
    """

    moderator: "Moderator"
    identifier: "Identifier | None" = None
    policy: str | None = None
    community: Community | None = None
    on_foreign: OnForeign = OnForeign.REVIEW

    @property
    def version(self) -> str:
        """The artefact that gives the scores."""
        return self.moderator.version

    @property
    def prior(self) -> "Prior":
        """How common abuse is taken to be."""
        return self.moderator.prior

    @property
    def policy_name(self) -> str:
        """The name of the moderator's policy whose thresholds it applies."""
        return self.policy or (self.community.policy_name if self.community is not None else "default")

    def first_pass(self, comments: Sequence[Comment], *, threads: int = 1) -> "FirstPass":
        """Have the n-grams alone read comments, and find those that the encoder is to read as well.

        Raises:
            PolicyError: the moderator has no policy of that name.
        """
        return self.moderator.first_pass(comments, policy=self.policy_name, threads=threads)

    def judge(
        self,
        comments: Sequence[Comment],
        *,
        explain: bool = False,
        threads: int | None = 1,
        ngrams_only: bool = False,
        first_pass: "FirstPass | None" = None,
    ) -> Judgements:
        """Judge comments.

        Args:
            comments: n of them.
            explain: whether to find the words that moved the scores.
            threads: how many may share the work; 1 stays in the calling thread, None is all cores for large batches.
            ngrams_only: whether the n-grams are to judge alone, whatever the profile.
            first_pass: what ``first_pass`` returned for the same comments, if it was asked before.

        Raises:
            PolicyError: the moderator has no policy of that name.
        """
        decisions = self.moderator.decide(
            comments, policy=self.policy_name, explain=explain, threads=threads, ngrams_only=ngrams_only, first_pass=first_pass
        )
        community = self.community
        if community is not None and self.policy is None and isinstance(community.policy, Policy):
            decisions = decisions.with_policy(community.policy)
        verdicts = decisions.verdicts
        languages, foreign = None, None
        if self.identifier is not None:
            languages, _, foreign = self.identifier.identify(comments)
            if True in foreign:
                decisions, verdicts = self._treat_foreign(decisions, foreign)
        if community is None:
            return Judgements(decisions, verdicts, verdicts, languages, foreign, None, None)
        matched = None
        if community.has_lists:
            verdicts, matched = _apply_lists(community, comments, verdicts)
        effective = np.where(verdicts >= 0, _APPROVE, verdicts) if community.observe else verdicts
        return Judgements(decisions, effective, verdicts, languages, foreign, matched, community.name)

    def decide(self, comments: Sequence[Comment]) -> "Decisions":
        """Return what ``judge`` decides, the verdicts included, without languages and lists; on all cores for large batches."""
        judgements = self.judge(comments, threads=None)
        return judgements.decisions.with_verdicts(judgements.verdicts)

    def _treat_foreign(self, decisions: "Decisions", foreign: Sequence[bool]) -> "tuple[Decisions, IntArray]":
        """Return the decisions with less certain scores for foreign comments, and the verdicts with those that the site wants for them."""
        on_foreign = self.on_foreign if self.community is None else self.community.on_foreign or self.on_foreign
        code = on_foreign.verdict
        if code is None:
            return decisions, decisions.verdicts
        rows = np.flatnonzero(np.array(foreign, np.bool_))
        verdicts = decisions.verdicts.copy()
        verdicts[rows[verdicts[rows] >= 0]] = code
        return decisions.pulled_to_prior(rows, self.prior), verdicts


def _apply_lists(community: Community, comments: Sequence[Comment], verdicts: IntArray) -> tuple[IntArray, list[str | None]]:
    """Return the verdicts with those of the entries that match, and the entries; what was not judged stays so."""
    verdicts, matched = verdicts.copy(), []
    for row, (comment, verdict) in enumerate(zip(comments, verdicts.tolist(), strict=True)):
        match = community.match_lists(comment) if verdict >= 0 else None
        matched.append(None if match is None else match.entry)
        if match is not None:
            verdicts[row] = VERDICTS.index(match.verdict)
    return verdicts, matched
