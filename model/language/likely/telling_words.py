"""Words that tell a language from those which are so like it that other words do not: Danish from Norwegian, Czech from Slovak.

They are frequent, and stand in one language of a group alone, or are spelt otherwise in the others.
"""

from collections.abc import Mapping
from functools import cache

import numpy as np
import numpy.typing as npt

from model.array_types import ByteArray, Int32Array, IntArray
from model.language.comment_words import GAP, WORD, next_token
from model.language.likely.letter_ngrams import LETTER_SLOTS, hash_letters, read_letters
from model.ngrams.packed_texts import PackedTexts, pack_bytes
from model.numba_cache import inner, kernel

__all__ = ["TELLING_WORDS", "count_telling_words"]

_DANISH = (
    "af mig dig sig os hvad noget nogen nogle meget efter ud op bliver blive blev sådan uden gør gøre tage tager taget giver give "
    "givet nu måske igen mod hende ham jer jeres rigtig rigtigt mere lidt aldrig altid endnu børn arbejde arbejder penge nej sgu "
    "fandme fanden kraftedeme røv bruge bruger ligesom sidste uge bog sprog mad gade vej købe køber køb sagde siger sige kender "
    "tænke tænker længe længere sker ske skete bedst tak mand mænd kvinde kvinder lort pis luder kælling perker perkere kæft hjælpe "
    "hjælp lige desværre sjovt sjov dejligt dejlig fået havde måtte nyt præcis spørgsmål ryger fuldstændig øjne døde kigger kigge "
    "bange syg syge fed fede flot flotte hader"
)
_NORWEGIAN = (
    "av meg deg seg oss hva noe noen etter ut opp blir bli ble blitt mye veldig nå mot gir gi gitt mer litt aldri alltid enda "
    "ingenting barna penger nei uke bok vei kjøpe kjøper sier si vet kjenner tenke tenker lenge lenger skjer skje skjedde takk mann "
    "menn kvinne kvinnene henne dere vår vårt våre bruke bruker siste igjen mellom uten sånn kanskje akkurat faen dritt dritten "
    "jævla kjeft nordmenn hodet ikkje eg kva berre mykje frå vere noko korleis kor å jenta jente jenter gutt gutter artikkelen tull "
    "skikkelig bra kult teit dust gjør beste øyne jobb jobber helvete forferdelig"
)
_CZECH = (
    "se jsem jsi jsou jsme jste není nejsou nejsem nejsi byl byla bylo byli být jak který která které kteří kterou jen ještě také "
    "taky nebo protože proč tady teď tě mě mně něco někdo nic všechno všichni víc dobře lidi lidé lidí děti říct říká řekl ví vím "
    "víš vědět chci můžeš může měl měla mít dělat dělá díky děkuji děkuju prostě před při mezi přes bych bys těch těm kdo raději "
    "radši hodně spíš pořád někdy nikdy vždycky úplně nějak nějaký člověk tohle tohoto pro jestli ať přece můj tvůj svůj nemá nemáš "
    "nevím nechápu ses jde půjde myslíš hele co jejich hned potom proto"
)
_SLOVAK = (
    "sa som sú teraz ide sme ste nie bol bola bolo boli byť čo ako keď ktorý ktorá ktoré ktorí ktorú len ešte tiež alebo pretože "
    "prečo ťa mňa ich niečo niekto nikto nič všetko všetci viac veľmi ľudia ľudí ľudom povedať vie viem vieš vedieť chcem môžeš "
    "môže mal mala mať robiť robí ďakujem vďaka medzi aj iba vôbec kto tým radšej súhlasím nech môj tvoj svoj nemám neviem "
    "nechápem pôjde napísal úplne nejaký človek"
)
_INDONESIAN = (
    "bisa nggak enggak ngga gak ga gk tdk gue gua gw gwe lo lu loe elo aja aje sih dong deh kok banget bgt kalian karena krn bahwa "
    "uang udah udh cuma cuman mau bilang ngomong kayak kyk gitu gini ketika kapan gimana gmn kalo klo doang doank emang goblok tolol "
    "bego bangsat kampret cebong sdh jg polisi bukannya ngapain kaga kagak mulu ama jancok asu wkwk wkwkwk partai koruptor"
)
_MALAY = (
    "kerana bahawa wang mahu takde takda nak korang awak je mcm sahaja ialah apabila polis kat diorang ker takkan xde xnak kot weh "
    "hang depa sikit jugak"
)
_HINDI = (
    "है हैं हूँ हूं था थी थे को में मैं से नहीं नही और यह वह वो भी पर तुम आप मेरा मेरे मेरी तेरी तेरे तेरा अपने अपनी अपना सब करना "
    "करते करता करने क्या क्यों कैसे कौन इस उस बहुत गया गए गयी गई रहा रहे रही वाले वाला साले साला कुत्ते बात लोग लोगों सकता सकते होगा "
    "होगी अब कुछ कोई साथ लिए बाद ऐसे ऐसा इसे उसे उनके इनके इसका जैसे जब फिर"
)
_MARATHI = (
    "आहे आहेत नाही नाहीत आणि मी तुम्ही आम्ही ते काय कसे कसा च पण म्हणून म्हणजे झाले झाला झाली केली केले असे असते त्या त्यांना त्याला "
    "साठी करून आता खूप कोण मला तुला आपल्या आपण लोकांना घेऊन तुझ्या तुझी तुझा माझ्या माझी माझा ह्या हया नको पाहिजे सगळे सर्व येत"
)
_NEPALI = "छ छन् छु छैन भने गर्न गरेको पनि लाई र हरु तपाईं तपाई थियो भएको गर्ने यो त्यो किन कस्तो धेरै राम्रो मेरो तिमी हामी गरे भयो हुन्छ हुने गर्दै सबै यस"

