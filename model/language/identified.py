"""What identification tells of comments: their languages, and the languages by which each of them is to be judged."""

from typing import NamedTuple

__all__ = ["ENGLISH_ALONE", "Languages"]

ENGLISH_ALONE = ("en",)
"""The candidates of nearly all comments on most sites; identification gives always this object, so that it is soon recognised."""


class Languages(NamedTuple):
    """The languages of n comments.

    Attributes:
        codes: tags of the languages (ISO 639-1, or 639-3 where that has none; ``hi-Latn``); None where it is not certain; n.
        certainties: that the comment is in a language that is not read, in [0, 1]; n.
        foreign: whether that is certain enough; n.
        candidates: tags of the read languages that the comment may be in, likeliest first, by all of which it is to be judged. That is
            English alone for English and for texts without letters; and none for a comment that no read language claims; n.
    """

    codes: list[str | None]
    certainties: list[float]
    foreign: list[bool]
    candidates: list[tuple[str, ...]]

    @property
    def unsure(self) -> list[bool]:
        """Whether a comment is not foreign, and yet no read language claims it; n."""
        return [not tags and not foreign for tags, foreign in zip(self.candidates, self.foreign, strict=True)]
