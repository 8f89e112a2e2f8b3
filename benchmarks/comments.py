"""Loads the comments that benchmarks measure on: dev rows of the corpus, or generated comments where the corpus is absent."""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from training.tables.labelled import Labelled

__all__ = ["CORPUS", "Comments", "load_comments", "load_dev_rows"]

CORPUS = Path(__file__).parents[2] / "shared" / "corpus"
_SEED = 20
_GENERATED_COMMENTS = 30_000
_MOST_WORDS = 600  # of a generated comment
_SENTENCE_WORDS = 12

# For machines without the corpus, by falling frequency: words and punctuation are those of ordinary talk, but the comments make no sense.
_WORD_LINE = (
    "the of and to a in that it is you I for was on with are this not have be they as but what so at or do your we if my "
    "all about there one just can their who when would out up like some no more them how people from had time because get "
    "me him her then only know even think really good which other than see should say want make go right way years same "
    "work still never news article comment government actually everyone nothing stupid idiot school money video thanks "
    "question against without"
)
_WORDS = _WORD_LINE.split()
_SENTENCE_ENDS = (".", ".", ".", "?", "!", "!!", " ...", ", lol", " :)")


@dataclass(frozen=True, slots=True)
class Comments:
    """Texts of comments, and a description of their origin."""

    texts: list[str]
    origin: str


def load_dev_rows(folder: Path = CORPUS) -> Labelled:
    """Return the dev rows of the corpus, in the order of its files."""
    import numpy as np

    from training.shipped_model.corpus import load_corpus

    rows = load_corpus(folder)
    return rows.take(np.flatnonzero(np.array(rows.split) == "dev"))


def load_comments(count: int | None = None, *, folder: Path = CORPUS) -> Comments:
    """Return comments in random order, the same at every call.

    Args:
        count: number of comments; None for every dev row. If there are fewer dev rows, they are repeated.
        folder: the folder of the corpus; without it, generated comments of the same lengths are returned.
    """
    generator = random.Random(_SEED)
    if folder.is_dir():
        texts, origin = load_dev_rows(folder).text, "dev rows of the corpus"
    else:
        texts, origin = list(_generate_comments(_GENERATED_COMMENTS, generator)), "made-up comments (the corpus is not there)"
    generator.shuffle(texts)
    count = count or len(texts)
    return Comments((texts * (count // len(texts) + 1))[:count], origin)


def _generate_comments(count: int, generator: random.Random) -> Iterator[str]:
    """Yield comments whose lengths have the long tail of real ones: half have up to 20 words, one in a hundred has 200."""
    weights = [1 / rank for rank in range(1, len(_WORDS) + 1)]
    for _ in range(count):
        words = generator.choices(_WORDS, weights, k=1 + min(int(generator.lognormvariate(3.0, 1.0)), _MOST_WORDS))
        sentences = [
            " ".join(words[start : start + _SENTENCE_WORDS]).capitalize() + generator.choice(_SENTENCE_ENDS)
            for start in range(0, len(words), _SENTENCE_WORDS)
        ]
        yield " ".join(sentences)
