"""Recognition of JSON by how it begins: texts of people begin with a bracket or a brace, too."""

import json
import re

__all__ = ["looks_like_json"]

_WHITESPACE = " \t\r\n"
_SCALAR = re.compile(r"-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null|NaN|-?Infinity")
_CUT_SCALAR = re.compile(r"-?\d*\.?\d*(?:[eE][+-]?\d*)?|t(?:r(?:ue?)?)?|f(?:a(?:l(?:se?)?)?)?|n(?:u(?:ll?)?)?|N(?:aN?)?|-?I[a-z]*")
"""A number or a word with which the text ends."""
_MAX_DEPTH = 20
_DECODER = json.JSONDecoder(strict=False)


def looks_like_json(start: str) -> bool:
    """Tell whether a text that begins with ``{`` or ``[`` may be JSON, however damaged it is further on.

    Args:
        start: the beginning of the text, without white space before it.
    """
    line = start.split("\n", 1)[0]
    try:
        _, end = _DECODER.raw_decode(line)
    except (ValueError, RecursionError):
        return _begins_like_json(start)
    return line[end:].strip(_WHITESPACE)[:1] in {"", ",", "{", "["}


def _begins_like_json(start: str) -> bool:
    """Tell whether the first brackets and the first name or value in them are those of JSON."""
    at = 0
    for depth in range(_MAX_DEPTH):
        bracket = start[at : at + 1]
        at = _skip_whitespace(start, at + 1)
        following = start[at : at + 1]
        if not following:
            return True
        if bracket == "{":
            return following == "}" or (following == '"' and _ends_with(start, at, ":"))
        if following == "]":
            return start[_skip_whitespace(start, at + 1) :][:1] in ({"", ",", "]"} if depth else {"", "{", "["})
        if following == '"':
            return _ends_with(start, at, ",]")
        if following not in "{[":
            if _CUT_SCALAR.fullmatch(start, at):
                return True
            scalar = _SCALAR.match(start, at)
            if scalar is None:
                return False
            at = _skip_whitespace(start, scalar.end())
            return start[at : at + 1] in {"", ",", "]"}
    return True


def _skip_whitespace(text: str, at: int) -> int:
    while text[at : at + 1] in {" ", "\t", "\r", "\n"}:
        at += 1
    return at


def _ends_with(text: str, at: int, signs: str) -> bool:
    """Tell whether the string that begins at a place is followed by one of some signs, or ends the text."""
    try:
        _, end = _DECODER.raw_decode(text, at)
    except ValueError:
        # The string is damaged, or goes on beyond the beginning of the text.
        return True
    end = _skip_whitespace(text, end)
    return end >= len(text) or text[end] in signs
