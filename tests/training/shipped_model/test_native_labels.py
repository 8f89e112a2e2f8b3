"""Labels of the sources themselves: what each is taken to mean for the attributes."""

from typing import Any

import pytest

from training.shipped_model.native_labels import ATTRIBUTES, attribute_answers


def answers_of(source: str, *natives: dict[str, Any]) -> dict[str, list[int]]:
    """Return what rows with these labels of the source's own answer."""
    return {name: answers.tolist() for name, answers in attribute_answers(source, natives).items()}


def test_jigsaw_answers_by_its_flags() -> None:
    """Flags are answers; a sample that holds only "toxic or not" answers all with no where it is not."""
    flags = {"toxic": 1, "severe_toxic": 0, "obscene": 1, "threat": 0, "insult": 1, "identity_hate": 0}
    answers = answers_of("jigsaw_subset", flags, {"toxic_binary": 0}, {"toxic_binary": 1})
    assert answers == {"insult": [1, 0, -1], "profanity": [1, 0, -1], "severe_toxicity": [0, 0, -1], "threat": [0, 0, -1]}


def test_civil_toxic_spans_answers_by_its_annotators() -> None:
    """A majority of them is a yes, nobody although two named other types a no, anything between unknown."""
    answers = answers_of(
        "civil_toxic_spans",
        {"n": 3, "types": {"Insult": 2}},
        {"n": 3, "types": {"Insult": 1, "Threat": 1}},
        {"n": 3, "types": {}},
        {"n": 3, "types": {"Profane/Obscene": 3}},
    )
    assert answers == {"insult": [1, -1, -1, 0], "profanity": [0, 0, -1, 1], "threat": [0, -1, -1, 0]}


def test_other_sources_answer_what_their_categories_mean() -> None:
    """Categories that exclude each other answer no where another one was chosen; sources never answer what they did not ask."""
    edos = answers_of(
        "edos",
        {"sexist": "sexist", "category": "1. threats, plans to harm and incitement"},
        {"sexist": "sexist", "category": "2. derogation"},
        {"sexist": "not sexist", "category": "none"},
    )
    assert edos == {"threat": [1, 0, -1]}


@pytest.mark.parametrize(
    ("source", "native", "expected"),
    [
        ("hatemoji_build", {"type": "threateninglanguage"}, {"threat": [1]}),
        ("hatemoji_build", {"type": "none"}, {}),
        ("implicit_hate", {"class": "implicit_hate", "implicit_class": "irony"}, {"threat": [0]}),
        ("implicit_hate", {"class": "implicit_hate", "implicit_class": "threatening"}, {"threat": [1]}),
        ("implicit_hate", {"class": "explicit_hate"}, {}),
        ("implicit_hate", {"class": "not_hate"}, {}),
        ("davidson", {"class": "offensive_language"}, {}),
        ("toxigen", {"toxicity_human": "5.0"}, {}),
    ],
)
def test_each_source_answers_in_its_own_words(source: str, native: dict[str, Any], expected: dict[str, list[int]]) -> None:
    """The table from a source's own labels to attributes."""
    assert answers_of(source, native) == expected
    assert set(expected) <= set(ATTRIBUTES)
