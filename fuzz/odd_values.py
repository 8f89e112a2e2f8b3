"""Values that programs trip over, and what chance makes of a text, of bytes and of a JSON value."""

import json
import re
import struct
from random import Random
from typing import Any

__all__ = ["encode_json", "mutate_bytes", "mutate_integers", "mutate_json", "odd_number", "odd_text", "odd_value"]

_WORDS: list[str] = re.findall(
    r"\S+",
    "you are an idiot , what a lovely morning thank you all shut up stup1d m0ron f*ck f u c k sh1t kill yourself go back home women gays "
    "jews muslims hate love good bad the a of and 😀 é ß Иди нах дурак 死ね バカ السلام שלום café naïve ＦＵＣＫ ѕtuріd 𝓲𝓭𝓲𝓸𝓽 @user u/bob "
    "https://a.example/x?y=1 www.example.org [URL] <url> #tag 1984 3.5 5th 1st $5 %s %n {} {{7*7}} ../../etc/passwd ' OR 1=1 -- NULL nan",
)
_MARKS: list[str] = re.findall(
    r"\S+",
    "< > & \" ' = / ! - -- <!-- --> <![CDATA[ ]]> <a <b> </b> <script> </script> <style> <template> <title> </title> <img alt= x= "
    "<pre> </pre> <textarea> <p> <br/> <td> <li> [ ] ( ) ` `` ``` ~~~ * ** *** _ __ ~~ || | |-| >! !< \\ &amp; &amp;lt; &# &#x &lt &#112; "
    "&#1114112; &#xD800; &#0; &#128; &NotEqualTilde; &nbsp &zwj; ; [b] [/b] [quote=x] [/quote] [details=] <http: @ > # ## 1. 99999999999. "
    "+ - a|b \\( \\\\ [a](b) ![a](b) [](<>) <mailto:a@b> =cmd|' {} {% %} ${x} \\u0000 \\ud800",
)
_CHARACTERS = (
    "\x00\x01\x07\x08\x0b\x0c\x1b\x1c\x1f\x7f\x80\x85\x9f\xa0\xad\u0130\u0131\u017f\u0300\u0336\u0345\u0489\u061c\u1e9e\u180e\u200b\u200d"
    "\u200e\u2028\u2029\u202e\u2060\u2066\u20e3\u3000\u3164\ufb03\ufdfa\ufe0f\ufeff\ufff9\ufffd\uffff\U0001d400\U0001f1e9\U0001f3fb\U000e0041"
    "\U000e0100\U000f0000\U0010ffff\u0e33\u1100\u1161\u11a8\uac00\ua9f2\u0f77"
)
_NUMBERS: tuple[int | float, ...] = (
    *(0, 1, -1, 2, 7, 8, 9, 20, 127, 128, 255, 256, 1000, 1001, 4300, 4301, 32767, 65535, 65536, 2**31 - 1, 2**31, -(2**31), 2**32),
    *(2**53, 2**63 - 1, 2**63, -(2**63) - 1, 2**64, 10**30, 10**400, 0.5, -0.0, 1.5, 1e-320, 1e308, -1e308, 1e16, 0.1 + 0.2, float("nan")),
    *(float("inf"), float("-inf")),
)
_INTEGERS = (0, 1, -1, 2, 7, 8, 4000, 900_000, 2**31 - 1, -(2**31), 2**63 - 1, -(2**63))
_SURROGATE = re.compile("[\ud800-\udfff]")


def _pick_text(random: Random) -> str:
    kind = random.random()
    if kind < 0.45:
        return random.choice(_WORDS) + " "
    if kind < 0.8:
        return random.choice(_MARKS)
    if kind < 0.9:
        return random.choice(_CHARACTERS)
    if kind < 0.97:
        return random.choice(" \n\t\r\n,.;!?")
    return chr(random.choice((random.randrange(0x250), random.randrange(0x10000), random.randrange(0x110000))))


def _long_reference(random: Random) -> str:
    digits = random.choice("0129")
    size = random.choice((3, 7, 8, 20, 600, 4299, 4300, 4301, 9000))
    return random.choice(("&#", "&#x", "&#X", "&amp;#", "&", "&#0")) + digits * size + random.choice((";", "", " "))


