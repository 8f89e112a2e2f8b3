"""Texts as logs hold them: JSON with and without escapes, objects as Python prints them, forms, base64."""

import ast
import base64
import json
import warnings
from typing import Any
from urllib.parse import parse_qsl

from service.http.bodies.lenient_json import to_strict_json
from service.migration.recorded.call_kinds import find_kind_of_body

__all__ = ["decode_base64", "parse_form", "parse_object", "parse_recorded_text"]

_MAX_QUERY_FIELDS = 200
_MAX_PYTHON_LENGTH = 100_000
_DECODER = json.JSONDecoder()


def decode_base64(text: str) -> str:
    """Return the text that is packed in another; empty if none is."""
    try:
        return base64.b64decode(text).decode("utf-8", "replace")
    except ValueError:
        return ""


def parse_object(text: str) -> Any:
    r"""Return the object or list that a text begins with, in JSON, with escaped quotes too, or as Python prints it; None for none.

    Keys without quotes, as Google's documentation writes them and its front end takes them, are read too. nginx escapes
    quotes as ``\x22``, other logs as ``\"``.
    """
    candidates = [text]
    if text.startswith(('{\\"', "{\\x22", '[{\\"', "[{\\x22")):
        candidates = [text.replace("\\x22", '"').replace("\\x5C", "\\"), text.replace('\\"', '"')]
    for candidate in candidates:
        if (value := _decode(candidate)) is not None:
            return value
    if len(text) > _MAX_PYTHON_LENGTH or not text.startswith(("{", "[{")):
        return None
    value = _parse_python(text) if text.startswith(("{'", "[{'")) else None
    return _decode(to_strict_json(text.encode("utf-8", "replace")).decode()) if value is None else value


def _decode(text: str) -> Any:
    try:
        value, _ = _DECODER.raw_decode(text)
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict | list) else None


def _parse_python(text: str) -> Any:
    """Return the object that a text is as Python prints it; None if it is none. What follows its last bracket is left out."""
    try:
        # Newer Pythons warn of escape sequences, and would show what is around them.
        with warnings.catch_warnings(action="ignore"):
            return ast.literal_eval(text[: max(text.rfind("}"), text.rfind("]")) + 1])
    except (ValueError, SyntaxError, RecursionError, MemoryError):
        return None


def parse_recorded_text(text: str) -> Any:
    """Return what a text that was recorded stands for: an object, a form, or the text itself."""
    stripped = text.lstrip("\ufeff \t\r\n")
    if stripped.startswith(("{", "[")):
        value = parse_object(stripped)
        return text if value is None else value
    if "=" in stripped and " " not in stripped.strip() and "\n" not in stripped.strip():
        form = parse_form(stripped)
        return form if find_kind_of_body(form) is not None else text
    return text


def parse_form(text: str) -> dict[str, str]:
    """Return the fields of a form; none if it is no form."""
    try:
        return dict(parse_qsl(text.strip(), keep_blank_values=True, max_num_fields=_MAX_QUERY_FIELDS))
    except ValueError:
        return {}
