"""Lessons: both sides of every word, and nothing that contradicts itself or judges."""

import re
from collections import Counter, defaultdict

import pytest

from model.comment import Label
from training.behaviour.minimal_pairs import load_pairs, pair_texts
from training.shipped_model.synthetic_comments import make_synthetic_comments
from training.shipped_model.synthetic_templates import SyntheticComment, read_word_tables

NEUTRAL_TABLES = ("group", "hurt", "body", "thing", "choice", "topic", "work", "dish", "sport", "polite", "first", "last", "place")
LITTLE_WORDS = (
    *("i", "you", "he", "she", "we", "they", "are", "is", "be", "my", "your", "them", "all", "this"),
    *("not", "don't", "should", "please", "thank", "good", "women", "people"),
)


@pytest.fixture(scope="module")
def taught() -> tuple[SyntheticComment, ...]:
    return make_synthetic_comments()


def bare(text: str) -> str:
    return " ".join(re.findall(r"\w+", text.lower()))


def sides(taught: tuple[SyntheticComment, ...], words: set[str]) -> tuple[int, int]:
    """Count the fine and the abusive lessons that hold one of the words."""
    found = re.compile(r"(?<!\w)(" + "|".join(sorted(re.escape(word) for word in words)) + r")(?!\w)", re.IGNORECASE)
    labels = Counter(lesson.label is Label.FINE for lesson in taught if found.search(lesson.text))
    return labels[True], labels[False]


def test_the_same_seed_gives_the_same_comments(taught: tuple[SyntheticComment, ...]) -> None:
    """Lessons depend on nothing but the seed, and on that they do."""
    assert make_synthetic_comments(0) == taught
    assert make_synthetic_comments(1) != taught


def test_there_is_enough_to_learn(taught: tuple[SyntheticComment, ...]) -> None:
    """Thousands of lessons are made of templates, and at least 250 are written singly."""
    singly = sum(lesson.pair is not None and lesson.pair.startswith("single.") for lesson in taught)

    assert singly >= 250
    assert 10_000 <= len(taught) - singly <= 20_000


def test_no_template_floods(taught: tuple[SyntheticComment, ...]) -> None:
    """No lesson is repeated, and no opening of five words starts more than one in a hundred."""
    openings = Counter(tuple(bare(lesson.text).split()[:5]) for lesson in taught if len(bare(lesson.text).split()) > 5)

    assert len({lesson.text for lesson in taught}) == len(taught)
    assert openings.most_common(1)[0][1] < len(taught) / 100


def test_no_lesson_contradicts_another(taught: tuple[SyntheticComment, ...]) -> None:
    """What differs in case and punctuation alone has one label."""
    labels = defaultdict(set)
    for lesson in taught:
        labels[bare(lesson.text)].add(lesson.label)

    assert [text for text, given in labels.items() if len(given) > 1] == []


def test_no_slot_stays_open(taught: tuple[SyntheticComment, ...]) -> None:
    """Every slot of every template was filled."""
    assert [lesson.text for lesson in taught if "{" in lesson.text or "}" in lesson.text] == []


def test_every_capability_has_two_sides(taught: tuple[SyntheticComment, ...]) -> None:
    """Whatever is taught is taught by what is fine and by what is not, in like numbers."""
    fine = Counter(lesson.capability for lesson in taught if lesson.label is Label.FINE)
    abusive = Counter(lesson.capability for lesson in taught if lesson.label is not Label.FINE)
    one_sided = {"everyday_you", "everyday_groups"}  # they make up for words that attacks use more often

    assert set(abusive) == set(fine) - one_sided
    assert all(0.4 <= fine[name] / (fine[name] + abusive[name]) <= 0.7 for name in abusive)


def test_a_pair_is_one_fine_comment_and_its_twin(taught: tuple[SyntheticComment, ...]) -> None:
    """The comments of a pair teach one thing, from two sides."""
    pairs = defaultdict(list)
    for lesson in taught:
        if lesson.pair:
            pairs[lesson.pair].append(lesson)

    assert all(sum(lesson.label is Label.FINE for lesson in pair) <= 1 for pair in pairs.values())
    assert all(len(pair) <= 2 and len({lesson.capability for lesson in pair}) == 1 for pair in pairs.values())


@pytest.mark.parametrize("table", NEUTRAL_TABLES)
def test_words_that_are_not_abuse_teach_nothing_alone(taught: tuple[SyntheticComment, ...], table: str) -> None:
    """Names, groups, bodies, violence and politeness stand about as often in fine as in abusive comments."""
    columns = ("they",) if table == "group" else (next(iter(read_word_tables()[table][0])),)
    fine, abusive = sides(taught, {row[column] for row in read_word_tables()[table] for column in columns})

    assert 0.35 <= fine / (fine + abusive) <= 0.68


def test_no_group_stands_for_abuse(taught: tuple[SyntheticComment, ...]) -> None:
    """Each of at least eighty groups is met in fine comments and in attacks, about as often."""
    met: dict[str | None, Counter[bool]] = defaultdict(Counter)
    groups = {row["they"] for row in read_word_tables()["group"]}
    for lesson in taught:
        if lesson.group in groups:
            met[lesson.group][lesson.label is Label.FINE] += 1

    assert len(met) >= 80
    assert [group for group, labels in met.items() if not 1 / 3 <= labels[True] / labels.total() <= 2 / 3] == []


@pytest.mark.parametrize("word", LITTLE_WORDS)
def test_little_words_teach_little(taught: tuple[SyntheticComment, ...], word: str) -> None:
    """Words that every comment may hold stand on both sides."""
    fine, abusive = sides(taught, {word})

    assert 0.28 <= fine / (fine + abusive) <= 0.72


def test_attacks_on_unprotected_groups_are_toxic(taught: tuple[SyntheticComment, ...]) -> None:
    """Hateful is kept for the characteristics that the Words name: age is not among them."""
    rows = read_word_tables()["group"]
    old = {row["they"] for row in rows if row["kind"] == "age"}
    others = [word for row in rows if row["kind"] != "age" for word in (row["they"], row["one"], row["adj"])]
    about_age = [lesson for lesson in taught if lesson.group in old]

    assert any(lesson.label is Label.TOXIC for lesson in about_age)
    hateful = [bare(lesson.text) for lesson in about_age if lesson.label is Label.HATEFUL]
    assert [text for text in hateful if not any(bare(word) in text for word in others)] == []


def test_hundreds_of_names_are_met(taught: tuple[SyntheticComment, ...]) -> None:
    """At least 300 names of people and places stand in fine comments."""
    said = " ".join(f" {bare(lesson.text)} " for lesson in taught if lesson.label is Label.FINE)
    names = {bare(row[column]) for column in ("first", "last", "place") for row in read_word_tables()[column]}

    assert sum(f" {name} " in said for name in names) >= 300


def test_what_judges_is_not_taught(taught: tuple[SyntheticComment, ...]) -> None:
    """No comment of the judging pairs is a lesson."""
    judging = {bare(text) for text in pair_texts(load_pairs())}

    assert sum(bare(lesson.text) in judging for lesson in taught if len(lesson.text) > 20) == 0
