"""Weighs texts for all languages that Tipstaff can tell apart, and names those by which each text is to be judged."""

from collections.abc import Collection
from typing import Any, NamedTuple

import numpy as np

from model.array_types import BoolArray, FloatArray, Int32Array, IntArray
from model.language.identification_kernels import score_languages
from model.language.likely.language_weights import load_language_weights, weigh_other_words, weigh_words
from model.language.likely.posterior import (
    CERTAIN,
    CERTAIN_BUT_FOR_DOUBLE,
    MOST_CANDIDATES,
    UNCERTAIN,
    WordEvidence,
    choose_candidates,
    combine_evidence,
    find_certain,
)
from model.language.model_file import NgramTables
from model.language.scripts import LANGUAGE_OF_SCRIPT, LANGUAGES_OF_SCRIPT, LATIN, SCRIPT_NAMES
from model.language.tags import ROMANISED_TAGS, reader_tag, tag_scripts
from model.ngrams.packed_texts import PackedTexts

__all__ = ["GROUPED_SCRIPTS", "LanguageChoice", "LikelyLanguages"]

GROUPED_SCRIPTS = (SCRIPT_NAMES[LATIN], *(script for script, codes in LANGUAGES_OF_SCRIPT.items() if len(codes) > 1))
"""The scripts in which several languages are written, between which words and n-grams have to decide."""

_ENGLISH = "en"
# Languages so like others, which no comments teach, that words do not tell them apart.
_DOUBLES = {"da": "no", "cs": "sk", "id": "ms"}
# A few words that are known of another language and not of the text's own show that one too, with so many letters and so large a share of
# all: abuse in one language must not pass beside filler in another. Hardly one comment in a hundred of one language has them.
_FEWEST_OTHER, _OTHER_SHARE = 8, 0.12
_NO_LANGUAGES = np.empty(0, np.int64)
# What py3langid calls no language, and Nigerian Pidgin, whose words are English.
_COUNTED_AS_ENGLISH = frozenset({"zxx", "pcm"})


