"""What is decided about comments by the policy, their languages and the lists of their community."""

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from model.array_types import IntArray
from model.comment import LABELS, VERDICTS, Label, Verdict
from model.failures import NO_FAILURES, Failures, add_failures

if TYPE_CHECKING:
    # Importing this at run time would load the compiled kernels, which not every process needs.
    from model.decisions import Decisions

__all__ = ["Judgement", "Judgements", "join_judgements"]

_NOTHING_EXCUSED: Mapping[int, str] = {}


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
        matched: the entry of the community's lists that decided the verdict, whatever the scores are; None if no entry did.
        reason: why the comment was not judged; None if it was.
        held: whether it is not approved because a step failed whose outcome could have been worse, whatever its scores are.
        own_verdict: the verdict to which its scores alone lead, whatever its language and the lists; None if there was nothing to judge.
        excused: the entry that the community allows, without which the comment is judged; None if it is judged as a whole.
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
    excused: str | None = None

    @property
    def entry(self) -> str | None:
        """The entry of the community's lists to tell people of: the one that decided, or else the one that was left out."""
        return self.matched or self.excused


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
        excused: by the number of each comment that is judged without phrases that the community allows, the entry of the first.
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
    excused: Mapping[int, str] = _NOTHING_EXCUSED

    def rows(self) -> Iterator[Judgement]:
        """Yield what is decided about each comment, in order."""
        n = len(self.decisions)
        blanks, held_rows, excused_rows = [None] * n, self.held, self.excused
        for (label, own, scores, attributes, reason), verdict, unobserved, language, foreign, matched, held, excused in zip(
            self.decisions.rows(),
            self.verdicts.tolist(),
            self.unobserved_verdicts.tolist(),
            self.languages or blanks,
            self.foreign or blanks,
            self.matched or blanks,
            [row in held_rows for row in range(n)] if held_rows else [False] * n,
            [excused_rows.get(row) for row in range(n)] if excused_rows else blanks,
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
                excused,
            )


def join_judgements(parts: Sequence[Judgements]) -> Judgements:
    """Return the judgements of single comments, all made by the same judge, as those of all of them."""
    from model.decisions import Decisions  # at run time only where something has failed

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
        {row: part.excused[0] for row, part in enumerate(parts) if part.excused},
    )
