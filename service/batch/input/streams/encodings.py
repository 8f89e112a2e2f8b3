"""Detection of a text's encoding, and its conversion to UTF-8."""

import codecs
import io
import re

from model.errors import DumpError
from service.batch.input.streams.byte_stream import ByteStream
from service.batch.input.streams.odd_bytes import find_fallback_encoding

__all__ = ["UTF8", "decode_head", "detect_encoding", "recode_to_utf8"]

UTF8 = "utf-8"
_BYTE_ORDER_MARKS = (
    (b"\xff\xfe\x00\x00", "utf-32"),
    (b"\x00\x00\xfe\xff", "utf-32"),
    (b"\xff\xfe", "utf-16"),
    (b"\xfe\xff", "utf-16"),
)
_ZEROS_HEAD_SIZE = 1 << 10
_MIN_ZEROS = 8
_UNITS_PER_ASCII = 25
_TEXT_CONTROLS = frozenset("\n\r\t\u200b\u200c\u200d\u200e\u200f\ufeff\u3000\xa0\xad")
"""Signs that Python does not count as printable, but that texts have."""
_CHUNK_SIZE = 1 << 18
_GUESS_HEAD_SIZE = 1 << 15
_MIN_INVALID_BYTES = 8
"""Bytes that are not UTF-8 before another encoding is considered: two or three of them are damage rather than an encoding."""
_MAX_NAME_LENGTH = 40
_FIRST_NON_ASCII = 0x80
_GUESSED_ENCODINGS = (
    *("cp1252", "cp1251", "cp1250", "cp1253", "cp1254", "cp1255", "cp1256", "cp1257", "koi8_r"),
    *("shift_jis", "euc_jp", "gb18030", "big5", "euc_kr"),
)
"""What spreadsheet programs write; given a choice of a hundred, the guess for a short text would often be a rare one."""
_MAC_LETTER = re.compile(rb"[a-z][\x87\x88\x8a-\x8f\x90\x91](?=[a-z\s,.!?;])")
"""á, à, ä, ã, å, ç, é, è, ê, ë of the Macintosh behind small letters, where Windows has capitals and signs, or nothing."""
_LATIN_2_LETTER = re.compile(rb"[a-z\xb3\xe6\xea\xf1\xf3][\xb1\xb6](?=[a-z\s,.!?;\xb3\xe6\xea\xf1\xf3])|\s\xb6(?=[a-z])")
"""ą and ś of ISO 8859-2, in whose place Windows-1250 has ± and ¶."""
_WINDOWS_LETTER = re.compile(rb"[\x80-\x9f\xb9]")
_ODD_PER_MATCH, _MIN_MATCHES = 5, 2
_LATIN_ENCODINGS = {"cp1252", "cp1250", "cp1254"}
_ERROR_HANDLER = "tipstaff-bad"
_INVALID_BYTE = "\udcff"
"""The lone surrogate that becomes the byte 0xFF, which no UTF-8 contains."""


def detect_encoding(head: bytes, *, guess: bool, requested: str | None = None) -> str:
    """Detect the encoding of a text by its first bytes.

    Args:
        head: the bytes; the last code point may be incomplete.
        guess: whether encodings that carry no byte order mark are considered besides UTF-8.
        requested: the encoding that the caller names; None if the bytes decide.

    Returns:
        The name of a codec; ``utf-8`` where there is doubt.

    Raises:
        DumpError: there is no encoding with the name that the caller gives.
    """
    if requested is not None:
        return _find_codec(requested)
    marked = next((name for mark, name in _BYTE_ORDER_MARKS if head.startswith(mark)), None)
    if marked is not None:
        return marked
    if (unmarked := _find_unmarked_utf16(head)) is not None:
        return unmarked
    return UTF8 if not guess or _is_utf8(head) or not _is_worth_a_guess(head) else _guess_encoding(head)


