"""The languages of labelled rows that a champion does not read: the candidate learns them, and has to say so."""

from collections import Counter
from collections.abc import Collection, Sequence

__all__ = ["find_new_languages"]

_FEWEST_ROWS = 50
_LEAST_SHARE = 0.05
_LONGEST_CODE = 3


def find_new_languages(texts: Sequence[str], learned: Collection[str]) -> tuple[str, ...]:
    """Return the codes of languages in which many of n texts are, and which are not among the learned ones; sorted.

    A language counts from 50 texts and a twentieth of all on: a model that has seen fewer would not know it.

    Args:
        texts: the texts, without mark-up.
        learned: codes of the languages that the champion learned.
    """
    from model.language.identifier import Identifier

    languages = Identifier.load(learned).identify_texts(texts)
    counts = Counter(code for code, foreign in zip(languages.codes, languages.foreign, strict=True) if foreign and code is not None)
    fewest = max(_FEWEST_ROWS, _LEAST_SHARE * len(texts))
    return tuple(sorted(code for code, number in counts.items() if number >= fewest and len(code) <= _LONGEST_CODE))
