"""Authored comments: what lines become, and what all that we wrote have in common."""

import json
import re
from pathlib import Path

import pytest

from model.comment import Label
from tests.training.authored.test_comment_tables import write
from training.authored.authored_comments import make_authored_comments
from training.behaviour.minimal_pairs import load_pairs, pair_texts
from training.behaviour.suite_cases import build_cases

CASES = Path("../shared/cases/judgement.jsonl")


def bare(text: str) -> str:
    """Return the words and emoji of a text."""
    return " ".join(re.findall(r"[^\s!-/:-@\[-`{-~]+", text.casefold())) or text


def test_slots_are_filled_without_repetition(tmp_path: Path) -> None:
    """Each word of a list comes once before one comes again; a second slot of a list has another word; articles agree."""
    folder = write(tmp_path, "[[insult]]\nidiot | clown\n== K5 toxic plain x2\nyou are {a insult}, not {a insult2}\n")
    assert {comment.text for comment in make_authored_comments(folder)} == {
        "you are an idiot, not a clown",
        "you are a clown, not an idiot",
    }


def test_words_of_words_are_filled(tmp_path: Path) -> None:
    """A slot within the entry of a list is filled as well."""
    folder = write(tmp_path, "[[name]]\nAda\n[[abuse]]\n{name} must go\n== K13 fine plain\nhe wrote: {abuse}\n")
    assert [comment.text for comment in make_authored_comments(folder)] == ["he wrote: Ada must go"]


def test_attributes_follow_from_words_and_heads(tmp_path: Path) -> None:
    """Swear words make profanity, insulting words an insult; what is quoted or clean does not, and unknown is unknown."""
    folder = write(
        tmp_path,
        "[[insult]]\nidiot\n== K3 toxic threat\nfuck you {insult}\n== K6 fine clean\nthe bitch had pups\n"
        "== K13 fine quoted\nhe said fuck\n== K19 hateful unknown\nAll? >> yes\n",
    )
    threat, homonym, quoted, answer = make_authored_comments(folder)
    assert [name for name, holds in threat.attributes.items() if holds] == ["insult", "threat", "profanity"]
    assert not any(homonym.attributes.values())
    assert quoted.attributes["profanity"] is None
    assert set(answer.attributes.values()) == {None}
    assert answer.parent_text == "All?"


def test_the_same_seed_gives_the_same_comments() -> None:
    """They are many, of all three labels, none twice, and do not depend on when they are made."""
    comments = make_authored_comments()
    assert comments == make_authored_comments()
    assert len(comments) > 10_000
    assert {comment.label for comment in comments} == set(Label)
    assert len({(comment.text, comment.parent_text) for comment in comments}) == len(comments)
    assert not [comment.text for comment in comments if not comment.text.strip()]


def test_fine_comments_neither_insult_nor_threaten() -> None:
    """No attribute that only an abusive comment can have holds of a fine one."""
    for comment in make_authored_comments():
        if comment.label is Label.FINE:
            assert not [name for name in ("insult", "threat", "severe_toxicity") if comment.attributes[name]], comment.text


def test_no_text_has_two_labels() -> None:
    """What stands alone and differs in case and signs only has one label."""
    labels: dict[str, Label] = {}
    for comment in make_authored_comments():
        if comment.parent_text is None:
            assert labels.setdefault(bare(comment.text), comment.label) is comment.label, comment.text


def test_nothing_that_tests_is_taught() -> None:
    """No comment of the behaviour suite and none of the minimal pairs is among them."""
    taught = {bare(comment.text) for comment in make_authored_comments() if comment.parent_text is None}
    assert not [text for text in pair_texts(load_pairs()) if bare(text) in taught]
    assert not [case.text for case in build_cases() if bare(case.text) in taught]


def test_comments_once_misjudged_are_not_taught() -> None:
    """None of the comments by which the model is judged is among them, letter for letter."""
    if not CASES.is_file():
        pytest.skip("../shared/cases is missing: it holds the comments that were once misjudged")
    taught = {bare(comment.text) for comment in make_authored_comments() if comment.parent_text is None}
    assert not [text for line in CASES.read_text("utf-8").splitlines() if bare(text := json.loads(line)["text"]) in taught]
