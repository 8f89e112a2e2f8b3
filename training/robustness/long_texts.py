"""Long comments of our own, with and without a vile sentence among many ordinary ones, and how they are judged.

Wrapping abuse into a copied text is an evasion that anybody can find. Fillers and abuse are written by us, in two sets that share
nothing: what is chosen is chosen with the set "tuning", and "held_out" only measures::

    python -m training.robustness.long_texts
"""

import argparse
import random
import re
import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal, NamedTuple

from model.comment import VERDICTS, Comment, Verdict
from model.decisions import CommentJudge
from model.moderator import Moderator
from model.profile import Profile
from training.robustness.padding import long_talk

__all__ = ["ABUSE_LENGTHS", "CLEAN_LENGTHS", "LongTextResult", "LongTextSet", "clean_long_texts", "hidden_abuse", "measure_long_texts"]

LongTextSet = Literal["tuning", "held_out"]

ABUSE_LENGTHS = (800, 1200, 2000)
"""Words of the texts in which abuse is hidden."""
CLEAN_LENGTHS = (400, 800, 1200, 2000)
"""Words of the texts without any."""

_PLACES = {800: 3, 1200: 3, 2000: 2}  # how many places of each abuse in each filler are tried: 320 texts
_CLEAN_COPIES = 4
_TALK = "talk"
_SENTENCE = re.compile(r"[^.!?]+[.!?]")


class _TextSet(NamedTuple):
    fillers: dict[str, list[str]]
    abuse: list[str]


class LongText(NamedTuple):
    """A long comment.

    Attributes:
        text: its text.
        filler: the name of the text that it is made of.
        words: about how many words it has.
        abuse: the sentence that is hidden in it; empty if there is none.
    """

    text: str
    filler: str
    words: int
    abuse: str


@dataclass(frozen=True, slots=True)
class LongTextResult:
    """How long comments are judged.

    Attributes:
        approved: how many comments with abuse are approved.
        abusive: how many there are.
        flagged: how many comments without abuse are not approved.
        clean: how many there are.
    """

    approved: int
    abusive: int
    flagged: int
    clean: int


@cache
def _read_set(name: LongTextSet) -> _TextSet:
    content = tomllib.loads((Path(__file__).parent / "long_fillers.toml").read_text("utf-8"))[name]
    fillers = {filler: [found.strip() for found in _SENTENCE.findall(text)] for filler, text in content["fillers"].items()}
    return _TextSet(fillers, content["abuse"])


def _write_sentences(name: LongTextSet, filler: str, words: int, rng: random.Random) -> list[str]:
    """Return sentences of a filler with so many words in all, or a few more: as they stand, then again in an order of chance."""
    if filler == _TALK:
        return [found.strip() for found in _SENTENCE.findall(long_talk(rng, words=words, friendly=False))]
    sentences = list(_read_set(name).fillers[filler])
    written: list[str] = []
    count = 0
    while count < words:
        for sentence in sentences:
            written.append(sentence)
            count += len(sentence.split())
            if count >= words:
                break
        rng.shuffle(sentences)
    return written


def hidden_abuse(name: LongTextSet, *, lengths: Sequence[int] = ABUSE_LENGTHS, seed: int = 0) -> Iterator[LongText]:
    """Yield long comments with one vile sentence each, at a place of chance between two others.

    Args:
        name: the set of fillers and abuse.
        lengths: how many words the comments have, about.
        seed: of the places and the order of the sentences.
    """
    rng = random.Random(seed)  # noqa: S311 - nothing secret
    for words in lengths:
        for filler in _read_set(name).fillers:
            for abuse in _read_set(name).abuse:
                for _ in range(_PLACES.get(words, 1)):
                    sentences = _write_sentences(name, filler, words, rng)
                    sentences.insert(rng.randrange(len(sentences) + 1), abuse)
                    yield LongText(" ".join(sentences), filler, words, abuse)


def clean_long_texts(name: LongTextSet, *, lengths: Sequence[int] = CLEAN_LENGTHS, seed: int = 0) -> Iterator[LongText]:
    """Yield long comments without abuse, made like those with it, and made of small talk.

    Args:
        name: the set of fillers.
        lengths: how many words the comments have, about.
        seed: of the order of the sentences.
    """
    rng = random.Random(seed)  # noqa: S311 - nothing secret
    for words in lengths:
        for filler in [*_read_set(name).fillers, _TALK]:
            for _ in range(_CLEAN_COPIES):
                yield LongText(" ".join(_write_sentences(name, filler, words, rng)), filler, words, "")


def measure_long_texts(judge: CommentJudge, name: LongTextSet, *, seed: int = 0) -> LongTextResult:
    """Have the long comments of a set judged, and count what is approved though vile, and what is not though clean."""
    abusive, clean = list(hidden_abuse(name, seed=seed)), list(clean_long_texts(name, seed=seed))
    approved, passed = (_count_approved(judge, texts) for texts in (abusive, clean))
    return LongTextResult(approved, len(abusive), len(clean) - passed, len(clean))


def _count_approved(judge: CommentJudge, texts: Sequence[LongText]) -> int:
    decisions = judge.decide([Comment("", each.text) for each in texts])
    return int((decisions.verdicts == VERDICTS.index(Verdict.APPROVE)).sum())


def report_long_texts(arguments: Sequence[str] | None = None) -> None:
    """Print how an artefact judges long comments, by profile."""
    parser = argparse.ArgumentParser(prog="python -m training.robustness.long_texts", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--artefact", metavar="FOLDER", type=Path, help="folder of the artefact (default: the one that ships)")
    parser.add_argument("--seed", type=int, default=1, help="of places and orders (default: %(default)s)")
    options = parser.parse_args(arguments)
    for profile in Profile:
        moderator = Moderator.load(options.artefact, profile=profile)
        for name in ("tuning", "held_out"):
            result = measure_long_texts(moderator, name, seed=options.seed)
            print(
                f"{profile.value:8} {name:9} abuse approved: {result.approved} of {result.abusive}; "
                f"clean texts flagged: {result.flagged} of {result.clean}"
            )


if __name__ == "__main__":
    report_long_texts()
