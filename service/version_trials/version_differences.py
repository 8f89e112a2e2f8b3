"""How two versions differ in what they say of themselves: figures, thresholds, size, languages."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from model.artefact.public_view import artefact_version
from service.registry.version_folders import read_folder_manifest

__all__ = ["FieldDifference", "compare_manifests", "measure_folder"]

_COMPARED = (
    "name",
    "normaliser",
    "languages",
    "heads",
    "features",
    "readers",
    "prior",
    "thresholds",
    "policies",
    "calibration",
    "metrics",
    "settings",
)


@dataclass(frozen=True, slots=True)
class FieldDifference:
    """A field of the manifest that differs.

    Attributes:
        field: its path, such as ``thresholds.abusive``.
        before: its value in the first version; None if it has none.
        after: the same in the second.
    """

    field: str
    before: Any
    after: Any


def compare_manifests(first: Path, second: Path) -> list[FieldDifference]:
    """Return the fields in which two versions differ, in the order of the manifest; their arrays are told by their size alone.

    Args:
        first: folder of the first version, which was checked.
        second: the same for the second.
    """
    manifests = [read_folder_manifest(folder) for folder in (first, second)]
    documents = [manifest.model_dump(mode="json") for manifest in manifests]
    fields = [{key: value for name in _COMPARED for key, value in _flatten(name, document[name]).items()} for document in documents]
    for flat, manifest, folder in zip(fields, manifests, (first, second), strict=True):
        flat["version"] = artefact_version(manifest)
        flat["size.bytes"] = measure_folder(folder)
    names = dict.fromkeys([*fields[0], *fields[1]])
    return [FieldDifference(name, fields[0].get(name), fields[1].get(name)) for name in names if fields[0].get(name) != fields[1].get(name)]


def measure_folder(folder: Path) -> int:
    """Return the number of bytes that the files in a folder have together."""
    return sum(file.stat().st_size for file in folder.iterdir() if file.is_file())


def _flatten(name: str, value: Any) -> dict[str, Any]:
    """Return the leaves of a value of JSON by their paths; a list without objects is a leaf."""
    if isinstance(value, dict):
        return {path: leaf for key, each in value.items() for path, leaf in _flatten(f"{name}.{key}", each).items()}
    if isinstance(value, list) and any(isinstance(each, dict | list) for each in value):
        return {path: leaf for number, each in enumerate(value) for path, leaf in _flatten(f"{name}.{number}", each).items()}
    return {name: value}
