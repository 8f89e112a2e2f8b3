"""Promises of the Unicode stage of normalisation."""

import random
import re
import subprocess
import sys
import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from model.text.unicode import _load_table, fold_characters, map_characters

# Surrogates, unassigned code points and marks come up often enough only when asked for.
CHARACTERS = st.one_of(
    st.characters(),
    st.characters(categories=["Cs", "Co", "Cf", "Mn", "Me", "So", "Sk", "Lm", "Nl", "No"]),
    st.sampled_from("aA .,\n\t\x00’…—éßﷺ😀🏽🇫🅱ⓐ١²½аΙœ\u200d\ufe0f\u0301\ud800"),
)
TEXTS = st.text(CHARACTERS)


def squeezed(text: str) -> str:
    """Return a text with its spaces as the next stage leaves them."""
    return re.sub(" +", " ", text).strip(" ")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        # ASCII is the business of the next stage
        ("", ""),
        ("You ARE a #1 C++ f*ck!\r\n\t\x00~", "You ARE a #1 C++ f*ck!\r\n\t\x00~"),
        ("142,460 in Scunthorpe at 3.5 km, a.m.", "142,460 in Scunthorpe at 3.5 km, a.m."),
        # accents, strokes, ligatures
        ("éÉ ñ ü Å ç", "ee n u a c"),
        ("e\u0301", "e"),
        ("łøđħŧƀ", "lodhtb"),
        ("Ƒuck ɃɆɎ", "fuck bey"),
        ("ß ẞ Æ œ", "ss ss ae oe"),
        ("ﬁne ﬀ", "fine ff"),
        ("İıſ", "iis"),
        ("ðəŋ", "den"),
        # stacked marks
        ("z͑ͫ̓a̴l̙g̤o̞", "zalgo"),
        ("s\u0336h\u0336i\u0336t\u0336", "shit"),
        ("a\u20e3\u0488", "a"),
        # invisible
        ("f\u200bu\u200cc\u200dk", "fuck"),
        ("f\u00adu\u2060c\ufeffk", "fuck"),
        ("\u202efuck\u202c", "fuck"),
        ("fu\ufe0fck\U000e0101", "fuck"),
        ("f\u034fu\u180eck\u17b4", "fuck"),
        ("f\U000e0075ck", "fck"),
        ("a\ud800b\udfffc", "abc"),
        ("a\ue000b\U0010ffffc\U000fffffd", "abcd"),
        ("a\x80b\x9fc", "abc"),
        ("a\u115fb\u1160c", "abc"),
        # blanks
        ("a\u00a0b\u3000c\u2009d\u202fe", "a b c d e"),
        ("a\u2028b\u2029c\x85d", "a b c d"),
        ("a\u3164b\uffa0c\u2800d", "a b c d"),
        # styled letters
        ("ＦｕＣｋ", "fuck"),
        ("𝐟𝑢𝒄𝓴 𝔣𝕦𝖈𝗄 𝘧𝙪𝚌𝗞", "fuck fuck fuck"),
        ("ⓕⓊ🄲🅚", "fuck"),
        ("🅵🆄🅲🅺", "fuck"),
        ("⒡🄤⒞🄚", "fuck"),
        ("ꜰᴜᴄᴋ ʙɪᴛᴄʜ", "fuck bitch"),
        ("ᶠᵘᶜᵏ ₐₑ", "fuck ae"),
        ("ɐǝɔʇ", "aeot"),
        ("ni🅱🅱a", "nibba"),
        ("ℝℕℤℓ", "rnzl"),
        ("₣ɄȻ₭ ₳₴₴", "fuck ass"),
        ("ᖴᑌᑕK", "fucK"),
        ("h€llo fu¢k ©unt", "hello fuck cunt"),
        # look-alikes: Cyrillic, Greek, Cherokee, Lisu, Coptic, Armenian
        ("ѕhіt аѕѕ", "shit ass"),
        ("СРАНЬ", "cpahb"),
        ("внкмт", "bhkmt"),
        ("Іdiot Ιdiot Ӏdiot", "idiot idiot idiot"),
        ("οαρν ΑΒΕΖΗ", "oapv abezh"),
        ("ϲuпt", "cunt"),
        ("Ꮯᴜɴᴛ", "cunt"),
        ("ꓚꓴꓠꓔ", "cunt"),
        ("ⲥⲟⲟⲛ", "coon"),
        ("սոո", "unn"),
        ("ЯИω", "rnw"),
        # letters of other scripts
        ("שָׁלוֹם", "שלום"),
        ("مَرْحَبًا", "مرحبا"),
        ("हिन्दी ไทย", "हिन्दी ไทย"),
        ("中文 カナ ｶﾅ ガ 한국", "中文 カナ カナ ガ 한국"),
        ("ЖЩ ՃՄ", "жщ ճմ"),
        # quotes, dashes and other punctuation
        ("‘a’ ‚b‛ ʼn ´ ‹c›", "'a' 'b' 'n ' 'c'"),
        ("“a” „b‟ «c» 「d」 ″", '"a" "b" "c" "d" "'),
        ("a–b—c−d‐e‑f", "a-b-c-d-e-f"),
        ("well…", "well..."),
        ("¿qué? ¡no! ؟ ！？", "?que? !no! ? !?"),
        ("‼ ⁉ ‽", "!! !? ?"),
        ("。、；：", ".,;:"),
        ("• · ● § ¶ † → ─ □", "                 "),
        ("f✱ck f∗ck f＊ck", "f*ck f*ck f*ck"),
        ("∣ ∕ ∼ ‿ ❨❩", "| / ~ _ ()"),
        ("3×4", "3x4"),
        ("£5 €5 ¥5 5¢ ₹5", " 5 e5 y5 5c  5"),
        ("Brand™ ®", "Brand   "),
        ("20° µ", "20  m"),
        # numbers
        ("² ₃ ٣ ५ ７ 𝟗", "2 3 3 5 7 9"),
        ("① ❷ ⓫ ⑳ ⒋", "1 2 11 20 4."),
        ("½ ⅓ Ⅳ ⅿ", "1/2 1/3 iv m"),
        ("№ ㎏ ㏂", "no kg a.m."),
        # emoji
        ("a😀b", "a 😀 b"),
        ("👍🏽", " 👍  🏽 "),
        ("❤️", " ❤ "),
        ("👨\u200d👩\u200d👧", " 👨  👩  👧 "),
        ("🇫🇷", "🇫🇷"),
        ("1\ufe0f\u20e3", "1"),
        ("🏴\U000e0067\U000e007f", " 🏴 "),
        ("❗☠♿⌚⭐", " ❗  ☠  ♿  ⌚  ⭐ "),
        ("🆗", " 🆗 "),
    ],
)
def test_examples(text: str, expected: str) -> None:
    """Disguises come off, letters of other scripts and emoji stay, ASCII is untouched."""
    assert fold_characters(text) == expected


