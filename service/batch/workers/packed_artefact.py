"""Artefacts packed for sending to workers on other machines, which unpack them into a folder of their own."""

from dataclasses import dataclass, field
from pathlib import Path

from model.artefact import atomic
from model.artefact.folder import shipped_folder
from service.model_loading import ModeratorOptions

__all__ = ["PackedArtefact", "pack_artefact", "unpack_artefact"]


@dataclass(frozen=True)
class PackedArtefact:
    """The files of an artefact, in memory.

    Attributes:
        version: its name and the hash of its content.
        files: name → content; not compared, because the version determines them.
    """

    version: str
    files: dict[str, bytes] = field(compare=False)


def pack_artefact(options: ModeratorOptions, version: str) -> PackedArtefact:
    """Read the files of an artefact into memory.

    Args:
        options: the options that name its folder.
        version: its version.

    Raises:
        OSError: a file cannot be read.
    """
    folder = options.folder or shipped_folder()
    with atomic.open_folder(folder):
        files = {str(file.relative_to(folder)): file.read_bytes() for file in sorted(folder.rglob("*")) if file.is_file()}
    return PackedArtefact(version, files)


def unpack_artefact(packed: PackedArtefact, cache: Path) -> Path:
    """Write an artefact into a folder below ``cache``, unless it exists, and return the folder."""
    folder = cache / packed.version.replace("/", "_")
    if not folder.is_dir():
        cache.mkdir(mode=0o700, parents=True, exist_ok=True)
        with atomic.replace_folder(folder) as new_folder:
            for name, content in packed.files.items():
                (new_folder / name).parent.mkdir(parents=True, exist_ok=True)
                (new_folder / name).write_bytes(content)
    return folder
