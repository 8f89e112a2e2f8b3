"""Weighs texts for all languages that Tipstaff can tell apart, and names those by which each text is to be judged."""

from collections.abc import Collection
from typing import Any, NamedTuple

import numpy as np

from model.array_types import BoolArray, FloatArray, Int32Array, IntArray
from model.language.identified import ENGLISH_ALONE
from model.language.likely.language_weights import (
    FEWEST_OTHER,
    FEWEST_OTHER_WORDS,
    OTHER_SHARE,
    load_language_weights,
    weigh_other_words,
    weigh_words,
)
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
from model.language.likely.telling_words import TELLING_WORDS, count_telling_words
from model.language.model_file import NgramTables
from model.language.ngram_scores import score_languages
from model.language.scripts import LANGUAGE_OF_SCRIPT, LANGUAGES_OF_SCRIPT, LATIN, SCRIPT_NAMES
from model.language.tags import ROMANISED_TAGS, reader_tag, tag_scripts
from model.ngrams.packed_texts import PackedTexts

__all__ = ["GROUPED_SCRIPTS", "LanguageChoice", "LikelyLanguages"]

GROUPED_SCRIPTS = (SCRIPT_NAMES[LATIN], *(script for script, codes in LANGUAGES_OF_SCRIPT.items() if len(codes) > 1))
"""The scripts in which several languages are written, between which words and n-grams have to decide."""

