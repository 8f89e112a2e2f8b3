"""Judges comments, for every protocol and every file alike: first the scores, then the languages, then the lists of the community."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np

from model.array_types import IntArray
from model.comment import VERDICTS, Comment, Verdict
from model.errors import PolicyError
from model.failures import NO_FAILURES, Step, add_failures, log_failure
from model.policy import Policy
from service.judging.community import Community, choose_model_policy, choose_on_foreign
from service.judging.contained_steps import MatchedLists, identify_languages, match_lists
from service.judging.foreign import OnForeign
from service.judging.foreign_verdicts import treat_foreign
from service.judging.judgements import Judgement, Judgements, join_judgements

if TYPE_CHECKING:
    # Importing these at run time would load the compiled kernels, which not every process needs.
    from model.artefact.manifest import Prior
    from model.decisions import Decisions
    from model.language.identifier import Identifier
    from model.moderator import FirstPass, Moderator

__all__ = ["Judge", "Judgement", "Judgements"]

_MAX_BYTES_PER_LETTER = 4

_APPROVE, _REVIEW = VERDICTS.index(Verdict.APPROVE), VERDICTS.index(Verdict.REVIEW)


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
    # What the lists match in the comments of the first pass, until these are judged.
    _matched: list[tuple[Sequence[Comment], MatchedLists]] = field(default_factory=list, init=False, repr=False, compare=False)

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
        return cost * sum(map(_max_bytes, comments)) if cost else 0

    def first_pass(self, comments: Sequence[Comment], *, threads: int = 1) -> "FirstPass | None":
        """Read comments with the n-grams alone, and return their scores with the rows that the encoder is to read as well.

        Returns:
            The scores; None if this fails, which is left to `judge` to find out and to deal with.

        Raises:
            PolicyError: the moderator has no policy of that name.
        """
        try:
            listed = self._match_lists(comments) if self.community is not None and self.community.allow else None
            if listed is not None:
                self._matched[:] = [(comments, listed)]
            return self.moderator.first_pass(comments if listed is None else listed.comments, policy=self.policy_name, threads=threads)
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
            listed = self._take_matched(comments) or self._match_lists(comments)
            return self._judge_listed(comments, listed, explain=explain, threads=threads, ngrams_only=ngrams_only, first_pass=first_pass)
        except PolicyError:
            raise
        except Exception as error:
            log_failure(Step.JUDGEMENT, error)
        each = [self._judge_one(comments[row : row + 1], explain=explain, ngrams_only=ngrams_only) for row in range(len(comments))]
        return join_judgements(each) if each else self._give_up(comments, explain=explain)

    def _judge_listed(
        self,
        comments: Sequence[Comment],
        listed: MatchedLists | None,
        *,
        explain: bool,
        threads: int | None,
        ngrams_only: bool,
        first_pass: "FirstPass | None" = None,
    ) -> Judgements:
        """Judge comments after they were matched with the lists of the community."""
        read = comments if listed is None else listed.comments
        decisions = self.moderator.decide(
            read, policy=self.policy_name, explain=explain, threads=threads, ngrams_only=ngrams_only, first_pass=first_pass
        )
        return self._complete(comments, decisions, listed)

    def _judge_one(self, comment: Sequence[Comment], *, explain: bool, ngrams_only: bool) -> Judgements:
        """Judge a comment after judging it together with others has failed."""
        try:
            return self._judge_listed(comment, self._match_lists(comment), explain=explain, threads=1, ngrams_only=ngrams_only)
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

    def _take_matched(self, comments: Sequence[Comment]) -> MatchedLists | None:
        """Return what the lists have matched in the comments of the first pass, if these are they."""
        return next((listed for read, listed in self._matched if read is comments), None)

    def _match_lists(self, comments: Sequence[Comment]) -> MatchedLists | None:
        """Match comments with the lists of the community; None if there are none."""
        community = self.community
        return match_lists(community, comments) if community is not None and community.has_lists else None

    def _complete(self, comments: Sequence[Comment], decisions: "Decisions", listed: MatchedLists | None) -> Judgements:
        """Add to the decisions of the model what the site adds: the community's policy, the languages, the lists."""
        community, policy = self.community, self.moderator.policies[self.policy_name]
        if community is not None and self.policy is None and isinstance(community.policy, Policy):
            policy = community.policy
            decisions = decisions.with_policy(policy)
        verdicts, failures = decisions.verdicts, decisions.failures
        languages, foreign = None, None
        if self.identifier is not None:
            read = comments if listed is None else listed.comments
            languages, foreign, language_failures = identify_languages(self.identifier, read)
            failures = add_failures(failures, language_failures)
            if True in foreign:
                on_foreign = choose_on_foreign(community, self.on_foreign)
                decisions, verdicts = treat_foreign(decisions, foreign, on_foreign=on_foreign, policy=policy, prior=self.prior)
        matched, held, excused = None, decisions.unreadable, dict[int, str]()
        if listed is not None:
            verdicts, matched = listed.apply(verdicts)
            held, failures, excused = held | listed.undecided, add_failures(failures, listed.failures), listed.excused
            decisions = _take_spans_back(decisions, listed)
        if held:
            verdicts = _hold_back(verdicts, held)
        if community is None:
            return Judgements(decisions, verdicts, verdicts, languages, foreign, None, None, failures, held)
        effective = np.where(verdicts >= 0, _APPROVE, verdicts) if community.observe else verdicts
        return Judgements(decisions, effective, verdicts, languages, foreign, matched, community.name, failures, held, excused)

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


def _max_bytes(comment: Comment) -> int:
    """Return the most bytes that the text of a comment may have."""
    return len(comment.text) if comment.text.isascii() else _MAX_BYTES_PER_LETTER * len(comment.text)


def _take_spans_back(decisions: "Decisions", listed: MatchedLists) -> "Decisions":
    """Return decisions whose explanations of what is left of comments are about the texts of the whole comments."""
    if decisions.spans is None or not listed.remainders:
        return decisions
    spans = list(decisions.spans)
    for row, remainder in listed.remainders.items():
        spans[row] = remainder.take_back(spans[row] or ())
    return replace(decisions, spans=spans)