@given(TEXTS)
@example("\ud83d\ude00")
def test_encodes(text: str) -> None:
    """Whatever comes in, lone surrogates included, what goes out is UTF-8."""
    fold_characters(text).encode()


@given(TEXTS)
def test_idempotent(text: str) -> None:
    """Folding what is folded changes nothing but the number of spaces."""
    once = fold_characters(text)
    assert squeezed(fold_characters(once)) == squeezed(once)


@given(TEXTS, TEXTS)
def test_context_free(left: str, right: str) -> None:
    """A code point becomes the same whatever stands around it."""
    assert fold_characters(left + right) == fold_characters(left) + fold_characters(right)


@given(st.text(st.characters(max_codepoint=0x7F)))
def test_ascii_is_untouched(text: str) -> None:
    """ASCII comes back as it went in."""
    assert fold_characters(text) == text


@given(TEXTS)
def test_mapped_text_is_the_folded_text(text: str) -> None:
    """The way with a map and the way without one give the same text."""
    mapped = map_characters(text)
    assert mapped.text == fold_characters(text)
    assert "".join(piece.text for piece in mapped.pieces) == mapped.text


@given(TEXTS)
def test_map_leads_back(text: str) -> None:
    """Every folded character comes from the one code point that its place on the map names, in the order of the text."""
    mapped = map_characters(text)
    assert all(mapped.end - mapped.begin == 1)
    assert all(mapped.begin[1:] >= mapped.begin[:-1])
    for character, begin, end in zip(mapped.text, mapped.begin, mapped.end, strict=True):
        assert character in fold_characters(text[begin:end])


@given(TEXTS)
def test_pieces_go_forward(text: str) -> None:
    """Pieces are never empty and never overlap."""
    at = 0
    for piece in map_characters(text).pieces:
        assert piece.text
        assert at <= piece.begin < piece.end <= len(text)
        at = piece.end


def test_ascii_is_one_piece() -> None:
    """A text that needs no folding is mapped by a single piece, an empty one by none."""
    assert len(map_characters("You are fine.").pieces) == 1
    assert not map_characters("").pieces


def test_every_code_point() -> None:
    """All of Unicode folds to ASCII, lower-case letters, the marks of their scripts, and emoji; once and for all."""
    folded = [fold_characters(chr(code)) for code in range(0x110000)]
    again = fold_characters("\n".join(folded[0x80:])).split("\n")
    assert [squeezed(text) for text in again] == [squeezed(text) for text in folded[0x80:]]
    "".join(folded).encode()
    assert folded[:0x80] == [chr(code) for code in range(0x80)]
    for text in folded[0x80:]:
        assert text == text.lower()
        for character in text:
            if not character.isascii() and unicodedata.category(character)[0] not in "LM":
                assert unicodedata.category(character) in {"So", "Sk"}
                assert text == f" {character} " or 0x1F1E6 <= ord(character) <= 0x1F1FF


@pytest.mark.parametrize(("text", "loaded"), [("café “naïve” — 😀…", False), ("привет", True)])
def test_confusables_are_loaded_when_needed(*, text: str, loaded: bool) -> None:
    """The table of look-alikes is read only when a letter that is not Latin comes up, and importing reads nothing."""
    program = (
        f"from model.text import unicode; unicode.fold_characters({text!r}); assert unicode._load_twins.cache_info().currsize == {loaded:d}"
    )
    subprocess.run([sys.executable, "-c", program], check=True)


def test_remembers_nothing_of_what_unicode_does_not_assign() -> None:
    """A hostile text of private and unassigned code points does not fill the memory."""
    before = len(_load_table())
    fold_characters("".join(map(chr, random.Random(7).sample(range(0xF0000, 0x10FFFF), 5_000))))
    assert len(_load_table()) == before


def test_nothing_is_folded_twice() -> None:
    """Characters may be folded one after the other, in any order: none is folded into a character that is itself folded."""
    table = _load_table()
    for code in range(0x80, 0x110000):
        folded = table[chr(code)].replace(chr(code), "")
        assert folded.isascii() or fold_characters(folded) == folded, f"U+{code:04X}"
