"""Describes the files of labelled rows for the manifest of an artefact."""

import hashlib
from collections import Counter
from pathlib import Path

from model.artefact.manifest import DataSource
from training.tables.file_names import legible_name
from training.tables.labelled import Labelled

__all__ = ["describe_files", "hash_file"]

_MOST_FILES = 500  # so that the manifest stays small enough to be read


def describe_files(rows: Labelled) -> tuple[DataSource, ...]:
    """Return the files of the rows as data sources; more than 500 files become one source with the hash of their hashes."""
    counts = Counter(place.file for place in rows.place)
    files = [(legible_name(Path(file).name), hash_file(Path(file)), count) for file, count in sorted(counts.items())]
    if len(files) > _MOST_FILES:
        combined_hash = hashlib.sha256("".join(digest for _, digest, _ in files).encode()).hexdigest()
        files = [(f"{len(files)} files", combined_hash, counts.total())]
    return tuple(
        DataSource(source=name, sha256=digest, rows=count, licence="not stated", origin="given to tipstaff train")
        for name, digest, count in files
    )


def hash_file(path: Path) -> str:
    """Return the SHA-256 of a file in hexadecimal digits."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
