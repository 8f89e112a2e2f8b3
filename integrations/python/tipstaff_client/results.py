"""What came of a call with several comments."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import overload

from tipstaff_client.batches import Judgement
from tipstaff_client.models import ModerateAnswer

__all__ = ["Judgements"]


class Judgements(Sequence[Judgement]):
    """What is decided about several comments, in the order in which they were given.

    Attributes:
        model: the version of the model that judged the last of them; None if nothing had to be judged.
        policy: the name of the policy that led to the verdicts; None as above.
        community: the community that the comments belong to, if they belong to one.
    """

    def __init__(self, judgements: Iterable[Judgement], answer: ModerateAnswer | None) -> None:
        self._judgements = tuple(judgements)
        self.model = answer.model if answer is not None else None
        self.policy = answer.policy if answer is not None else None
        self.community = answer.community if answer is not None else None

    @property
    def by_id(self) -> Mapping[str | int, Judgement]:
        """What is decided about each comment, by its id; a comment that was given as a bare text has its place, from 0, as its id.

        Raises:
            ValueError: two comments have the same id, so that one of them would be lost.
        """
        found = {judgement.id: judgement for judgement in self._judgements}
        if len(found) != len(self._judgements):
            raise ValueError("two comments have the same id: go through the judgements in their order instead")
        return found

    def __len__(self) -> int:
        """Return how many comments there were."""
        return len(self._judgements)

    def __iter__(self) -> Iterator[Judgement]:
        """Go through the judgements, in the order of the comments."""
        return iter(self._judgements)

    @overload
    def __getitem__(self, index: int) -> Judgement: ...

    @overload
    def __getitem__(self, index: slice) -> Sequence[Judgement]: ...

    def __getitem__(self, index: int | slice) -> Judgement | Sequence[Judgement]:
        """Return the judgement at a place, or those of a slice."""
        return self._judgements[index]

    def __repr__(self) -> str:
        return f"Judgements({len(self)} comments, model={self.model!r}, policy={self.policy!r}, community={self.community!r})"
