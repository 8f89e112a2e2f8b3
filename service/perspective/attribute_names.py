"""The names of Perspective's attributes, and our scores and questions for which they stand."""

from collections.abc import Collection

__all__ = ["ABUSIVE", "ALL_SPELLINGS", "ATTRIBUTE_NAMES", "HATEFUL", "printable_name", "question_name", "score_name"]

ABUSIVE = "abusive"
"""The name of the score that a comment is abusive, and of the question whether it is."""
HATEFUL = "hateful"
"""The name of the score that a comment is hateful, and of the question whether it is."""

_LABEL_SCORES = {"TOXICITY": ABUSIVE, "ABUSIVE": ABUSIVE, "IDENTITY_ATTACK": HATEFUL, "HATEFUL": HATEFUL}
_EXPERIMENTAL = "_EXPERIMENTAL"
# Perspective's spelling → the spelling of corpora, and so of models that were trained on them.
_CORPUS_SPELLINGS = {"sexually_explicit": "sexual_explicit"}
_MAX_LENGTH = 64

ATTRIBUTE_NAMES = (*_LABEL_SCORES, "SEVERE_TOXICITY", "INSULT", "PROFANITY", "THREAT", "SEXUALLY_EXPLICIT")
"""The attributes that clients ask for."""

ALL_SPELLINGS = tuple(name + ending for ending in ("", _EXPERIMENTAL) for name in ATTRIBUTE_NAMES)
"""The attributes that clients ask for, each in both spellings. The answer to a call that cannot be read names all of them."""


def score_name(name: str, *, published: Collection[str], version: str) -> str | None:
    """Return the name of the score that answers an attribute: ``abusive``, ``hateful`` or a published attribute; None if there is none.

    Args:
        name: the attribute as a caller spells it: ``INSULT``, ``INSULT_EXPERIMENTAL``, or ``INSULT@VERSION`` if only one version of the
            model will do.
        published: the attributes for which the model has a head of measured quality.
        version: the model's version, such as ``default@3f2a9c1d04be+cascade``. A caller may leave out its name and its profile.
    """
    base, separator, required_version = name.partition("@")
    versions = {version, version.partition("+")[0]}
    if separator and required_version not in versions | {full_version.rpartition("@")[2] for full_version in versions}:
        return None
    base = base.removesuffix(_EXPERIMENTAL)
    if base in _LABEL_SCORES:
        return _LABEL_SCORES[base]
    lower_case = base.lower()
    if base != lower_case.upper():
        return None
    return next((spelling for spelling in (lower_case, _CORPUS_SPELLINGS.get(lower_case)) if spelling in published), None)


def question_name(name: str) -> str | None:
    """Return the name of the question that a moderator answers by scoring an attribute; None if the text cannot be an attribute's name.

    Args:
        name: the attribute as a caller spells it, as for `score_name`. The model need not have a score for it.
    """
    base = name.partition("@")[0].removesuffix(_EXPERIMENTAL)
    if base in _LABEL_SCORES:
        return _LABEL_SCORES[base]
    is_name = (
        len(base) <= _MAX_LENGTH and base.isascii() and base.replace("_", "A").isalnum() and base[:1].isalpha() and base == base.upper()
    )
    return base.lower() if is_name else None


def printable_name(name: str) -> str:
    """Return the name of an attribute for a message. A text that cannot be a name is not shown: it may be a comment."""
    is_printable = len(name) <= _MAX_LENGTH and name.isascii() and all(char.isalnum() or char in "_@.+-" for char in name)
    return name if is_printable else "<a name not shown>"