TELLING_WORDS: Mapping[str, Mapping[str, str]] = {
    "da": {"da": _DANISH, "no": _NORWEGIAN},
    "cs": {"cs": _CZECH, "sk": _SLOVAK},
    "id": {"id": _INDONESIAN, "ms": _MALAY},
    "hi": {"hi": _HINDI, "mr": _MARATHI, "ne": _NEPALI},
}
"""By a language that is read, the words of it and of each language like it; none is listed twice in a group."""

_MOST_WORDS = 24  # of a text with more words, the first ones are read
_NOWHERE = -1


@cache
def _telling_table(group: str) -> tuple[npt.NDArray[np.uint64], IntArray]:
    """Return the hashes of the words of a group, ascending, and the place in the group of the language of each."""
    words = {word: place for place, listed in enumerate(TELLING_WORDS[group].values()) for word in listed.split()}
    packed = pack_bytes([word.encode() for word in words])
    hashes = np.empty(len(words), np.uint64)
    _hash_words(packed.data, packed.offsets, hashes)
    order = np.argsort(hashes)
    return hashes[order], np.array(list(words.values()), np.int64)[order]


def count_telling_words(packed: PackedTexts, rows: IntArray, group: str) -> Int32Array:
    """Return how many words of some texts tell for each language of a group of ``TELLING_WORDS``; shape (m, languages)."""
    counts = np.empty((rows.size, len(TELLING_WORDS[group])), np.int32)
    _count(packed.data, packed.offsets, rows, *_telling_table(group), counts)
    return counts


@kernel
def _hash_words(data: ByteArray, offsets: IntArray, hashes: npt.NDArray[np.uint64]) -> None:
    letters = np.empty(LETTER_SLOTS, np.int64)
    for i in range(hashes.size):
        size, _ = read_letters(data, offsets[i], offsets[i + 1], letters)
        hashes[i] = hash_letters(letters, size)


@inner
def _find_language(h: np.uint64, hashes: npt.NDArray[np.uint64], languages: IntArray) -> int:
    low, high = 0, hashes.size
    while low < high:
        middle = (low + high) >> 1
        if hashes[middle] < h:
            low = middle + 1
        else:
            high = middle
    return int(languages[low]) if low < hashes.size and hashes[low] == h else _NOWHERE


@kernel
def _count(
    data: ByteArray, offsets: IntArray, rows: IntArray, hashes: npt.NDArray[np.uint64], languages: IntArray, counts: Int32Array
) -> None:
    letters = np.empty(LETTER_SLOTS, np.int64)
    for i in range(rows.size):
        at, end = offsets[rows[i]], offsets[rows[i] + 1]
        counts[i] = 0
        kind, words = GAP, 0
        while at < end and words < _MOST_WORDS:
            kind, stop = next_token(data, at, end, kind)
            while kind == WORD and at < stop:
                size, at = read_letters(data, at, stop, letters)
                words += 1
                language = _find_language(hash_letters(letters, size), hashes, languages)
                if language >= 0:
                    counts[i, language] += 1
            at = stop
