"""Attacks in any script: letters keep their marks, an attack does what its name says, and the same one each time."""

import unicodedata

import pytest

from training.behaviour.languages.attacks_by_language import LANGUAGE_ATTACKS, attack_text
from training.behaviour.languages.cases_by_language import case_languages, read_language_cases


def attacked(text: str, attack: str) -> str:
    """Returns a text after an attack that changes it."""
    edited = attack_text(text, attack=attack)
    assert edited is not None
    return edited


@pytest.mark.parametrize(
    ("attack", "text", "expected"),
    [
        ("masked", "傻逼", "傻*"),
        ("masked", "Fee", "F*e"),
        ("spaced", "씨발 놈아", "씨 발 놈 아"),
        ("spaced", "कुत्ते", "कु त्ते"),
        ("spaced", "Σκάσε!", "Σ κ ά σ ε!"),
        ("unaccented", "Đồ chó đẻ, ta gueule à toi", "Do cho de, ta gueule a toi"),
        ("unaccented", "Σκάσε, ёлка", "Σκασε, елка"),
        ("unaccented", "أنت می‌کشمت", "انت میکشمت"),
    ],
)
def test_an_edit_is_what_people_do(attack: str, text: str, expected: str) -> None:
    """Letters are hidden, spaced and bared with their marks, in words of any script."""
    assert attacked(text, attack) == expected


@pytest.mark.parametrize("attack", ["spaced", "dotted", "zero-width"])
@pytest.mark.parametrize("text", ["Halt die Fresse", "Заткнись", "मादरचोद", "傻逼滚开", "يا ابن الكلب"])
def test_what_is_put_between_letters_is_all_that_is_new(attack: str, text: str) -> None:
    """Without blanks and signs the text is what it was, so no mark has lost its letter."""

    def letters(of: str) -> str:
        return "".join(char for char in of if unicodedata.category(char)[0] in "LM")

    edited = attacked(text, attack)
    assert len(edited) > len(text)
    assert letters(edited) == letters(text)


@pytest.mark.parametrize(
    ("attack", "text"),
    [
        *(("drawn out", "कुत्ता"), ("drawn out", "傻逼"), ("look-alike", "씨발놈아"), ("digits", "Заткнись")),
        *(("unaccented", "мой"), ("unaccented", "कुत्ते"), ("masked", "滚"), ("spaced", "…!?"), ("spaced", "")),
    ],
)
def test_a_script_that_has_no_use_for_an_attack_is_left_alone(attack: str, text: str) -> None:
    """Nothing is returned, so that a text that nobody changed counts as no attack."""
    assert attack_text(text, attack=attack) is None


def test_letters_are_replaced_by_their_look_alikes() -> None:
    """Latin letters by Cyrillic ones and the other way round, one in a word."""
    for text in ("Arschloch", "дебил", "Μαλάκα"):
        edited = attacked(text, "look-alike")
        assert len(edited) == len(text)
        (pair,) = [(old, new) for old, new in zip(text, edited, strict=True) if old != new]
        assert unicodedata.name(pair[0]).split()[0] != unicodedata.name(pair[1]).split()[0]


def test_arabic_letters_are_drawn_out() -> None:
    """A letter is repeated or the line after it is drawn out; nothing else is new."""
    for seed in range(20):
        edited = attack_text("الكلب", attack="drawn out", seed=seed)
        assert edited is not None
        assert len(edited) >= len("الكلب") + 2
        assert set(edited) <= {*"الكلب", "\u0640"}


@pytest.mark.parametrize("language", case_languages())
def test_abuse_can_be_attacked_in_every_language(language: str) -> None:
    """Half of the abusive comments or more can be masked, spaced, dotted and filled, by an edit that is the same each time."""
    texts = [case.text for case in read_language_cases(language) if not case.fine]
    for attack in LANGUAGE_ATTACKS:
        edited = [attack_text(text, attack=attack) for text in texts]
        assert edited == [attack_text(text, attack=attack) for text in texts]
        if attack in {"masked", "spaced", "dotted", "zero-width"}:
            assert sum(text is not None for text in edited) * 2 >= len(texts)