def _find_unmarked_utf16(head: bytes) -> str | None:
    """Return the codec of UTF-16 without a byte order mark; None for anything else.

    Of its letters of ASCII every other byte is zero; text in other scripts has at least such line ends, spaces and delimiters.
    """
    zeros = [head[begin:_ZEROS_HEAD_SIZE:2].count(0) for begin in (0, 1)]
    size = min(len(head), _ZEROS_HEAD_SIZE)
    codec = "utf-16-le" if zeros[1] > zeros[0] else "utf-16-be"
    if not min(zeros) and max(zeros) >= max(3 * size // 10, _MIN_ZEROS):
        return codec
    if max(zeros) * _UNITS_PER_ASCII < size // 2 or max(zeros) < _MIN_ZEROS:
        return None
    text = head[:_ZEROS_HEAD_SIZE].decode(codec, "ignore")
    return codec if "\n" in text and all(char.isprintable() or char in _TEXT_CONTROLS for char in text) else None


def _find_codec(name: str) -> str:
    """Return the name of a codec of text as Python writes it."""
    try:
        "a".encode(name)
        codec = codecs.lookup(name).name
    except (LookupError, UnicodeError, ValueError):
        shown = "".join(char if char.isprintable() else " " for char in name[:_MAX_NAME_LENGTH])
        raise DumpError(
            f"there is no encoding “{shown}”; --encoding takes names such as utf-8, windows-1252, windows-1251, utf-16"
        ) from None
    return UTF8 if codec == "utf-8-sig" else codec


def _is_utf8(head: bytes) -> bool:
    """Tell whether bytes are UTF-8, except for an incomplete code point at their end."""
    try:
        codecs.getincrementaldecoder(UTF8)().decode(head)
    except UnicodeDecodeError:
        return False
    return True


def _is_worth_a_guess(head: bytes) -> bool:
    """Tell whether there are enough bytes beyond ASCII to guess by, most of which are not UTF-8."""
    non_ascii = sum(byte >= _FIRST_NON_ASCII for byte in head)
    invalid = sum("\udc80" <= char <= "\udcff" for char in head.decode(UTF8, "surrogateescape"))
    return invalid >= _MIN_INVALID_BYTES and invalid > non_ascii / 2


def _guess_encoding(head: bytes) -> str:
    if _ODD_PER_MATCH * len(_MAC_LETTER.findall(head)) >= sum(byte >= _FIRST_NON_ASCII for byte in head):
        return "mac-roman"
    if len(_LATIN_2_LETTER.findall(head)) >= _MIN_MATCHES and _WINDOWS_LETTER.search(head) is None:
        return "iso8859-2"
    import logging

    from charset_normalizer import from_bytes

    # Otherwise every step of the guess would appear in the log of an application that logs everything.
    logging.getLogger("charset_normalizer").setLevel(logging.WARNING)
    best = from_bytes(head[:_GUESS_HEAD_SIZE], cp_isolation=list(_GUESSED_ENCODINGS)).best()
    encoding = UTF8 if best is None or best.encoding == "ascii" else best.encoding.replace("_", "-")
    # Most texts are too short for the guess to tell these apart.
    fallback = find_fallback_encoding(head)
    if encoding in _LATIN_ENCODINGS or (encoding == "cp1257" and fallback == "cp1251"):
        return fallback
    return "koi8-r" if encoding == "shift-jis" and _holds_small_koi8(head) else encoding


def _holds_small_koi8(head: bytes) -> bool:
    """Tell whether most odd bytes are small letters of KOI8-R, which in Shift JIS are signs that stand alone in hardly any text."""
    odd = [byte for byte in head if byte >= _FIRST_NON_ASCII]
    return 5 * sum(0xC0 <= byte <= 0xDF for byte in odd) >= 4 * len(odd)


def decode_head(head: bytes, encoding: str) -> str:
    """Decode the first bytes of a text, whose last code point may be incomplete."""
    return head.decode("utf-8-sig" if encoding == UTF8 else encoding, "replace")


def recode_to_utf8(stream: io.BufferedReader, encoding: str) -> io.BufferedReader:
    """Convert a stream of text to UTF-8; bytes that cannot be decoded become a byte that UTF-8 never contains.

    Args:
        stream: the bytes.
        encoding: the name of the codec that they were written with.
    """
    return stream if encoding == UTF8 else io.BufferedReader(_RecodedStream(stream, encoding), _CHUNK_SIZE)


_ENCODINGS_WITH_MARK = {"utf-16", "utf-32"}
_WIDE_MARKS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE, codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)


def _replace_by_invalid_byte(error: UnicodeError) -> tuple[str, int]:
    return _INVALID_BYTE, error.end if isinstance(error, UnicodeDecodeError) else 0


class _RecodedStream(ByteStream):
    def __init__(self, stream: io.BufferedReader, encoding: str) -> None:
        codecs.register_error(_ERROR_HANDLER, _replace_by_invalid_byte)
        self._stream = stream
        if encoding in _ENCODINGS_WITH_MARK and not stream.peek(1).startswith(_WIDE_MARKS):
            encoding = f"{encoding}-le"  # Python refuses such a stream; nearly all that write one are on processors of this order
        self._decoder = codecs.getincrementaldecoder(encoding)(_ERROR_HANDLER)
        self._output = memoryview(b"")
        self._at_end = False

    def next_bytes(self, size: int) -> memoryview:
        while not self._output and not self._at_end:
            chunk = self._stream.read(_CHUNK_SIZE)
            self._at_end = not chunk
            text = self._decoder.decode(chunk, self._at_end)
            self._output = memoryview(text.encode(UTF8, "surrogateescape"))
        data, self._output = self._output[:size], self._output[size:]
        return data
