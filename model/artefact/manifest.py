"""The fields of an artefact's ``manifest.json``, and the two hashes that protect them.

The file is written in exactly one way (:func:`encode_manifest`), so that a reader can refuse it if anything was altered, even a
space. ``content_hash`` covers what can change a score or a verdict; ``seal`` covers the whole manifest.
"""

import hashlib
import json
from collections.abc import Mapping
from typing import Annotated, Any, Literal, Self

from pydantic import Field, ValidationError, model_validator

from model.artefact.field_types import (
    LAX,
    ArrayName,
    LanguageCode,
    LogOdds,
    ManifestJson,
    ManifestName,
    PriorShare,
    Probability,
    Scalar,
    Sha256,
    ShortText,
    Slope,
)
from model.artefact.manifest_parts import ArrayEntry, AttributeEvidence, DataSource, ManifestPart
from model.policy import Policy

__all__ = [
    "ATTRIBUTE_PREFIX",
    "HEADS",
    "PROTOCOL",
    "Answer",
    "ArrayEntry",
    "AttributeEvidence",
    "Calibration",
    "DataSource",
    "Description",
    "LabelThresholds",
    "Manifest",
    "PolicyThresholds",
    "Prior",
    "ProfileName",
    "compute_seal",
    "describe_validation_error",
    "encode_manifest",
    "seal_manifest",
]

PROTOCOL = 2
Answer = Literal["abusive", "hateful"]
ProfileName = Literal["fast", "cascade", "full"]
HEADS = ("hateful", "abusive_given_not_hateful")
ATTRIBUTE_PREFIX = "attribute."
_CONTENT_FIELDS = (
    *("protocol", "normaliser", "labels", "features", "readers", "heads"),
    *("prior", "calibration", "thresholds", "policies", "arrays", "answers"),
)
_MOST_BYTES = 2**31
_MOST_HEADS = 64
_MOST_ARRAYS = 64


class Prior(ManifestPart):
    """How common abuse is in the comments that the artefact judges; its probabilities are calibrated for that.

    Attributes:
        abusive: share of all comments that are abusive, from 1e-9 to 1 - 1e-9.
        hateful: share of the abusive comments that are hateful, from 1e-9 to 1 - 1e-9.
    """

    abusive: PriorShare = 0.1
    hateful: PriorShare = 0.2


class Calibration(ManifestPart):
    """The affine map of one head: calibrated log-odds = slope * log-odds + intercept.

    Attributes:
        slope: from 1e-6 to 1e6.
        intercept: from -1e6 to 1e6.
    """

    slope: Slope
    intercept: LogOdds


class LabelThresholds(ManifestPart):
    """The label rule: abusive if P(abusive) >= ``abusive``; then hateful if P(hateful) / P(abusive) >= ``hateful``.

    Attributes:
        abusive, hateful: the two thresholds at the prior of the artefact.
        response: how far thresholds follow another prior: their step in log-odds, as a share of that of the prior.
    """

    abusive: Probability
    hateful: Probability
    # Left out where there is none, so that the hash of older artefacts holds.
    response: Annotated[float, Field(ge=0, le=1, exclude_if=lambda response: not response)] = 0.0


class PolicyThresholds(ManifestPart):
    """The thresholds of one policy; see :class:`model.policy.Policy`."""

    review_abusive: float
    review_hateful: float
    reject_abusive: float
    reject_hateful: float

    def to_policy(self, name: str) -> Policy:
        """Return the policy that these thresholds make.

        Raises:
            PolicyError: the thresholds are wrong.
        """
        return Policy(name, self.review_abusive, self.review_hateful, self.reject_abusive, self.reject_hateful)


