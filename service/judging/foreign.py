"""What happens to comments in a language that is not read."""

from enum import StrEnum

from model.comment import VERDICTS, Verdict

__all__ = ["OnForeign"]


class OnForeign(StrEnum):
    """What happens to a comment in a language that is not read.

    Unless it is judged like any other, its probabilities are also pulled halfway to the prior, since the model knows little about it.
    """

    REVIEW = "review"
    APPROVE = "approve"
    REJECT = "reject"
    JUDGE = "judge"

    @property
    def verdict(self) -> int | None:
        """The index into ``VERDICTS`` of the verdict on such a comment; None if it is judged like any other."""
        return None if self is OnForeign.JUDGE else VERDICTS.index(Verdict(self.value))
