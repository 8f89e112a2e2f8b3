"""The parameter ``fields``: which part of an answer a client wants, such as ``attributeScores/TOXICITY/summaryScore,languages``."""

import re
from collections.abc import Mapping
from typing import Any

from service.http.dialects.perspective.google_errors import bad_request

__all__ = ["apply_mask", "parse_mask"]

_Mask = Mapping[str, "_Mask"]
"""What a client wants of an object, by the names of its fields. An empty mask means everything; the name ``*`` means any field."""

_TOKEN = re.compile(r"[A-Za-z0-9_.@*-]{1,200}|[,/()]")
_MAX_LENGTH = 2000
_MAX_DEPTH = 10


def parse_mask(text: str) -> _Mask:
    """Parse a mask: names separated by ``,``, with ``a/b`` for a field of a field and ``a(b,c)`` for several of them.

    Raises:
        AnalyzerError: the text is not a mask.
    """
    tokens = _TOKEN.findall(text) if len(text) <= _MAX_LENGTH else []
    if "".join(tokens) != text or not tokens:
        raise _mask_error()
    mask, remaining_tokens = _parse_selections(tokens[::-1], 0)
    if remaining_tokens:
        raise _mask_error()
    return mask


def _mask_error() -> Exception:
    return bad_request([("fields", "Invalid field selection: use names with / , ( ) between, such as attributeScores,languages")])


def _parse_selections(tokens: list[str], depth: int) -> tuple[dict[str, Any], list[str]]:
    """Parse selections up to the end or a closing bracket; the tokens lie on a stack, with the next one on top."""
    mask: dict[str, Any] = {}
    while True:
        _parse_selection(tokens, mask, depth)
        if not tokens or tokens[-1] != ",":
            return mask, tokens
        tokens.pop()


def _parse_selection(tokens: list[str], mask: dict[str, Any], depth: int) -> None:
    """Parse one selection, and add it to a mask."""
    while True:
        if not tokens or tokens[-1] in ",/()" or depth > _MAX_DEPTH:
            raise _mask_error()
        name = tokens.pop()
        # A field that was selected as a whole before stays selected as a whole.
        is_whole = name in mask and not mask[name]
        submask = mask.setdefault(name, {})
        mark = tokens[-1] if tokens else ""
        if mark == "/":
            tokens.pop()
            mask, depth = {} if is_whole else submask, depth + 1
        elif mark == "(":
            tokens.pop()
            selections, _ = _parse_selections(tokens, depth + 1)
            if not tokens or tokens.pop() != ")":
                raise _mask_error()
            if not is_whole:
                submask.update(selections)
            return
        else:
            submask.clear()
            return


def apply_mask(answer: Any, mask: _Mask) -> Any:
    """Return the part of an answer that a mask selects; selected fields that the answer does not have are left out."""
    if not mask:
        return answer
    if isinstance(answer, list):
        return [apply_mask(item, mask) for item in answer]
    if not isinstance(answer, dict):
        return answer
    submasks = ((name, mask.get(name, mask.get("*"))) for name in answer)
    return {name: apply_mask(answer[name], submask) for name, submask in submasks if submask is not None}
