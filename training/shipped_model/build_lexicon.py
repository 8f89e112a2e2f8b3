"""Makes ``model/normaliser/lexicon.txt``: the words that an obfuscated word may be read as. The command is ``make lexicon``.

The words are those of the train rows of the seventeen sources of :mod:`training.shipped_model.sources`, as the sources label them.
A word is kept if enough comments use it and it is not misspelt. It is *charged* if it comes from several sources and is in abusive
comments clearly more often than in others; a charged word is restored at a smaller risk than another.
"""

import argparse
import os
import re
import sys
from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from math import log
from pathlib import Path

from model.array_types import Int8Array
from model.errors import TipstaffError
from model.normaliser.hashing import CHARGED, WORD
from model.text.unicode import fold_characters
from training.shipped_model.corpus import CORPUS_FOLDER, read_train_texts
from training.shipped_model.sources import SOURCES

__all__ = ["LEXICON_FILE", "build_lexicon_command", "make_lexicon"]

LEXICON_FILE = Path("model/normaliser/lexicon.txt")

_TOKEN = re.compile(r"(?<![a-z0-9'@*$#_/.-])[a-z]{2,20}(?![a-z0-9'@*$#_/-])")
_DRAWN_OUT = re.compile(r"(.)\1\1")
_LETTERS = "abcdefghijklmnopqrstuvwxyz"
_FEWEST_COMMENTS = 4  # that use a word
_FEWEST_COMMENTS_SHARED = 6  # that use a word of several sources
_MISSPELT_RATIO = 200  # times as frequent as a misspelling is the right word
_FEWEST_MISSPELT_LETTERS = 5
_CHARGED_LOG_ODDS = 0.9
_MOST_FREQUENT = 15  # the largest binary logarithm of a frequency that has a letter of its own
# Names and plain words that differ from charged ones by a letter or a part; words of the lexicon are never corrected.
_INNOCENT_WORDS = (
    "niger nigel nigeria nigerian niggle niggling niggles niggard snigger sniggered sniggering scunthorpe penistone "
    "clitheroe lightwater sussex essex middlesex wessex arsenal arsenic assassin assassins assess assets asset assume "
    "assist associate bass brass class classic grass glass mass pass cockburn cockpit cocktail cocktails cockatoo cockerel "
    "cockney hancock hitchcock peacock woodcock babcock shuttlecock dickens dickinson dickson dickie benedick dixon duke "
    "vandyke shitake shiitake shih shiatsu kant kent kunz kuntz hunter bunt punt cantor count county country fuchs fuchsia "
    "fichte fick fig figs fuji fukushima lucky ducks duck buck bucks luck tuck puck puckett chuck chunk spice "
    "span spanish wang wong hook hoover horse horses shore shores score scores titan titanic title titles titus "
    "titmouse gail gary fagan fagin fagus fog fogs flag flags drag rapeseed grape grapes drape draper rapier "
    "therapist therapists therapy japan japanese jape cocoon raccoon racoon tycoon maroon morton retort retire retired "
    "batch botch butch birch britch pitch ditch witch stitch twitch slat slot slit sloth idiom idioms pikes spike homer "
    "homes homely granny cranny nanny fanny franny danny manny pansy patsy daisy nance nancy nazir naze gooch gook goof "
    "goon goons bike kik like diego sago wok woo cooler collie daddy mick mike muck uyghur uighur lynn lynx krill "
    "skill skills kilt filler miller rap cape cup cuff spam sexton sextet sextant unisex analyst analysis canal banal "
    "annals angus uranus janus crab scrap wrap trap strap turk turks turkey third swat trick brick pricey push fussy pushy "
    "hussy bust book booby burger bigger bagger digger trigger rigger jigger gays pike hike hikes lynch hunt hunts tit "
    "tits hoe "
)
_INNOCENT = frozenset(_INNOCENT_WORDS.split())
"""Words that are in the lexicon even if no comment uses them."""

_TWO_LETTER_WORDS = (
    "ad ah am an as at be by do eh em er ex go ha he hi ho id if in is it la lo "
    "ma me my no of oh ok on or ow ox pa pi re so to uh um up us we ya ye yo"
)


@dataclass(frozen=True, slots=True)
class _WordCounts:
    """Word → number of comments that use it: all, abusive, not abusive; and word → the sources of these comments."""

    comments: Mapping[str, int]
    abusive: Mapping[str, int]
    innocent: Mapping[str, int]
    sources: Mapping[str, Collection[str]]


