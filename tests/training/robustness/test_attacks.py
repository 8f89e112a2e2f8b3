"""Attacks: each does what its name says, to the words it is given and to nothing else, and always the same."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from model.text.pipeline import normalise
from training.robustness.attacks import ATTACK_FAMILIES, ATTACKS, LONG_ATTACKS, attack_rng

TEXT = "well, that wonderful Garden of yours is 2 small"
WORDS = ((11, 20), (21, 27))  # wonderful, Garden (the first begins inside its word on purpose: words are only ranges)
ONCE = ("leet", "homoglyph", "masked", "typo_neighbour")
AROUND = ("friendly", "friendly_phrases", "moved_back", *sorted(LONG_ATTACKS))
NAMES = sorted(ATTACKS)


def attacked(name: str, text: str = TEXT, *, seed: int = 0) -> str:
    words = WORDS if text == TEXT else ((0, len(text)),)
    return ATTACKS[name](text, words, attack_rng(text, attack=name, seed=seed))


def distance(one: str, other: str) -> int:
    """Edits between two strings: insertions, deletions, replacements."""
    row = list(range(len(other) + 1))
    for at, sign in enumerate(one, start=1):
        last, row[0] = row[0], at
        for to, against in enumerate(other, start=1):
            last, row[to] = row[to], min(row[to] + 1, row[to - 1] + 1, last + (sign != against))
    return row[-1]


@pytest.mark.parametrize("name", NAMES)
def test_an_attack_is_repeatable(name: str) -> None:
    """The same text, attack and seed give the same result."""
    assert attacked(name) == attacked(name)


@pytest.mark.parametrize("name", NAMES)
def test_an_attack_changes_the_text(name: str) -> None:
    """No attack is idle on ordinary words."""
    assert any(attacked(name, seed=seed) != TEXT for seed in range(3))


@pytest.mark.parametrize("name", [name for name in NAMES if name not in (*AROUND, "joined")])
def test_only_the_words_are_edited(name: str) -> None:
    """The text around the words is unchanged."""
    for seed in range(10):
        changed = attacked(name, seed=seed)
        assert changed.startswith(TEXT[: WORDS[0][0]])
        assert changed.endswith(TEXT[WORDS[-1][1] :])


@pytest.mark.parametrize("name", ONCE)
def test_one_letter_a_word(name: str) -> None:
    """These attacks replace one letter of each word, no more."""
    for seed in range(20):
        changed = attacked(name, seed=seed)
        assert len(changed) == len(TEXT)
        assert sum(one != other for one, other in zip(changed, TEXT, strict=True)) <= len(WORDS)


@pytest.mark.parametrize("name", ["typo_drop", "typo_double", "typo_neighbour", "split", "leet"])
def test_one_edit_a_word(name: str) -> None:
    """These attacks make one edit in each word."""
    assert all(distance(TEXT, attacked(name, seed=seed)) == len(WORDS) for seed in range(10))


def test_a_swap_keeps_the_letters() -> None:
    """Neighbouring letters change places."""
    changed = attacked("typo_swap")
    assert changed != TEXT
    assert sorted(changed) == sorted(TEXT)


@pytest.mark.parametrize(("name", "sign"), [("spaced_whole", " "), ("dots_whole", ".")])
def test_a_sign_between_all_letters(name: str, sign: str) -> None:
    """Blanks or dots are put between all letters of the word."""
    assert attacked(name, "garden") == sign.join("garden")


def test_joins_remove_blanks_only() -> None:
    """A joined text differs by blanks only."""
    changed = attacked("joined")
    assert len(changed) < len(TEXT)
    assert changed.replace(" ", "") == TEXT.replace(" ", "")


@pytest.mark.parametrize("name", AROUND)
def test_padding_leaves_the_comment_whole(name: str) -> None:
    """Friendly words follow the comment, long talk precedes it; the comment itself is unchanged."""
    changed = attacked(name)
    assert changed.startswith(TEXT) if name.startswith("friendly") else changed.endswith(TEXT)


def test_ten_friendly_words() -> None:
    """That many words are appended, no more."""
    assert len(attacked("friendly").split()) == len(TEXT.split()) + 10


@pytest.mark.parametrize("name", sorted(LONG_ATTACKS))
def test_a_long_comment(name: str) -> None:
    """At least three thousand words precede the abuse, and not many more."""
    assert 3000 <= len(attacked(name).split()) - len(TEXT.split()) < 3050


def test_no_two_comments_get_the_same_padding() -> None:
    """The words differ from comment to comment, so that there is no phrase to learn by heart."""
    texts = [f"{TEXT} {number}" for number in range(50)]
    assert len({attacked("friendly", text)[len(text) :] for text in texts}) == 50


def test_every_attack_is_in_one_family() -> None:
    """No attack is in two families, and none is in no family."""
    assert sorted(name for names in ATTACK_FAMILIES.values() for name in names) == NAMES


@given(text=st.text(max_size=40), seed=st.integers(0, 3))
def test_any_text_can_be_attacked(text: str, seed: int) -> None:
    """No text, and no word of it, breaks an attack."""
    cut = sorted(random.Random(seed).sample(range(len(text) + 1), min(4, len(text) + 1)))
    words = tuple(zip(cut[::2], cut[1::2], strict=False))
    for name in set(NAMES) - LONG_ATTACKS:
        assert isinstance(ATTACKS[name](text, words, attack_rng(text, attack=name, seed=seed)), str)


@pytest.mark.parametrize("name", ["zero_width", "zero_width_whole", "accents"])
def test_the_normaliser_sees_through(name: str) -> None:
    """Characters without width and marks that only decorate are undone."""
    assert all(normalise(attacked(name, seed=seed)).text == normalise(TEXT).text for seed in range(30))
