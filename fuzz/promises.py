"""How fuzzers state what has to hold of an input, and say which promise was broken."""

__all__ = ["BrokenPromiseError", "hold"]


class BrokenPromiseError(Exception):
    """Something that has to hold of every input does not hold of one."""


def hold(condition: object, promise: str, seen: str = "") -> None:
    """Check that a promise is kept.

    Args:
        condition: true if it is.
        promise: what has to hold, in words; the same words for all inputs, for findings are sorted by them.
        seen: what was seen instead.

    Raises:
        BrokenPromiseError: it is not kept.
    """
    if not condition:
        raise BrokenPromiseError(f"not kept: {promise}", seen)