(_ENGLISH,) = ENGLISH_ALONE
# Languages so like others, which no comments teach, that words do not tell them apart.
_DOUBLES = {"da": "no", "cs": "sk", "id": "ms"}
# Spoken nearly alike and romanised in the same ways: what is likely in either is likely in the likelier one.
_SPOKEN_ALIKE = ("hi-Latn", "ur-Latn")
# By so much a telling word changes the logarithm of the probability, and so many of them at most.
_TELLING_TRUST, _MOST_TELLING = 2.0, 4
# A few words that are known of another language and not of the text's own show that one too, with so many letters and so large a share of
# all: abuse in one language must not pass beside filler in another. Hardly one comment in a hundred of one language has them.
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
        likelihoods: of that language, together with one that is spoken alike, shape (m,).
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

        doubles_of_read = {other for tag, other in _DOUBLES.items() if tag in learned}
        self._is_read = {
            name: place >= 0 or name in doubles_of_read for name, place in zip(self._names, self._read_as.tolist(), strict=True)
        }
        self._is_second = ((self._read_as >= 0) & self._allowed[0])[: len(own)]
        # English abuse is short: two words are enough.
        self._fewest_words = np.array([2 if tag == _ENGLISH else FEWEST_OTHER_WORDS for tag in own])
        doubles = [places[tag] for pair in _DOUBLES.items() for tag in pair if tag in places]
        # By the group of scripts where words leave a doubt, or by what they leave none about; chosen when first needed.
        self._columns_of_kind: dict[int, ScoredLanguages | None] = {-CERTAIN: None}
        of_language = self._language_of_score
        self._is_weighed = {group: allowed[of_language] for group, allowed in enumerate(self._allowed)}
        self._is_weighed[-CERTAIN_BUT_FOR_DOUBLE] = np.isin(of_language, doubles)
        self._is_group_weighed = self._allowed[:, : len(own)].sum(1) > 1
        self._place_of_group = {group: places[group] for group in TELLING_WORDS}
        self._is_spoken_alike = np.array([tag in _SPOKEN_ALIKE for tag in self.tags])
        self._has_double = np.array([tag in _DOUBLES for tag in own])
        self._known_candidates: dict[tuple[int, ...], tuple[str, ...]] = {}

    def may_be_read(self, tag: str) -> bool:
        """Return whether a text in a language is read: that language, or one that words hardly tell from it."""
        return self._is_read[tag]

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
        certainties, likeliest = np.empty((2, rows.size), np.int64)
        find_certain(words, self._weights.biases, self._allowed, self.english, self._has_double, certainties, likeliest)
        present = set(likeliest.tolist())
        told = [
            (*self._count_telling(packed, rows, likeliest, group, certainties), group)
            for group, place in self._place_of_group.items()
            if place in present
        ]
        likelihoods = np.empty((rows.size, len(self.tags)))
        asked: Any = {"rows": rows, "words": words, "likelihoods": likelihoods}
        kinds = np.where(certainties == UNCERTAIN, groups, -certainties)
        for kind in set(kinds.tolist()):
            self._combine(packed, np.flatnonzero(kinds == kind), kind, **asked)
        for places, counts, group in told:
            self._heed_telling(likelihoods, places, counts, group)
        chosen, unread = np.empty((rows.size, MOST_CANDIDATES), np.int64), np.empty(rows.size)
        choose_candidates(likelihoods, exclusive, letters, english_shares, self._read_as, self.english, chosen, unread)
        best = likelihoods.argmax(1)
        candidates = [self._candidates(places) for places in zip(*chosen.T.tolist(), strict=True)]
        latin = np.flatnonzero((groups == 0) & (letters >= FEWEST_OTHER))
        if latin.size:
            self.add_second_languages(packed, rows[latin], best[latin], candidates, places=latin)
        likelihood = likelihoods[np.arange(rows.size), best]
        is_alike = self._is_spoken_alike[best]
        if is_alike.any():
            likelihood[is_alike] = likelihoods[is_alike][:, self._is_spoken_alike].sum(1)
        return LanguageChoice([self._names[place] for place in best.tolist()], likelihood, unread, candidates, letters)

    def _count_telling(
        self, packed: PackedTexts, rows: IntArray, likeliest: IntArray, group: str, certainties: IntArray
    ) -> tuple[IntArray, Int32Array]:
        """Count the words that tell a language from those like it; what they leave no doubt of becomes certain.

        Returns:
            The places of the texts which by their words are in that language or one like it, and their counts.
        """
        places = np.flatnonzero(likeliest == self._place_of_group[group])
        counts = count_telling_words(packed, rows[places], group)
        is_told = (counts[:, 0] > 0) & (counts[:, 1:].sum(1) == 0)
        if self._has_double[self._place_of_group[group]]:
            is_told &= certainties[places] == CERTAIN_BUT_FOR_DOUBLE
        certainties[places[is_told]] = CERTAIN
        return places, counts

    def _heed_telling(self, likelihoods: FloatArray, places: IntArray, counts: Int32Array, group: str) -> None:
        """Let the words that tell the languages of a group apart change the likelihoods of the texts in some places."""
        columns = [self.tags.index(tag) for tag in TELLING_WORDS[group]]
        likelihoods[places[:, None], columns] *= np.exp(_TELLING_TRUST * np.minimum(counts, _MOST_TELLING))
        likelihoods[places] /= likelihoods[places].sum(1, keepdims=True)

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
        for at in np.flatnonzero((most >= FEWEST_OTHER) & (most >= OTHER_SHARE * letters)).tolist():
            place = int(places[at])
            if candidates[place]:
                second = self._names[int(self._read_as[int(letters_other[at].argmax())])]
                candidates[place] = tuple(dict.fromkeys((*candidates[place][: MOST_CANDIDATES - 1], second)))

    def _candidates(self, places: tuple[int, ...]) -> tuple[str, ...]:
        """Return the tags of candidates by their places; the same ones come again and again."""
        tags = self._known_candidates.get(places)
        if tags is None:
            tags = tuple(self._names[place] for place in places if place >= 0)
            tags = self._known_candidates[places] = ENGLISH_ALONE if tags == ENGLISH_ALONE else tags
        return tags

    def _columns(self, kind: int) -> ScoredLanguages | None:
        """Return the n-grams of the languages of a kind of texts; None if none are needed."""
        if kind not in self._columns_of_kind:
            self._columns_of_kind[kind] = _choose_columns(self._tables, self._language_of_score, self._is_weighed[kind])
        return self._columns_of_kind[kind]

    def _combine(
        self,
        packed: PackedTexts,
        places: IntArray,
        kind: int,
        *,
        rows: IntArray,
        words: WordEvidence,
        likelihoods: FloatArray,
    ) -> None:
        """Write the likelihoods of the texts in some places, given the n-grams of the languages of a kind; without these if it has none."""
        columns = self._columns(kind)
        some, some_rows, found = words, rows, likelihoods
        if places.size < rows.size:
            some, some_rows, found = words.part_of(places), rows[places], np.empty((places.size, len(self.tags)))
        count = 0 if columns is None else columns.languages.size
        scores, sizes = np.empty((places.size, count)), np.zeros(places.size, np.int64)
        if columns is not None:
            sizes = score_languages(packed.data, packed.offsets, some_rows, columns.tables, scores)
        languages = _NO_LANGUAGES if columns is None else columns.languages
        is_between_doubles = kind == -CERTAIN_BUT_FOR_DOUBLE
        combine_evidence(some, self._weights.biases, scores, sizes, languages, is_between_doubles, self._allowed, self.english, found)
        if found is not likelihoods:
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
