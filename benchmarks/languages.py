"""Measures how many comments a second language packs judge by their n-grams, script by script, beside English."""

import os
import random
import time
from collections.abc import Iterator, Sequence
from itertools import cycle
from pathlib import Path

from benchmarks.figures import Figure, Skipped
from model.comment import Comment
from model.languages.language_packs import LanguagePacks
from model.moderator import Moderator
from model.profile import Profile
from training.authored.authored_rows import load_authored_rows
from training.authored.language_comments import load_language_comments

__all__ = ["measure"]

_LETTERS = 80  # of a comment
_COMMENTS = 5000
_ROUNDS = 5
_LEAST_SPEED = 60_000  # comments a second and core
_TAGS = ("de", "vi", "hi-Latn", "ru", "el", "ar", "he", "hi", "bn", "ta", "te", "kn", "ml", "am", "ko", "zh", "ja")
"""One language of each script, and some that Latin letters are dealt with in other ways."""


def measure() -> Iterator[Figure | Skipped | str]:
    """Yield the speed of English and of one language of each script, on one core, in the fast profile."""
    folder = os.environ.get("TIPSTAFF_LANGUAGES")
    packs = LanguagePacks.find(Path(folder) if folder else None, profile=Profile.FAST)
    moderators: dict[str, Moderator] = {"en": Moderator.load()}
    for tag in _TAGS:
        if tag in packs.tags and load_language_comments(tag):
            moderators[tag] = packs.moderator(tag)
        else:
            yield Skipped(f"languages: there is no pack for {tag}, or no comment of our own in it")
    comments = {tag: _load_comments(tag) for tag in moderators}
    times = {tag: [_seconds(moderator, comments[tag][:1])] for tag, moderator in moderators.items()}  # warms the kernels up
    for _ in range(_ROUNDS):
        # They take turns, so that all meet the same moments of a busy machine.
        for tag, moderator in moderators.items():
            times[tag].append(_seconds(moderator, comments[tag]))
    for tag, rounds in times.items():
        yield Figure(
            f"languages: {tag}, text to decision on one core",
            _COMMENTS / min(rounds[1:]),
            "comments/s",
            at_least=_LEAST_SPEED,
            note=f"{_COMMENTS:,} comments of {_LETTERS} letters, n-grams alone, best of {_ROUNDS} rounds",
        )


def _seconds(moderator: Moderator, comments: Sequence[Comment]) -> float:
    start = time.process_time()
    moderator.decide(comments, threads=1)
    return time.process_time() - start


def _load_comments(tag: str) -> list[Comment]:
    """Return comments of one length, strung together from comments of our own in a language."""
    texts = load_authored_rows().text if tag == "en" else [comment.text for comment in load_language_comments(tag)]
    chance = random.Random(0)
    chance.shuffle(texts)
    source = cycle(texts)
    comments: list[Comment] = []
    while len(comments) < _COMMENTS:
        text = ""
        while len(text) < _LETTERS:
            text += f"{next(source)} "
        comments.append(Comment(str(len(comments)), text[:_LETTERS]))
    return comments
