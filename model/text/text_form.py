"""The form in which a model reads texts: English's, or that of a language pack.

Both begin with what a reader of the page sees, without mark-up. English's Unicode stage then drops accents and reads look-alike letters as
what they look like, which would ruin other scripts: for a pack, each language has a fold of its own. The encoder of packs reads the text
as it stands, and makes its own form of it.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from model.comment import Comment, Format
from model.normaliser.hashing import Lexicon
from model.text.language_pipeline import (
    fold_stripped,
    normalise_stripped_for_language,
    prepare_for_language,
    prepare_text_for_language,
)
from model.text.pipeline import NormalisedComment, normalise_stripped, prepare, prepare_text, strip_markup
from model.text.unicode import map_characters

__all__ = ["ENGLISH_FORM", "TextForm"]


@dataclass(frozen=True, slots=True)
class TextForm:
    """How the texts are prepared that a model reads.

    Attributes:
        tag: the language of a pack, such as ``de``; None for the form of English.
    """

    tag: str | None = None

    def prepare(self, comments: Sequence[Comment]) -> list[bytes]:
        """Return what the kernel of the n-grams reads of each of n comments."""
        if self.tag is None:
            return prepare(comments)
        return prepare_for_language(comments, self.tag)

    def prepare_text(self, text: str, text_format: Format) -> bytes:
        """Return what ``prepare`` makes of a text that is written in a given way."""
        if self.tag is None:
            return prepare_text(text, text_format)
        return prepare_text_for_language(text, text_format, self.tag)

    def prepare_for_encoder(self, text: str, text_format: Format) -> bytes:
        """Return what the encoder reads of a text that is written in a given way."""
        if self.tag is None:
            return prepare_text(text, text_format)
        return strip_markup(text, text_format).text.encode(errors="replace")

    def prepare_part(self, part: bytes) -> bytes:
        """Return what the kernel of the n-grams reads of a part of what the encoder has read."""
        return part if self.tag is None else fold_stripped(part.decode(errors="replace"), self.tag)

    def trace(self, stripped: str, lexicon: Lexicon) -> NormalisedComment:
        """Normalise a text without mark-up as the kernels do, and remember where in it each byte came from.

        Args:
            stripped: the text.
            lexicon: the words that disguises may be read as.
        """
        if self.tag is None:
            return normalise_stripped(map_characters(stripped), lexicon)
        return normalise_stripped_for_language(stripped, self.tag, lexicon)


ENGLISH_FORM = TextForm()
"""The form in which English is read."""