class ScoredLanguages(NamedTuple):
    """The n-grams of some languages, and the place of the language of each of their columns; int64, shape (columns,)."""

    tables: NgramTables
    languages: IntArray


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

    Attributes:
        tags: of all languages that are weighed.
        english: the place of English among them.

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
        self.english = places[_ENGLISH]
        self._language_of_score = np.array([places[code] for code in counted], np.int64)
        self._allowed = np.array([[_is_written_in(tag, script) for tag in self.tags] for script in GROUPED_SCRIPTS])
        self._names = [reader_tag(tag) if tag in ROMANISED_TAGS else tag for tag in self.tags]
        self._read_as = np.array([places.get(name, -1) if name in learned else -1 for name in self._names], np.int64)
        self._read_as[self._read_as >= 0] = [self.tags.index(self._names[at]) for at in np.flatnonzero(self._read_as >= 0)]

        self._is_second = ((self._read_as >= 0) & self._allowed[0])[: len(own)]
        # English abuse is short: two words are enough.
        self._fewest_words = np.array([2 if tag == _ENGLISH else 3 for tag in own])
        of_language = self._language_of_score
        self._columns_of_group = [
            _choose_columns(tables, of_language, np.array([place >= 0 and allowed[place] for place in of_language.tolist()]))
            for allowed in self._allowed
        ]
        doubles = [places[tag] for pair in _DOUBLES.items() for tag in pair if tag in places]
        self._doubles = _choose_columns(tables, of_language, np.isin(of_language, doubles))
        self._is_group_weighed = self._allowed[:, : len(own)].sum(1) > 1
        self._has_double = np.array([tag in _DOUBLES for tag in own])
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
        weigh_words(
            *packed, rows, self._is_group_weighed[groups], self._weights.weights, self._weights.known, totals, known, exclusive, letters
        )
        words = WordEvidence(totals, known, letters, english_shares, groups)
        certainties = np.empty(rows.size, np.int64)
        find_certain(words, self._weights.biases, self._allowed, self.english, self._has_double, certainties)
        likelihoods = np.empty((rows.size, len(self.tags)))
        asked: Any = {"rows": rows, "words": words, "likelihoods": likelihoods}
        self._combine(packed, np.flatnonzero(certainties == CERTAIN), None, **asked)
        self._combine(packed, np.flatnonzero(certainties == CERTAIN_BUT_FOR_DOUBLE), self._doubles, **asked)
        for group, columns in enumerate(self._columns_of_group):
            open_rows = np.flatnonzero((certainties == UNCERTAIN) & (groups == group))
            self._combine(packed, open_rows, columns, **asked)
        chosen, unread = np.empty((rows.size, MOST_CANDIDATES), np.int64), np.empty(rows.size)
        choose_candidates(likelihoods, exclusive, letters, english_shares, self._read_as, self.english, chosen, unread)
        best = likelihoods.argmax(1)
        candidates = [self._candidates(places) for places in zip(*chosen.T.tolist(), strict=True)]
        latin = np.flatnonzero(groups == 0)
        self.add_second_languages(packed, rows[latin], best[latin], candidates, places=latin)
        return LanguageChoice(
            [self._names[place] for place in best.tolist()], likelihoods[np.arange(rows.size), best], unread, candidates, letters
        )

    def add_second_languages(
        self, packed: PackedTexts, rows: IntArray, languages: IntArray | int, candidates: list[tuple[str, ...]], *, places: IntArray
    ) -> None:
        """Add to the candidates of texts in Latin letters the read language of the words that are not of the text's own language.

        Args:
            packed: texts without mark-up.
            rows: the texts; int64, shape (m,).
            languages: the place of the language of each, shape (m,), or of all of them.
            candidates: of these texts and others; those of a text that has some change.
            places: where the candidates of each text stand among these, shape (m,).
        """
        own = len(self._weights.tags)
        letters_other, letters = np.empty((rows.size, own), np.int32), np.empty(rows.size, np.int32)
        known_language = np.broadcast_to(np.where(np.less(languages, own), languages, -1), rows.shape).copy()
        weigh_other_words(*packed, rows, known_language, self._fewest_words, self._weights.known, letters_other, letters)
        letters_other[:, ~self._is_second] = 0
        most = letters_other.max(1)
        for at in np.flatnonzero((most >= _FEWEST_OTHER) & (most >= _OTHER_SHARE * letters)).tolist():
            place = int(places[at])
            if candidates[place]:
                second = self._names[int(self._read_as[int(letters_other[at].argmax())])]
                candidates[place] = tuple(dict.fromkeys((*candidates[place][: MOST_CANDIDATES - 1], second)))

    def _candidates(self, places: tuple[int, ...]) -> tuple[str, ...]:
        """Return the tags of candidates by their places; the same ones come again and again."""
        tags = self._known_candidates.get(places)
        if tags is None:
            tags = self._known_candidates[places] = tuple(self._names[place] for place in places if place >= 0)
        return tags

    def _combine(
        self,
        packed: PackedTexts,
        places: IntArray,
        columns: ScoredLanguages | None,
        *,
        rows: IntArray,
        words: WordEvidence,
        likelihoods: FloatArray,
    ) -> None:
        """Write the likelihoods of the texts in some places, given the n-grams of some languages; without these if there are none."""
        if not places.size:
            return
        some = words.part_of(places)
        count = 0 if columns is None else columns.languages.size
        scores, sizes = np.empty((places.size, count)), np.zeros(places.size, np.int64)
        if columns is not None:
            sizes = score_languages(packed.data, packed.offsets, rows[places], columns.tables, scores)
        found = np.empty((places.size, len(self.tags)))
        languages = _NO_LANGUAGES if columns is None else columns.languages
        is_between_doubles = columns is self._doubles
        combine_evidence(some, self._weights.biases, scores, sizes, languages, is_between_doubles, self._allowed, self.english, found)
        likelihoods[places] = found


def _choose_columns(tables: NgramTables, languages: IntArray, is_chosen: BoolArray) -> ScoredLanguages:
    """Return the n-grams of some columns alone, which are counted so much faster.

    Args:
        tables: of n columns.
        languages: the place of the language of each, shape (n,).
        is_chosen: which columns are kept, shape (n,).
    """
    is_kept = is_chosen[tables.language]
    ends = np.concatenate([[0], np.cumsum(is_kept)])
    places = np.cumsum(is_chosen) - 1
    chosen = tables._replace(
        starts=ends[tables.starts].astype(tables.starts.dtype),
        language=places[tables.language[is_kept]].astype(tables.language.dtype),
        gain=tables.gain[is_kept],
        unseen=tables.unseen[is_chosen],
        prior=tables.prior[is_chosen],
    )
    return ScoredLanguages(chosen, languages[is_chosen])


def _is_written_in(tag: str, script: str) -> bool:
    scripts: Collection[str] = tag_scripts(tag)
    if tag in LANGUAGE_OF_SCRIPT.values() or any(tag in codes for codes in LANGUAGES_OF_SCRIPT.values()):
        scripts = {name for name, codes in LANGUAGES_OF_SCRIPT.items() if tag in codes}
    return script in scripts
