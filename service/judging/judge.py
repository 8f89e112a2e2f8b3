"""Judges comments, for every protocol and every file alike: first the scores, then the languages, then the lists of the community."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from model.array_types import IntArray
from model.comment import LABELS, VERDICTS, Comment, Label, Verdict
from model.errors import PolicyError
from model.failures import NO_FAILURES, Failures, Step, add_failures, log_failure
from model.policy import Policy
from service.judging.community import Community, choose_model_policy, choose_on_foreign
from service.judging.contained_steps import apply_lists, identify_languages
from service.judging.foreign import OnForeign
from service.judging.foreign_verdicts import treat_foreign

if TYPE_CHECKING:
    # Importing these at run time would load the compiled kernels, which not every process needs.
    from model.artefact.manifest import Prior
    from model.decisions import Decisions
    from model.language.identifier import Identifier
    from model.moderator import FirstPass, Moderator

__all__ = ["Judge", "Judgement", "Judgements"]

_APPROVE, _REVIEW = VERDICTS.index(Verdict.APPROVE), VERDICTS.index(Verdict.REVIEW)


class Judgement(NamedTuple):
    """What is decided about one comment, in plain Python.

    Attributes:
        label: the label of the comment; None if it was not judged.
        scores: probabilities in the order of ``LABELS``; NaN if it was not judged.
        attributes: probabilities in the order of the decisions' ``attribute_names``.
        verdict: what to do with the comment; None if there was nothing to judge.
        unobserved_verdict: the verdict as it would be if the community did more than observe.
        language: its language; None if that was not identified.
        foreign: whether that is a language that the model did not learn; None if languages were not identified.
        matched: the entry of the community's lists that decided the verdict; None if no entry did.
        reason: why the comment was not judged; None if it was.
        held: whether it is not approved because a step failed whose outcome could have been worse, whatever its scores are.
        own_verdict: the verdict to which its scores alone lead, whatever its language and the lists; None if there was nothing to judge.
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
    held: bool
    own_verdict: Verdict | None


