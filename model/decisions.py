"""What is decided about comments: labels, scores and verdicts by name, frozen once they are made."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import accumulate
from typing import Any, NamedTuple, Protocol

import numpy as np
import numpy.typing as npt

from model.array_types import FloatArray, IntArray
from model.artefact.manifest import Prior
from model.comment import VERDICTS, Comment, Verdict
from model.explain import Span
from model.failures import NO_FAILURES, Failures, add_failures
from model.ngrams.heads import LABEL_HEADS
from model.ngrams.raw_scores import RawScores
from model.policy import Policy
from model.profile import Profile

__all__ = ["EMPTY", "KINDS_OF_ABUSE", "UNREADABLE", "CommentJudge", "Decision", "Decisions"]

EMPTY = "empty"
"""The reason why a comment without any text is not judged."""

UNREADABLE = "unreadable"
"""The reason why a comment that can be read in no way is not judged; its verdict is ``review``."""

KINDS_OF_ABUSE = frozenset({"severe_toxicity", "threat"})
"""Attributes that make a comment abusive by the definitions of the labels: they are never likelier than abuse is."""

_REVIEW = VERDICTS.index(Verdict.REVIEW)


class Decision(NamedTuple):
    """What is decided about one comment, in plain Python.

    Attributes:
        label: a code into ``LABELS``, -1 if the comment was not judged.
        verdict: a code into ``VERDICTS``, -1 if there is nothing to judge.
        scores: probabilities in the order of ``LABELS``.
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
        encoder_count: how many of the comments the encoder read as well.
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
        """Probabilities in the order of ``LABELS``, rows sum to 1, NaN where a comment was not judged; shape (n, 3)."""
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
        verdicts = policy.verdicts(1 - self.scores[:, 0], self.scores[:, 2])
        if self.unreadable:
            verdicts[sorted(self.unreadable)] = _REVIEW
        return replace(self.with_verdicts(verdicts), policy=policy.name)

    def with_verdicts(self, verdicts: npt.NDArray[np.integer[Any]]) -> "Decisions":
        """Return the same decisions with other verdicts: codes into ``VERDICTS``, shape (n,)."""
        raw = self._raw.copy()
        raw.verdicts[:] = verdicts
        return replace(self, _raw=raw)

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
