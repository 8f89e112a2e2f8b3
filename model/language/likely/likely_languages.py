"""Weighs texts for all languages that Tipstaff can tell apart, and names those by which each text is to be judged."""

from collections.abc import Collection
from typing import NamedTuple

import numpy as np

from model.array_types import FloatArray, Int32Array, IntArray
from model.language.identification_kernels import score_languages
from model.language.likely.language_weights import load_language_weights, weigh_words
from model.language.likely.posterior import MOST_CANDIDATES, choose_candidates, combine_evidence, find_certain
from model.language.model_file import NgramTables
from model.language.scripts import LANGUAGE_OF_SCRIPT, LANGUAGES_OF_SCRIPT, LATIN, SCRIPT_NAMES
from model.language.tags import primary_language, tag_scripts
from model.ngrams.packed_texts import PackedTexts

__all__ = ["GROUPED_SCRIPTS", "LanguageChoice", "LikelyLanguages"]

GROUPED_SCRIPTS = (SCRIPT_NAMES[LATIN], *(script for script, codes in LANGUAGES_OF_SCRIPT.items() if len(codes) > 1))
"""The scripts in which several languages are written, between which words and n-grams have to decide."""

_ENGLISH = "en"
# Written in other scripts as a rule, and in Latin letters in comments: the readers of the first learn from both.
_ROMANISED = ("ta-Latn", "te-Latn", "kn-Latn", "ml-Latn", "bn-Latn")
# Beside them Norwegian, Slovak and Malay are written, which no comments teach.
_WITH_DOUBLES = frozenset({"da", "cs", "id"})
# What py3langid calls no language, and Nigerian Pidgin, whose words are English.
_COUNTED_AS_ENGLISH = frozenset({"zxx", "pcm"})


class LanguageChoice(NamedTuple):
    """What m texts are likely in.

    Attributes:
        tags: of the likeliest language of each text; m.
        likelihoods: of that language, shape (m,).
        unread: the probability that a text is in a language that is not read, shape (m,).
        candidates: tags of the read languages that a text may be in, likeliest first; m.
        letters: the number of letters that were weighed, shape (m,).
    """

    tags: list[str]
    likelihoods: FloatArray
    unread: FloatArray
    candidates: list[tuple[str, ...]]
    letters: Int32Array


class LikelyLanguages:
    """Weighs texts for languages; any number of threads may share one.

    Args:
        learned: tags of the languages that are read.
        tables: the n-grams of py3langid.
        codes: the code of the language of each column of its scores.
    """

    def __init__(self, learned: Collection[str], tables: NgramTables, codes: list[str]) -> None:
        self._tables = tables
        self._weights = load_language_weights()
        own = self._weights.tags
        counted = [_ENGLISH if code in _COUNTED_AS_ENGLISH else code for code in codes]
        self.tags = [*own, *sorted(set(counted) - set(own))]
        places = {tag: place for place, tag in enumerate(self.tags)}
        self._english = places[_ENGLISH]
        self._language_of_score = np.array([places[code] for code in counted], np.int64)
        self._allowed = np.array([[_is_written_in(tag, script) for tag in self.tags] for script in GROUPED_SCRIPTS])
        self._names = [primary_language(tag) or tag if tag in _ROMANISED else tag for tag in self.tags]
        self._read_as = np.array([places.get(name, -1) if name in learned else -1 for name in self._names], np.int64)
        self._read_as[self._read_as >= 0] = [self.tags.index(self._names[at]) for at in np.flatnonzero(self._read_as >= 0)]

        self._has_double = np.array([tag in _WITH_DOUBLES for tag in own])
        self._known_candidates: dict[tuple[int, ...], tuple[str, ...]] = {}

    def choose(self, packed: PackedTexts, rows: IntArray, groups: IntArray, english_shares: FloatArray) -> LanguageChoice:
        """Return what some texts are likely in.

        Args:
            packed: texts without mark-up.
            rows: those to weigh; int64, shape (m,).
            groups: the place of the script of each in GROUPED_SCRIPTS, shape (m,).
            english_shares: of the letters of each, those in words of the lexicon of English; shape (m,).
        """
        own = len(self._weights.tags)
        totals, known, exclusive = (np.empty((rows.size, own), np.int32) for _ in range(3))
        letters = np.empty(rows.size, np.int32)
        weigh_words(*packed, rows, self._weights.weights, self._weights.known, totals, known, exclusive, letters)
        words = (totals, self._weights.biases, known, letters)
        is_certain = np.empty(rows.size, np.bool_)
        find_certain(*words, english_shares, groups, self._allowed, self._english, self._has_double, is_certain)
        scores, sizes = self._score_ngrams(packed, rows, np.flatnonzero(~is_certain))
        likelihoods = np.empty((rows.size, len(self.tags)))
        combine_evidence(
            *(*words, english_shares, scores, sizes, self._language_of_score, groups, self._allowed),
            english=self._english,
            likelihoods=likelihoods,
        )
        chosen, unread = np.empty((rows.size, MOST_CANDIDATES), np.int64), np.empty(rows.size)
        choose_candidates(likelihoods, exclusive, letters, english_shares, self._read_as, self._english, chosen, unread)
        best = likelihoods.argmax(1)
        return LanguageChoice(
            [self._names[place] for place in best.tolist()],
            likelihoods[np.arange(rows.size), best],
            unread,
            [self._candidates(places) for places in map(tuple, chosen.tolist())],
            letters,
        )

    def _candidates(self, places: tuple[int, ...]) -> tuple[str, ...]:
        """Return the tags of candidates by their places; the same ones come again and again."""
        tags = self._known_candidates.get(places)
        if tags is None:
            tags = self._known_candidates[places] = tuple(self._names[place] for place in places if place >= 0)
        return tags

    def _score_ngrams(self, packed: PackedTexts, rows: IntArray, places: IntArray) -> tuple[FloatArray, IntArray]:
        """Return the scores of py3langid and their sizes for some of the rows, and nothing for the others."""
        scores, sizes = np.empty((rows.size, self._language_of_score.size)), np.zeros(rows.size, np.int64)
        if places.size:
            some = np.empty((places.size, self._language_of_score.size))
            sizes[places] = score_languages(packed.data, packed.offsets, rows[places], self._tables, some)
            scores[places] = some
        return scores, sizes


def _is_written_in(tag: str, script: str) -> bool:
    scripts: Collection[str] = tag_scripts(tag)
    if tag in LANGUAGE_OF_SCRIPT.values() or any(tag in codes for codes in LANGUAGES_OF_SCRIPT.values()):
        scripts = {name for name, codes in LANGUAGES_OF_SCRIPT.items() if tag in codes}
    return script in scripts
