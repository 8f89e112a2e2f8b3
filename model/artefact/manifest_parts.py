"""The smaller parts of an artefact's manifest: where its data come from, the evidence for its attributes, and its arrays."""

import math
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from model.artefact.field_types import Sha256, ShortText

__all__ = ["ArrayEntry", "AttributeEvidence", "DataSource", "ManifestPart"]

_MOST_ELEMENTS = 2**30
_BYTES = {"int8": 1, "uint8": 1, "int16": 2, "int32": 4, "uint32": 4, "int64": 8, "float32": 4, "float64": 8}


class ManifestPart(BaseModel):
    """A part of the manifest: frozen, without unknown fields, and without conversions."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, allow_inf_nan=False)


class DataSource(ManifestPart):
    """One file that the artefact was trained on: name, hash, number of rows, licence as published, and origin."""

    source: ShortText
    sha256: Sha256
    rows: Annotated[int, Field(ge=0)]
    licence: ShortText
    origin: ShortText


class AttributeEvidence(ManifestPart):
    """An attribute's AUC, with its interval, on rows of all sources or of one that it was not fitted on, and its share of the rows."""

    source: ShortText | None = None
    positives: Annotated[int, Field(ge=0)]
    negatives: Annotated[int, Field(ge=0)]
    auc: Annotated[float, Field(ge=0, le=1)]
    auc_low: Annotated[float, Field(ge=0, le=1)]
    auc_high: Annotated[float | None, Field(ge=0, le=1)] = None
    share: Annotated[float | None, Field(ge=0, le=1)] = None


class ArrayEntry(ManifestPart):
    """One array file: little-endian, C order, with the SHA-256 of the whole file."""

    dtype: Literal["int8", "uint8", "int16", "int32", "uint32", "int64", "float32", "float64"]
    shape: Annotated[tuple[Annotated[int, Field(ge=0, le=_MOST_ELEMENTS)], ...], Field(strict=False, max_length=4)]
    sha256: Sha256

    @property
    def size(self) -> int:
        """How many bytes the numbers take."""
        return math.prod(self.shape) * _BYTES[self.dtype]

    @model_validator(mode="after")
    def _check_size(self) -> Self:
        if math.prod(max(1, size) for size in self.shape) > _MOST_ELEMENTS:
            raise ValueError("shape: the array is larger than any artefact's")
        return self
