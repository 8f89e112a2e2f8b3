"""The first lines of a text, by which its kind is told."""

import json
from collections.abc import Set as AbstractSet
from pathlib import PurePath

__all__ = ["BLANK", "JSON_LINES_SUFFIXES", "NOT_JSON", "first_lines", "has_suffix", "parse_json_line"]

BLANK = " \t\r\n\ufeff"
"""White space, and the byte order mark."""
NOT_JSON = object()
"""What ``parse_json_line`` returns for anything but JSON."""
JSON_LINES_SUFFIXES = frozenset({".jsonl", ".ndjson"})
"""The suffixes of JSON Lines."""
_SAMPLE_LINES = 20


def first_lines(text: str) -> list[str]:
    """Return the first lines that are not blank."""
    return [line for line in text.split("\n") if line.strip(BLANK)][:_SAMPLE_LINES]


def has_suffix(name: str, suffixes: AbstractSet[str]) -> bool:
    """Tell whether the name of a file ends with one of some suffixes, or with one of them and that of a compression."""
    return any(suffix.lower() in suffixes for suffix in PurePath(name).suffixes[-2:])


def parse_json_line(line: str) -> object:
    """Return the value that a line holds; ``NOT_JSON`` if it is not JSON."""
    try:
        return json.loads(line.strip(BLANK))
    except (ValueError, RecursionError):
        return NOT_JSON