def _long_run(random: Random) -> str:
    unit = random.choice(
        (random.choice(_MARKS), random.choice(_WORDS), random.choice(_CHARACTERS), random.choice(("a", " ", "\n", "you ")))
    )
    return (unit or "a") * (random.choice((5, 50, 500, 4000)) // max(1, len(unit)) + 1)


def odd_text(random: Random, *, longest: int = 20_000) -> str:
    """Return a text that a comment might hold, or that somebody sends who wants to break something; no lone surrogates."""
    pieces = [_pick_text(random) for _ in range(random.choice((0, 1, 2, 5, 10, 20, 40)))]
    if random.random() < 0.06:
        pieces.insert(random.randint(0, len(pieces)), random.choice((_long_reference, _long_run))(random))
    return _SURROGATE.sub("\ufffd", "".join(pieces)[:longest])


def odd_number(random: Random) -> int | float:
    """Return a number at which something changes; it may be NaN or infinite."""
    return random.choice(_NUMBERS) if random.random() < 0.8 else random.randint(-(10**6), 10**6)


def _deep(random: Random) -> object:
    value: object = random.choice((1, "a", None))
    for _ in range(random.choice((3, 30, 200))):
        value = [value] if random.random() < 0.5 else {"a": value}
    return value


def odd_value(random: Random) -> object:
    """Return any value that JSON, or what Python takes for JSON, can hold."""
    kind = random.randrange(12)
    if kind < 3:
        return random.choice((None, True, False))
    if kind < 6:
        return odd_number(random)
    if kind < 9:
        return odd_text(random, longest=2000)
    if kind == 9:
        return [odd_number(random) for _ in range(random.choice((0, 1, 3, 30)))]
    return {odd_text(random, longest=50): odd_number(random) for _ in range(random.choice((0, 1, 3)))} if kind == 10 else _deep(random)


def _places(holder: Any, key: Any, found: list[tuple[Any, Any]]) -> None:
    """Collect every place in a JSON value: what holds it, and by which key."""
    found.append((holder, key))
    value = holder[key]
    for inner in value if isinstance(value, dict) else range(len(value)) if isinstance(value, list) else ():
        _places(value, inner, found)


def mutate_json(random: Random, value: Any) -> Any:
    """Return a JSON value with one change somewhere; the value itself is not changed.

    Fields are removed, renamed, added, given values of other types; elements are repeated; texts become odd texts.
    """
    box = [json.loads(json.dumps(value))]
    found: list[tuple[Any, Any]] = []
    _places(box, 0, found)
    holder, key = random.choice(found)
    old, change = holder[key], random.random()
    if isinstance(old, str) and change < 0.6:
        holder[key] = odd_text(random)
    elif isinstance(old, dict) and change < 0.7:
        _change_object(random, old)
    elif isinstance(old, list) and change < 0.6:
        holder[key] = old * random.choice((0, 2, 3, 20)) if random.random() < 0.8 else [*old, odd_value(random)]
    else:
        holder[key] = odd_value(random)
    return box[0]


def _change_object(random: Random, fields: dict[str, Any]) -> None:
    key = random.choice(list(fields)) if fields else "a"
    change = random.randrange(4)
    if change == 0:
        fields.pop(key, None)
    elif change == 1:
        fields[random.choice((key.upper(), key + "\0", odd_text(random, longest=60), ""))] = fields.pop(key, None)
    elif change == 2:
        fields[random.choice((odd_text(random, longest=60), "__class__", "$ref", "constructor"))] = odd_value(random)
    else:
        fields[key] = odd_value(random)


def encode_json(random: Random, value: object) -> bytes:
    """Write a value as JSON: mostly well, at times in another encoding, with lone surrogates, repeated keys or damage."""
    text = json.dumps(value, ensure_ascii=random.random() < 0.5)
    kind = random.random()
    if kind < 0.8:
        return text.encode("utf-8", "surrogatepass")
    if kind < 0.84:
        return text.encode(random.choice(("utf-16", "utf-16-le", "utf-32", "utf-8-sig", "utf-7")), "surrogatepass")
    if kind < 0.88:
        return re.sub(r"[aeiou]", lambda match: f"\\u{ord(match[0]):04X}", text, count=20).encode("utf-8", "surrogatepass")
    if kind < 0.92:
        return re.sub(r'": "', '": "\\\\ud83d', text, count=1).encode("utf-8", "surrogatepass")
    if kind < 0.94:
        return (text[:-1] + "," + text[1:]).encode("utf-8", "surrogatepass")
    return mutate_bytes(random, text.encode("utf-8", "surrogatepass"))


_PIECES = (
    *(b"\0", b"\xff", b"\xfe\xff", b"\xef\xbb\xbf", b"\xed\xa0\x80", b"\xc0\x80", b"\xf4\x90\x80\x80", b"\r\n", b"\n", b"\r", b'"', b"\\"),
    *(b"{", b"}", b"[", b"]", b",", b":", b"<", b">", b"&", b";", b"%", b"--", b"\t", b"9" * 30, b"1e999", b"-0", b"\x7f\xff\xff\xff"),
    *(b"\xff\xff\xff\xff", b"\x80\x00\x00\x00", b"\x00\x00\x00\x80", b"NaN", b"null", b"\\u0000", b"\\ud800"),
)


def mutate_bytes(random: Random, content: bytes, *, most: int = 4) -> bytes:
    """Return bytes with some damage: bits flipped, pieces inserted, removed, repeated, moved."""
    data = bytearray(content)
    for _ in range(random.randint(1, most)):
        at = random.randint(0, len(data))
        size = min(random.choice((1, 1, 2, 4, 8, 64, 500)), len(data) - at)
        change = random.randrange(7)
        if change == 0 and at < len(data):
            data[at] ^= 1 << random.randrange(8)
        elif change == 1 and at < len(data):
            data[at] = random.choice((0, 1, 0x7F, 0x80, 0xFF, random.randrange(256)))
        elif change == 2:
            data[at:at] = random.choice(_PIECES)
        elif change == 3:
            del data[at : at + size]
        elif change == 4:
            data[at:at] = data[at : at + size] * random.choice((1, 2, 50))
        elif change == 5:
            to = random.randint(0, len(data))
            data[to:to] = data[at : at + size]
        else:
            data[at : at + size] = random.randbytes(size)
    return bytes(data)


def mutate_integers(random: Random, content: bytes) -> bytes:
    """Put numbers that lie where numbers of four or eight bytes may stand, as the offsets of Arrow and the sizes of archives do."""
    data = bytearray(content)
    for _ in range(random.randint(1, 3)):
        form = random.choice(("<i", "<q", ">i", ">q"))
        size = struct.calcsize(form)
        if len(data) < size:
            break
        at = random.randrange(0, len(data) - size + 1) // 4 * 4
        (old,) = struct.unpack_from(form, data, at)
        limit = 2 ** (8 * size - 1)
        value = random.choice((*_INTEGERS, old + 1, old - 1, old * 2, -old))
        struct.pack_into(form, data, at, (value + limit) % (2 * limit) - limit)
    return bytes(data)
