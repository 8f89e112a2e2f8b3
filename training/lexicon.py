"""Makes ``model/lexicon.txt`` from labelled comments: the words that a disguise may be read as.

A word is kept if enough comments of at least two sources use it; it is *charged* if it
stands in abusive comments clearly more often than in others (or is undone at a smaller risk than left alone).
"""

import re
from collections import Counter, defaultdict
from collections.abc import Sequence
from math import log

import numpy as np
import numpy.typing as npt

from model.alphabet import CHARGED, WORD
from model.fold import fold

__all__ = ["make_lexicon"]

_TOKEN = re.compile(r"(?<![a-z0-9'@*$#_/.-])[a-z]{2,20}(?![a-z0-9'@*$#_/-])")
_DRAWN_OUT = re.compile(r"(.)\1\1")
_FEWEST = 6
_CHARGED_LOG_ODDS = 0.9
_TWO_LETTERS = (
    "ad ah am an as at be by do eh em er ex go ha he hi ho id if in is it la lo "
    "ma me my no of oh ok on or ow ox pa pi re so to uh um up us we ya ye yo"
)


def make_lexicon(texts: Sequence[str], sources: Sequence[str], abusive: npt.NDArray[np.int8]) -> bytes:
    """Return the lexicon of the texts as lines "word flags", sorted.

    Args:
        texts: comments as they were written, n.
        sources: the source of each, n.
        abusive: 1 abusive, 0 not, -1 unknown; shape (n,).
    """
    seen: Counter[str] = Counter()
    bad: Counter[str] = Counter()
    good: Counter[str] = Counter()
    where: defaultdict[str, set[str]] = defaultdict(set)
    total_bad, total_good = int((abusive == 1).sum()), int((abusive == 0).sum())
    for text, source, answer in zip(texts, sources, abusive, strict=True):
        words = set(_TOKEN.findall(fold(text).lower()))
        seen.update(words)
        (bad if answer == 1 else good if answer == 0 else Counter()).update(words)
        for word in words:
            where[word].add(source)
    lines = []
    for word in sorted(seen):
        if seen[word] < _FEWEST or len(where[word]) < 2 or (_DRAWN_OUT.search(word) and len(set(word)) > 1):
            continue
        if len(word) == 2 and word not in _TWO_LETTERS.split():
            continue
        flags = WORD
        lift = log((bad[word] + 1) / (total_bad + 2)) - log((good[word] + 1) / (total_good + 2))
        if bad[word] >= _FEWEST and lift >= _CHARGED_LOG_ODDS:
            flags |= CHARGED
        lines.append(f"{word} {flags}\n")
    return "".join(lines).encode()
