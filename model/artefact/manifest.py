"""What ``manifest.json`` of an artefact says, and the two hashes that hold it together.

The file is written in exactly one way (:func:`encode`), so that a reader can refuse whatever was altered, were it only
a space. ``content_hash`` names what moves a score or a verdict; ``seal`` covers every word of the manifest.
"""

import hashlib
import json
import math
from collections.abc import Mapping
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, JsonValue, ValidationError, model_validator

from model.policy import Policy

__all__ = [
    "ATTRIBUTE_PREFIX",
    "HEADS",
    "PROTOCOL",
    "ArrayEntry",
    "AttributeEvidence",
    "Calibration",
    "DataSource",
    "Description",
    "LabelThresholds",
    "Manifest",
    "PolicyThresholds",
    "Prior",
    "compute_seal",
    "describe_validation_error",
    "encode_manifest",
    "seal_manifest",
]

PROTOCOL = 2
HEADS = ("hateful", "abusive_given_not_hateful")
ATTRIBUTE_PREFIX = "attribute."
_MOVES_A_SCORE = (
    *("protocol", "normaliser", "labels", "features", "readers", "heads"),
    *("prior", "calibration", "thresholds", "policies", "arrays"),
)
_MOST_ELEMENTS = 2**40


def _json(value: JsonValue) -> JsonValue:
    """Refuse numbers and strings that JSON cannot carry unchanged, at any depth."""
    if isinstance(value, float) and not math.isfinite(value):
        raise ValueError("a number is not finite")
    if isinstance(value, str) and not value.isascii():
        try:
            value.encode()
        except UnicodeEncodeError as error:
            raise ValueError("a string is not valid Unicode") from error
    for inner in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        _json(inner)
    return value


def _scalar(value: object) -> object:
    if not isinstance(value, (bool, int, float, str)):
        raise ValueError("give a number, a string, true or false")
    return _json(value)


Probability = Annotated[float, Field(gt=0, lt=1)]
Words = Annotated[str, Field(min_length=1, max_length=1000)]
LanguageCode = Annotated[str, Field(pattern=r"^[a-z]{2,3}$")]
Name = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9._-]{0,63}$")]
ArrayName = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9._-]{0,59}\.npy$")]
Sha256 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
Scalar = Annotated[int | float | bool | str, BeforeValidator(_scalar)]
Json = Annotated[JsonValue, AfterValidator(_json)]
Lax = Field(strict=False)  # a list of JSON becomes a tuple; what it holds stays strict


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, allow_inf_nan=False)


class Prior(_Part):
    """How common abuse is where the artefact judges: what its probabilities are calibrated for.

    Attributes:
        abusive: share of all comments that are abusive, in (0, 1).
        hateful: share of the abusive comments that are hateful, in (0, 1).
    """

    abusive: Probability = 0.1
    hateful: Probability = 0.2


class Calibration(_Part):
    """The affine map of one head: calibrated log-odds = slope * log-odds + intercept."""

    slope: Annotated[float, Field(gt=0)]
    intercept: float


class LabelThresholds(_Part):
    """The label rule: abusive if P(abusive) >= ``abusive``; then hateful if P(hateful) / P(abusive) >= ``hateful``."""

    abusive: Probability
    hateful: Probability


class PolicyThresholds(_Part):
    """The thresholds of one policy; see :class:`model.policy.Policy`."""

    review_abusive: float
    review_hateful: float
    reject_abusive: float
    reject_hateful: float

    def named(self, name: str) -> Policy:
        """Return the policy that these thresholds make.

        Raises:
            PolicyError: the thresholds are wrong.
        """
        return Policy(name, self.review_abusive, self.review_hateful, self.reject_abusive, self.reject_hateful)


class DataSource(_Part):
    """One file that the artefact was trained on: its name, hash, number of rows, licence as seen, and where it is from."""

    source: Words
    sha256: Sha256
    rows: Annotated[int, Field(ge=0)]
    licence: Words
    origin: Words


class AttributeEvidence(_Part):
    """Why an attribute head may be published: dev rows of one source, its AUC there and the lower bound of it."""

    source: Words
    positives: Annotated[int, Field(ge=0)]
    negatives: Annotated[int, Field(ge=0)]
    auc: Annotated[float, Field(ge=0, le=1)]
    auc_low: Annotated[float, Field(ge=0, le=1)]


class ArrayEntry(_Part):
    """One array file: little-endian, C order, with the SHA-256 of the whole file."""

    dtype: Literal["int8", "uint8", "int32", "uint32", "int64", "float32", "float64"]
    shape: Annotated[tuple[Annotated[int, Field(ge=0, le=_MOST_ELEMENTS)], ...], Field(strict=False, max_length=4)]
    sha256: Sha256

    @model_validator(mode="after")
    def _countable(self) -> Self:
        if math.prod(max(1, size) for size in self.shape) > _MOST_ELEMENTS:
            raise ValueError("shape: the array is larger than any artefact's")
        return self


