"""Passing over what is not read of a dump, however long it is, without holding it in memory."""

import re

from service.batch.input.formats.sql.sql_buffer import SqlBuffer
from service.batch.input.formats.sql.sql_dialect import SqlDialect
from service.batch.input.formats.sql.sql_literals import build_string_pattern

__all__ = ["SqlSkipper"]

_LONGEST_TAG = 70
_BATCH_END = re.compile(rb"\n[ \t]*(?:GO[ \t]*\r?\n|(?=(?:INSERT|CREATE|SET)\s))", re.IGNORECASE)
_DOLLAR_TAG = re.compile(rb"\$[A-Za-z_\x80-\xff]?\w*\$")


class SqlSkipper:
    """Moves a window forward by whole comments, strings and statements.

    Args:
        buffer: the window.
        dialect: the dialect of the dump.
    """

    def __init__(self, buffer: SqlBuffer, dialect: SqlDialect) -> None:
        self._buffer = buffer
        self._dialect = dialect
        string = build_string_pattern(dialect)
        plain = rb"[^;'\"`/#()-]++" if dialect.escapes else rb"[^;'\"`$/()eE-]++|[eE](?=[^'])"
        # Whether the last string in the window has ended shows only in the byte behind it.
        self._run = re.compile(rb"(?:" + plain + rb"|" + string + rb"(?=.)|`[^`]*+`)*+", re.DOTALL)
        self._blank = re.compile(rb"\s++")
        self._bodies = {
            quote: re.compile(
                rb"(?:[^" + quote + rb"\\]++|\\.|" + quote * 2 + rb")*+" if escapes else rb"(?:[^" + quote + rb"]++|" + quote * 2 + rb")*+",
                re.DOTALL,
            )
            for quote, escapes in ((b"'", dialect.escapes), (b'"', dialect.escapes), (b"`", False))
        }
        self._escaped_body = re.compile(rb"(?:[^'\\]++|\\.|'')*+", re.DOTALL)

    def skip_blanks(self) -> None:
        """Move behind white space and comments, but not behind comments that MySQL executes."""
        buffer = self._buffer
        while True:
            match = self._blank.match(buffer.data, buffer.at)
            if match is not None:
                buffer.at = match.end()
            if buffer.waiting < 3 and buffer.fill():
                continue
            head = buffer.data[buffer.at : buffer.at + 3]
            if head[:2] == b"--" or (head[:1] == b"#" and self._dialect.has_hash_comments):
                buffer.skip_past(b"\n")
            elif head[:2] == b"/*" and head[2:] not in {b"!", b"M"}:
                buffer.at += 2
                buffer.skip_past(b"*/")
            elif match is None:
                return

    def skip_statement(self) -> bool:
        """Move behind the semicolon, or the line, that ends a statement; False if the dump ends before it."""
        if not self._dialect.has_batches:
            return self._skip_to(b";", 0)
        buffer = self._buffer
        while (found := _BATCH_END.search(buffer.data, buffer.at)) is None:
            buffer.at = max(buffer.at, len(buffer.data) - _LONGEST_TAG)
            if not buffer.fill():
                buffer.at = len(buffer.data)
                return True
        buffer.at = found.end()
        return True

    def skip_row(self) -> bool:
        """Move from within a row in brackets to behind the bracket that closes it; False if the dump ends before it."""
        return self._skip_to(b")", 1)

    def _skip_to(self, end: bytes, depth: int) -> bool:
        buffer = self._buffer
        while True:
            match = self._run.match(buffer.data, buffer.at)
            buffer.at = match.end() if match is not None else buffer.at
            # Signs of two characters, and whether a quote is doubled, need one more.
            if buffer.waiting < _LONGEST_TAG and buffer.fill():
                continue
            sign = buffer.data[buffer.at : buffer.at + 1]
            if not sign:
                return False
            if sign in {b"(", b")"}:
                depth += 1 if sign == b"(" else -1
                buffer.at += 1
                if end == b")" and depth == 0:
                    return True
            elif sign == end:
                buffer.at += 1
                return True
            elif not self._skip_sign(sign):
                return False

    def _skip_sign(self, sign: bytes) -> bool:
        """Move behind a string, a comment, or a sign that means nothing by itself."""
        buffer = self._buffer
        pair = buffer.data[buffer.at : buffer.at + 2]
        if sign in self._bodies:
            return self._skip_string(sign, self._bodies[sign])
        if sign in b"eE" and pair[1:] == b"'" and not self._dialect.escapes:
            buffer.at += 1
            return self._skip_string(b"'", self._escaped_body)
        if pair == b"--" or (sign == b"#" and self._dialect.has_hash_comments):
            return buffer.skip_past(b"\n")
        if pair == b"/*":
            buffer.at += 2
            return buffer.skip_past(b"*/")
        if sign == b"$" and self._dialect.has_dollar_quotes and (tag := _DOLLAR_TAG.match(buffer.data, buffer.at)) is not None:
            buffer.at = tag.end()
            return buffer.skip_past(tag.group())
        buffer.at += 1
        return True

    def _skip_string(self, quote: bytes, body: "re.Pattern[bytes]") -> bool:
        buffer = self._buffer
        buffer.at += 1
        while True:
            match = body.match(buffer.data, buffer.at)
            buffer.at = match.end() if match is not None else buffer.at
            if buffer.waiting >= 2 or not buffer.fill():
                if not buffer.waiting:
                    return False
                if buffer.data[buffer.at : buffer.at + 1] == quote:
                    buffer.at += 1
                    return True
                buffer.at += 1  # a backslash as the last byte of the dump