class Description(ManifestPart):
    """Everything that the maker of an artefact states; :func:`model.artefact.folder.write_artefact` adds the rest, see Manifest.

    Attributes:
        protocol: version of the format of the folder.
        name: the artefact's name; together with the content hash it is the version.
        normaliser: the version of the text normalisation that the weights were fitted on.
        labels: always fine, toxic, hateful: the order of the scores.
        features: settings of the n-gram kernel; ``bits`` is the binary logarithm of the number of hashed features.
        readers: one entry for each source of features: its ``kind``, and the names of its array files.
        heads: the columns of the weights: the two of the label, then ``attribute.<name>``.
        prior: how common abuse is where the probabilities hold.
        calibration: the affine map of every head, by its name.
        thresholds: the label rule.
        policies: thresholds of the verdicts, by name of the policy; contains "default".
        attributes: the evidence for every attribute head, by its name without the prefix.
        languages: tags of the languages that the artefact learned (ISO 639-1; with a script where that is not the usual one: ``hi-Latn``).
        answers: what each profile can tell well enough to be believed, ``abusive`` and ``hateful``; a profile that is missing tells
            nothing. Without any entry, every profile tells both.
        data: the files that the artefact was trained on.
        metrics: figures on dev rows.
        settings: how the training was run (seed, weights of sources, ...).
        libraries: versions of the libraries used, by distribution name.
    """

    protocol: Literal[2] = 2
    name: ManifestName
    normaliser: ShortText
    labels: Annotated[tuple[Literal["fine"], Literal["toxic"], Literal["hateful"]], LAX] = ("fine", "toxic", "hateful")
    features: dict[str, Scalar]
    readers: Annotated[tuple[dict[str, Scalar], ...], Field(strict=False, min_length=1)]
    heads: Annotated[tuple[ShortText, ...], Field(strict=False, max_length=_MOST_HEADS)]
    prior: Prior = Prior()
    calibration: dict[str, Calibration]
    thresholds: LabelThresholds
    policies: dict[ManifestName, PolicyThresholds]
    attributes: dict[str, AttributeEvidence] = Field(default={})
    languages: Annotated[tuple[LanguageCode, ...], Field(strict=False, min_length=1)] = ("en",)
    # Left out where there is none, so that the hash of older artefacts holds.
    answers: dict[ProfileName, Annotated[tuple[Answer, ...], LAX]] = Field(default={}, exclude_if=lambda answers: not answers)
    data: Annotated[tuple[DataSource, ...], LAX] = ()
    metrics: dict[str, ManifestJson] = Field(default={})
    settings: dict[str, ManifestJson] = Field(default={})
    libraries: dict[str, str] = Field(default={})

    @model_validator(mode="after")
    def _check_consistency(self) -> Self:
        bits = self.features.get("bits")
        if type(bits) is not int or not 10 <= bits <= 24:
            raise ValueError("features.bits: give a whole number from 10 to 24")
        if not all(isinstance(reader.get("kind"), str) for reader in self.readers):
            raise ValueError("readers: every reader needs a kind")
        self._check_heads()
        if "default" not in self.policies:
            raise ValueError("policies: the policy 'default' is missing")
        for name, thresholds in self.policies.items():
            thresholds.to_policy(name)
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

    def tells(self, answer: Answer, profile: ProfileName) -> bool:
        """Return whether a profile can tell something well enough to be believed."""
        return not self.answers or answer in self.answers.get(profile, ())

    def named_policies(self) -> dict[str, Policy]:
        """Return the policies by their names."""
        return {name: thresholds.to_policy(name) for name, thresholds in self.policies.items()}


class Manifest(Description):
    """All fields of ``manifest.json``.

    Attributes:
        arrays: the array files, by file name.
        content_hash: SHA-256 of what can change a score or a verdict; the same data, settings and seed give the same hash.
        seal: SHA-256 of the rest of the manifest.
    """

    arrays: Annotated[dict[ArrayName, ArrayEntry], Field(max_length=_MOST_ARRAYS)]
    content_hash: Sha256
    seal: Sha256

    @model_validator(mode="after")
    def _check_hash(self) -> Self:
        for reader in self.readers:
            for key, value in reader.items():
                if isinstance(value, str) and value.endswith(".npy") and value not in self.arrays:
                    raise ValueError(f"readers: {key} names {value!r}, which is not among the arrays")
        if sum(entry.size for entry in self.arrays.values()) > _MOST_BYTES:
            raise ValueError(f"arrays: together they have more than {_MOST_BYTES} bytes")
        if self.content_hash != _content_hash(self.model_dump()):
            raise ValueError("content_hash: it is not the hash of what the manifest says")
        return self


def encode_manifest(document: Mapping[str, Any]) -> bytes:
    """Return a manifest in the only form in which it is written: ASCII, keys sorted, shortest exact numbers.

    Raises:
        ValueError: a number is NaN or infinite.
    """
    return json.dumps(document, indent=1, sort_keys=True, allow_nan=False).encode("ascii") + b"\n"


def compute_seal(document: Mapping[str, Any]) -> str:
    """Return the SHA-256, in hexadecimal, of a manifest without its ``seal``."""
    return hashlib.sha256(encode_manifest({key: value for key, value in document.items() if key != "seal"})).hexdigest()


def _content_hash(document: Mapping[str, Any]) -> str:
    return hashlib.sha256(encode_manifest({key: document[key] for key in _CONTENT_FIELDS if key in document})).hexdigest()


def seal_manifest(description: Description, arrays: Mapping[str, ArrayEntry]) -> Manifest:
    """Return the manifest of an artefact, with both hashes.

    Raises:
        pydantic.ValidationError: the name of an array is wrong, or a reader names an array that is missing.
    """
    document = description.model_dump() | {"arrays": {name: entry.model_dump() for name, entry in arrays.items()}}
    document["content_hash"] = _content_hash(document)
    document["seal"] = compute_seal(document)
    return Manifest.model_validate(document)


def describe_validation_error(error: ValidationError) -> str:
    """Return the first complaint of pydantic as one line: the field, then what is wrong with it."""
    first = error.errors(include_url=False, include_input=False)[0]
    message = first["msg"].removeprefix("Value error, ")
    field = ".".join(str(part) for part in first["loc"])
    line = f"{field}: {message}" if field else message
    return line if line.isprintable() else ascii(line)[1:-1]
