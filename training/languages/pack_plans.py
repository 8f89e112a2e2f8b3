"""What each language pack learns from beside the rows of its own language, and which features it takes."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from model.ngrams.feature_settings import FeatureSettings

__all__ = ["PACK_PLANS", "PackPlan"]

_BITS = 18  # 2**18 buckets of two heads are half a megabyte
_LETTERS = FeatureSettings(bits=_BITS)
# Each Chinese character, and each kana, is a word of its own.
_CHARACTERS = FeatureSettings(bits=_BITS, window=24, stride=12)


@dataclass(frozen=True, slots=True)
class PackPlan:
    """How one pack is made.

    Attributes:
        kin: tags of languages whose rows it learns from as well, since they share words and spelling.
        features: which features it takes.
    """

    kin: tuple[str, ...] = ()
    features: FeatureSettings = _LETTERS


_OWN = PackPlan()

PACK_PLANS: Mapping[str, PackPlan] = MappingProxyType(
    {
        **dict.fromkeys(("am", "ar", "bn", "de", "el", "es", "fa", "fi", "he", "hi", "id", "kn", "ko", "ml", "pl", "pt", "ru", "ta"), _OWN),
        **dict.fromkeys(("te", "tr", "vi"), _OWN),
        "cs": PackPlan(kin=("pl",)),
        "da": PackPlan(kin=("de", "sv")),
        "fr": PackPlan(kin=("it", "es")),
        "hi-Latn": PackPlan(kin=("ur-Latn",)),
        "it": PackPlan(kin=("es",)),
        "nl": PackPlan(kin=("de",)),
        "ro": PackPlan(kin=("it",)),
        "sv": PackPlan(kin=("da", "de")),
        "uk": PackPlan(kin=("ru",)),
        "ur-Latn": PackPlan(kin=("hi-Latn",)),
        "ja": PackPlan(features=_CHARACTERS),
        "zh": PackPlan(features=_CHARACTERS),
    }
)
"""By tag: all languages for which there is a pack."""
