"""Which languages the rows are in that the champion has not learned, and which of them they are enough to teach."""

from collections import Counter
from collections.abc import Collection, Sequence

import numpy as np

from model.array_types import BoolArray
from model.comment import Comment
from model.language.identifier import Identifier
from model.language.tags import bare_tag, canonical_tag
from training.retrain.ruling_rows import RulingRows

__all__ = ["FEWEST_ROWS_OF_A_LANGUAGE", "taught_languages", "unlearned_languages"]

FEWEST_ROWS_OF_A_LANGUAGE = 500
"""How many rows teach a language, so that its comments are no longer foreign."""


def unlearned_languages(rows: RulingRows, learned: Collection[str]) -> list[str | None]:
    """Return the language of each row that the champion has not learned, None for the others; n.

    A stated language counts, whatever the text looks like; otherwise a text has to be long enough to be identified.
    """
    tags = (canonical_tag(language) if language else None for language in rows.language)
    stated = [None if tag is None else bare_tag(tag) for tag in tags]
    found = Identifier.load(learned).identify([Comment("", text) for text in rows.labelled.text])
    identified = [code if foreign else None for code, foreign in zip(found.codes, found.foreign, strict=True)]
    return [
        code if language is None else language if language not in learned else None
        for language, code in zip(stated, identified, strict=True)
    ]


def taught_languages(languages: Sequence[str | None], is_answered: BoolArray) -> list[str]:
    """Return the languages that enough rows teach, sorted.

    Args:
        languages: of n rows, as ``unlearned_languages`` gives them.
        is_answered: whether each row says anything about its label, shape (n,).
    """
    counts = Counter(languages[row] for row in np.flatnonzero(is_answered).tolist())
    return sorted(code for code, count in counts.items() if code is not None and count >= FEWEST_ROWS_OF_A_LANGUAGE)
