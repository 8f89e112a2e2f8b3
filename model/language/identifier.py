"""The language of a comment, and by which of the languages that are read it is to be judged.

English evidence comes first: a comment nearly all of whose letters are in English words is English. What is written in another script is
in another language, and often the script alone identifies it. Only the rest is weighed (``model.language.likely.likely_languages``): by the
words and n-grams of the languages that Tipstaff has comments of, and by the n-grams of py3langid, which knows a hundred languages.
Names, tags and addresses are left out. What comes with a comment as its language is strong evidence, and yet no more than that.
"""

import re
import unicodedata
from collections.abc import Collection, Sequence

import numpy as np

from model.array_types import IntArray
from model.comment import Comment
from model.language.glance import ENGLISH_SHARE, FEWEST_SHOWN, LanguageGlance, preload_tables
from model.language.identification_kernels import (
    ENGLISH,
    ENGLISH_AND_MORE,
    EVIDENTLY_ENGLISH,
    FINDING,
    HIGH,
    MANY_MIXED,
    OTHER,
    PLAIN,
    SCRIPT,
    TOO_SHORT,
)
from model.language.identified import ENGLISH_ALONE, Languages
from model.language.likely.likely_languages import GROUPED_SCRIPTS, LikelyLanguages
from model.language.likely.posterior import MOST_CANDIDATES
from model.language.scripts import LANGUAGE_OF_SCRIPT, LANGUAGES_OF_SCRIPT, SCRIPT_NAMES
from model.language.stated_language import resolve_statement, weigh_statement
from model.language.visible_texts import visible_text, visible_texts
from model.ngrams.packed_comments import PackedComments
from model.ngrams.packed_texts import PackedTexts, pack_bytes

__all__ = ["DEFAULT_CERTAINTY", "DEFAULT_LETTERS", "Identifier", "preload_tables"]

DEFAULT_LETTERS = 20
DEFAULT_CERTAINTY = 0.95

(_ENGLISH,) = ENGLISH_ALONE
# A language that is likelier than this is named; than the second, where the words are English as well.
_NAMED, _NAMED_AGAINST_ENGLISH = 0.4, 0.9
# A language that nothing reads, if it is likelier than this, leaves no candidates.
_NAMED_UNREAD = 0.7
# A text too short to be called foreign is so with this certainty at most.
_MOST_OF_SHORT = 0.5
_FEWEST_WEIGHED = 2  # letters
# So many letters, and this share of all, are read together with those of another script.
_FEWEST_MIXED, _MIXED_SHARE = 4, 0.15
# Of so many signs without Kana, each of which counts twice, a text may be Japanese as well as Chinese.
_SHORT_HAN = 8
# Full-width letters and those of mathematics.
_COMPATIBLE = re.compile("[\uff21-\uff3a\uff41-\uff5a\U0001d400-\U0001d7ff]")
_HAN = SCRIPT_NAMES.index("Han")
_SENTENCE_ENDS = " \t\r\n.!?…~。！？～"
# The certainty that text in another script is foreign, as a logistic function of its share of the letters: half of them is enough.
_SCRIPT_SLOPE, _SCRIPT_OFFSET = 10.0, -2.0
# Each script's place in GROUPED_SCRIPTS, -1 for those of one language.
_GROUPS = [GROUPED_SCRIPTS.index(name) if name in GROUPED_SCRIPTS else -1 for name in SCRIPT_NAMES]
_ONLY_LANGUAGE = {**LANGUAGE_OF_SCRIPT, **{script: codes[0] for script, codes in LANGUAGES_OF_SCRIPT.items() if len(codes) == 1}}


