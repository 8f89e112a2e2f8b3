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

_NOTHING: Mapping[int, str] = {}


class Judgement(NamedTuple):
    """What is decided about one comment, in plain Python.

    Attributes:
        label: the label of the comment; None if it was not judged.
        scores: probabilities in the order of ``LABELS``; NaN if it was not judged, and for hateful where the model cannot tell that.
        attributes: probabilities in the order of the decisions' ``attribute_names``.
        verdict: what to do with the comment; None if there was nothing to judge.
        unobserved_verdict: the verdict as it would be if the community did more than observe.
        language: the tag of its language; None if that was not identified.
        foreign: whether that is certainly a language that nothing reads; None if languages were not identified.
        matched: the entry of the community's lists that decided the verdict, whatever the scores are; None if no entry did.
        reason: why the comment was not judged; None if it was.
        held: whether it is not approved because a step failed whose outcome could have been worse, whatever its scores are.
        own_verdict: the verdict to which its scores alone lead, whatever its language and the lists; None if there was nothing to judge.
        excused: the entry that the community allows, without which the comment is judged; None if it is judged as a whole.
        unsure: whether it is not foreign, and yet no language that is read claims it; None if languages were not identified.
        judged_as: the tag of the language whose model has decided; None if none reads the comment, or languages were not identified.
        version: of the model that has decided; None if that is the one of the decisions.
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
    unsure: bool | None = None
    judged_as: str | None = None
    version: str | None = None

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
        languages: for each comment the tag of its language (ISO 639-1, or ISO 639-3 where there is no shorter one; ``hi-Latn``), None where
            it is not certain. None instead of the list if languages were not identified.
        foreign: for each comment whether it is certainly in a language that nothing reads. None if languages were not identified.
        matched: for each comment the entry of the community's lists that decided its verdict, None where no entry did. None instead of
            the list if there are no lists.
        community: the name of the community that the comments belong to; None if they belong to none.
        failures: for how many comments a step has failed.
        held: the numbers of the comments that are not approved because a step failed whose outcome could have been worse.
        excused: by the number of each comment that is judged without phrases that the community allows, the entry of the first.
        unsure: for each comment whether it is not foreign, and yet no language that is read claims it. None if languages were not
            identified.
        judged_as: for each comment the tag of the language whose model has decided: of several that judged it, the one with the worst
            answer; None where no language that is read claims it. None instead of the list if languages were not identified.
        versions: by the number of each comment on which a language pack has decided, the version of that; the version of ``decisions`` has
            decided on the others.
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
    excused: Mapping[int, str] = _NOTHING
    unsure: Sequence[bool] | None = None
    judged_as: Sequence[str | None] | None = None
    versions: Mapping[int, str] = _NOTHING

    def rows(self) -> Iterator[Judgement]:
        """Yield what is decided about each comment, in order."""
        n = len(self.decisions)
        blanks, held_rows = [None] * n, self.held
        for (label, own, scores, attributes, reason), verdict, unobserved, language, foreign, matched, held, rest in zip(
            self.decisions.rows(),
            self.verdicts.tolist(),
            self.unobserved_verdicts.tolist(),
            self.languages or blanks,
            self.foreign or blanks,
            self.matched or blanks,
            [row in held_rows for row in range(n)] if held_rows else [False] * n,
            zip(
                [self.excused.get(row) for row in range(n)] if self.excused else blanks,
                self.unsure or blanks,
                self.judged_as or blanks,
                [self.versions.get(row) for row in range(n)] if self.versions else blanks,
                strict=True,
            ),
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
                *rest,
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
        chain([part.unsure for part in parts]),
        chain([part.judged_as for part in parts]),
        {row: part.versions[0] for row, part in enumerate(parts) if part.versions},
    )
