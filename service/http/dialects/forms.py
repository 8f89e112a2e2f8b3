"""Bodies as HTML forms send them: ``application/x-www-form-urlencoded``, in whatever encoding an old site still has."""

import asyncio
import re
from collections.abc import Mapping
from urllib.parse import parse_qsl

from starlette.requests import Request

from service.http.connection.body import read_body
from service.http.problems import ProblemError, ProblemKind
from service.http.state import get_state
from service.settings import Settings

__all__ = ["Form", "read_form"]

_KIND = "application/x-www-form-urlencoded"
# Python takes up to 0.4 s to read a form of this size, and one of 16 KiB up to 6 ms.
_MOST_BYTES = 1_048_576
_INLINE_BYTES = 16_384
# WordPress sends what its web server knows of a request, about fifty fields, along.
_MOST_FIELDS = 1000
# Those of the web alone: Python's have some among them that take long (punycode) or are none (zip).
_ENCODING = re.compile(r"iso-8859-\d{1,2}|windows-125\d|koi8-[ru]|gbk|gb2312|gb18030|big5|shift_jis|euc-jp|euc-kr", re.IGNORECASE)


class Form:
    """The fields of a form.

    Args:
        fields: their values as bytes; of a field that came twice, the last.
        encoding: of those that are not UTF-8, as the client says; Latin-1 if that is unknown.
    """

    def __init__(self, fields: Mapping[str, bytes], *, encoding: str = "") -> None:
        self._fields = fields
        self._encoding = encoding if _ENCODING.fullmatch(encoding) else "latin-1"

    def text(self, name: str) -> str:
        """Return the value of a field, empty if it is missing."""
        value = self._fields.get(name, b"")
        try:
            return value.decode()
        except UnicodeDecodeError:
            try:
                return value.decode(self._encoding, "replace")
            except LookupError:
                return value.decode("latin-1")


async def read_form(request: Request, *, settings: Settings, encoding_field: str) -> Form:
    """Read a body.

    Args:
        request: whose body nobody has read yet.
        settings: the limits.
        encoding_field: the field in which the client says what it encodes in, if that is not UTF-8.

    Raises:
        ProblemError: it is declared as something else, is too large or too slow, or has too many fields.
    """
    declared = request.headers.get("content-type", _KIND).partition(";")[0].strip().lower()
    if declared != _KIND or request.headers.get("content-encoding", "identity").strip().lower() != "identity":
        raise ProblemError(ProblemKind.NOT_JSON_CONTENT, f"Send a form with the header Content-Type: {_KIND}, without compression.")
    body = await read_body(request, limit=min(settings.max_body_bytes, _MOST_BYTES), timeout=settings.body_timeout)
    if len(body) <= _INLINE_BYTES:
        fields = _fields(body)
    else:
        fields = await asyncio.get_running_loop().run_in_executor(get_state(request).pool, _fields, body)
    return Form(fields, encoding=fields.get(encoding_field, b"").decode("ascii", "replace"))


def _fields(body: bytes) -> dict[str, bytes]:
    try:
        # Latin-1 leaves every byte as it is.
        pairs = parse_qsl(body.decode("latin-1"), keep_blank_values=True, encoding="latin-1", max_num_fields=_MOST_FIELDS)
    except ValueError:
        raise ProblemError(ProblemKind.WRONG_FIELDS, f"The form has more than {_MOST_FIELDS} fields.") from None
    return {name: value.encode("latin-1") for name, value in pairs}
