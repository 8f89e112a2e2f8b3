"""The manifest beside a file of rulings: where its rows come from, how many there are of each kind, and what was left out."""

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from service.store.snapshots.ruling_columns import SNAPSHOT_FORMAT, RowValues

__all__ = ["SnapshotManifest", "build_manifest", "manifest_path", "manifest_text", "read_exclusions"]

SnapshotManifest = Mapping[str, Any]
"""The content of a manifest, as JSON."""


def manifest_path(path: Path) -> Path:
    """Return where the manifest of a file lies: beside it."""
    return path.with_name(f"{path.stem}.manifest.json")


def build_manifest(rows: Sequence[RowValues], *, sha256: str, exclusions: Mapping[str, int]) -> SnapshotManifest:
    """Return the manifest of a file.

    Args:
        rows: its rows.
        sha256: the hash of its bytes.
        exclusions: why something was left out → how often.
    """
    groups = {row["group"] for row in rows if row.get("group") is not None}
    return {
        "format": SNAPSHOT_FORMAT,
        "sha256": sha256,
        "rows": len(rows),
        "sources": _count(row["source"] for row in rows),
        "moderators": _count(row["moderator"] for row in rows),
        "roles": _count(row["role"] for row in rows),
        "labels": _count(row["label"] or "open" for row in rows),
        "exclusions": dict(sorted(exclusions.items())),
        "groups": len(groups),
    }


def manifest_text(manifest: SnapshotManifest) -> str:
    """Return a manifest as it is written: the same content, the same bytes."""
    return json.dumps(manifest, ensure_ascii=False, indent=2) + "\n"


def read_exclusions(path: Path) -> dict[str, int]:
    """Return what the manifest of a file says was left out of it; nothing if the manifest is missing or unreadable."""
    try:
        exclusions = json.loads(manifest_path(path).read_text("utf-8"))["exclusions"]
        return {str(why): int(count) for why, count in exclusions.items()}
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return {}


def _count(values: Iterable[str]) -> dict[str, int]:
    return dict(sorted(Counter(values).items()))
