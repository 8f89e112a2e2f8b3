"""The encoder of a stored artefact: built and tried, or that of another artefact if both have the same.

To build a network takes a tenth of a second and twice its own memory, and retraining leaves it as it is.
"""

from model.artefact.folder import StoredArtefact
from model.artefact.manifest import Manifest
from model.encoder.combined import CombinedReader, build_combined_reader
from model.errors import ArtefactError

__all__ = ["build_stored_encoder"]


def build_stored_encoder(stored: StoredArtefact, *, known: tuple[Manifest, CombinedReader | None] | None = None) -> CombinedReader | None:
    """Return the encoder of an artefact, and how it is combined with the n-grams; None if the artefact has none.

    Args:
        stored: the artefact.
        known: the manifest and the encoder of another, which is used again if it is the same.

    Raises:
        ArtefactError: the encoder cannot be used.
    """
    manifest = stored.manifest
    if len(manifest.readers) == 1:
        return None
    try:
        is_known = known is not None and known[1] is not None and _network_of(known[0]) == _network_of(manifest)
        encoder = known[1].encoder if known is not None and known[1] is not None and is_known else None
        combined = build_combined_reader(manifest.readers[1], stored.arrays, heads=manifest.heads, known=encoder)
        if encoder is None or encoder.heads != combined.heads:
            combined.encoder.load(heads=combined.heads)
    except (KeyError, ValueError) as error:
        raise ArtefactError(f"artefact {manifest.name}: its encoder is not what this Tipstaff knows: {error}: train it anew") from error
    return combined


def _network_of(manifest: Manifest) -> tuple[str, str, object, object]:
    """Return what tells one network from another: the hashes of its files, how many pieces it reads at once, and in which form."""
    entry = manifest.readers[1]
    network, pieces = (manifest.arrays[str(entry[name])].sha256 for name in ("network", "pieces"))
    return network, pieces, entry["tokens"], entry.get("form")
