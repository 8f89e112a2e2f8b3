"""What is decided about comments: labels, scores and verdicts by name, frozen once they are made."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import accumulate
from typing import Any, NamedTuple, Protocol

import numpy as np
import numpy.typing as npt

from model.array_types import BoolArray, FloatArray, IntArray
from model.artefact.manifest import Prior
from model.comment import LABELS, VERDICTS, Comment, Label, Verdict
from model.explain import Span
from model.failures import NO_FAILURES, Failures, add_failures
from model.ngrams.heads import HATEFUL_HEAD, LABEL_HEADS
from model.ngrams.raw_scores import RawScores, allocate_scores
from model.policy import Policy
from model.profile import Profile

__all__ = ["EMPTY", "KINDS_OF_ABUSE", "UNREADABLE", "CommentJudge", "Decision", "Decisions", "apply_policy", "withhold_hateful"]

EMPTY = "empty"
"""The reason why a comment without any text is not judged."""

UNREADABLE = "unreadable"
"""The reason why a comment that can be read in no way is not judged; its verdict is ``review``."""

KINDS_OF_ABUSE = frozenset({"severe_toxicity", "threat"})
"""Attributes that make a comment abusive by the definitions of the labels: they are never likelier than abuse is."""

_REVIEW = VERDICTS.index(Verdict.REVIEW)
TOXIC_SCORE, HATEFUL_SCORE = LABELS.index(Label.TOXIC), LABELS.index(Label.HATEFUL)
"""Columns of the scores."""


class Decision(NamedTuple):
    """What is decided about one comment, in plain Python.

    Attributes:
        label: a code into ``LABELS``, -1 if the comment was not judged.
        verdict: a code into ``VERDICTS``, -1 if there is nothing to judge.
        scores: probabilities in the order of ``LABELS``; see ``Decisions.scores``.
        attributes: probabilities in the order of ``Decisions.attribute_names``.
        reason: why the comment was not judged, else None.
    """

    label: int
    verdict: int
    scores: list[float]
    attributes: list[float]
    reason: str | None


@dataclass(frozen=True, slots=True)
class Decisions:
    """What is decided about n comments, in the order given; nothing in it can be changed.

    Attributes:
        attribute_names: names of the published attributes.
        spans: for each comment the words that moved its scores, None where they could not be found; None unless they were asked for.
        policy: name of the policy that led to the verdicts.
        version: the artefact that gave the scores.
        profile: which of its readers judged.
        encoder_count: how many of the comments the encoder read as well; one that was read for two models counts twice.
        unreadable: the numbers of the comments that could be read in no way; their verdict is to review them.
        failures: for how many comments a step has failed.
    """

    _raw: RawScores
    attribute_names: Sequence[str]
    spans: Sequence[Sequence[Span] | None] | None
    policy: str
    version: str
    profile: Profile = Profile.FAST
    encoder_count: int = 0
    unreadable: frozenset[int] = frozenset()
    failures: Failures = field(default_factory=lambda: NO_FAILURES)

    def __post_init__(self) -> None:
        """Freeze the arrays."""
        self._raw.freeze()

    def __len__(self) -> int:
        """Return n."""
        return len(self._raw.codes)

    @property
    def labels(self) -> IntArray:
        """Codes into ``LABELS``, -1 where a comment was not judged; shape (n,)."""
        return self._raw.labels

    @property
    def scores(self) -> FloatArray:
        """Probabilities in the order of ``LABELS``, rows sum to 1, NaN where a comment was not judged; shape (n, 3).

        Where a model cannot tell hateful comments from others, P(hateful) is NaN, and P(toxic) is that of all abuse.
        """
        return self._raw.scores

    @property
    def verdicts(self) -> IntArray:
        """Codes into ``VERDICTS``, -1 where there is nothing to judge; shape (n,)."""
        return self._raw.verdicts

    @property
    def attributes(self) -> dict[str, FloatArray]:
        """Probability of each published attribute, NaN where a comment was not judged; shape (n,).

        That of a kind of abuse is never above that of abuse.
        """
        probabilities = self._attribute_columns()
        return {name: probabilities[:, column] for column, name in enumerate(self.attribute_names)}

    def _attribute_columns(self) -> FloatArray:
        """Return the probabilities of the attributes; those of kinds of abuse are at most that of abuse; shape (n, attributes)."""
        probabilities = self._raw.probabilities[:, LABEL_HEADS:]
        bounded = [column for column, name in enumerate(self.attribute_names) if name in KINDS_OF_ABUSE]
        if bounded:
            probabilities = probabilities.copy()
            probabilities[:, bounded] = np.minimum(probabilities[:, bounded], 1 - self._raw.scores[:, :1])
            probabilities.flags.writeable = False
        return probabilities

    @property
    def reasons(self) -> list[str | None]:
        """Why a comment was not judged (``"empty"``, ``"unreadable"``), else None; n."""
        return [None if label >= 0 else self._reason(row) for row, label in enumerate(self.labels.tolist())]

    def _reason(self, row: int) -> str:
        return UNREADABLE if row in self.unreadable else EMPTY

    def rows(self) -> Iterator[Decision]:
        """Yield the decision about each comment; for a few comments that takes less time than the arrays do."""
        columns = self.labels.tolist(), self.verdicts.tolist(), self.scores.tolist(), self._attribute_columns().tolist()
        for row, (label, verdict, scores, attributes) in enumerate(zip(*columns, strict=True)):
            yield Decision(label, verdict, scores, attributes, None if label >= 0 else self._reason(row))

    @classmethod
    def joined(cls, parts: "Sequence[Decisions]") -> "Decisions":
        """Return the decisions about the comments of one part after the other, all made with the same policy by the same moderator."""
        starts = accumulate(map(len, parts), initial=0)
        raw = RawScores(np.concatenate([part._raw.floats for part in parts]), np.concatenate([part._raw.codes for part in parts]))
        return replace(
            parts[0],
            _raw=raw,
            spans=None if parts[0].spans is None else [spans for part in parts for spans in part.spans or [None] * len(part)],
            encoder_count=sum(part.encoder_count for part in parts),
            unreadable=frozenset(start + row for start, part in zip(starts, parts, strict=False) for row in part.unreadable),
            failures=add_failures(*(part.failures for part in parts)),
        )

    def with_policy(self, policy: Policy) -> "Decisions":
        """Return the same decisions with the verdicts of another policy."""
        verdicts = apply_policy(policy, self.scores)
        if self.unreadable:
            verdicts[sorted(self.unreadable)] = _REVIEW
        return replace(self.with_verdicts(verdicts), policy=policy.name)

    def with_verdicts(self, verdicts: npt.NDArray[np.integer[Any]]) -> "Decisions":
        """Return the same decisions with other verdicts: codes into ``VERDICTS``, shape (n,)."""
        raw = self._raw.copy()
        raw.verdicts[:] = verdicts
        return replace(self, _raw=raw)

    def spread(self, n: int, rows: IntArray) -> "Decisions":
        """Return decisions about n comments, of which these are the ones in ``rows``; the others are not judged."""
        raw = allocate_scores(n, heads=self._raw.heads)
        raw.floats[:], raw.codes[:] = np.nan, -1
        raw.floats[rows], raw.codes[rows] = self._raw.floats, self._raw.codes
        spans: list[Sequence[Span] | None] | None = None
        if self.spans is not None:
            spans = [None] * n
            for row, found in zip(rows.tolist(), self.spans, strict=True):
                spans[row] = found
        unreadable = frozenset(rows[sorted(self.unreadable)].tolist())
        return replace(self, _raw=raw, spans=spans, unreadable=unreadable)

    def overlaid(self, parts: "Sequence[tuple[IntArray, Decisions]]") -> "tuple[Decisions, list[IntArray]]":
        """Return decisions in which other models have their say on some comments: the worst counts, by verdict, label and P(abusive).

        Args:
            parts: the numbers of some comments, ascending, shape (m,); and what another model decides about them, by a policy of the same
                name. Attributes that it lacks are NaN.

        Returns:
            The decisions, whose failures are those of all; and for each part the numbers of the comments on which it has decided.
        """
        raw, unreadable, decided = self._raw.copy(), set(self.unreadable), []
        spans = None if self.spans is None else list(self.spans)
        for rows, other in parts:
            theirs = other._raw
            which = np.flatnonzero(_are_graver(theirs, raw.part_of(rows)))
            taken = rows[which]
            decided.append(taken)
            if not taken.size:
                continue
            raw.floats[taken] = np.nan
            columns = {name: LABEL_HEADS + column for column, name in enumerate(other.attribute_names)}
            known = [(LABEL_HEADS + at, columns[name]) for at, name in enumerate(self.attribute_names) if name in columns]
            for head, their_head in ((0, 0), (1, 1), *known):
                raw.log_odds[taken, head] = theirs.log_odds[which, their_head]
                raw.probabilities[taken, head] = theirs.probabilities[which, their_head]
            raw.scores[taken], raw.codes[taken] = theirs.scores[which], theirs.codes[which]
            if spans is not None and other.spans is not None:
                for row, their_row in zip(taken.tolist(), which.tolist(), strict=True):
                    spans[row] = other.spans[their_row]
            if unreadable or other.unreadable:
                unreadable.difference_update(taken.tolist())
                unreadable.update(rows[sorted(other.unreadable.intersection(which.tolist()))].tolist())
        others = [other for _, other in parts]
        merged = replace(
            self,
            _raw=raw,
            spans=spans,
            unreadable=frozenset(unreadable),
            failures=add_failures(self.failures, *(other.failures for other in others)),
            encoder_count=self.encoder_count + sum(other.encoder_count for other in others),
        )
        return merged, decided

    def pulled_to_prior(self, rows: Sequence[int] | npt.NDArray[np.intp], prior: Prior) -> "Decisions":
        """Return the same decisions with the probabilities of some comments halfway to the prior, so that none of these is certain.

        Args:
            rows: the numbers of these comments; their labels and verdicts stay as they are.
            prior: how common abuse is; an attribute's prior is that of abuse.
        """
        raw, some = self._raw.copy(), np.asarray(rows, np.intp)
        priors = (1 - prior.abusive, prior.abusive * (1 - prior.hateful), prior.abusive * prior.hateful)
        raw.scores[some] = (raw.scores[some] + priors) / 2
        attributes = raw.probabilities[:, LABEL_HEADS:]
        attributes[some] = (attributes[some] + prior.abusive) / 2
        return replace(self, _raw=raw)


def _are_graver(one: RawScores, other: RawScores) -> BoolArray:
    """Return whether each of n comments fares no better by one model than by another: by verdict, then label, then P(abusive)."""
    verdicts, labels, fine = one.verdicts - other.verdicts, one.labels - other.labels, one.scores[:, 0] <= other.scores[:, 0]
    are_graver: BoolArray = (verdicts > 0) | ((verdicts == 0) & ((labels > 0) | ((labels == 0) & fine)))
    return are_graver


def apply_policy(policy: Policy, scores: FloatArray) -> IntArray:
    """Return the verdicts of a policy: codes into ``VERDICTS``, -1 where a comment was not judged; shape (n,).

    Args:
        policy: whose thresholds count; that of hateful comments only where P(hateful) is told.
        scores: as those of ``Decisions``, shape (n, 3).
    """
    abusive, hateful = 1 - scores[:, 0], scores[:, 2]
    return policy.verdicts(abusive, np.where(np.isnan(hateful) & ~np.isnan(abusive), 0.0, hateful)).astype(np.int64)


def withhold_hateful(raw: RawScores, policy: Policy) -> RawScores:
    """Return scores without P(hateful), where a model cannot tell it: then toxic is all abuse, and the verdicts rest on that alone.

    Args:
        raw: the scores of n comments; they stay as they are.
        policy: leads to the verdicts.
    """
    told, is_judged = raw.copy(), raw.labels >= 0
    told.scores[:, TOXIC_SCORE] = 1 - told.scores[:, 0]
    told.scores[:, HATEFUL_SCORE] = told.probabilities[:, HATEFUL_HEAD] = np.nan
    told.labels[:] = np.minimum(told.labels, TOXIC_SCORE)
    told.verdicts[is_judged] = apply_policy(policy, told.scores)[is_judged]
    return told


class CommentJudge(Protocol):
    """What decides about comments: a ``Moderator``, or one with the rules of a site on top."""

    @property
    def version(self) -> str:
        """The artefact that gives the scores."""
        ...

    @property
    def prior(self) -> Prior:
        """How common abuse is taken to be."""
        ...

    def decide(self, comments: Sequence[Comment], /) -> Decisions:
        """Judge n comments."""
        ...
