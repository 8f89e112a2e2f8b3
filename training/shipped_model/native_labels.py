"""Translates the native labels of the public sources to answers about attributes, such as whether a comment is an insult."""

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Any

from model.array_types import Int8Array
from training.tables.labelled import encode_answers

__all__ = ["ATTRIBUTES", "attribute_answers"]

ATTRIBUTES: Mapping[str, str] = MappingProxyType(
    {
        "affiliation_attack": "attacks people for what they belong to by choice: a party, a movement, a following",
        "insult": "insults somebody",
        "offensive_language": "uses words that many find offensive, whomever they are aimed at",
        "personal_attack": "attacks one person",
        "profanity": "is obscene",
        "severe_toxicity": "is so hateful or cruel that most readers would leave",
        "sexism": "demeans or threatens women for being women",
        "sexual_harassment": "harasses sexually",
        "sexually_explicit": "speaks of sexual acts, arousal or genitals",
        "stereotype": "demeans a group by a stereotype",
        "threat": "threatens, or wishes for harm",
    }
)
"""The further questions that a source answers in its own labels, or that rows were read again for."""

NativeLabels = Mapping[str, Any]
_JIGSAW = {"insult": "insult", "obscene": "profanity", "severe_toxic": "severe_toxicity", "threat": "threat"}


def _cad(native: NativeLabels) -> dict[str, bool]:
    labels = native["labels"].split(",")
    return {"affiliation_attack": "AffiliationDirectedAbuse" in labels, "personal_attack": "PersonDirectedAbuse" in labels}


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


def _convabuse(native: NativeLabels) -> dict[str, bool]:
    votes = int(native["types"].get("sex_harassment", 0))
    if 2 * votes >= native["n"]:
        return {"sexual_harassment": True}
    return {"sexual_harassment": False} if votes == 0 else {}


def _davidson(native: NativeLabels) -> dict[str, bool]:
    # One of three was chosen, so hate speech leaves open how it was worded.
    kind = native["class"]
    return {} if kind == "hate_speech" else {"offensive_language": kind == "offensive_language"}


def _edos(native: NativeLabels) -> dict[str, bool]:
    if native["sexist"] == "not sexist":
        return {"sexism": False}
    return {"sexism": True, "threat": native["category"].startswith("1.")}


def _guest(native: NativeLabels) -> dict[str, bool]:
    return {"sexism": native["level_1"] == "Misogynistic", "personal_attack": native["level_2"].endswith("personal_attack")}


def _hatemoji(native: NativeLabels) -> dict[str, bool]:
    return {} if native["type"] == "none" else {"threat": native["type"] == "threateninglanguage"}


def _implicit(native: NativeLabels) -> dict[str, bool]:
    if native["class"] == "not_hate":
        return {"stereotype": False}
    kind = native.get("implicit_class")
    return {} if kind is None else {"stereotype": kind == "stereotypical", "threat": kind == "threatening"}


def _jigsaw(native: NativeLabels) -> dict[str, bool]:
    if "toxic_binary" in native:
        return {} if native["toxic_binary"] else dict.fromkeys(_JIGSAW.values(), False)
    return {attribute: bool(native[flag]) for flag, attribute in _JIGSAW.items()}


_ATTRIBUTE_READERS: Mapping[str, Callable[[NativeLabels], dict[str, bool]]] = MappingProxyType(
    {
        "cad": _cad,
        "civil_toxic_spans": _civil,
        "convabuse": _convabuse,
        "davidson": _davidson,
        "edos": _edos,
        "guest_misogyny": _guest,
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
