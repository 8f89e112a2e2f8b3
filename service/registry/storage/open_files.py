"""Opens the place where a registry lies."""

from pathlib import Path

from service.registry.storage.folder_files import FolderFiles
from service.registry.storage.registry_files import RegistryFiles
from service.registry.storage.url_files import UrlFiles

__all__ = ["open_registry_files"]


def open_registry_files(place: str) -> RegistryFiles:
    """Return the files of a registry.

    Args:
        place: a folder of this machine, or a URL that fsspec knows.

    Raises:
        RegistryError: the protocol of the URL is unknown, or the library for it is missing.
    """
    if place.startswith("file://"):
        place = place.removeprefix("file://")
    if "://" not in place:
        return FolderFiles(Path(place))
    return UrlFiles.open(place)