class Description(_Part):
    """All that the maker of an artefact states about it; what :func:`model.artefact.folder.write_artefact` adds is in Manifest.

    Attributes:
        protocol: which version of this very format the folder follows.
        name: what the artefact is called; with the content hash it makes the version.
        normaliser: the version of the text normalisation that the weights were fitted on.
        labels: always fine, toxic, hateful: the order of the scores.
        features: settings of the n-gram kernel; ``bits`` is the binary logarithm of the number of hashed features.
        readers: one entry for each source of features: its ``kind``, and the names of its array files.
        heads: the columns of the weights: the two of the label, then ``attribute.<name>``.
        prior: what the probabilities are calibrated for.
        calibration: the affine map of every head, by its name.
        thresholds: the label rule.
        policies: thresholds of verdicts, by policy name; contains "default".
        attributes: the evidence for every attribute head, by its name without the prefix.
        languages: codes of the languages that it learned (ISO 639-1).
        data: what the artefact was trained on.
        metrics: figures on dev rows.
        settings: how the training was run (seed, weights of sources, ...).
        libraries: versions of the libraries that took part, by distribution name.
    """

    protocol: Literal[2] = 2
    name: Name
    normaliser: Words
    labels: Annotated[tuple[Literal["fine"], Literal["toxic"], Literal["hateful"]], Lax] = ("fine", "toxic", "hateful")
    features: dict[str, Scalar]
    readers: Annotated[tuple[dict[str, Scalar], ...], Field(strict=False, min_length=1)]
    heads: Annotated[tuple[Words, ...], Lax]
    prior: Prior = Prior()
    calibration: dict[str, Calibration]
    thresholds: LabelThresholds
    policies: dict[Name, PolicyThresholds]
    attributes: dict[str, AttributeEvidence] = {}
    languages: Annotated[tuple[LanguageCode, ...], Field(strict=False, min_length=1)] = ("en",)
    data: Annotated[tuple[DataSource, ...], Lax] = ()
    metrics: dict[str, Json] = {}
    settings: dict[str, Json] = {}
    libraries: dict[str, str] = {}

    @model_validator(mode="after")
    def _coherent(self) -> Self:
        bits = self.features.get("bits")
        if type(bits) is not int or not 10 <= bits <= 24:
            raise ValueError("features.bits: give a whole number from 10 to 24")
        if not all(isinstance(reader.get("kind"), str) for reader in self.readers):
            raise ValueError("readers: every reader needs a kind")
        self._check_heads()
        if "default" not in self.policies:
            raise ValueError("policies: the policy 'default' is missing")
        for name, thresholds in self.policies.items():
            thresholds.named(name)
        return self

    def _check_heads(self) -> None:
        if self.heads[:2] != HEADS or len(set(self.heads)) != len(self.heads):
            raise ValueError(f"heads: the first two must be {', '.join(HEADS)}, and none may come twice")
        for head in self.heads[2:]:
            name = head.removeprefix(ATTRIBUTE_PREFIX)
            if name in ("", head):
                raise ValueError(f"heads: {head!r} must be {ATTRIBUTE_PREFIX}<name>")
            if name not in self.attributes:
                raise ValueError(f"attributes: the evidence for the head {head!r} is missing")
        if set(self.calibration) != set(self.heads):
            raise ValueError("calibration: give one entry for every head, and none besides")

    def named_policies(self) -> dict[str, Policy]:
        """Return the policies by their names."""
        return {name: thresholds.named(name) for name, thresholds in self.policies.items()}


class Manifest(Description):
    """All that ``manifest.json`` says.

    Attributes:
        arrays: the array files, by file name.
        content_hash: SHA-256 over what moves a score or a verdict; the same data, settings and seed give the same one.
        seal: SHA-256 over the rest of the manifest.
    """

    arrays: dict[ArrayName, ArrayEntry]
    content_hash: Sha256
    seal: Sha256

    @model_validator(mode="after")
    def _complete(self) -> Self:
        for reader in self.readers:
            for key, value in reader.items():
                if isinstance(value, str) and value.endswith(".npy") and value not in self.arrays:
                    raise ValueError(f"readers: {key} names {value!r}, which is not among the arrays")
        if self.content_hash != _content_hash(self.model_dump()):
            raise ValueError("content_hash: it is not the hash of what the manifest says")
        return self


def encode_manifest(document: Mapping[str, Any]) -> bytes:
    """Return the one way in which a manifest is written: ASCII, keys sorted, shortest exact numbers.

    Raises:
        ValueError: a number is NaN or infinite.
    """
    return json.dumps(document, indent=1, sort_keys=True, allow_nan=False).encode("ascii") + b"\n"


def compute_seal(document: Mapping[str, Any]) -> str:
    """Return the SHA-256, in hexadecimal, of a manifest without its ``seal``."""
    return hashlib.sha256(encode_manifest({key: value for key, value in document.items() if key != "seal"})).hexdigest()


def _content_hash(document: Mapping[str, Any]) -> str:
    return hashlib.sha256(encode_manifest({key: document[key] for key in _MOVES_A_SCORE})).hexdigest()


def seal_manifest(description: Description, arrays: Mapping[str, ArrayEntry]) -> Manifest:
    """Return the manifest of an artefact that holds ``arrays``.

    Raises:
        pydantic.ValidationError: an array's name is wrong, or a reader names an array that is not there.
    """
    document = description.model_dump() | {"arrays": {name: entry.model_dump() for name, entry in arrays.items()}}
    document["content_hash"] = _content_hash(document)
    document["seal"] = compute_seal(document)
    return Manifest.model_validate(document)


def describe_validation_error(error: ValidationError) -> str:
    """Return the first thing that pydantic found wrong, as a line: the field, then what is wrong with it."""
    first = error.errors(include_url=False, include_input=False)[0]
    message = first["msg"].removeprefix("Value error, ")
    field = ".".join(str(part) for part in first["loc"])
    line = f"{field}: {message}" if field else message
    return line if line.isprintable() else ascii(line)[1:-1]
