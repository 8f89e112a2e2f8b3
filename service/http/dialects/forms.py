"""Bodies as HTML forms send them, in whatever encoding an old site still uses.

Most are ``application/x-www-form-urlencoded``; PHP's curl makes ``multipart/form-data`` of an array.
"""

import asyncio
import re
from collections.abc import Mapping
from functools import partial
from urllib.parse import parse_qsl

from starlette.requests import Request

from service.http.bodies.body import read_body
from service.http.problems import ProblemError, ProblemKind
from service.http.state import get_state
from service.settings import Settings

__all__ = ["Form", "read_form", "read_query"]

_CONTENT_TYPE = "application/x-www-form-urlencoded"
_MULTIPART = re.compile(r'multipart/form-data\s*;.{0,200}?\bboundary=(?:"([^"]{1,70})"|([^\s;"]{1,70}))', re.IGNORECASE | re.DOTALL)
_FIELD_NAME = re.compile(
    rb'^content-disposition:\s*form-data\s*;[^\r\n]{0,200}?\bname=(?:"([^"\r\n]*)"|([^\s;"]+))', re.IGNORECASE | re.MULTILINE
)
_MAX_HEAD_BYTES = 1024
# Python takes up to 0.4 s to parse a form of this size, and up to 6 ms to parse one of 16 KiB.
_MAX_BYTES = 1_048_576
_MAX_INLINE_BYTES = 16_384
# WordPress adds everything that its web server knows about a request, which is about fifty fields.
_MAX_FIELDS = 1000
# The encodings of the web alone: Python has others that take long (punycode) or are no encodings of text (zip).
_ENCODING = re.compile(r"iso-8859-\d{1,2}|windows-125\d|koi8-[ru]|gbk|gb2312|gb18030|big5|shift_jis|euc-jp|euc-kr", re.IGNORECASE)


class Form:
    """The fields of a form.

    Args:
        fields: the value of each field, as bytes; of a field that was sent twice, the last value.
        encoding: the encoding of values that are not UTF-8, as the client names it; Latin-1 if there is no such encoding.
    """

    def __init__(self, fields: Mapping[str, bytes], *, encoding: str = "") -> None:
        self._fields = fields
        self._encoding = encoding if _ENCODING.fullmatch(encoding) else "latin-1"

    def text(self, name: str) -> str:
        """Return the value of a field; an empty text if the field is missing."""
        value = self._fields.get(name, b"")
        try:
            return value.decode()
        except UnicodeDecodeError:
            try:
                return value.decode(self._encoding, "replace")
            except LookupError:
                return value.decode("latin-1")


async def read_form(request: Request, *, settings: Settings, encoding_field: str) -> Form:
    """Read the body of a request as a form.

    Args:
        request: a request whose body has not been read yet.
        settings: the limits.
        encoding_field: the field in which the client names its encoding, if that is not UTF-8.

    Raises:
        ProblemError: the body is declared to be something else, is too large or too slow, or has too many fields.
    """
    content_type = request.headers.get("content-type", _CONTENT_TYPE)
    multipart = _MULTIPART.match(content_type)
    is_form = multipart is not None or content_type.partition(";")[0].strip().lower() == _CONTENT_TYPE
    if not is_form or request.headers.get("content-encoding", "identity").strip().lower() != "identity":
        raise ProblemError(ProblemKind.NOT_JSON_CONTENT, f"Send a form with the header Content-Type: {_CONTENT_TYPE}, without compression.")
    body = await read_body(request, limit=min(settings.max_single_body_bytes, _MAX_BYTES), timeout=settings.body_timeout)
    parse = partial(_parse_parts, boundary=multipart[1] or multipart[2]) if multipart is not None else _parse_fields
    if len(body) <= _MAX_INLINE_BYTES:
        fields = parse(body)
    else:
        fields = await asyncio.get_running_loop().run_in_executor(get_state(request).forms, parse, body)
    return Form(fields, encoding=fields.get(encoding_field, b"").decode("ascii", "replace"))


def read_query(request: Request) -> Form:
    """Read the query of a call as if it were a form, for calls that have no body.

    Raises:
        ProblemError: the query has too many fields.
    """
    return Form(_parse_fields(request.scope["query_string"]))


def _parse_fields(body: bytes) -> dict[str, bytes]:
    try:
        # Latin-1 keeps every byte as it is.
        pairs = parse_qsl(body.decode("latin-1"), keep_blank_values=True, encoding="latin-1", max_num_fields=_MAX_FIELDS)
    except ValueError:
        raise _too_many_fields_problem() from None
    return {name: value.encode("latin-1") for name, value in pairs}


def _parse_parts(body: bytes, *, boundary: str) -> dict[str, bytes]:
    pieces = (b"\r\n" + body).split(b"\r\n--" + boundary.encode("latin-1"), _MAX_FIELDS + 2)[1:]
    fields: dict[str, bytes] = {}
    for number, piece in enumerate(pieces):
        if piece.startswith(b"--"):
            break
        if number == _MAX_FIELDS:
            raise _too_many_fields_problem()
        head, _, value = piece.partition(b"\r\n\r\n")
        if name := _FIELD_NAME.search(head[:_MAX_HEAD_BYTES]):
            fields[(name[1] or name[2] or b"").decode("latin-1")] = value
    return fields


def _too_many_fields_problem() -> ProblemError:
    return ProblemError(ProblemKind.WRONG_FIELDS, f"The form has more than {_MAX_FIELDS} fields.")
