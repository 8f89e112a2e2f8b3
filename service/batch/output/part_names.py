"""Names of the files that a run writes while it is at work."""

import re
import secrets
from collections.abc import Iterable

__all__ = ["part_file", "partial_file", "partial_file_pattern", "rejects_file", "result_file"]

_MAX_NAME_LENGTH = 100
"""Characters of a name that its partial files bear; file systems limit the length of names."""
_RANDOM_BYTES = 4


def partial_file(name: str) -> str:
    """Return a random, hidden name for a file that is renamed to ``name`` when it is complete."""
    return f".{name[:_MAX_NAME_LENGTH]}.{secrets.token_hex(_RANDOM_BYTES)}.part"


def partial_file_pattern(names: Iterable[str]) -> re.Pattern[str]:
    """Return the pattern of the names that ``partial_file`` returns for these names; without any, of all partial files."""
    stems = "|".join(re.escape(name[:_MAX_NAME_LENGTH]) for name in names) or ".*"
    return re.compile(rf"\.({stems})\.[0-9a-f]{{{2 * _RANDOM_BYTES}}}\.part")


def part_file(number: int) -> str:
    """Return the name of the part of the output that a shard is written to."""
    return f"part-{number:05d}.parquet"


def rejects_file(number: int) -> str:
    """Return the name of the list of a shard's rows that could not be judged."""
    return f"{number:05d}.rejects"


def result_file(number: int) -> str:
    """Return the name of a shard's file in the journal."""
    return f"{number:05d}.json"
