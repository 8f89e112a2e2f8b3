"""Translates the native labels of the public sources to answers about attributes, such as whether a comment is an insult."""

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Any

from model.array_types import Int8Array
from training.tables.labelled import encode_answers

__all__ = ["ATTRIBUTES", "attribute_answers"]

ATTRIBUTES: Mapping[str, str] = MappingProxyType(
    {
        "insult": "belittles people or speaks of them with contempt",
        "profanity": "uses swear words or obscene words, masked ones too",
        "severe_toxicity": "is so hateful, aggressive or cruel that most readers would leave",
        "sexually_explicit": "speaks of sexual acts, arousal or genitals",
        "threat": "threatens, or wishes or calls for harm to people",
    }
)
"""The further questions that rows were read again for, and that some sources answer in their own labels."""

NativeLabels = Mapping[str, Any]
_JIGSAW = {"insult": "insult", "obscene": "profanity", "severe_toxic": "severe_toxicity", "threat": "threat"}


def _civil(native: NativeLabels) -> dict[str, bool]:
    # All rows were taken for toxic, so an annotator who names no type has not said no. A majority is a yes; a no takes two
    # annotators who name other types and nobody who names this one.
    types: dict[str, int] = native["types"]
    answers = {}
    for name, attribute in (("Insult", "insult"), ("Profane/Obscene", "profanity"), ("Threat", "threat")):
        if 2 * types.get(name, 0) > native["n"]:
            answers[attribute] = True
        elif name not in types and sum(types.values()) > 1:
            answers[attribute] = False
    return answers


def _edos(native: NativeLabels) -> dict[str, bool]:
    return {} if native["sexist"] == "not sexist" else {"threat": native["category"].startswith("1.")}


def _hatemoji(native: NativeLabels) -> dict[str, bool]:
    return {} if native["type"] == "none" else {"threat": native["type"] == "threateninglanguage"}


def _implicit(native: NativeLabels) -> dict[str, bool]:
    kind = native.get("implicit_class")
    return {} if kind is None else {"threat": kind == "threatening"}


def _jigsaw(native: NativeLabels) -> dict[str, bool]:
    if "toxic_binary" in native:
        return {} if native["toxic_binary"] else dict.fromkeys(_JIGSAW.values(), False)
    return {attribute: bool(native[flag]) for flag, attribute in _JIGSAW.items()}


_ATTRIBUTE_READERS: Mapping[str, Callable[[NativeLabels], dict[str, bool]]] = MappingProxyType(
    {
        "civil_toxic_spans": _civil,
        "edos": _edos,
        "hatemoji_build": _hatemoji,
        "implicit_hate": _implicit,
        "jigsaw_subset": _jigsaw,
    }
)


def attribute_answers(source: str, native: Sequence[NativeLabels]) -> dict[str, Int8Array]:
    """Return the answers of the rows of one source to the further questions.

    Args:
        source: the name of the source; without further questions the result is empty.
        native: the source's own labels of each of n rows.

    Returns:
        Attribute → answers, shape (n,), each 1, 0 or -1 (unknown).

    Raises:
        KeyError: a row lacks a label that all rows of the source have.
    """
    if source not in _ATTRIBUTE_READERS:
        return {}
    answers = [_ATTRIBUTE_READERS[source](labels) for labels in native]
    names = sorted({name for row in answers for name in row})
    return {name: encode_answers([row.get(name) for row in answers]) for name in names}
