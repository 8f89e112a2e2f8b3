"""What has to hold of every answer, whatever was asked: the OpenAPI document, HTTP and the house's own rules say so."""

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any, NoReturn
from urllib.parse import unquote

from fuzz.http.calls import CANARY
from fuzz.http.connection import Answer
from fuzz.http.mutations import Request
from fuzz.promises import hold

__all__ = ["AnswerChecker"]

_COMMUNITY = re.compile(r"/c/[^/]+(?=/)")
# What may be said of any call whose head is odd: by HTTP (RFC 9110 and 6585), and by the rules of hosts and origins.
_ODD_HEAD = frozenset({400, 403, 404, 405, 408, 411, 413, 414, 415, 417, 421, 422, 426, 431})
_UNBROKEN = frozenset({400, 401, 403, 404, 405, 421, 429})  # of addresses that the document does not name
_UNDOCUMENTED = frozenset({200, 204, 304, 307, 308})  # of pages that the document leaves out, and of answers to OPTIONS
_PROBLEM = "application/problem+json"


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is no number of JSON")


class AnswerChecker:
    """Checks answers.

    Args:
        document: the OpenAPI document of the service.
        secrets: what must not be in any answer besides the text of comments.
    """

    def __init__(self, document: Mapping[str, Any], *, secrets: Sequence[str] = ()) -> None:
        self._paths: Mapping[str, Mapping[str, Any]] = document["paths"]
        self._hidden = [CANARY.encode(), *(secret.encode() for secret in secrets)]

    def check(self, request: Request, answer: Answer) -> None:
        """Check an answer.

        Raises:
            BrokenPromiseError: it is none that may be given to this request.
        """
        seen = f"{request.method} {request.path}: {answer.status} {answer.headers} {answer.body[:2000]!r}"
        where = self._operation_name(request)
        hold(answer.status != 500, f"no call is a fault of the service ({where})", seen)
        self._check_status(request, answer, where, seen)
        self._check_body(answer, where, seen)
        is_protected = answer.header("x-content-type-options") == "nosniff" and bool(answer.header("cache-control"))
        hold(is_protected or not answer.header("x-request-id"), f"every answer of the app has the headers of protection ({where})", seen)
        raw = b"\n".join([answer.body, *(f"{name}: {value}".encode("latin-1") for name, value in answer.headers)])
        hold(not any(hidden in raw for hidden in self._hidden), f"no answer holds the text of a comment, or a key ({where})", seen)

    def _operation_name(self, request: Request) -> str:
        return f"{request.method} {self._known_path(request)}" if self._operation(request) else "an unknown address"

    def _known_path(self, request: Request) -> str:
        path = unquote(request.path)
        return path if path in self._paths else _COMMUNITY.sub("", path, count=1)

    def _operation(self, request: Request) -> Mapping[str, Any] | None:
        return self._paths.get(self._known_path(request), {}).get(request.method.lower())

    def _check_status(self, request: Request, answer: Answer, where: str, seen: str) -> None:
        operation = self._operation(request)
        documented = {int(status) for status in operation["responses"]} if operation else _UNDOCUMENTED
        allowed = documented | _UNBROKEN if operation is None else documented
        if request.has_odd_head or not request.is_framed:
            # What is broken may be another call than it was, such as one of another method.
            allowed = allowed | _ODD_HEAD | (_UNDOCUMENTED | {401, 429, 503} if not request.is_framed else frozenset())
        hold(answer.status in allowed, f"only documented statuses are answered ({where}: {answer.status})", seen)
        if answer.status == 503:
            is_explained = bool(answer.header("retry-after")) or b"#not-set-up" in answer.body
            hold(is_explained, f"503 says when to come again ({where})", seen)

    def _check_body(self, answer: Answer, where: str, seen: str) -> None:
        media = answer.header("content-type").partition(";")[0].strip().lower()
        if not media.endswith("json") or not answer.body:
            return
        try:
            value = json.loads(answer.body.decode(), parse_constant=_refuse_constant)
        except ValueError:
            hold(False, f"what is called JSON is JSON ({where})", seen)
        if media == _PROBLEM:
            is_whole = isinstance(value, dict) and {"type", "title", "status"} <= set(value) and value["status"] == answer.status
            hold(is_whole, f"a problem document says what RFC 9457 asks for ({where})", seen)
