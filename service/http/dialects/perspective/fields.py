"""The query's ``fields``: which part of an answer a client wants, such as ``attributeScores/TOXICITY/summaryScore,languages``."""

import re
from collections.abc import Mapping
from typing import Any

from service.http.dialects.perspective.google_errors import bad_request

__all__ = ["Mask", "apply_mask", "parse_mask"]

Mask = Mapping[str, "Mask"]
"""What is wanted of an object, by field; nothing below a field is all of it. ``*`` is any field."""

_TOKEN = re.compile(r"[A-Za-z0-9_.@*-]{1,200}|[,/()]")
_LONGEST = 2000
_DEEPEST = 10


def parse_mask(text: str) -> Mask:
    """Read a mask: names, ``a/b`` for a field of a field, ``a(b,c)`` for several of them, ``,`` between.

    Raises:
        AnalyzerError: it is none.
    """
    tokens = _TOKEN.findall(text) if len(text) <= _LONGEST else []
    if "".join(tokens) != text or not tokens:
        raise _wrong()
    mask, rest = _list(tokens[::-1], 0)
    if rest:
        raise _wrong()
    return mask


def _wrong() -> Exception:
    return bad_request([("fields", "Invalid field selection: use names with / , ( ) between, such as attributeScores,languages")])


def _list(tokens: list[str], depth: int) -> tuple[dict[str, Any], list[str]]:
    """Read selections up to the end or a closing bracket; the tokens lie on a stack, the next on top."""
    found: dict[str, Any] = {}
    while True:
        _selection(tokens, found, depth)
        if not tokens or tokens[-1] != ",":
            return found, tokens
        tokens.pop()


def _selection(tokens: list[str], into: dict[str, Any], depth: int) -> None:
    while True:
        if not tokens or tokens[-1] in ",/()" or depth > _DEEPEST:
            raise _wrong()
        name = tokens.pop()
        known = name in into
        below = into.setdefault(name, {})
        follows = tokens[-1] if tokens else ""
        if follows == "/":
            tokens.pop()
            into, depth = below, depth + 1
            if known and not below:
                into = {}
        elif follows == "(":
            tokens.pop()
            several, _ = _list(tokens, depth + 1)
            if not tokens or tokens.pop() != ")":
                raise _wrong()
            if not known or below:
                below.update(several)
            return
        else:
            below.clear()
            return


def apply_mask(answer: Any, mask: Mask) -> Any:
    """Return the part of an answer that a mask wants; what it does not hold is left out."""
    if not mask:
        return answer
    if isinstance(answer, list):
        return [apply_mask(each, mask) for each in answer]
    if not isinstance(answer, dict):
        return answer
    found = ((name, mask.get(name, mask.get("*"))) for name in answer)
    return {name: apply_mask(answer[name], below) for name, below in found if below is not None}
