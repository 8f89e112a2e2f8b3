"""The comments that everything is measured on, and the corpus that they come from if it is there."""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from training.tables.labelled import Labelled

__all__ = ["CORPUS", "Comments", "dev_rows", "load_comments"]

CORPUS = Path(__file__).parents[2] / "shared" / "corpus"
_SEED = 20

# For machines without the corpus: words, their signs and their frequencies are those of ordinary talk, the sense is not.
_WORDS = [
    "the",
    "of",
    "and",
    "to",
    "a",
    "in",
    "that",
    "it",
    "is",
    "you",
    "I",
    "for",
    "was",
    "on",
    "with",
    "are",
    "this",
    "not",
    "have",
    "be",
    "they",
    "as",
    "but",
    "what",
    "so",
    "at",
    "or",
    "do",
    "your",
    "we",
    "if",
    "my",
    "all",
    "about",
    "there",
    "one",
    "just",
    "can",
    "their",
    "who",
    "when",
    "would",
    "out",
    "up",
    "like",
    "some",
    "no",
    "more",
    "them",
    "how",
    "people",
    "from",
    "had",
    "time",
    "because",
    "get",
    "me",
    "him",
    "her",
    "then",
    "only",
    "know",
    "even",
    "think",
    "really",
    "good",
    "which",
    "other",
    "than",
    "see",
    "should",
    "say",
    "want",
    "make",
    "go",
    "right",
    "way",
    "years",
    "same",
    "work",
    "still",
    "never",
    "news",
    "article",
    "comment",
    "government",
    "actually",
    "everyone",
    "nothing",
    "stupid",
    "idiot",
    "school",
    "money",
    "video",
    "thanks",
    "question",
    "against",
    "without",
]
_ENDS = (".", ".", ".", "?", "!", "!!", " ...", ", lol", " :)")


@dataclass(frozen=True, slots=True)
class Comments:
    """Texts, and where they are from."""

    texts: list[str]
    origin: str


def dev_rows(folder: Path = CORPUS) -> Labelled:
    """Return the dev rows of the corpus, in the order of its files."""
    import numpy as np

    from training.shipped_model.corpus import load_corpus

    rows = load_corpus(folder)
    return rows.take(np.flatnonzero(np.array(rows.split) == "dev"))


def load_comments(count: int | None = None, *, folder: Path = CORPUS) -> Comments:
    """Return comments in random order, the same at every call.

    Args:
        count: how many; None for every dev row. If there are fewer dev rows, some come again.
        folder: where the corpus lies; without it, made-up comments of the same lengths are returned.
    """
    draw = random.Random(_SEED)
    if folder.is_dir():
        texts, origin = dev_rows(folder).text, "dev rows of the corpus"
    else:
        texts, origin = list(_made_up(30_000, draw)), "made-up comments (the corpus is not there)"
    draw.shuffle(texts)
    count = count or len(texts)
    return Comments((texts * (count // len(texts) + 1))[:count], origin)


def _made_up(count: int, draw: random.Random) -> Iterator[str]:
    """Yield comments with the long tail of lengths that real ones have: half of them up to 20 words, one in a hundred 200."""
    weights = [1 / rank for rank in range(1, len(_WORDS) + 1)]
    for _ in range(count):
        words = draw.choices(_WORDS, weights, k=1 + min(int(draw.lognormvariate(3.0, 1.0)), 600))
        sentences = [" ".join(words[at : at + 12]).capitalize() + draw.choice(_ENDS) for at in range(0, len(words), 12)]
        yield " ".join(sentences)
