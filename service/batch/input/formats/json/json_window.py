"""A window that moves over the text of a JSON document of any size, and reads values from it one by one."""

import codecs
import io
import json
import re

from service.batch.rows import MAX_ROW_LENGTH, Reason, is_unicode

__all__ = ["BrokenJson", "JsonWindow", "UndecodableObject", "skip_script"]

_CHUNK_SIZE = 1 << 16
_SMALL_VALUE = 1 << 18
_SEARCH_OVERLAP = 1 << 12
"""Code points that are kept while looking for the next object, so that a match may begin in them."""
_END_MARGIN = 16
"""An error this near to the end of the text may only mean that the text goes on."""
_SEPARATORS = " \t\r\n,\x1e\ufeff"
_NEXT_OBJECT = re.compile(r"[,\n]\s{0,64}(?=\{)")
_SCRIPT_START = re.compile(
    r"""\s*(?:
        \)\]\}'?,?\s*                                                              # what keeps a page from running an answer as a script
      | (?:/\*.{0,200}?\*/\s*)?(?:(?:export\s+)?(?:var|let|const)\s+|export\s+default\s+)?[A-Za-z_$][\w$.\[\]"']{0,200}\s*=\s*
      | (?:/\*.{0,200}?\*/\s*)?[A-Za-z_$][\w$.]{0,200}\(\s*
      | export\s+default\s+
    )(?=[\[{])""",
    re.VERBOSE | re.DOTALL,
)
_SCRIPT_ENDS = (";", ")")
_decode_value = json.JSONDecoder().raw_decode


def skip_script(text: str, at: int = 0) -> int | None:
    """Return where the JSON in a script begins, such as that behind ``window.YTD.tweets.part0 =`` or ``callback(``; None if there is none.

    Args:
        text: the text.
        at: the index at which the script begins.
    """
    match = _SCRIPT_START.match(text, at)
    return None if match is None else match.end()


class BrokenJson(Exception):  # noqa: N818 - a signal, never an error of ours
    """The text is no JSON from here on."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(reason)
        self.reason = reason


class UndecodableObject(dict[str, object]):
    """An object whose text holds bytes that are not UTF-8."""


class JsonWindow:
    """A window that moves over the text of a document and knows its position in bytes.

    Attributes:
        text: the part of the document that is in memory.
        at: the index in ``text`` that has been reached.
        is_damaged: whether something broken has been skipped.
    """

    def __init__(self, stream: io.BufferedReader) -> None:
        self._stream = stream
        self._decoder = codecs.getincrementaldecoder("utf-8")("surrogateescape")
        self._anchor = (0, 0)
        """An index in ``text`` and the byte of the document there."""
        self._at_end = False
        self.text = ""
        self.at = 0
        self.is_damaged = False

    def read_more(self, size: int = _CHUNK_SIZE) -> bool:
        """Read on; return False if there is no more."""
        if self._at_end:
            return False
        if self.at > _CHUNK_SIZE:
            self._anchor = (0, self.offset())
            self.text = self.text[self.at :]
            self.at = 0
        chunk = self._stream.read(size)
        self._at_end = not chunk
        self.text += self._decoder.decode(chunk, self._at_end)
        return not self._at_end

    def offset(self) -> int:
        """Return the byte of the document that has been reached."""
        place, offset = self._anchor
        if self.at > place:
            passed = self.text[place : self.at]
            offset += len(passed) if passed.isascii() else len(passed.encode("utf-8", "surrogateescape"))
            self._anchor = (self.at, offset)
        return offset

    def peek_char(self) -> str:
        """Skip separators, and return the next code point without consuming it; an empty string at the end."""
        while True:
            text, at, length = self.text, self.at, len(self.text)
            while at < length and text[at] in _SEPARATORS:
                at += 1
            self.at = at
            if at < length:
                return text[at]
            if not self.read_more():
                return ""

    def read_value(self, *, must_be_decodable: bool = False, max_length: int = MAX_ROW_LENGTH) -> object:
        """Read a whole value.

        Args:
            must_be_decodable: whether an object that is not UTF-8 counts as broken.
            max_length: the length in code points of the longest value.

        Raises:
            BrokenJson: there is none, or it is too long; the window is where it was.
        """
        while True:
            try:
                value, end = _decode_value(self.text, self.at)
            except json.JSONDecodeError as error:
                is_final = not error.msg.startswith("Unterminated string") and error.pos < len(self.text) - _END_MARGIN
                self._read_rest_of_value(max_length, is_final=is_final)
                continue
            except (RecursionError, ValueError):
                raise BrokenJson(Reason.NOT_JSON) from None
            if end == len(self.text) and not isinstance(value, dict | list | str) and self.read_more():
                continue
            if end - self.at > max_length:
                raise BrokenJson(Reason.TOO_LONG)
            return self._move_past(value, end, must_be_decodable=must_be_decodable)

    def try_object(self, max_length: int = MAX_ROW_LENGTH) -> dict[str, object] | None:
        """Read an object that is whole, UTF-8 and not too long; for any other, return None, and leave the window where it is.

        Args:
            max_length: the length in code points of the longest object.
        """
        try:
            value = self.read_value(must_be_decodable=True, max_length=max_length)
        except BrokenJson:
            return None
        return value if isinstance(value, dict) else None

    def _move_past(self, value: object, end: int, *, must_be_decodable: bool) -> object:
        """Move past a value and return it; one that is not UTF-8 is marked, or is broken if it must be decodable."""
        if not isinstance(value, dict) and not must_be_decodable:
            self.at = end
            return value
        text = self.text[self.at : end]
        is_decodable = text.isascii() or is_unicode(text)
        if must_be_decodable and not is_decodable:
            raise BrokenJson(Reason.NOT_UTF8)
        if not isinstance(value, dict):
            self.at = end
            return value
        self.offset()
        self.at = end
        return value if is_decodable else UndecodableObject(value)

    def _read_rest_of_value(self, max_length: int, *, is_final: bool) -> None:
        """Read the next part of a value that is not complete yet.

        Raises:
            BrokenJson: its error is final, it is too long, or the document ends.
        """
        if is_final:
            raise BrokenJson(Reason.NOT_JSON)
        size = len(self.text) - self.at
        if size > max_length:
            raise BrokenJson(Reason.TOO_LONG)
        # What is not small is most likely too long; each attempt to find its end takes time.
        if not self.read_more(max_length - size + 1 if size > _SMALL_VALUE else max(size, _CHUNK_SIZE)):
            raise BrokenJson(Reason.TRUNCATED)

    def is_too_long(self) -> bool:
        """Tell whether a value that could not be read is too long for a record."""
        return len(self.text) - self.at > MAX_ROW_LENGTH

    def skip_script(self) -> bool:
        """Skip what a script has around its JSON, and tell whether there was something."""
        end = skip_script(self.text, self.at)
        if end is not None:
            self.at = end
        elif self.text[self.at : self.at + 1] in _SCRIPT_ENDS:
            self.at += 1
        else:
            return False
        return True

    def find_next_object(self) -> bool | None:
        """Skip something broken, up to where the next object seems to begin.

        Returns:
            Whether the object seems to be in an array; None if there is no further object.
        """
        self.is_damaged = True
        begin = self.at + 1
        while True:
            match = _NEXT_OBJECT.search(self.text, begin)
            if match is not None:
                self.at = match.end()
                return "," in match.group()
            self.at = max(self.at, len(self.text) - _SEARCH_OVERLAP)
            length = len(self.text) - self.at
            if not self.read_more():
                self.at = len(self.text)
                return None
            begin = max(len(self.text) - length - _CHUNK_SIZE, self.at)
