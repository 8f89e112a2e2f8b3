"""Values as SQL writes them: numbers, strings of every dialect, and the few functions with which dumps write control characters."""

import re
from collections.abc import Sequence

from service.batch.input.formats.sql.sql_dialect import SqlDialect
from service.batch.input.records import UndecodableText

__all__ = ["LiteralReader", "build_string_pattern"]

SqlValue = str | bytes | None

_ESCAPED_STRING = rb"'[^'\\]*+(?:(?:\\.|'')[^'\\]*+)*+'"
_PLAIN_STRING = rb"'[^']*+(?:''[^']*+)*+'"
_DOUBLE_QUOTED = rb'"[^"\\]*+(?:(?:\\.|"")[^"\\]*+)*+"'
_MYSQL_ESCAPE = re.compile(rb"\\(.)|(['\"])\2", re.DOTALL)
_ANSI_ESCAPE = re.compile(rb"\\(?:u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|x([0-9a-fA-F]{1,2})|([0-7]{1,3})|(.))|'(')", re.DOTALL)
_UNICODE_ESCAPE = re.compile(r"\\(?:\+([0-9a-fA-F]{6})|u?([0-9a-fA-F]{4})|(\\))")
_MYSQL_CONTROLS = {b"0": b"\0", b"b": b"\b", b"n": b"\n", b"r": b"\r", b"t": b"\t", b"Z": b"\x1a", b"%": b"\\%", b"_": b"\\_"}
_ANSI_CONTROLS = {b"b": b"\b", b"f": b"\f", b"n": b"\n", b"r": b"\r", b"t": b"\t"}
_CONTROLS = re.compile(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f]")
_NUMBER = re.compile(rb"[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?")
_HEX_NUMBER = re.compile(rb"0[xX]((?:[0-9a-fA-F]{2})*)")
_HEX_STRING = re.compile(rb"[xX]'((?:[0-9a-fA-F]{2})*)'")
_BITS = re.compile(rb"[bB]'([01]*)'")
_WORDS = {b"null": None, b"default": None, b"true": "true", b"false": "false"}
_CALL = re.compile(rb"(\w+)\s*\((.*)\)", re.DOTALL)
_DOLLAR_QUOTED = re.compile(rb"\$(\w*)\$(.*)\$\1\$", re.DOTALL)
_CAST = re.compile(rb"[\w\s\".:\[\](),]*")
"""What may follow a string: nothing, or a type that it is cast to."""
_WRAPPERS = {b"cast", b"convert", b"to_char", b"to_clob", b"to_nclob", b"to_date", b"to_timestamp", b"timestamp", b"date", b"lower"}
"""Functions whose first argument is, near enough, what they return."""
_CHARACTERS = {b"char", b"chr", b"nchar", b"unichar"}
_MAX_DEPTH = 8
_MAX_EXPRESSION = 1 << 18
"""The longest expression in bytes that is taken apart, unless it is one string; it is looked at once for each function around another."""
_MAX_LENGTH = 1 << 23
_LARGEST_CODE_POINT = 0x10FFFF


def build_string_pattern(dialect: SqlDialect) -> bytes:
    """Return the pattern of a quoted string with whatever may stand before it, without groups; it never backtracks."""
    if dialect.escapes:
        return rb"(?:(?:_[a-zA-Z0-9]++\s*+|[nNxXbB])?+" + _ESCAPED_STRING + rb"|" + _DOUBLE_QUOTED + rb")"
    return rb"(?:[eE]" + _ESCAPED_STRING + rb"|(?:[nNxXbB]|[uU]&)?+" + _PLAIN_STRING + rb")(?:::[^,()';]++)?+"


