"""Synthetic comments: both sides of every word, and nothing that contradicts itself or judges."""

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
def comments() -> tuple[SyntheticComment, ...]:
    return make_synthetic_comments()


def bare(text: str) -> str:
    return " ".join(re.findall(r"\w+", text.lower()))


def sides(comments: tuple[SyntheticComment, ...], words: set[str]) -> tuple[int, int]:
    """Count the fine and the abusive comments that hold one of the words."""
    pattern = re.compile(r"(?<!\w)(" + "|".join(sorted(re.escape(word) for word in words)) + r")(?!\w)", re.IGNORECASE)
    labels = Counter(comment.label is Label.FINE for comment in comments if pattern.search(comment.text))
    return labels[True], labels[False]


def test_the_same_seed_gives_the_same_comments(comments: tuple[SyntheticComment, ...]) -> None:
    """The comments depend on nothing but the seed, and on that they do."""
    assert make_synthetic_comments(0) == comments
    assert make_synthetic_comments(1) != comments


def test_there_is_enough_to_learn(comments: tuple[SyntheticComment, ...]) -> None:
    """Thousands of comments are made of templates, and at least 250 are written singly."""
    singly = sum(comment.pair is not None and comment.pair.startswith("single.") for comment in comments)

    assert singly >= 250
    assert 10_000 <= len(comments) - singly <= 20_000


def test_no_template_floods(comments: tuple[SyntheticComment, ...]) -> None:
    """No comment is repeated, and no opening of five words starts more than one in a hundred."""
    openings = Counter(tuple(bare(comment.text).split()[:5]) for comment in comments if len(bare(comment.text).split()) > 5)

    assert len({comment.text for comment in comments}) == len(comments)
    assert openings.most_common(1)[0][1] < len(comments) / 100


def test_no_comment_contradicts_another(comments: tuple[SyntheticComment, ...]) -> None:
    """What differs in case and punctuation alone has one label."""
    labels = defaultdict(set)
    for comment in comments:
        labels[bare(comment.text)].add(comment.label)

    assert [text for text, given in labels.items() if len(given) > 1] == []


def test_no_slot_stays_open(comments: tuple[SyntheticComment, ...]) -> None:
    """Every slot of every template was filled."""
    assert [comment.text for comment in comments if "{" in comment.text or "}" in comment.text] == []


def test_every_capability_has_two_sides(comments: tuple[SyntheticComment, ...]) -> None:
    """Whatever is taught is taught by what is fine and by what is not, in like numbers."""
    fine = Counter(comment.capability for comment in comments if comment.label is Label.FINE)
    abusive = Counter(comment.capability for comment in comments if comment.label is not Label.FINE)
    one_sided = {"everyday_you", "everyday_groups"}  # they make up for words that attacks use more often

    assert set(abusive) == set(fine) - one_sided
    assert all(0.4 <= fine[name] / (fine[name] + abusive[name]) <= 0.7 for name in abusive)


def test_a_pair_is_one_fine_comment_and_its_twin(comments: tuple[SyntheticComment, ...]) -> None:
    """The comments of a pair teach one thing, from two sides."""
    pairs = defaultdict(list)
    for comment in comments:
        if comment.pair:
            pairs[comment.pair].append(comment)

    assert all(sum(comment.label is Label.FINE for comment in pair) <= 1 for pair in pairs.values())
    assert all(len(pair) <= 2 and len({comment.capability for comment in pair}) == 1 for pair in pairs.values())


@pytest.mark.parametrize("table", NEUTRAL_TABLES)
def test_words_that_are_not_abuse_teach_nothing_alone(comments: tuple[SyntheticComment, ...], table: str) -> None:
    """Names, groups, bodies, violence and politeness stand about as often in fine as in abusive comments."""
    columns = ("they",) if table == "group" else (next(iter(read_word_tables()[table][0])),)
    fine, abusive = sides(comments, {row[column] for row in read_word_tables()[table] for column in columns})

    assert 0.35 <= fine / (fine + abusive) <= 0.68


def test_no_group_stands_for_abuse(comments: tuple[SyntheticComment, ...]) -> None:
    """Each of at least eighty groups is met in fine comments and in attacks, about as often."""
    met: dict[str | None, Counter[bool]] = defaultdict(Counter)
    groups = {row["they"] for row in read_word_tables()["group"]}
    for comment in comments:
        if comment.group in groups:
            met[comment.group][comment.label is Label.FINE] += 1

    assert len(met) >= 80
    assert [group for group, labels in met.items() if not 1 / 3 <= labels[True] / labels.total() <= 2 / 3] == []


@pytest.mark.parametrize("word", LITTLE_WORDS)
def test_little_words_teach_little(comments: tuple[SyntheticComment, ...], word: str) -> None:
    """Words that every comment may hold stand on both sides."""
    fine, abusive = sides(comments, {word})

    assert 0.28 <= fine / (fine + abusive) <= 0.72


def test_attacks_on_unprotected_groups_are_toxic(comments: tuple[SyntheticComment, ...]) -> None:
    """Hateful is kept for the characteristics that the Words name: age is not among them."""
    rows = read_word_tables()["group"]
    old = {row["they"] for row in rows if row["kind"] == "age"}
    others = [word for row in rows if row["kind"] != "age" for word in (row["they"], row["one"], row["adj"])]
    about_age = [comment for comment in comments if comment.group in old]

    assert any(comment.label is Label.TOXIC for comment in about_age)
    hateful = [bare(comment.text) for comment in about_age if comment.label is Label.HATEFUL]
    assert [text for text in hateful if not any(bare(word) in text for word in others)] == []


def test_hundreds_of_names_are_met(comments: tuple[SyntheticComment, ...]) -> None:
    """At least 300 names of people and places stand in fine comments."""
    fine_text = " ".join(f" {bare(comment.text)} " for comment in comments if comment.label is Label.FINE)
    names = {bare(row[column]) for column in ("first", "last", "place") for row in read_word_tables()[column]}

    assert sum(f" {name} " in fine_text for name in names) >= 300


def test_what_judges_is_not_taught(comments: tuple[SyntheticComment, ...]) -> None:
    """No comment of the judging pairs is a comment."""
    judging = {bare(text) for text in pair_texts(load_pairs())}

    assert sum(bare(comment.text) in judging for comment in comments if len(comment.text) > 20) == 0