def make_lexicon(texts: Sequence[str], sources: Sequence[str], abusive: Int8Array, *, innocent: Collection[str] = _INNOCENT) -> bytes:
    """Return the lexicon of the texts: sorted lines of a word, its flags and a letter for its frequency.

    Args:
        texts: comments as they were written, n.
        sources: the source of each, n.
        abusive: 1 abusive, 0 not, -1 unknown; shape (n,).
        innocent: words that are in the lexicon even if no text uses them.
    """
    counts = _count_words(texts, sources, abusive)
    abusive_comments, innocent_comments = int((abusive == 1).sum()), int((abusive == 0).sum())
    two_letter_words = _TWO_LETTER_WORDS.split()
    lines = []
    for word in sorted(counts.comments.keys() | set(innocent)):
        uses = counts.comments.get(word, 0)
        is_shared = uses >= _FEWEST_COMMENTS_SHARED and len(counts.sources[word]) > 1
        if word not in innocent and (not (is_shared or uses >= _FEWEST_COMMENTS) or _is_misspelt(word, counts.comments)):
            continue
        if len(word) == 2 and word not in two_letter_words:
            continue
        flags = WORD
        abusive_uses, innocent_uses = counts.abusive.get(word, 0), counts.innocent.get(word, 0)
        log_odds = log((abusive_uses + 1) / (abusive_comments + 2)) - log((innocent_uses + 1) / (innocent_comments + 2))
        if is_shared and abusive_uses >= _FEWEST_COMMENTS_SHARED and log_odds >= _CHARGED_LOG_ODDS:
            flags |= CHARGED
        frequency = _LETTERS[min(max(uses, 1).bit_length() - 1, _MOST_FREQUENT)]
        lines.append(f"{word} {flags}{frequency}\n")
    return "".join(lines).encode()


def _count_words(texts: Sequence[str], sources: Sequence[str], abusive: Int8Array) -> _WordCounts:
    comments: Counter[str] = Counter()
    by_answer: dict[int, Counter[str]] = {1: Counter(), 0: Counter(), -1: Counter()}
    sources_of: defaultdict[str, set[str]] = defaultdict(set)
    for text, source, answer in zip(texts, sources, abusive.tolist(), strict=True):
        words = set(_TOKEN.findall(fold_characters(text).lower()))
        comments.update(words)
        by_answer[answer].update(words)
        for word in words:
            sources_of[word].add(source)
    return _WordCounts(comments, by_answer[1], by_answer[0], sources_of)


def _is_misspelt(word: str, comments: Mapping[str, int]) -> bool:
    """Return whether a word has a tripled letter, or is a much more frequent word with two letters exchanged, one added or one missing."""
    if _DRAWN_OUT.search(word) and len(set(word)) > 1:
        return True
    if len(word) < _FEWEST_MISSPELT_LETTERS:
        return False
    exchanged = (word[:at] + word[at + 1] + word[at] + word[at + 2 :] for at in range(len(word) - 1))
    shorter = (word[:at] + word[at + 1 :] for at in range(1, len(word) - 1))
    longer = (word[:at] + letter + word[at:] for at in range(1, len(word)) for letter in _LETTERS)
    uses = _MISSPELT_RATIO * comments[word]
    return any(comments.get(other, 0) > uses for variants in (exchanged, shorter, longer) for other in variants)


def build_lexicon_command(arguments: Sequence[str] | None = None, *, sources: Collection[str] = tuple(SOURCES)) -> int:
    """Write the lexicon, or compare it with the existing file, and return the exit code.

    Args:
        arguments: of the command; None for those of the command line.
        sources: the sources whose train rows it is made from.
    """
    parser = argparse.ArgumentParser(
        prog="python -m training.shipped_model.build_lexicon",
        description=f"Make {LEXICON_FILE} from the train rows of {len(sources)} sources of the corpus: {', '.join(sorted(sources))}.",
    )
    parser.add_argument(
        "--corpus",
        metavar="FOLDER",
        type=Path,
        default=CORPUS_FOLDER,
        help="folder with the tables of these sources (default: %(default)s)",
    )
    parser.add_argument("-o", "--out", metavar="FILE", type=Path, default=LEXICON_FILE, help="the lexicon (default: %(default)s)")
    parser.add_argument("--check", action="store_true", help="write nothing; fail unless the file is, byte for byte, what would be written")
    options = parser.parse_args(arguments)
    try:
        lexicon = make_lexicon(*read_train_texts(options.corpus, sources))
        if options.check:
            return _check(options.out, lexicon)
        _write(options.out, lexicon)
    except (TipstaffError, OSError) as error:
        print(f"tipstaff: {error}", file=sys.stderr)
        return 1
    return 0


def _check(path: Path, lexicon: bytes) -> int:
    """Compare a file with the lexicon that it should hold; returns the exit code."""
    content = path.read_bytes()
    lines, expected = content.split(b"\n"), lexicon.split(b"\n")
    if content == lexicon:
        print(f"{path} is, byte for byte, what the corpus makes: {len(lines) - 1:,} words")
        return 0
    excess, missing = sorted(set(lines) - set(expected)), sorted(set(expected) - set(lines))
    example = (excess or missing or [b""])[0].decode(errors="replace")
    print(
        f"tipstaff: {path} is not what the corpus makes: {len(excess):,} lines of it are not made, {len(missing):,} that are made "
        f"are not in it (the first: {example!r}); make lexicon writes what is",
        file=sys.stderr,
    )
    return 1


def _write(path: Path, lexicon: bytes) -> None:
    """Replace a file by the lexicon atomically; do nothing if it is the same."""
    if path.is_file() and path.read_bytes() == lexicon:
        print(f"{path} is already what the corpus makes")
        return
    temporary = path.with_name(path.name + ".new")
    temporary.write_bytes(lexicon)
    os.replace(temporary, path)  # noqa: PTH105 - atomic
    print(f"{path} is written; models that were trained with the one before are now refused, since the normaliser has another version")


if __name__ == "__main__":
    raise SystemExit(build_lexicon_command())