class LiteralReader:
    """Reads the values of a dump.

    Args:
        dialect: the dialect of the dump.

    Attributes:
        encoding: the codec in which bytes that are not UTF-8 are read; empty if there is none, so that they are refused.
        used_encoding: the last codec that was needed; None as long as all texts are UTF-8.
    """

    def __init__(self, dialect: SqlDialect) -> None:
        self._dialect = dialect
        string = build_string_pattern(dialect)
        self._string = re.compile(string, re.DOTALL)
        dollars = rb"" if dialect.escapes else rb"|\$(\w*)\$.*?(?:\$\2\$|\Z)"
        self._piece = re.compile(rb"(" + string + dollars + rb"|\(|\)|,|\|\||[^'\"$(),|]++|.)", re.DOTALL)
        self.encoding = ""
        self.used_encoding: str | None = None

    def decode(self, content: bytes) -> SqlValue:
        """Return bytes as text: as UTF-8, or else in the encoding that the dump declares."""
        try:
            return content.decode()
        except UnicodeDecodeError:
            # Pictures and the like are no text in any encoding.
            if not self.encoding or _CONTROLS.search(content):
                return UndecodableText(content)
        try:
            text = content.decode(self.encoding)
        except UnicodeDecodeError:
            return UndecodableText(content)
        self.used_encoding = self.encoding
        return text

    def read(self, token: bytes) -> SqlValue:
        """Return the value of a cell that is one string, one number or one word.

        Raises:
            ValueError: it is none of those that dumps write.
        """
        if token[:1] == b"'" and token[-1:] == b"'":
            return self._read_string(token[1:-1], escapes=self._dialect.escapes)
        return token.decode() if token.isdigit() else self.evaluate(token)

    def evaluate(self, expression: bytes) -> SqlValue:
        """Return the value of any expression that dumps write.

        Raises:
            ValueError: it is none of them.
        """
        return self._evaluate(expression, 0)

    def _read_string(self, body: bytes, *, escapes: bool) -> SqlValue:
        if escapes and b"\\" in body:
            body = _MYSQL_ESCAPE.sub(_replace_mysql_escape, body)
        elif b"''" in body:
            body = body.replace(b"''", b"'")
        return self.decode(body)

    def _evaluate(self, token: bytes, depth: int) -> SqlValue:
        token = token.strip()
        if depth > _MAX_DEPTH:
            raise ValueError("an expression within too many others")
        if (word := token.lower()) in _WORDS:
            return _WORDS[word]
        if _NUMBER.fullmatch(token):
            return token.decode()
        if (match := _HEX_NUMBER.fullmatch(token) or _HEX_STRING.fullmatch(token)) is not None:
            return self.decode(bytes.fromhex(match.group(1).decode()))
        if (match := _BITS.fullmatch(token)) is not None:
            return str(int(match.group(1) or b"0", 2)) if len(match.group(1)) <= 64 else None
        if (match := _DOLLAR_QUOTED.fullmatch(token)) is not None:
            return self.decode(match.group(2))
        if depth == 0 and self._string.fullmatch(token) is None and len(token) > _MAX_EXPRESSION:
            raise ValueError("an expression that is longer than dumps write")
        parts = self._split(token, b"||")
        if len(parts) > 1:
            return self._join([self._evaluate(part, depth + 1) for part in parts])
        return self._read_operand(token, depth)

    def _read_operand(self, token: bytes, depth: int) -> SqlValue:
        """Return the value of a string with a prefix or a cast, of a call of a function, or of what stands in brackets."""
        string = self._string.match(token)
        is_whole = string is not None and (string.end() == len(token) or b"::" in string.group())
        if string is not None and is_whole and _CAST.fullmatch(token, string.end()) is not None:
            begin = min(place for place in map(token.find, (b"'", b'"')) if place >= 0)
            quote = token[begin : begin + 1]
            end = string.group().rindex(quote)
            return self._read_quoted(token[begin + 1 : end], quote, token[:begin].strip().lower())
        if (cast := token.find(b"::")) > 0:
            return self._evaluate(token[:cast], depth + 1)
        call = _CALL.fullmatch(token)
        if call is not None:
            return self._call(call.group(1).lower(), self._split(call.group(2), b","), depth)
        if token[:1] == b"(" and token[-1:] == b")":
            return self._evaluate(token[1:-1], depth + 1)
        if re.fullmatch(rb"[A-Za-z_]\w*(?:\.\w+)*", token):
            return None  # CURRENT_TIMESTAMP and the like have no value until the dump is loaded
        raise ValueError("no value that dumps write")

    def _read_quoted(self, body: bytes, quote: bytes, prefix: bytes) -> SqlValue:
        if prefix == b"e":
            return self.decode(_ANSI_ESCAPE.sub(_replace_ansi_escape, body))
        if prefix == b"u&":
            text = self.decode(body.replace(b"''", b"'"))
            return _unescape_unicode(text) if isinstance(text, str) else text
        if quote == b'"':
            return self.decode(_MYSQL_ESCAPE.sub(_replace_mysql_escape, body))
        return self._read_string(body, escapes=self._dialect.escapes)

    def _call(self, name: bytes, arguments: Sequence[bytes], depth: int) -> SqlValue:
        if name in _WRAPPERS:
            first = re.split(rb"(?i)\s+(?:AS\s+[\w\s()]+|USING\s+\w+)\Z", arguments[0])[0]
            # SQL Server has the type before the value: CONVERT(datetime, '…').
            is_type = name == b"convert" and len(arguments) > 1 and re.fullmatch(rb"\s*\w+(?:\(\w+\))?\s*", first)
            return self._evaluate(arguments[1] if is_type else first, depth + 1)
        values = [self._evaluate(argument, depth + 1) for argument in arguments if argument.strip()]
        texts = [value for value in values if isinstance(value, str)]
        if name in _CHARACTERS:
            return "".join(map(_character, texts))
        if name == b"concat":
            return self._join(values)
        if name == b"unistr" and texts:
            return _unescape_unicode(texts[0])
        if name == b"replace" and len(texts) == len(values) == 3 and texts[1]:
            if len(texts[0]) + texts[0].count(texts[1]) * len(texts[2]) > _MAX_LENGTH:
                raise ValueError("a text that becomes too long")
            return texts[0].replace(texts[1], texts[2])
        if not texts and len(values) <= 1:
            return None  # now() and the like
        raise ValueError("a function that dumps do not call")

    @staticmethod
    def _join(values: Sequence[SqlValue]) -> SqlValue:
        if not all(value is None or isinstance(value, str) for value in values):
            return next(value for value in values if isinstance(value, bytes))
        return "".join(value for value in values if isinstance(value, str))

    def _split(self, expression: bytes, separator: bytes) -> list[bytes]:
        """Cut an expression at the separators that stand outside of brackets and quotes."""
        parts, depth, begin = [], 0, 0
        for match in self._piece.finditer(expression):
            piece = match.group(1)
            depth += (piece == b"(") - (piece == b")")
            if piece == separator and not depth:
                parts.append(expression[begin : match.start()])
                begin = match.end()
        return [*parts, expression[begin:]]


