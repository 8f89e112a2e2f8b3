"""The names of Perspective's attributes, and our scores and questions for which they stand."""

import re
from collections.abc import Collection

__all__ = [
    "ABUSIVE",
    "ALL_SPELLINGS",
    "ATTRIBUTE_NAMES",
    "HATEFUL",
    "base_name",
    "head_name",
    "pins_other_version",
    "printable_name",
    "question_name",
    "score_name",
]

ABUSIVE = "abusive"
"""The name of the score that a comment is abusive, and of the question whether it is."""
HATEFUL = "hateful"
"""The name of the score that a comment is hateful, and of the question whether it is."""

_LABEL_SCORES = {"TOXICITY": ABUSIVE, "ABUSIVE": ABUSIVE, "TOXICITY_FAST": ABUSIVE, "IDENTITY_ATTACK": HATEFUL, "HATEFUL": HATEFUL}
_EXPERIMENTAL = "_EXPERIMENTAL"
# Perspective's spelling → the spelling of corpora, and so of models that were trained on them.
_CORPUS_SPELLINGS = {"sexually_explicit": "sexual_explicit"}
_MAX_LENGTH = 64
_PIN = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.@+-]{0,63}")

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
    base, separator, pin = name.partition("@")
    if separator and pin not in _accepted_pins(version):
        return None
    return head_name(base.removesuffix(_EXPERIMENTAL), published=published)


def _accepted_pins(version: str) -> set[str]:
    versions = {version, version.partition("+")[0]}
    return versions | {full_version.rpartition("@")[2] for full_version in versions}


def head_name(base: str, *, published: Collection[str]) -> str | None:
    """Return the name of the score that answers an attribute, given by its bare name, as `score_name` does."""
    if base in _LABEL_SCORES:
        return _LABEL_SCORES[base]
    lower_case = base.lower()
    if base != lower_case.upper():
        return None
    return next((spelling for spelling in (lower_case, _CORPUS_SPELLINGS.get(lower_case)) if spelling in published), None)


def base_name(name: str) -> str:
    """Return the bare name of an attribute, given as a caller spells it: ``INSULT`` of ``INSULT_EXPERIMENTAL`` and of ``INSULT@VERSION``.

    What comes after an ``@`` but cannot be a version is not taken for one, so that the result is not the name of an attribute.
    """
    base, separator, pin = name.partition("@")
    return name if separator and not _PIN.fullmatch(pin) else base.removesuffix(_EXPERIMENTAL)


def pins_other_version(name: str, *, version: str) -> bool:
    """Return whether an attribute is asked for in another version of the model than this."""
    _, separator, pin = name.partition("@")
    return bool(separator) and pin not in _accepted_pins(version)


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
