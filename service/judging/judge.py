"""Judges comments, for every protocol and every file alike: first the scores, then the languages, then the lists of the community."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from model.array_types import IntArray
from model.comment import LABELS, VERDICTS, Comment, Label, Verdict
from model.policy import Policy
from service.judging.community import Community, choose_model_policy, choose_on_foreign
from service.judging.foreign import OnForeign

if TYPE_CHECKING:
    # Importing these at run time would load the compiled kernels, which not every process needs.
    from model.artefact.manifest import Prior
    from model.decisions import Decisions
    from model.language.identifier import Identifier
    from model.moderator import FirstPass, Moderator

__all__ = ["Judge", "Judgement", "Judgements"]

_APPROVE = VERDICTS.index(Verdict.APPROVE)


class Judgement(NamedTuple):
    """What is decided about one comment, in plain Python.

    Attributes:
        label: the label of the comment; None if it was not judged.
        scores: probabilities in the order of ``LABELS``; NaN if it was not judged.
        attributes: probabilities in the order of the decisions' ``attribute_names``.
        verdict: what to do with the comment; None if it was not judged.
        unobserved_verdict: the verdict as it would be if the community did more than observe.
        language: its language; None if that was not identified.
        foreign: whether that is a language that the model did not learn; None if languages were not identified.
        matched: the entry of the community's lists that decided the verdict; None if no entry did.
        reason: why the comment was not judged; None if it was.
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
    """What is decided about n comments by the policy, their languages and the lists of their community.

    Attributes:
        decisions: labels, scores, attributes, spans, policy and version.
        verdicts: indices into ``VERDICTS``, -1 where a comment was not judged; shape (n,).
        unobserved_verdicts: the verdicts as they would be if the community did more than observe; shape (n,).
        languages: for each comment the code of its language (ISO 639-1, or ISO 639-3 where there is no shorter one), None where it cannot
            be identified. None instead of the list if languages were not identified.
        foreign: for each comment whether its language is one that the model did not learn. None if languages were not identified.
        matched: for each comment the entry of the community's lists that decided its verdict, None where no entry did. None instead of
            the list if there are no lists.
        community: the name of the community that the comments belong to; None if they belong to none.
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
        blanks = [None] * len(self.decisions)
        for (label, _, scores, attributes, reason), verdict, unobserved, language, foreign, matched in zip(
            self.decisions.rows(),
            self.verdicts.tolist(),
            self.unobserved_verdicts.tolist(),
            self.languages or blanks,
            self.foreign or blanks,
            self.matched or blanks,
            strict=True,
        ):
            # By place, not by name: this is done for every comment of every call.
            yield Judgement(
                LABELS[label] if label >= 0 else None,
                scores,
                attributes,
                VERDICTS[verdict] if verdict >= 0 else None,
                VERDICTS[unobserved] if unobserved >= 0 else None,
                language,
                foreign,
                matched,
                reason,
            )


@dataclass(frozen=True, slots=True)
class Judge:
    """Judges comments by a model, a policy and a community: the one way from a comment to a verdict.

    Attributes:
        moderator: gives the scores; loaded and warm.
        identifier: identifies languages; None to leave them unidentified and judge foreign comments like others.
        policy: the name of one of the moderator's policies, which overrides the community's; None for the community's, else "default".
        community: the community that the comments belong to; None if they belong to none.
        on_foreign: what happens to comments in languages that the model did not learn, unless the community sets that itself.
    """

    moderator: "Moderator"
    identifier: "Identifier | None" = None
    policy: str | None = None
    community: Community | None = None
    on_foreign: OnForeign = OnForeign.REVIEW

    @property
    def version(self) -> str:
        """The version of the artefact that gives the scores."""
        return self.moderator.version

    @property
    def prior(self) -> "Prior":
        """How common abuse is assumed to be."""
        return self.moderator.prior

    @property
    def policy_name(self) -> str:
        """The name of the moderator's policy that is applied."""
        return choose_model_policy(self.policy, self.community)

    def list_effort(self, comments: Sequence[Comment]) -> int:
        """Return the most effort that it may take to match comments with the community's lists, in letters of plain text to judge."""
        cost = 0 if self.community is None else self.community.max_lists_cost
        return cost * sum(len(comment.text) for comment in comments) if cost else 0

    def first_pass(self, comments: Sequence[Comment], *, threads: int = 1) -> "FirstPass":
        """Read comments with the n-grams alone, and return their scores with the rows that the encoder is to read as well.

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
            comments: n comments.
            explain: whether to find the words that moved the scores.
            threads: the number of threads that share the work; 1 is the calling thread alone, None is all cores for large batches.
            ngrams_only: whether the n-grams are to judge alone, whatever the profile.
            first_pass: the result of `first_pass` for the same comments, if they have been read before.

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
        """Return the decisions of `judge` with its final verdicts in them; uses all cores for large batches."""
        judgements = self.judge(comments, threads=None)
        return judgements.decisions.with_verdicts(judgements.verdicts)

    def _treat_foreign(self, decisions: "Decisions", foreign: Sequence[bool]) -> "tuple[Decisions, IntArray]":
        """Return the decisions with the scores of foreign comments pulled to the prior, and the verdicts with theirs replaced."""
        foreign_verdict = choose_on_foreign(self.community, self.on_foreign).verdict
        if foreign_verdict is None:
            return decisions, decisions.verdicts
        rows = np.flatnonzero(np.array(foreign, np.bool_))
        verdicts = decisions.verdicts.copy()
        verdicts[rows[verdicts[rows] >= 0]] = foreign_verdict
        return decisions.pulled_to_prior(rows, self.prior), verdicts


def _apply_lists(community: Community, comments: Sequence[Comment], verdicts: IntArray) -> tuple[IntArray, list[str | None]]:
    """Return the verdicts after the community's lists, and the entry that decided each; what was not judged stays unjudged."""
    verdicts, matched = verdicts.copy(), []
    for row, (comment, verdict) in enumerate(zip(comments, verdicts.tolist(), strict=True)):
        match = community.match_lists(comment) if verdict >= 0 else None
        matched.append(None if match is None else match.entry)
        if match is not None:
            verdicts[row] = VERDICTS.index(match.verdict)
    return verdicts, matched