def _replace_mysql_escape(match: "re.Match[bytes]") -> bytes:
    escaped: bytes | None = match.group(1)
    quote: bytes = match.group(2)
    return quote if escaped is None else _MYSQL_CONTROLS.get(escaped, escaped)


def _replace_ansi_escape(match: "re.Match[bytes]") -> bytes:
    short, long, hexadecimal, octal, char, quote = match.groups()
    if quote is not None:
        return b"'"
    if (code := short or long) is not None:
        return _character(str(int(code, 16))).encode("utf-8", "replace")
    if hexadecimal is not None or octal is not None:
        return bytes([int(hexadecimal, 16) if hexadecimal is not None else int(octal, 8) % 256])
    return _ANSI_CONTROLS.get(char, bytes(char))


def _unescape_unicode(text: str) -> str:
    """Replace the escapes of SQL's Unicode strings; two that make one character by surrogates become that character."""

    def replace(match: "re.Match[str]") -> str:
        long, short, backslash = match.groups()
        return backslash or chr(min(int(long or short, 16), _LARGEST_CODE_POINT))

    return _UNICODE_ESCAPE.sub(replace, text).encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _character(code: str) -> str:
    return chr(min(int(code), _LARGEST_CODE_POINT)) if code.isdigit() and len(code) <= 8 else ""
