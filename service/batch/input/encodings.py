"""Text of whatever encoding as UTF-8."""

import codecs
import io
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

__all__ = ["UTF8", "encoding_of", "in_utf8", "is_utf8", "text_of"]

UTF8 = "utf-8"
_MARKS = (
    (b"\xff\xfe\x00\x00", "utf-32"),
    (b"\x00\x00\xfe\xff", "utf-32"),
    (b"\xff\xfe", "utf-16"),
    (b"\xfe\xff", "utf-16"),
)
_CHUNK = 1 << 18
_LEAST = 8
"""Bytes beyond ASCII that a guess needs: two or three bad bytes are damage rather than another encoding."""
_GUESSED = (
    *("cp1252", "cp1251", "cp1250", "cp1253", "cp1254", "cp1255", "cp1256", "cp1257", "koi8_r"),
    *("shift_jis", "euc_jp", "gb18030", "big5", "euc_kr"),
)
"""What people's spreadsheets write; a free choice among a hundred picks odd ones for short texts."""
_BAD = "tipstaff-bad"


def encoding_of(head: bytes, *, guess: bool) -> str:
    """Find the encoding of a text from its first bytes.

    Args:
        head: the bytes; a code point may be cut at their end.
        guess: whether it may be one without a mark of its own other than UTF-8.

    Returns:
        The name of a codec; ``utf-8`` where there is doubt.
    """
    marked = next((name for mark, name in _MARKS if head.startswith(mark)), None)
    if marked is not None:
        return marked
    return UTF8 if not guess or is_utf8(head) or not _worth(head) else _guess(head)


def is_utf8(head: bytes) -> bool:
    """Tell whether bytes are UTF-8, but for a code point that is cut at their end."""
    try:
        codecs.getincrementaldecoder(UTF8)().decode(head)
    except UnicodeDecodeError:
        return False
    return True


def _worth(head: bytes) -> bool:
    """Tell whether a guess is worth it: enough bytes beyond ASCII, and no sign of UTF-8 among them."""
    beyond = sum(byte >= 0x80 for byte in head)
    bad = sum("\udc80" <= char <= "\udcff" for char in head.decode(UTF8, "surrogateescape"))
    return bad >= _LEAST and bad > beyond / 2


def _guess(head: bytes) -> str:
    import logging

    from charset_normalizer import from_bytes

    # It would tell its every step to whoever listens to all loggers.
    logging.getLogger("charset_normalizer").setLevel(logging.WARNING)
    best = from_bytes(head[: 1 << 15], cp_isolation=list(_GUESSED)).best()
    return UTF8 if best is None or best.encoding == "ascii" else best.encoding.replace("_", "-")


def text_of(head: bytes, encoding: str) -> str:
    """Decode the first bytes of a text; the last code point may be broken."""
    return head.decode("utf-8-sig" if encoding == UTF8 else encoding, "replace")


def in_utf8(stream: io.BufferedReader, encoding: str) -> io.BufferedReader:
    """Return a stream of text as UTF-8; what cannot be decoded becomes bytes that UTF-8 cannot be.

    Args:
        stream: the bytes.
        encoding: as ``encoding_of`` found it.
    """
    return stream if encoding == UTF8 else io.BufferedReader(_Recoded(stream, encoding), _CHUNK)


def _bad(error: UnicodeError) -> tuple[str, int]:
    return "\udcff", error.end if isinstance(error, UnicodeDecodeError) else 0


class _Recoded(io.RawIOBase):
    def __init__(self, stream: io.BufferedReader, encoding: str) -> None:
        codecs.register_error(_BAD, _bad)
        self._stream = stream
        self._decoder = codecs.getincrementaldecoder(encoding)(_BAD)
        self._out = memoryview(b"")
        self._ended = False

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: "WriteableBuffer", /) -> int:
        while not self._out and not self._ended:
            chunk = self._stream.read(_CHUNK)
            self._ended = not chunk
            text = self._decoder.decode(chunk, self._ended)
            self._out = memoryview(text.encode(UTF8, "surrogateescape"))
        view = memoryview(buffer).cast("B")
        count = min(len(view), len(self._out))
        view[:count] = self._out[:count]
        self._out = self._out[count:]
        return count
