"""Checks of settings that are lists, or that have to agree with one another. Each raises a ValueError that says what is wrong."""

from collections.abc import Iterable, Mapping
from importlib.util import find_spec
from ipaddress import ip_network
from typing import NamedTuple

from service.setting_types import split_commas

__all__ = [
    "ESCAPED_BYTES",
    "LongestWaits",
    "check_body_size",
    "check_dialects",
    "check_foreign_flagging",
    "check_pair",
    "check_proxies",
    "check_storage",
    "check_waits",
    "limit_single_body",
    "parse_dialects",
    "parse_failure_answers",
    "parse_foreign_flagging",
    "parse_waits",
]

_DIALECTS = ("perspective", "openai", "coral", "discourse", "detoxify", "synapse", "akismet")
# Those whose answers are judgements; the others answer scores, which say nothing of a language.
_FLAGGING_DIALECTS = ("akismet", "openai", "coral", "discourse", "synapse")
_FAILURE_ANSWERS = ("open", "closed", "error")
_USUAL_WAIT = 100
_MAX_WAIT = 60_000
_STORAGE_SCHEMES = ("redis", "rediss", "redis+unix")

# A comment may be escaped and come in several forms, with much around it; and this is little enough, even for short comments.
_COPIES_IN_BODY = 24
_MIN_SINGLE_BODY = 262_144
ESCAPED_BYTES = 6
"""How many bytes JSON may write for one of a text: ``\\u0000``."""


def parse_dialects(text: str) -> tuple[str, ...]:
    """Return the dialects that a list names; ``all`` is every one of them, ``none`` is none."""
    if text.strip() == "all":
        return _DIALECTS
    return () if text.strip() == "none" else split_commas(text)


def parse_foreign_flagging(text: str) -> tuple[str, ...]:
    """Return the dialects in a list of those that flag comments for their language alone; ``all`` is every one that can."""
    if text.strip() == "all":
        return _FLAGGING_DIALECTS
    return () if text.strip() == "none" else split_commas(text)


def parse_failure_answers(text: str) -> dict[str, str]:
    """Return the answers in a list such as ``synapse=open,coral=error``, by dialect."""
    pairs = (pair.partition("=") for pair in split_commas(text))
    return {name.strip(): answer.strip() for name, _, answer in pairs}


class LongestWaits(NamedTuple):
    """For how long a call may wait before it is judged.

    Attributes:
        usual: milliseconds for all calls of which nothing else is said.
        by_dialect: name of a dialect → milliseconds for its calls.
    """

    usual: int
    by_dialect: Mapping[str, int]

    def seconds(self, dialect: str | None = None) -> float:
        """Return the seconds for which a call in a dialect may wait; None is a call in our own protocol."""
        return (self.usual if dialect is None else self.by_dialect.get(dialect, self.usual)) / 1e3

    def count_different(self) -> int:
        """Return how many of the waits differ."""
        return len({self.usual, *self.by_dialect.values()})


def parse_waits(text: int | str) -> LongestWaits:
    """Return what a list such as ``100,perspective=2000`` says, in which a lone number is for all calls of which nothing else is said.

    Raises:
        ValueError: the list names something that is no dialect, says something twice, or a number is missing, too small or too large.
    """
    waits: dict[str, int] = {}
    for part in split_commas(str(text)) or ("",):
        name, equals, number = (piece.strip() for piece in part.rpartition("="))
        if equals and name not in _DIALECTS:
            raise ValueError(f"there is no dialect {name!r}: it takes milliseconds such as 100, and others for {', '.join(_DIALECTS)}")
        if not (number.isascii() and number.isdecimal() and len(number) <= len(str(_MAX_WAIT)) and 1 <= int(number) <= _MAX_WAIT):
            raise ValueError(f"takes milliseconds from 1 to {_MAX_WAIT} such as 100, or for some dialects others, as 100,perspective=2000")
        if name in waits:
            raise ValueError(f"says twice how long calls {f'in the dialect {name}' if name else 'of all dialects'} may wait")
        waits[name] = int(number)
    usual = waits.pop("", _USUAL_WAIT)
    return LongestWaits(usual, waits)


def check_waits(text: int | str) -> int | str:
    """Return a list of longest waits as it is, if it can be read."""
    parse_waits(text)
    return text


def check_dialects(names: Iterable[str], failure_answers: Mapping[str, str]) -> None:
    """Refuse dialects that do not exist, and answers to failures that no dialect gives."""
    for name in (*names, *failure_answers):
        if name not in _DIALECTS:
            raise ValueError(f"there is no dialect {name!r}: dialects and on_failure take {', '.join(_DIALECTS)}")
    for name, answer in failure_answers.items():
        if answer not in _FAILURE_ANSWERS:
            raise ValueError(f"on_failure: {name} takes {', '.join(_FAILURE_ANSWERS)}")


def check_foreign_flagging(names: Iterable[str]) -> None:
    """Refuse dialects that do not exist, or that flag nothing."""
    for name in names:
        if name not in _FLAGGING_DIALECTS:
            raise ValueError(f"flag_foreign: {name!r} flags no comments: it takes {', '.join(_FLAGGING_DIALECTS)}, all or none")


def check_body_size(max_body_bytes: int, max_comment_bytes: int) -> None:
    """Refuse a body into which the longest comment does not fit, however JSON escapes it."""
    if max_body_bytes < ESCAPED_BYTES * max_comment_bytes:
        raise ValueError(
            f"max_body_bytes ({max_body_bytes}) has to be at least {ESCAPED_BYTES} times max_comment_bytes "
            f"({max_comment_bytes}), or the longest comment that is allowed does not fit into a body"
        )


def limit_single_body(max_body_bytes: int, max_comment_bytes: int) -> int:
    """Return the most bytes that the body of a call about one comment may have."""
    return min(max_body_bytes, max(_MIN_SINGLE_BODY, _COPIES_IN_BODY * max_comment_bytes))


def check_pair(**values: object) -> None:
    """Refuse one of two settings without the other; None is a setting that is not set."""
    if len({value is None for value in values.values()}) > 1:
        raise ValueError(f"{' and '.join(values)} belong together: set both or neither")


def check_storage(url: str) -> None:
    """Refuse a storage for counts of calls that is no Redis, or for which the library is missing."""
    if url.partition("://")[0] not in _STORAGE_SCHEMES:
        raise ValueError(f"limit_storage has to start with one of {', '.join(f'{scheme}://' for scheme in _STORAGE_SCHEMES)}")
    if find_spec("redis") is None:
        raise ValueError("limit_storage names a Redis, for which a library is missing: install tipstaff[redis]")


def check_proxies(proxies: Iterable[str]) -> None:
    """Refuse trusted proxies that are neither an address nor a network nor ``*``."""
    for proxy in proxies:
        if proxy != "*":
            try:
                ip_network(proxy)
            except ValueError:
                raise ValueError(f"trusted_proxies: {proxy!r} is no address and no network such as 10.0.0.0/8") from None
