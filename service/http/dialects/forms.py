"""Bodies as HTML forms send them: ``application/x-www-form-urlencoded``, in whatever encoding an old site still uses."""

import asyncio
import re
from collections.abc import Mapping
from urllib.parse import parse_qsl

from starlette.requests import Request

from service.http.bodies.body import read_body
from service.http.problems import ProblemError, ProblemKind
from service.http.state import get_state
from service.settings import Settings

__all__ = ["Form", "read_form", "read_query"]

_CONTENT_TYPE = "application/x-www-form-urlencoded"
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
    content_type = request.headers.get("content-type", _CONTENT_TYPE).partition(";")[0].strip().lower()
    if content_type != _CONTENT_TYPE or request.headers.get("content-encoding", "identity").strip().lower() != "identity":
        raise ProblemError(ProblemKind.NOT_JSON_CONTENT, f"Send a form with the header Content-Type: {_CONTENT_TYPE}, without compression.")
    body = await read_body(request, limit=min(settings.max_single_body_bytes, _MAX_BYTES), timeout=settings.body_timeout)
    if len(body) <= _MAX_INLINE_BYTES:
        fields = _parse_fields(body)
    else:
        fields = await asyncio.get_running_loop().run_in_executor(get_state(request).forms, _parse_fields, body)
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
        raise ProblemError(ProblemKind.WRONG_FIELDS, f"The form has more than {_MAX_FIELDS} fields.") from None
    return {name: value.encode("latin-1") for name, value in pairs}
