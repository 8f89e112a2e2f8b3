"""Which features the n-gram reader takes from a comment, and how much each block of them counts."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from model.array_types import FloatArray, IntArray
from model.ngrams.features import KernelSettings

__all__ = ["FeatureSettings"]

_MAX_WINDOW = 65_536
_MAX_FACTOR = 1_000


@dataclass(frozen=True)
class FeatureSettings:
    """Which features the n-gram reader takes from a comment; the manifest of an artefact holds them.

    Attributes:
        bits: the hash table has 2**bits buckets, 1 to 30.
        shortest, longest: sizes of the letter n-grams in bytes, inclusive, 1 to 16.
        words, pairs, letters: factor of each block, -1000 to 1000.
        window: words of a window, 2 to 65536; longer comments are read in windows as well.
        stride: words from the beginning of a window to that of the next, 1 to ``window``.
        discount, discount_hateful: what is subtracted from a window's calibrated log-odds of being abusive given not hateful,
            and of being hateful, because the worst of many windows looks worse than it is; 0 to 1000.

    Raises:
        ValueError: one of them is out of range, or no number.
    """

    bits: int = 21
    shortest: int = 2
    longest: int = 5
    words: float = 1.0
    pairs: float = 1.0
    letters: float = 1.0
    window: int = 8
    stride: int = 4
    discount: float = 1.9
    discount_hateful: float = 2.2

    def __post_init__(self) -> None:
        """Refuse what the kernels cannot work with."""
        whole = (self.bits, self.shortest, self.longest, self.window, self.stride)
        numbers = (self.words, self.pairs, self.letters, self.discount, self.discount_hateful)
        if any(type(value) is not int for value in whole) or any(type(value) not in (int, float) for value in numbers):
            raise ValueError(
                "feature settings are out of range: bits, shortest, longest, window and stride are whole numbers, others numbers"
            )
        if not (1 <= self.bits <= 30 and 1 <= self.shortest <= self.longest <= 16):
            raise ValueError("feature settings are out of range: bits 1-30, 1 <= shortest <= longest <= 16")
        if not (2 <= self.window <= _MAX_WINDOW and 1 <= self.stride <= self.window):
            raise ValueError(f"feature settings are out of range: window 2-{_MAX_WINDOW}, stride 1 to window")
        if not (min(self.discount, self.discount_hateful) >= 0 and all(abs(value) <= _MAX_FACTOR for value in numbers)):
            raise ValueError(f"feature settings are out of range: discounts 0-{_MAX_FACTOR}, factors up to {_MAX_FACTOR}")

    @cached_property
    def kernel_settings(self) -> KernelSettings:
        """The whole numbers among the settings, as the kernels take them."""
        return KernelSettings(np.uint64(64 - self.bits), self.shortest, self.longest, self.window, self.stride)

    @cached_property
    def kernel_array(self) -> IntArray:
        """The fields of ``kernel_settings`` as an array, in their order, int64, shape (5,)."""
        return np.array(self.kernel_settings, np.int64)

    @cached_property
    def discounts(self) -> FloatArray:
        """The discounts of the two label heads, hateful first, shape (2,)."""
        return np.array([self.discount_hateful, self.discount], np.float64)

    @cached_property
    def factors(self) -> FloatArray:
        """The factor of each block, shape (3,)."""
        return np.array([self.words, self.pairs, self.letters], np.float64)
