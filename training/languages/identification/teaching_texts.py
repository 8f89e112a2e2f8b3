"""The texts from which language identification learns: comments of the corpora whose language is known, and comments of our own."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

import numpy as np

from model.language.glance import read_evidence
from model.language.identification_kernels import ENGLISH, OTHER, PLAIN
from training.authored.language_comments import load_language_comments
from training.languages.corpus_rows import LANGUAGES_FOLDER, load_language_rows, load_reread_rows
from training.shipped_model.corpus import load_corpus

__all__ = ["LEARNED_TAGS", "TeachingTexts", "assign_tag", "cut_texts", "load_teaching_texts"]

_LATIN_TAGS = ["en", "cs", "da", "de", "es", "fi", "fr", "hi-Latn", "id", "it", "nl", "pl", "pt", "ro", "sv", "tr", "ur-Latn", "vi"]
_OTHER_TAGS = ["ar", "fa", "hi", "bn", "ru", "tt", "uk"]
# Of these, comments are written in Latin letters as often as in their own script.
_ROMANISED: Mapping[str, str] = MappingProxyType({tag: f"{tag}-Latn" for tag in ("kn", "ml", "ta")})
LEARNED_TAGS = (*_LATIN_TAGS, *_OTHER_TAGS, *_ROMANISED.values())
"""The languages between which words decide; others have a script of their own, or are known to py3langid alone."""

_MOST_TEXTS = 14_000  # of a language
_WORDS_OF_CUT = (1, 1, 2, 2, 3, 4, 5, 6, 8, 12, 30)
_CUTS, _CUTS_OF_OWN = 3, 8
_SHARE_INSIDE = 0.7  # of cuts; the others are beginnings
# Rows of other languages' sources with so large a share of letters in English words are English; romanised ones sooner.
_ENGLISH_SHARE, _ENGLISH_SHARE_OF_ROMANISED, _FEWEST_WORDS = 0.7, 0.5, 4
_UKRAINIAN = frozenset("іїєґІЇЄҐ")


@dataclass(frozen=True)
class TeachingTexts:
    """n texts and their languages.

    Attributes:
        texts: the texts.
        tags: of their languages.
        own: whether each was written for this project: there are few of these, and they are good.
    """

    texts: Sequence[str]
    tags: Sequence[str]
    own: Sequence[bool]


def load_teaching_texts(corpus: Path, *, seed: int = 7) -> TeachingTexts:
    """Return the texts that teach, in random order within each language, none that only measures among them.

    Args:
        corpus: the folder of the English corpus, with that of the other languages in it.
        seed: of the random order.

    Raises:
        TableError: the corpus is not there, or a table of it is damaged.
    """
    generator = np.random.default_rng(seed)
    found = defaultdict[str, dict[str, None]](dict)
    folder = corpus / LANGUAGES_FOLDER.name
    for rows in (load_language_rows(folder), load_reread_rows(folder)):
        for text, lang in zip(rows.text, rows.lang, strict=True):
            tag = assign_tag(text, lang)
            if tag is not None:
                found[tag][text] = None
    english = load_corpus(corpus)
    found["en"] = {text: None for text, split in zip(english.text, english.split, strict=True) if split == "train"}
    dev = set(load_reread_rows(folder, split="dev", measured=True).text)
    texts, tags = list[str](), list[str]()
    for tag in sorted(found):
        chosen = [text for text in sorted(found[tag]) if text not in dev]
        order = generator.permutation(len(chosen))[:_MOST_TEXTS].tolist()
        texts += [chosen[place] for place in order]
        tags += [tag] * len(order)
    own = [comment for comment in load_language_comments() if comment.tag in LEARNED_TAGS]
    return TeachingTexts(
        [*texts, *(comment.text for comment in own)],
        [*tags, *(comment.tag for comment in own)],
        [False] * len(texts) + [True] * len(own),
    )


def assign_tag(text: str, lang: str) -> str | None:
    """Return the language that a row teaches, given that of its source; None if it teaches none, as English does in a foreign source."""
    plain, english, other = read_evidence(text)[[PLAIN, ENGLISH, OTHER]].tolist()
    is_latin = plain > other
    if lang == "ru" and _UKRAINIAN.intersection(text):
        return "uk"
    if is_latin and lang in _OTHER_TAGS:
        return None
    tag = _ROMANISED.get(lang) if is_latin else lang
    tag = lang if tag is None else tag
    share = _ENGLISH_SHARE_OF_ROMANISED if lang.endswith("-Latn") else _ENGLISH_SHARE
    is_english = english >= share * plain and (lang.endswith("-Latn") or len(text.split()) >= _FEWEST_WORDS)
    return None if tag not in LEARNED_TAGS or (is_latin and is_english) else tag


def cut_texts(teaching: TeachingTexts, *, seed: int = 1) -> tuple[list[str], list[str]]:
    """Return cuts of one to thirty words from the texts, and their languages: short texts are what has to be learned."""
    generator = np.random.default_rng(seed)
    cuts, tags = list[str](), list[str]()
    for text, tag, own in zip(teaching.texts, teaching.tags, teaching.own, strict=True):
        words = text.split()
        count = _CUTS_OF_OWN if own else _CUTS
        sizes, places = generator.choice(_WORDS_OF_CUT, count).tolist(), generator.random((count, 2)).tolist()
        for size, (is_inside, place) in zip(sizes, places, strict=True):
            first = int(place * max(1, len(words) - size + 1)) if is_inside < _SHARE_INSIDE else 0
            cuts.append(" ".join(words[first : first + size]))
            tags.append(tag)
    return cuts, tags
