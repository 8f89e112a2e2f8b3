"""One bound on what a file may become: bytes of text and rows handed on, compared with the bytes that are stored."""

from collections import Counter
from collections.abc import Callable
from copy import copy

from model.errors import UnsafeFileError

__all__ = ["DEFAULT_MAX_EXPANSION", "ROW_SIZE", "ExpansionBudget"]

DEFAULT_MAX_EXPANSION = 1000
"""How many times its stored size a file may become, unless the caller says otherwise; with gzip, 1032 is the most."""

ROW_SIZE = 16
"""Bytes that a row of a columnar file counts for besides its values: a run of a billion empty rows takes no space in the file."""

_FREE_SIZE = 100_000_000
"""Bytes that any file may become: small, honest files of equal rows may shrink to next to nothing."""


class ExpansionBudget:
    """Counts what a file becomes, and refuses to go on when that is out of all proportion.

    Reading has stages, such as decompression and rows. What one stage hands to the next is the same text again, so that each stage
    is counted by itself.

    Args:
        name: the name of the file in messages.
        stored: returns the bytes of the file that count so far: its size, or what has been read of a stream.
        max_expansion: how many times its stored size the file may become.
        advice: what somebody who trusts the file can do, for the message.
    """

    def __init__(
        self,
        name: str,
        stored: Callable[[], int],
        *,
        max_expansion: int = DEFAULT_MAX_EXPANSION,
        advice: str = "if you trust it, read it with a larger --max-expansion",
    ) -> None:
        self.name = name
        self._stored = stored
        self._max_expansion = max_expansion
        self._advice = advice
        self._whole = 0
        self._handed_on: Counter[str] = Counter()

    def for_member(self, name: str) -> "ExpansionBudget":
        """Return the same budget, shared with all other members, under the name of one member of an archive."""
        shared = copy(self)
        shared.name = f"{self.name}: {name}"
        return shared

    def assume_stored(self, size: int) -> None:
        """Let the whole file count, ``size`` bytes, because its parts are read in any order."""
        self._whole = size

    @property
    def _stored_size(self) -> int:
        return max(self._stored(), self._whole)

    def handed_on(self, stage: str) -> int:
        """Return the bytes that a stage has handed on so far."""
        return self._handed_on[stage]

    def add(self, stage: str, size: int) -> None:
        """Count bytes that a stage hands on.

        Raises:
            UnsafeFileError: they are too many for the size of the file.
        """
        self._handed_on[stage] += size
        self.require(stage)

    def require(self, stage: str, further: int = 0) -> None:
        """Make sure that a stage may hand on ``further`` bytes, which are not counted yet.

        Raises:
            UnsafeFileError: they are too many for the size of the file.
        """
        if (size := self._handed_on[stage] + further) > _FREE_SIZE and size > self.limit:
            raise UnsafeFileError(
                f"{self.name}: {self._stored_size:,} bytes of it become {size:,} or more, over {self._max_expansion:,} times as many, as "
                f"only a trap does; it is not read ({self._advice})"
            )

    @property
    def limit(self) -> int:
        """The bytes that the file may become."""
        return max(_FREE_SIZE, self._max_expansion * self._stored_size)