class Judgements(NamedTuple):
    """What is decided about n comments by the policy, their languages and the lists of their community.

    Attributes:
        decisions: labels, scores, the verdicts to which these alone lead, attributes, spans, policy and version.
        verdicts: indices into ``VERDICTS``, -1 where there was nothing to judge; shape (n,).
        unobserved_verdicts: the verdicts as they would be if the community did more than observe; shape (n,).
        languages: for each comment the code of its language (ISO 639-1, or ISO 639-3 where there is no shorter one), None where it cannot
            be identified. None instead of the list if languages were not identified.
        foreign: for each comment whether its language is one that the model did not learn. None if languages were not identified.
        matched: for each comment the entry of the community's lists that decided its verdict, None where no entry did. None instead of
            the list if there are no lists.
        community: the name of the community that the comments belong to; None if they belong to none.
        failures: for how many comments a step has failed.
        held: the numbers of the comments that are not approved because a step failed whose outcome could have been worse.
    """

    decisions: "Decisions"
    verdicts: IntArray
    unobserved_verdicts: IntArray
    languages: Sequence[str | None] | None
    foreign: Sequence[bool] | None
    matched: Sequence[str | None] | None
    community: str | None
    failures: Failures = NO_FAILURES
    held: frozenset[int] = frozenset()

    def rows(self) -> Iterator[Judgement]:
        """Yield what is decided about each comment, in order."""
        n = len(self.decisions)
        blanks, held_rows = [None] * n, self.held
        for (label, own, scores, attributes, reason), verdict, unobserved, language, foreign, matched, held in zip(
            self.decisions.rows(),
            self.verdicts.tolist(),
            self.unobserved_verdicts.tolist(),
            self.languages or blanks,
            self.foreign or blanks,
            self.matched or blanks,
            [row in held_rows for row in range(n)] if held_rows else [False] * n,
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
                held,
                VERDICTS[own] if own >= 0 else None,
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

    @property
    def reads_context(self) -> bool:
        """Whether what a comment answers is read with it."""
        return self.moderator.reads_context

    def list_effort(self, comments: Sequence[Comment]) -> int:
        """Return the most effort that it may take to match comments with the community's lists, in letters of plain text to judge."""
        cost = 0 if self.community is None else self.community.max_lists_cost
        return cost * sum(len(comment.text) for comment in comments) if cost else 0

    def first_pass(self, comments: Sequence[Comment], *, threads: int = 1) -> "FirstPass | None":
        """Read comments with the n-grams alone, and return their scores with the rows that the encoder is to read as well.

        Returns:
            The scores; None if this fails, which is left to `judge` to find out and to deal with.

        Raises:
            PolicyError: the moderator has no policy of that name.
        """
        try:
            return self.moderator.first_pass(comments, policy=self.policy_name, threads=threads)
        except PolicyError:
            raise
        except Exception as error:
            log_failure(Step.JUDGEMENT, error)
            return None

    def judge(
        self,
        comments: Sequence[Comment],
        *,
        explain: bool = False,
        threads: int | None = 1,
        ngrams_only: bool = False,
        first_pass: "FirstPass | None" = None,
    ) -> Judgements:
        """Judge comments. Whatever fails while one of them is judged concerns that one alone: see `Step`.

        Args:
            comments: n comments.
            explain: whether to find the words that moved the scores.
            threads: the number of threads that share the work; 1 is the calling thread alone, None is all cores for large batches.
            ngrams_only: whether the n-grams are to judge alone, whatever the profile.
            first_pass: the result of `first_pass` for the same comments, if they have been read before.

        Raises:
            PolicyError: the moderator has no policy of that name.
        """
        try:
            decisions = self.moderator.decide(
                comments, policy=self.policy_name, explain=explain, threads=threads, ngrams_only=ngrams_only, first_pass=first_pass
            )
            return self._complete(comments, decisions)
        except PolicyError:
            raise
        except Exception as error:
            log_failure(Step.JUDGEMENT, error)
        each = [self._judge_one(comments[row : row + 1], explain=explain, ngrams_only=ngrams_only) for row in range(len(comments))]
        return _join(each) if each else self._give_up(comments, explain=explain)

    def _judge_one(self, comment: Sequence[Comment], *, explain: bool, ngrams_only: bool) -> Judgements:
        """Judge a comment after judging it together with others has failed."""
        try:
            return self._complete(
                comment, self.moderator.decide(comment, policy=self.policy_name, explain=explain, threads=1, ngrams_only=ngrams_only)
            )
        except Exception as error:
            log_failure(Step.JUDGEMENT, error)
            return self._give_up(comment, explain=explain)

    def _give_up(self, comments: Sequence[Comment], *, explain: bool) -> Judgements:
        """Return the judgements of comments that cannot be judged: a moderator has to review them."""
        n = len(comments)
        decisions = self.moderator.decide_unreadable(n, policy=self.policy_name, explain=explain)
        community = self.community
        effective = np.full(n, _APPROVE) if community is not None and community.observe else decisions.verdicts
        return Judgements(
            decisions,
            effective,
            decisions.verdicts,
            languages=None if self.identifier is None else [None] * n,
            foreign=None if self.identifier is None else [False] * n,
            matched=[None] * n if community is not None and community.has_lists else None,
            community=None if community is None else community.name,
            failures={Step.JUDGEMENT: n} if n else NO_FAILURES,
            held=decisions.unreadable,
        )

    def _complete(self, comments: Sequence[Comment], decisions: "Decisions") -> Judgements:
        """Add to the decisions of the model what the site adds: the community's policy, the languages, the lists."""
        community, policy = self.community, self.moderator.policies[self.policy_name]
        if community is not None and self.policy is None and isinstance(community.policy, Policy):
            policy = community.policy
            decisions = decisions.with_policy(policy)
        verdicts, failures = decisions.verdicts, decisions.failures
        languages, foreign = None, None
        if self.identifier is not None:
            languages, foreign, language_failures = identify_languages(self.identifier, comments)
            failures = add_failures(failures, language_failures)
            if True in foreign:
                on_foreign = choose_on_foreign(community, self.on_foreign)
                decisions, verdicts = treat_foreign(decisions, foreign, on_foreign=on_foreign, policy=policy, prior=self.prior)
        matched, held = None, decisions.unreadable
        if community is not None and community.has_lists:
            verdicts, matched, undecided, list_failures = apply_lists(community, comments, verdicts)
            held, failures = held | undecided, add_failures(failures, list_failures)
        if held:
            verdicts = _hold_back(verdicts, held)
        if community is None:
            return Judgements(decisions, verdicts, verdicts, languages, foreign, None, None, failures, held)
        effective = np.where(verdicts >= 0, _APPROVE, verdicts) if community.observe else verdicts
        return Judgements(decisions, effective, verdicts, languages, foreign, matched, community.name, failures, held)

    def decide(self, comments: Sequence[Comment]) -> "Decisions":
        """Return the decisions of `judge` with its final verdicts in them; uses all cores for large batches."""
        judgements = self.judge(comments, threads=None)
        return judgements.decisions.with_verdicts(judgements.verdicts)


def _hold_back(verdicts: IntArray, rows: frozenset[int]) -> IntArray:
    """Return the verdicts, with none milder than to review for some comments, whatever lists or languages say of these."""
    held = verdicts.copy()
    for row in rows:
        held[row] = max(held[row], _REVIEW)
    return held


def _join(parts: Sequence[Judgements]) -> Judgements:
    """Return the judgements of single comments, all made by the same judge, as those of all of them."""
    from model.decisions import Decisions

    def chain(columns: Sequence[Sequence[Any] | None]) -> list[Any] | None:
        return [value for column in columns for value in column or ()] if columns[0] is not None else None

    return Judgements(
        Decisions.joined([part.decisions for part in parts]),
        np.concatenate([part.verdicts for part in parts]),
        np.concatenate([part.unobserved_verdicts for part in parts]),
        chain([part.languages for part in parts]),
        chain([part.foreign for part in parts]),
        chain([part.matched for part in parts]),
        parts[0].community,
        add_failures(*(part.failures for part in parts)),
        # Each part is one comment.
        frozenset(row for row, part in enumerate(parts) if part.held),
    )
