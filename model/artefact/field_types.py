"""The types of the fields of an artefact's manifest, with what their values may be."""

import math
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, Field, JsonValue

__all__ = [
    "LAX",
    "ArrayName",
    "LanguageCode",
    "LogOdds",
    "ManifestJson",
    "ManifestName",
    "PriorShare",
    "Probability",
    "Scalar",
    "Sha256",
    "ShortText",
    "Slope",
]


def _check_json(value: JsonValue) -> JsonValue:
    """Refuse numbers and strings that JSON cannot carry unchanged, at any depth."""
    if isinstance(value, float) and not math.isfinite(value):
        raise ValueError("a number is not finite")
    if isinstance(value, str) and not value.isascii():
        try:
            value.encode()
        except UnicodeEncodeError as error:
            raise ValueError("a string is not valid Unicode") from error
    for element in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        _check_json(element)
    return value


def _check_scalar(value: object) -> object:
    """Refuse everything but the scalars of JSON."""
    if not isinstance(value, (bool, int, float, str)):
        raise ValueError("give a number, a string, true or false")
    return _check_json(value)


Probability = Annotated[float, Field(gt=0, lt=1)]
# A share whose log-odds, and those of what follows from it, are finite.
PriorShare = Annotated[float, Field(ge=1e-9, le=1 - 1e-9)]
# Far beyond what any fit gives, and yet such that no sum or product of them overflows.
Slope = Annotated[float, Field(ge=1e-6, le=1e6)]
LogOdds = Annotated[float, Field(ge=-1e6, le=1e6)]
ShortText = Annotated[str, Field(min_length=1, max_length=1000)]
LanguageCode = Annotated[str, Field(pattern=r"^[a-z]{2,3}(-[A-Z][a-z]{3})?$")]
ManifestName = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9._-]{0,63}$")]
ArrayName = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9._-]{0,59}\.npy$")]
Sha256 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
Scalar = Annotated[int | float | bool | str, BeforeValidator(_check_scalar)]
ManifestJson = Annotated[JsonValue, AfterValidator(_check_json)]
LAX = Field(strict=False)
"""A list of JSON becomes a tuple; its elements stay strict."""
