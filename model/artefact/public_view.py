"""What an artefact shows of itself: its version, and the part of its manifest that anybody may see."""

from collections.abc import Mapping
from typing import Any

from model.artefact.manifest import ATTRIBUTE_PREFIX, HEADS, Manifest
from model.errors import ArtefactError
from model.profile import Profile

__all__ = ["artefact_version", "profile_version", "public_fields"]

_PUBLIC = ("protocol", "name", "normaliser", "labels", "languages", "prior", "thresholds", "policies", "metrics", "content_hash")


def artefact_version(manifest: Manifest) -> str:
    """Return the version of an artefact, its name and the beginning of its content hash: ``default@3f2a9c1d04be``."""
    return f"{manifest.name}@{manifest.content_hash[:12]}"


def profile_version(manifest: Manifest, profile: Profile) -> str:
    """Return the version that every answer states: that of the artefact and, if it has an encoder, the profile.

    For instance ``default@3f2a9c1d04be+cascade``.

    Raises:
        ArtefactError: the profile needs an encoder, and the artefact has none.
    """
    if len(manifest.readers) > 1:
        return f"{artefact_version(manifest)}+{profile.value}"
    if profile is Profile.FAST:
        return artefact_version(manifest)
    raise ArtefactError(
        f"artefact {artefact_version(manifest)}: holds no encoder, which the profile {profile.value} asks for: use the profile fast"
    )


def public_fields(manifest: Manifest) -> dict[str, Any]:
    """Return the part of a manifest that anybody may see, ready for JSON: no paths, no settings, no versions of libraries."""
    document = manifest.model_dump(mode="json")
    fields = {key: document[key] for key in _PUBLIC} | {"version": artefact_version(manifest)}
    published = [head.removeprefix(ATTRIBUTE_PREFIX) for head in manifest.heads[len(HEADS) :]]
    fields["attributes"] = {name: _without_paths(document["attributes"][name]) for name in published}
    fields["data"] = [_without_paths(source) for source in document["data"]]
    return fields


def _without_paths(entry: Mapping[str, Any]) -> dict[str, Any]:
    """Return what is known of an entry; its source is a bare file name, and its origin is left out unless it is a web address."""
    public = {name: value for name, value in entry.items() if value is not None}
    if "source" in public:
        public["source"] = public["source"].replace("\\", "/").rstrip("/").rpartition("/")[2]
    if not public.get("origin", "").startswith(("https://", "http://")):
        public.pop("origin", None)
    return public
