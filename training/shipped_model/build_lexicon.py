"""Makes ``model/normaliser/lexicon.txt`` from labelled comments: the words that a disguise may be read as.

A word is kept if enough comments use it and it is not misspelt; it is *charged* if it comes from several sources and
stands in abusive comments clearly more often than in others (or is undone at a smaller risk than left alone).
"""

import re
from collections import Counter, defaultdict
from collections.abc import Collection, Sequence
from math import log

import numpy as np
import numpy.typing as npt

from model.normaliser.alphabet import CHARGED, WORD
from model.text.unicode import fold

__all__ = ["INNOCENT", "make_lexicon"]

_TOKEN = re.compile(r"(?<![a-z0-9'@*$#_/.-])[a-z]{2,20}(?![a-z0-9'@*$#_/-])")
_DRAWN_OUT = re.compile(r"(.)\1\1")
_FEWEST, _FEWEST_ALONE = 6, 4
_MISSPELT = 200  # times as frequent is the word that was meant
_CHARGED_LOG_ODDS = 0.9
# Names and plain words that are a letter or a part away from charged ones; known words are not mended.
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
INNOCENT = frozenset(_INNOCENT_WORDS.split())
_TWO_LETTERS = (
    "ad ah am an as at be by do eh em er ex go ha he hi ho id if in is it la lo "
    "ma me my no of oh ok on or ow ox pa pi re so to uh um up us we ya ye yo"
)


def make_lexicon(
    texts: Sequence[str], sources: Sequence[str], abusive: npt.NDArray[np.int8], *, innocent: Collection[str] = INNOCENT
) -> bytes:
    """Return the lexicon of the texts as lines of a word, its flags and a letter for its frequency, sorted.

    Args:
        texts: comments as they were written, n.
        sources: the source of each, n.
        abusive: 1 abusive, 0 not, -1 unknown; shape (n,).
        innocent: words that are known whether they are used or not.
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
    for word in sorted(seen.keys() | set(innocent)):
        shared = seen[word] >= _FEWEST and len(where[word]) > 1
        if word not in innocent and (not (shared or seen[word] >= _FEWEST_ALONE) or _is_misspelt(word, seen)):
            continue
        if len(word) == 2 and word not in _TWO_LETTERS.split():
            continue
        flags = WORD
        lift = log((bad[word] + 1) / (total_bad + 2)) - log((good[word] + 1) / (total_good + 2))
        if shared and bad[word] >= _FEWEST and lift >= _CHARGED_LOG_ODDS:
            flags |= CHARGED
        lines.append(f"{word} {flags}{chr(ord('a') + min(max(seen[word], 1).bit_length() - 1, 15))}\n")
    return "".join(lines).encode()


def _is_misspelt(word: str, seen: Counter[str]) -> bool:
    """Whether a word is drawn out, or a much more frequent one with two letters exchanged, or one too many or too few."""
    if _DRAWN_OUT.search(word) and len(set(word)) > 1:
        return True
    if len(word) < 5:
        return False
    swapped = (word[:at] + word[at + 1] + word[at] + word[at + 2 :] for at in range(len(word) - 1))
    shorter = (word[:at] + word[at + 1 :] for at in range(1, len(word) - 1))
    longer = (word[:at] + letter + word[at:] for at in range(1, len(word)) for letter in "abcdefghijklmnopqrstuvwxyz")
    return any(seen[other] > _MISSPELT * seen[word] for each in (swapped, shorter, longer) for other in each)