class Identifier(LanguageGlance):
    """Identifies the languages of comments; any number of threads may share one.

    Attributes:
        learned: tags of the languages that are read.
    """

    def __init__(
        self, learned: Collection[str] = (_ENGLISH,), *, letters: int = DEFAULT_LETTERS, certainty: float = DEFAULT_CERTAINTY
    ) -> None:
        super().__init__(learned, letters=letters)
        self._certainty = certainty
        self._likely = LikelyLanguages(self.learned, self._tables, self._codes)
        self._read_of_script = [
            tuple(code for code in LANGUAGES_OF_SCRIPT.get(script, ()) if code in self.learned)[:MOST_CANDIDATES]
            for script in GROUPED_SCRIPTS
        ]
        # What is judged by whatever there is: texts without letters.
        self._usual = ENGLISH_ALONE if _ENGLISH in self.learned else tuple(sorted(self.learned))[:1]

    @classmethod
    def load(
        cls, learned: Collection[str] = (_ENGLISH,), *, letters: int = DEFAULT_LETTERS, certainty: float = DEFAULT_CERTAINTY
    ) -> "Identifier":
        """Load the tables, which takes half a second, once in each process.

        Args:
            learned: tags of the languages that are read, such as "en", "de" and "hi-Latn".
            letters: a comment with fewer of them is never called foreign by its words; a script of its own may still show that it is.
            certainty: from which on a comment is called foreign, above 0.5 and below 1.

        Raises:
            ArtefactError: the tables cannot be read.
        """
        return cls(learned, letters=letters, certainty=certainty)

    def warm(self) -> None:
        """Compile or load the kernels, so that the next call is fast."""
        self.identify_texts(["Das ist doch völliger Unsinn, was hier steht", "Совершенно не согласен с автором", "Good morning to you all"])
        # One whose words are not known, so that its n-grams are counted; and one in a language that is told from another like it.
        self.identify_texts(["Habari za asubuhi, rafiki yangu mpenzi", "Hvad er det for noget vrøvl, det forstår jeg ikke"])

    def identify(self, comments: Sequence[Comment]) -> Languages:
        """Return the languages of n comments; the language that a comment states is strong evidence."""
        if isinstance(comments, PackedComments):
            return self._identify_packed(visible_texts(comments))
        texts = [visible_text(comment) for comment in comments]
        languages = self.identify_texts(texts)
        for row, comment in enumerate(comments):
            if comment.language is None:
                continue
            packed = pack_bytes([texts[row].encode(errors="replace")])
            ((plain, _, other, script, *_),) = self._evidence(packed).tolist()
            shown = SCRIPT_NAMES[script] if other >= FEWEST_SHOWN and other >= plain else "Latin" if plain else ""
            statement = resolve_statement(comment.language, shown, self.learned)
            if statement is not None:
                is_english = languages.codes[row] == _ENGLISH or self.is_rather_english(texts[row], statement)
                weigh_statement(languages, row, statement, learned=self.learned, is_english=is_english)
        return languages

    def identify_texts(self, texts: Sequence[str]) -> Languages:
        """Return the languages of n texts without mark-up."""
        return self._identify_packed(pack_bytes([text.encode(errors="replace") for text in texts]))

    def _identify_packed(self, packed: PackedTexts) -> Languages:
        """Return the languages of n packed texts without mark-up."""
        evidence, others = self._count_others(packed)
        n, is_foreign = len(evidence), _ENGLISH not in self.learned
        languages = Languages([_ENGLISH] * n, [float(is_foreign)] * n, [is_foreign] * n, [() if is_foreign else self._usual] * n)
        if others:
            self._identify_others(packed, evidence, np.flatnonzero(evidence[:, FINDING] != EVIDENTLY_ENGLISH), languages)
        return languages

    def _identify_others(self, packed: PackedTexts, evidence: IntArray, rows: IntArray, languages: Languages) -> None:
        """Write the languages of the texts that are not simply English."""
        # One by one: they are few, or else their words take much longer, and of a single one no array is worth its while.
        weighed, groups, english = list[int](), list[int](), list[int]()
        mixed = list[tuple[int, bool]]()
        codes, certainties, foreign, candidates = languages
        for row, (plain, _, other, script, finding, _) in zip(rows.tolist(), evidence[rows].tolist(), strict=True):
            in_script = False
            if finding == ENGLISH_AND_MORE:
                english.append(row)
            else:
                codes[row], certainties[row], foreign[row], candidates[row] = None, 0.0, False, self._usual
                # A single letter shows nothing, as that of a face, unless it is a word by itself.
                in_script = other >= plain and (other >= FEWEST_SHOWN or (script == _HAN and _is_one_word(_text(packed, row))))
                group = _GROUPS[script] if in_script else 0
                if group >= 0:
                    weighed.append(row)
                    groups.append(group)
                else:
                    self._identify_by_script(packed, row, (plain, other, script), languages)
            if plain >= _FEWEST_MIXED <= other:
                fewest = MANY_MIXED if finding == ENGLISH_AND_MORE else min(MANY_MIXED, _MIXED_SHARE * (plain + other))
                if plain >= fewest <= other:
                    mixed.append((row, in_script))
        if weighed:
            self._weigh(packed, evidence, np.array(weighed), np.array(groups), languages)
        for row, in_script in mixed:
            self._add_other_script(packed, evidence[row], row, languages, in_script=in_script)
        if english:
            places = np.array(english)
            self._likely.add_second_languages(packed, places, self._likely.english, languages.candidates, places=places)
        for row in rows.tolist():
            if certainties[row] >= self._certainty:
                foreign[row], candidates[row] = True, ()

    def _weigh(self, packed: PackedTexts, evidence: IntArray, rows: IntArray, groups: IntArray, languages: Languages) -> None:
        """Write the languages of texts between whose languages words and n-grams decide."""
        some = evidence[rows]
        english_shares = some[:, ENGLISH] / np.maximum(some[:, PLAIN], 1)
        choice = self._likely.choose(packed, rows, groups, english_shares)
        columns = (rows, groups, english_shares, choice.likelihoods, choice.unread, choice.letters, some)
        for row, group, english, likelihood, certainty, letters, (plain, _, other, _, finding, is_high), tag, candidates in zip(
            *(column.tolist() for column in columns), choice.tags, choice.candidates, strict=True
        ):
            # Of a single letter nothing is said, nor of a few that are not Latin, among no Latin ones: faces.
            if not group and (letters < _FEWEST_WEIGHED or letters <= other):
                continue
            answer = tag, likelihood, candidates
            if finding == TOO_SHORT:
                certainty = min(certainty, _MOST_OF_SHORT)
                # A word or two in another script are rather in one of the languages that are read than in a rarer one.
                if group and not candidates and (of_script := self._read_of_script[group]):
                    answer = of_script[0], 1 / len(of_script), of_script
            is_named = _is_named(*answer[:2], english)
            if likelihood >= _NAMED_UNREAD and finding != TOO_SHORT and not self._likely.may_be_read(tag):
                answer = tag, likelihood, ()
            may_be_disguised = is_high and (plain or not group) and not (is_named and answer[0] == _ENGLISH)
            if may_be_disguised and self._is_disguised_english(_text(packed, row), letters=FEWEST_SHOWN):
                languages.codes[row], languages.certainties[row] = _ENGLISH, float(_ENGLISH not in self.learned)
            else:
                languages.codes[row] = answer[0] if is_named else None
                languages.certainties[row], languages.candidates[row] = min(certainty, 1.0), answer[2]

        for row in rows[(some[:, PLAIN] > 0) & (some[:, HIGH] > 0)].tolist():
            if _COMPATIBLE.search(text := _text(packed, row)) is not None:
                self._identify_as_usual_letters(text, row, languages)

    def _identify_as_usual_letters(self, text: str, row: int, languages: Languages) -> None:
        """Write the languages of a text with the usual letters in the place of those that are compatible with them."""
        codes, certainties, _, candidates = self.identify_texts([unicodedata.normalize("NFKC", text)])
        languages.codes[row], languages.certainties[row], languages.candidates[row] = codes[0], certainties[0], candidates[0]

    def _identify_by_script(self, packed: PackedTexts, row: int, letters: Sequence[int], languages: Languages) -> None:
        """Write the language of a text in a script that only one language is written in, or nearly so.

        Args:
            packed: texts without mark-up.
            row: the text.
            letters: how many Latin letters it has, how many others, and the script of these.
            languages: as they are identified; the row changes.
        """
        plain, other, script = letters
        if plain and self._is_disguised_english(_text(packed, row), letters=FEWEST_SHOWN):
            languages.codes[row], languages.certainties[row] = _ENGLISH, float(_ENGLISH not in self.learned)
            return
        candidates = self._candidates_of_script(script, other)
        languages.codes[row], languages.candidates[row] = _ONLY_LANGUAGE[SCRIPT_NAMES[script]], candidates
        languages.certainties[row] = 0.0 if candidates else _logistic(_SCRIPT_SLOPE * other / (other + plain) + _SCRIPT_OFFSET)

    def _candidates_of_script(self, script: int, size: int) -> tuple[str, ...]:
        """Return the read languages of a script that only one language is written in, for a text with so many letters of it."""
        only = _ONLY_LANGUAGE[SCRIPT_NAMES[script]]
        if only not in self.learned:
            return ()
        return (only, "ja") if script == _HAN and size <= _SHORT_HAN and "ja" in self.learned else (only,)

    def _add_other_script(self, packed: PackedTexts, evidence: IntArray, row: int, languages: Languages, *, in_script: bool) -> None:
        """Add to the candidates of a text in two scripts the read languages of the lesser one."""
        further: tuple[str, ...] = ()
        script = int(evidence[SCRIPT])
        if in_script:
            if _ENGLISH in self.learned and evidence[ENGLISH] >= ENGLISH_SHARE * evidence[PLAIN]:
                further = (_ENGLISH,)
        elif not self._hides_english(_text(packed, row), evidence):
            if _GROUPS[script] >= 0:
                group = _GROUPS[script]
                choice = self._likely.choose(packed, np.array([row]), np.array([group]), np.zeros(1))
                # Few letters among many Latin ones leave doubt: then all languages that are read in the script are in question.
                further = choice.candidates[0] or self._read_of_script[group]
            else:
                further = self._candidates_of_script(script, int(evidence[OTHER]))
        if further and (languages.candidates[row] or languages.certainties[row] < self._certainty):
            languages.candidates[row] = tuple(dict.fromkeys((*languages.candidates[row][:2], *further)))[:3]


def _is_named(tag: str, likelihood: float, english: float) -> bool:
    """Return whether a language is likely enough to be named, given the share of letters in English words.

    English is named where there are English words, another language where these do not leave a doubt.
    """
    if tag == _ENGLISH:
        return likelihood >= _NAMED and english > 0
    return likelihood >= (_NAMED_AGAINST_ENGLISH if english >= ENGLISH_SHARE else _NAMED)


def _is_one_word(text: str) -> bool:
    """Return whether letters are all of a text but for what ends a sentence."""
    return text.strip(_SENTENCE_ENDS).isalpha()


def _text(packed: PackedTexts, row: int) -> str:
    return packed.data[packed.offsets[row] : packed.offsets[row + 1]].tobytes().decode()


def _logistic(value: float) -> float:
    return float(1 / (1 + np.exp(-value)))
