"""Judges comments, for every protocol and every file alike: first the languages, then the scores, then the lists of the community.

The language of a comment says who judges it: the model of the site reads English, and each other language has its pack. A comment that
may be in several languages is judged for each, and the worst answer counts. One that no language that is read claims is scored by the model
of the site, its probabilities are pulled halfway to the prior, and the setting ``on_foreign`` gives the verdict.

What is told of languages, of each comment (`Judgement`) and of all (`Judgements`): ``language`` is its tag where that is certain;
``foreign`` and ``unsure`` say that no language that is read claims it; ``judged_as`` and ``version`` say which model has decided. Where
that is a pack, attributes that it lacks are NaN, and so is P(hateful) where the pack cannot tell it: then P(toxic) is that of all abuse.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from model.array_types import IntArray
from model.comment import VERDICTS, Comment, Verdict
from model.errors import PolicyError
from model.failures import NO_FAILURES, Step, add_failures, log_failure
from model.policy import Policy
from service.judging.community import Community, choose_model_policy, choose_on_foreign
from service.judging.contained_steps import IdentifiedLanguages, MatchedLists, identify_languages, match_lists
from service.judging.foreign import OnForeign
from service.judging.foreign_verdicts import treat_foreign
from service.judging.judgements import Judgement, Judgements, join_judgements
from service.judging.languages_judging import FirstReading, JudgedByLanguage, PolicyChoice, judge_by_language, read_first
from service.judging.routes import LanguageColumns, Routes, are_all_english, describe_languages, find_routes

if TYPE_CHECKING:
    # Importing these at run time would load the compiled kernels, which not every process needs.
    from model.artefact.manifest import Prior
    from model.decisions import Decisions
    from model.language.identifier import Identifier
    from model.languages.language_packs import LanguagePacks
    from model.moderator import Moderator

__all__ = ["FirstReading", "Judge", "Judgement", "Judgements"]

_MAX_BYTES_PER_LETTER = 4

_NO_ROWS: frozenset[int] = frozenset()
_NOTHING: dict[int, str] = {}
_NOTHING_TOLD = LanguageColumns()
_APPROVE, _REVIEW = VERDICTS.index(Verdict.APPROVE), VERDICTS.index(Verdict.REVIEW)


@dataclass(frozen=True, slots=True)
class Judge:
    """Judges comments by a model, a policy and a community: the one way from a comment to a verdict.

    Attributes:
        moderator: gives the scores of comments in English; loaded and warm.
        identifier: identifies languages; None to leave them unidentified and judge all comments as if they were in English.
        policy: the name of one of the moderator's policies, which overrides the community's; None for the community's, else "default".
        community: the community that the comments belong to; None if they belong to none.
        on_foreign: what happens to comments that no language that is read claims, unless the community sets that itself.
        packs: judge comments in other languages; None if there are none.
    """

    moderator: "Moderator"
    identifier: "Identifier | None" = None
    policy: str | None = None
    community: Community | None = None
    on_foreign: OnForeign = OnForeign.REVIEW
    packs: "LanguagePacks | None" = None

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

    @property
    def has_encoder(self) -> bool:
        """Whether an encoder may have to read a comment, which takes a thousand times as long as the n-grams do."""
        return self.moderator.combined is not None or (self.packs is not None and self.packs.has_encoder)

    def list_effort(self, comments: Sequence[Comment]) -> int:
        """Return the most effort that it may take to match comments with the community's lists, in letters of plain text to judge."""
        cost = 0 if self.community is None else self.community.max_lists_cost
        return cost * sum(map(_max_bytes, comments)) if cost else 0

    def first_pass(self, comments: Sequence[Comment], *, threads: int = 1) -> FirstReading | None:
        """Read comments with the n-grams alone, and return their scores with the rows that an encoder is to read as well.

        Returns:
            The scores; None if this fails, which is left to `judge` to find out and to deal with.

        Raises:
            PolicyError: the moderator has no policy of that name.
        """
        try:
            listed = self._match_lists(comments) if self.community is not None and self.community.allow else None
            read = comments if listed is None else listed.comments
            languages = None if self.packs is None else self._identify(read)
            routes = self._find_routes(languages, ngrams_only=False)
            if routes is None or self.packs is None or self.identifier is None:
                own = self.moderator.first_pass(read, policy=self.policy_name, threads=threads)
                return FirstReading(own.encoder_rows, listed, languages, None, own, {})
            chosen: Any = {"identifier": self.identifier, "policy": self.policy_name, "threads": threads}
            first = read_first(self.moderator, self.packs, read, routes, **chosen)
            return FirstReading(first[0], listed, languages, routes, *first[1:])
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
        first_pass: FirstReading | None = None,
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
            listed = (None if first_pass is None else first_pass.listed) or self._match_lists(comments)
            return self._judge_listed(comments, listed, explain=explain, threads=threads, ngrams_only=ngrams_only, first=first_pass)
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
        first: FirstReading | None = None,
    ) -> Judgements:
        """Judge comments after they were matched with the lists of the community."""
        read = comments if listed is None else listed.comments
        languages = (None if first is None else first.languages) or self._identify(read)
        routes = self._find_routes(languages, ngrams_only=ngrams_only)
        asked: Any = {"explain": explain, "threads": threads, "ngrams_only": ngrams_only}
        thresholds, policy = self._thresholds, self.policy_name
        if routes is None or self.packs is None or self.identifier is None:
            own = first.own if first is not None and first.routes is None else None
            decisions = self.moderator.decide(read, policy=policy, first_pass=own, **asked)
            judged = JudgedByLanguage(decisions if thresholds is None else decisions.with_policy(thresholds), _NOTHING, _NOTHING)
        else:
            choice = PolicyChoice(policy, thresholds)
            asked |= {"identifier": self.identifier, "policy": choice, "first": first}
            judged = judge_by_language(self.moderator, self.packs, read, routes, **asked)
        return self._complete(judged, languages, listed, unread=_NO_ROWS if routes is None else routes.unread)

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
            unsure=None if self.identifier is None else [False] * n,
            judged_as=None if self.identifier is None else [None] * n,
            matched=[None] * n if community is not None and community.has_lists else None,
            community=None if community is None else community.name,
            failures={Step.JUDGEMENT: n} if n else NO_FAILURES,
            held=decisions.unreadable,
        )

    @property
    def _thresholds(self) -> Policy | None:
        """The community's own thresholds, if they count."""
        policy = None if self.community is None or self.policy is not None else self.community.policy
        return policy if isinstance(policy, Policy) else None

    def _identify(self, comments: Sequence[Comment]) -> IdentifiedLanguages | None:
        """Identify the languages of comments; None if they are to remain unidentified."""
        return None if self.identifier is None else identify_languages(self.identifier, comments)

    def _find_routes(self, languages: IdentifiedLanguages | None, *, ngrams_only: bool) -> Routes | None:
        """Return who judges comments; None if the moderator judges all of them as languages that it reads, or languages are no matter."""
        own = self.moderator.languages
        if self.packs is None or languages is None or are_all_english(languages.candidates, own):
            return None
        read = self.packs.read_tags(ngrams_only=ngrams_only)
        routes = find_routes(languages.candidates, own=own, packs=read)
        unusable = self.packs.open(routes.packs)
        return find_routes(languages.candidates, own=own, packs=read - unusable) if unusable else routes

    def _match_lists(self, comments: Sequence[Comment]) -> MatchedLists | None:
        """Match comments with the lists of the community; None if there are none."""
        community = self.community
        return match_lists(community, comments) if community is not None and community.has_lists else None

    def _complete(
        self, judged: JudgedByLanguage, languages: IdentifiedLanguages | None, listed: MatchedLists | None, *, unread: frozenset[int]
    ) -> Judgements:
        """Add to the decisions of the models what the site adds: what happens to languages that are not read, and the lists."""
        community, decisions = self.community, judged.decisions
        verdicts, failures = decisions.verdicts, decisions.failures
        told = _NOTHING_TOLD
        if languages is not None:
            failures = add_failures(failures, languages.failures)
            told = describe_languages(languages, judged.tags, unread, own=self.moderator.languages)
            if rows := told.unread:
                on_foreign, policy = (
                    choose_on_foreign(community, self.on_foreign),
                    self._thresholds or self.moderator.policies[self.policy_name],
                )
                decisions, verdicts = treat_foreign(decisions, rows, on_foreign=on_foreign, policy=policy, prior=self.prior)
        matched, held, excused = None, decisions.unreadable, dict[int, str]()
        if listed is not None:
            verdicts, matched = listed.apply(verdicts)
            held, failures, excused = held | listed.undecided, add_failures(failures, listed.failures), listed.excused
            decisions = _take_spans_back(decisions, listed)
        if held:
            verdicts = _hold_back(verdicts, held)
        tags, foreign, unsure, judged_as, _ = told
        rest = unsure, judged_as, judged.versions
        if community is None:
            return Judgements(decisions, verdicts, verdicts, tags, foreign, None, None, failures, held, excused, *rest)
        effective = np.where(verdicts >= 0, _APPROVE, verdicts) if community.observe else verdicts
        return Judgements(decisions, effective, verdicts, tags, foreign, matched, community.name, failures, held, excused, *rest)

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
